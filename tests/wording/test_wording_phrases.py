"""The phrases that ship: complete, short, discreet, and never a number of a line in them."""

from __future__ import annotations

import re

import pytest
from wording_files import shipped

from outreach.domain import errors
from outreach.domain.messages import Language
from outreach.domain.signup import Standing
from outreach.wording import NOTICES, NoticeName

WORDING = shipped()
LONG_NETWORK = {
    Language.ZH: "临江市社会心理服务中心东河街道工作站",
    Language.EN: "Linjiang East River Street Wellbeing Station",
}
VALUES: dict[str, str | int] = {
    "title": "太极晨练",
    "when": "12月1日（周二）下午2:00–3:30",
    "place": "社区活动室二楼",
    "number": 17,
    "party": 2,
    "ahead": 3,
    "public_number": 123,
    "link": "https://example.org/c/1-abc.ics",
    "text": "您好",
    "titles": "1. 睡个好觉",
    "until": "明天 12月2日（周三）上午9:00",
}
TELLING = ("心理", "抑郁", "焦虑", "咨询", "辅导", "治疗", "mental", "counsel", "therapy", "depress", "psych")


def codes() -> list[str]:
    found = [
        thing for thing in vars(errors).values() if isinstance(thing, type) and issubclass(thing, errors.OutreachError)
    ]
    return sorted({thing.code for thing in found})


@pytest.mark.parametrize("code", codes())
def test_every_refusal_has_a_sentence(code: str) -> None:
    assert WORDING.has(f"refusal.{code}")


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("key", sorted(key for key in WORDING.keys if key.startswith("push.")))
def test_a_push_can_be_written_with_what_letters_have_and_gives_nothing_away(key: str, language: Language) -> None:
    text = WORDING.say(key, language, **VALUES)

    assert WORDING.needs(key) <= VALUES.keys()
    assert not [word for word in TELLING if word in text.lower()]


@pytest.mark.parametrize("language", list(Language))
def test_whoever_has_or_waits_for_a_place_is_told_how_to_leave(language: Language) -> None:
    standings = (Standing.SEATED, Standing.WAITING, Standing.REQUESTED)
    keys = [
        "push.promoted",
        "push.reminder",
        *(f"push.{about}.{standing}" for about in ("confirmation", "moved") for standing in standings),
    ]
    word = {Language.ZH: "取消 123", Language.EN: "cancel 123"}[language]

    for key in keys:
        assert word in WORDING.say(key, language, **VALUES), key


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("name", NOTICES)
def test_a_notice_fits_one_wechat_message_and_says_what_the_law_asks(name: NoticeName, language: Language) -> None:
    notice = WORDING.notice(name, language, LONG_NETWORK[language])
    ending = {Language.ZH: "删除我", Language.EN: "delete me"}[language]
    unwatched = {Language.ZH: "24小时", Language.EN: "round the clock"}[language]

    assert len(notice.text.encode()) <= 900
    assert LONG_NETWORK[language] in notice.text
    assert ending in notice.text
    assert unwatched in notice.text
    assert re.fullmatch(r"[0-9a-f]{16}", notice.text_hash)


def test_the_hash_names_the_very_words_shown() -> None:
    one = WORDING.notice("take_part", Language.ZH, "东站")
    other = WORDING.notice("take_part", Language.ZH, "西站")

    assert one.text_hash != other.text_hash
    assert one == WORDING.notice("take_part", Language.ZH, "东站")


@pytest.mark.parametrize("language", list(Language))
def test_no_phrase_holds_the_number_of_a_line(language: Language) -> None:
    for key in WORDING.keys:
        empty = dict.fromkeys(WORDING.needs(key), "")
        assert not re.search(r"\d{3,}", WORDING.say(key, language, **empty).replace("2026-11-23", "")), key


def test_what_elders_are_told_is_short() -> None:
    long_by_nature = {"welcome.first", "help.text", "refusal.bad_input"}
    for key in WORDING.keys:
        empty = dict.fromkeys(WORDING.needs(key), "")
        if key not in long_by_nature and not key.startswith("notice."):
            assert len(WORDING.say(key, Language.ZH, **empty)) <= 90, key
