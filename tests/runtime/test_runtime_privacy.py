"""A marked word, a marked address and a marked secret go through the whole house and come out nowhere."""

from __future__ import annotations

import asyncio
import logging
from pathlib import Path

import pytest
from runtime_scene import ACCOUNT, WECHAT, add_activity, in_house, open_house, request_of, respond, say

from outreach.bootstrap import App

ADDRESS = "oMARKEDaddress4711"
WORDS = "石榴汁配核桃酥"
DANGER = f"{WORDS}，我真的不想活了"


async def _a_life(house: App) -> None:
    """Everything a person can do, each with the marked words where words are taken."""
    add_activity(house)
    before = ["你好", "活动", "报名 100", "同意", "我的", "日历", "订阅", "1", "同意", "读一读", "人工", WORDS, WORDS]
    after = [DANGER, "1", "取消 100", "English", WORDS, "退订", "删除我", "1"]
    for number, text in enumerate(before + after):
        await say(house, ADDRESS, text, str(500 + number))
    await house.guard.close()


def test_no_word_address_or_secret_reaches_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture):
    caplog.set_level(logging.DEBUG)

    in_house(tmp_path, _a_life)

    for marked in (ADDRESS, WORDS, ACCOUNT.token, ACCOUNT.aes_key):
        assert marked not in caplog.text


def test_no_word_or_address_lies_open_on_the_disk(tmp_path: Path):
    async def story(house: App) -> None:
        add_activity(house)
        for number, text in enumerate(("报名 100", "同意", "人工", WORDS, "同意", WORDS, DANGER)):
            await say(house, ADDRESS, text, str(number))
        await house.guard.close()

    in_house(tmp_path, story)

    kept = b"".join(path.read_bytes() for path in (tmp_path / "var").iterdir())
    assert kept
    for marked in (ADDRESS, WORDS, ACCOUNT.token, ACCOUNT.aes_key):
        assert marked.encode() not in kept


def test_a_failure_in_the_middle_of_their_words_tells_nothing_of_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
):
    caplog.set_level(logging.DEBUG)

    async def story() -> int:
        async with open_house(tmp_path) as house:

            def broken(*_args: object) -> None:
                raise ValueError(f"cannot handle {WORDS} of {ADDRESS}")

            monkeypatch.setattr(type(house.core.dialogue), "answer", broken)
            object.__setattr__(house.hub._doors[WECHAT].counter, "respond", house.core.dialogue.answer)
            return (await respond(house, ADDRESS, WORDS, "1")).status

    assert asyncio.run(story()) == 503
    assert WORDS not in caplog.text
    assert ADDRESS not in caplog.text


def test_what_crosses_the_house_prints_without_words(tmp_path: Path):
    request = request_of(ADDRESS, WORDS, "1")

    assert ADDRESS not in repr(request)
    assert ACCOUNT.token not in repr(request)


def test_after_delete_me_nothing_can_be_opened_any_more(tmp_path: Path):
    from outreach.services.cards import Caller

    async def story(house: App) -> tuple[bool, int]:
        await _a_life(house)
        with house.core.database.reading() as uow:
            known = uow.people.at(Caller(WECHAT, ADDRESS)).is_known
            return known, len(uow.threads.listed(10, open_only=False))

    assert in_house(tmp_path, story) == (False, 0)
