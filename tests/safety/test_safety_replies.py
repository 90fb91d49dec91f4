"""The fixed replies: every class, subtype, language, place and state of the duty desk gives a message that helps."""

from datetime import date
from itertools import product

import pytest
from safety_measure import LIBRARY

from outreach.domain.errors import BadInput
from outreach.domain.messages import Language, MessageKind
from outreach.safety import Duty, HelplineSet, RiskClass, Subtype, Verdict, answer_verdict, default_language, parse
from outreach.safety.replies import Replies
from outreach.safety.templates import ANSWERS, REQUIRED, TOKENS

FILES = {path.relative_to(LIBRARY).as_posix(): path.read_text("utf-8") for path in LIBRARY.rglob("*.toml")}
SAFETY = parse(FILES)
FRESH, EXPIRED = date(2026, 12, 1), date(2027, 5, 21)
CHINA = SAFETY.helplines.for_region("CN", FRESH)
EMERGENCY_ONLY = SAFETY.helplines.for_region("CN", EXPIRED)
PLACES = [SAFETY.helplines.for_region(country, FRESH) for country in [*sorted(SAFETY.helplines.countries), "FR"]]
EVERY = [
    (Verdict(risk, about, ("zh.one",), "v"), short) for (risk, about) in sorted(REQUIRED) for short in (False, True)
]
TEMPLATES = {path: text for path, text in FILES.items() if "replies" in path}


def text_of(
    risk: str, about: str, duty: Duty = Duty.NOBODY, helplines: HelplineSet = CHINA, language: str = "zh"
) -> str:
    verdict = Verdict(RiskClass(risk), Subtype(about), (), "v")
    return SAFETY.replies.reply(verdict, Language(language), helplines, duty).text


def problems_of(old: str, new: str) -> list[str]:
    path = "safety/replies.zh.toml"
    with pytest.raises(BadInput) as caught:
        Replies.parse(TEMPLATES | {path: TEMPLATES[path].replace(old, new, 1)})
    return caught.value.problems


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize(("verdict", "short"), EVERY, ids=lambda value: str(getattr(value, "risk", value)))
def test_every_reply_fits_names_an_emergency_line_and_has_at_most_three_choices(
    verdict: Verdict, short: bool, language: Language
):
    for helplines, duty in product([*PLACES, EMERGENCY_ONLY], Duty):
        message = SAFETY.replies.reply(verdict, language, helplines, duty, short=short)

        assert message.kind is MessageKind.SAFETY
        assert len(message.text.encode()) <= 700
        assert "{" not in message.text
        assert any(line.named(language) in message.text for line in helplines.emergency)
        assert 1 <= len(message.choices) <= 3
        assert {choice.token for choice in message.choices} <= TOKENS


@pytest.mark.parametrize(("verdict", "short"), EVERY, ids=lambda value: str(getattr(value, "risk", value)))
def test_a_chinese_reply_in_china_stays_within_600_bytes(verdict: Verdict, short: bool):
    for duty in Duty:
        message = SAFETY.replies.reply(verdict, Language.ZH, CHINA, duty, short=short)

        assert len(message.text.encode()) <= 600


def test_templates_hold_no_digit_so_that_numbers_come_from_data_alone():
    for path, text in TEMPLATES.items():
        written = "\n".join(line for line in text.splitlines() if not line.startswith(("#", "version")))

        assert not any(character.isdigit() for character in written), path


def test_templates_name_no_means():
    for word in ("药", "刀", "跳", "绳", "楼", "煤气", "pill", "knife", "jump", "rope", "gun", "bridge"):
        assert not any(word in text for text in TEMPLATES.values()), word


def test_a_person_on_duty_is_mentioned_only_as_it_happened():
    assert "现在没有值班人员" in text_of("imminent", "self", Duty.NOBODY)
    assert "已经通知" not in text_of("imminent", "self", Duty.NOBODY)
    assert "已经通知值班人员" in text_of("imminent", "self", Duty.NOTIFIED)
    assert "已经看到" not in text_of("imminent", "self", Duty.NOTIFIED)
    assert "值班人员已经看到" in text_of("imminent", "self", Duty.ACKNOWLEDGED)


def test_an_expired_crisis_line_leaves_the_reply_whole():
    text = text_of("risk", "self", helplines=EMERGENCY_ONLY)

    assert "12356" not in text
    assert "120（急救）或110（报警）" in text
    assert "信得过的人" in text


def test_the_risk_question_is_asked_once_and_straight():
    text = text_of("risk", "self")

    assert text.count("？") == 1
    assert "结束生命的想法" in text
    assert "自动程序" in text


def test_a_violence_reply_begins_with_words_that_a_lock_screen_may_show():
    assert text_of("risk", "violence").startswith("收到，谢谢你说出来")
    assert text_of("imminent", "violence", language="en").startswith("Got it.")


def test_somebody_who_worries_about_a_friend_is_asked_how_they_are():
    assert "你自己现在还好吗" in text_of("risk", "third_person")


def test_the_second_reply_is_shorter():
    for (verdict, short), language in product(EVERY, Language):
        if not short:
            long_one = SAFETY.replies.reply(verdict, language, CHINA, Duty.NOTIFIED)
            short_one = SAFETY.replies.reply(verdict, language, CHINA, Duty.NOTIFIED, short=True)

            assert len(short_one.text) < len(long_one.text)


def test_distress_offers_a_tip_the_list_and_a_person():
    message = SAFETY.replies.reply(
        Verdict(RiskClass.DISTRESS, Subtype.VIOLENCE, (), "v"), Language.EN, CHINA, Duty.NOBODY
    )

    assert [choice.token for choice in message.choices] == ["tip", "list", "person"]


def test_class_none_has_no_reply():
    with pytest.raises(ValueError, match="none"):
        SAFETY.replies.reply(Verdict(RiskClass.NONE, Subtype.NONE, (), "v"), Language.ZH, CHINA, Duty.NOBODY)


@pytest.mark.parametrize("token", sorted(ANSWERS))
def test_every_answer_means_a_class_and_is_followed_up(token: str):
    verdict = answer_verdict(token, SAFETY.screen.lexicon)

    assert verdict is not None
    assert verdict.rules == (f"answer.{token.removeprefix('safe:')}",)
    for language, helplines in product(Language, [*PLACES, EMERGENCY_ONLY]):
        message = SAFETY.replies.follow_up(token, language, helplines, Duty.NOBODY)

        assert message is not None
        assert any(line.named(language) in message.text for line in helplines.emergency)


def test_answers_mean_what_they_say():
    assert answer_verdict("safe:now", "v") == Verdict(RiskClass.IMMINENT, Subtype.SELF, ("answer.now",), "v")
    assert answer_verdict("safe:no", "v") == Verdict(RiskClass.DISTRESS, Subtype.SELF, ("answer.no",), "v")
    assert answer_verdict("join:1", "v") is None
    assert SAFETY.replies.follow_up("person", Language.ZH, CHINA, Duty.NOBODY) is None


def test_writing_instead_of_calling_is_offered_where_a_line_takes_it():
    quiet = SAFETY.replies.follow_up("safe:quiet", Language.EN, SAFETY.helplines.for_region("US", FRESH), Duty.NOBODY)

    assert quiet is not None
    assert "write to 988" in quiet.text


@pytest.mark.parametrize(
    ("text", "language"),
    [("不想活了", "zh"), ("I want to die", "en"), ("help 我", "zh"), ("???", "zh"), ("", "zh"), ("Ünal", "en")],
)
def test_the_language_is_that_of_the_script(text: str, language: str):
    assert default_language(text) == language


def test_an_unknown_placeholder_is_refused_with_its_line():
    problems = problems_of("{emergency}", "{emergancy}")

    assert any("{emergancy} is not known" in problem for problem in problems)
    assert all(problem.startswith("safety/replies.zh.toml:") for problem in problems)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("{crisis}", "{crisis", "a brace without its partner"),
        ("{crisis}", "12356", "a digit in a template"),
        ("{crisis}", "{crisis.number}", "is not known"),
        ('"safe:quiet"]', '"safe:quite"]', "the choice 'safe:quite' is not known"),
        ('["person", "safe:quiet"]', '["person", "tip", "list", "safe:quiet"]', "at most 3"),
        ('  "{duty}",\n', "", "a line must hold {duty}"),
        ('subtype = "child"', 'subtype = "childe"', "there is no reply for risk = 'imminent', subtype = 'child'"),
        ('token = "safe:no"', 'token = "safe:nope"', "follow-up 'safe:no' is missing"),
        ('language = "zh"', 'language = "xx"', "is not one of zh, en"),
    ],
)
def test_a_malformed_template_is_refused(old: str, new: str, says: str):
    assert any(says in problem for problem in problems_of(old, new))


def test_the_kit_tells_the_problems_of_all_files_at_once():
    with pytest.raises(BadInput) as caught:
        parse(
            {
                "helplines.toml": "x",
                "safety/patterns.zh.toml": "x",
                "safety/replies.zh.toml": "x",
                "audiences.toml": "x",
            }
        )

    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "safety/patterns.zh.toml",
        "safety/replies.zh.toml",
        "helplines.toml",
    ]


def test_an_outgoing_reply_prints_no_text():
    message = SAFETY.replies.reply(Verdict(RiskClass.RISK, Subtype.SELF, (), "v"), Language.ZH, CHINA, Duty.NOBODY)

    assert "结束生命" not in repr(message)
