"""The screen against our own utterances, disguises and any text at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safety_measure import LIBRARY, Utterance, measure, screen_of_the_library, utterances

from outreach.safety import RiskClass, Screen, Subtype
from outreach.safety.normalise import WINDOW, cut

SCREEN = screen_of_the_library()
TUNED = utterances("tuned.zh.txt") + utterances("tuned.en.txt")
CORE = [
    "我想自杀",
    "我不想活了",
    "活着没意思",
    "没有我你们会更轻松",
    "我想去死",
    "爸爸打我",
    "他拿着刀要砍我",
    "我已经吞了一整瓶安眠药",
]
HARMLESS = ["今天天气很好。", "请问几点开始？", "谢谢。", "See you on Friday. ", "\n", "😀 "]


@pytest.mark.parametrize("line", TUNED, ids=lambda line: line.text)
def test_an_utterance_gets_the_class_and_the_subtype_it_is_labelled_with(line: Utterance):
    verdict = SCREEN.screen(line.text)

    assert verdict.risk == line.risk, verdict.rules
    assert line.risk == RiskClass.NONE or verdict.subtype == line.subtype


def test_there_are_enough_utterances_to_mean_something():
    zh, en = utterances("tuned.zh.txt"), utterances("tuned.en.txt")

    assert sum(line.risk >= RiskClass.RISK for line in zh) >= 120
    assert sum(line.risk >= RiskClass.RISK for line in en) >= 60
    assert sum(line.risk == RiskClass.NONE for line in zh) >= 80
    assert sum(line.risk == RiskClass.NONE for line in en) >= 40


@pytest.mark.parametrize(("name", "recall"), [("held_out.zh.txt", 0.95), ("held_out.en.txt", 0.90)])
def test_the_held_out_part_keeps_its_recall_and_raises_no_false_alarm(name: str, recall: float):
    figures = measure(SCREEN, name)

    assert figures.caught / figures.needy >= recall
    assert figures.alarms == 0


@pytest.mark.parametrize(
    ("text", "risk"),
    [
        ("我没想过自杀", "distress"),
        ("我不想活", "risk"),
        ("我不是不想活，是活得太苦", "risk"),
        ("不是没想过自杀", "risk"),
        ("没人知道我想自杀", "risk"),
        ("以前想过自杀，现在好多了", "distress"),
        ("以前想过自杀，现在又想了", "risk"),
        ("I never thought about suicide", "distress"),
        ("I don't want to live anymore", "risk"),
    ],
)
def test_a_negation_cancels_what_it_governs_and_nothing_else(text: str, risk: str):
    assert SCREEN.screen(text).risk == risk


def test_a_command_does_not_hide_what_is_said_beside_it():
    assert SCREEN.screen("取消报名，反正我也不想活了").risk == RiskClass.RISK


def test_an_idiom_masks_only_itself():
    assert SCREEN.screen("笑死我了").risk == RiskClass.NONE
    assert SCREEN.screen("累死我了，不想活了").risk == RiskClass.RISK


def test_the_speaker_is_answered_before_the_friend():
    verdict = SCREEN.screen("我朋友想自杀，我也不想活了")

    assert verdict.subtype is Subtype.SELF


def test_a_place_makes_a_risk_imminent_and_means_nothing_alone():
    assert SCREEN.screen("我在天台").risk == RiskClass.NONE
    assert SCREEN.screen("我在天台，我不想活了").risk == RiskClass.IMMINENT


def test_a_verdict_prints_no_word_of_the_text():
    verdict = SCREEN.screen("我叫王小明，我不想活了")

    assert "王小明" not in repr(verdict)
    assert "不想活" not in repr(verdict)
    assert verdict.rules


def test_the_lexicon_changes_with_the_patterns():
    files = {path.name: path.read_text("utf-8") for path in LIBRARY.glob("safety/patterns.*.toml")}
    changed = {name: text + "\n# another reading\n" for name, text in files.items()}

    assert Screen.parse(files).lexicon == SCREEN.lexicon
    assert Screen.parse(changed).lexicon != SCREEN.lexicon


def test_a_long_text_is_read_at_both_ends_and_no_further():
    filler = "今天天气很好。" * 3_000

    assert SCREEN.screen("我不想活了。" + filler).risk == RiskClass.RISK
    assert SCREEN.screen(filler + "我不想活了").risk == RiskClass.RISK
    assert len(cut(filler)) == 2 * WINDOW + 1


def test_invisible_padding_does_not_push_words_out_of_the_window():
    assert SCREEN.screen("不" + "\u200b" * 50_000 + "想活了" + " " * 50_000).risk == RiskClass.RISK


def test_one_character_a_line_is_read_as_one_line():
    assert SCREEN.screen("我\n不\n想\n活\n了").risk == RiskClass.RISK


@settings(deadline=None)
@given(st.text(max_size=600))
def test_any_text_gets_a_verdict(text: str):
    verdict = SCREEN.screen(text)

    assert verdict.risk in RiskClass
    assert (verdict.risk == RiskClass.NONE) == (verdict.rules == ())


@given(
    st.sampled_from(CORE), st.lists(st.sampled_from(["", " ", "  ", "\u200b", "\ufeff", "·", "*", "😀"]), min_size=20)
)
def test_separators_between_characters_do_not_lower_the_class(text: str, gaps: list[str]):
    disguised = "".join(character + gap for character, gap in zip(text, gaps + [""] * len(text), strict=False))

    assert SCREEN.screen(disguised).risk >= SCREEN.screen(text).risk


@settings(deadline=None)
@given(st.sampled_from(CORE), st.sampled_from(HARMLESS), st.integers(0, 3_000), st.integers(0, 3_000))
def test_padding_does_not_lower_the_class(text: str, padding: str, before: int, after: int):
    padded = f"{padding * before}。{text}。{padding * after}"
    reached = len(padding * before) < WINDOW - 50 or len(padding * after) < WINDOW - 50

    assert not reached or SCREEN.screen(padded).risk >= SCREEN.screen(text).risk


def test_classes_are_ordered_also_against_their_names():
    assert RiskClass.NONE < RiskClass.DISTRESS < RiskClass.RISK < RiskClass.IMMINENT
    assert RiskClass.IMMINENT >= "risk"
    assert max(RiskClass, key=lambda risk: risk.rank) == "imminent"
