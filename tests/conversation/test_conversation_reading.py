"""What people type, and what it means by its words alone."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.conversation.intents import (
    Bye,
    CalendarNumber,
    DutyCode,
    Intent,
    JoinNumber,
    JoinWhat,
    LeaveNumber,
    LeaveWhat,
    LinkCode,
    Number,
    Thanks,
    Who,
    Yes,
)
from outreach.conversation.intents_attendance import CheckIn
from outreach.conversation.intents_choices import CallMe, SilencePlace
from outreach.conversation.plaintext import spaced, tight, with_digits
from outreach.conversation.reading import read
from outreach.conversation.tokens import token_of
from outreach.conversation.words import INTENT_OF_WORD


def examples() -> list[tuple[str, str]]:
    lines = (Path(__file__).parent / "intent_examples.txt").read_text("utf-8").splitlines()
    pairs = [line.rsplit(" | ", 1) for line in lines if line and not line.startswith("# ")]
    return [(text, meaning.strip()) for text, meaning in pairs]


def named(intent: Intent | None) -> str:
    match intent:
        case None:
            return "-"
        case Yes():
            return "yes"
        case Thanks() | Bye() | Who():
            return type(intent).__name__.lower()
        case JoinWhat():
            return "join?"
        case LeaveWhat():
            return "leave?"
        case Number(number):
            return f"#{number}"
        case JoinNumber(number, party):
            return f"join#{number}" if party == 1 else f"join#{number}x{party}"
        case LeaveNumber(number):
            return f"leave#{number}"
        case LinkCode(code):
            return f"code#{code}"
        case CheckIn(code):
            return f"here#{code}"
        case DutyCode(code):
            return "duty-off" if code is None else f"duty#{code}"
        case CalendarNumber(number):
            return f"cal#{number}"
        case CallMe(nickname):
            return f"call#{nickname}"
        case SilencePlace(part):
            return f"hush#{part}"
        case _:
            return token_of(intent)


@pytest.mark.parametrize(("text", "meaning"), examples())
def test_an_example_means_what_it_says(text: str, meaning: str) -> None:
    assert named(read(text)) == meaning


def test_there_are_at_least_150_examples_and_every_intent_has_one() -> None:
    meanings = {meaning.split("#")[0] for _, meaning in examples()}

    assert len(examples()) >= 150
    assert {named(intent) for intent in INTENT_OF_WORD.values()} <= meanings


@given(st.text())
def test_no_text_whatever_is_an_error(text: str) -> None:
    read(text)


@given(st.sampled_from(sorted(INTENT_OF_WORD)), st.sampled_from(["", " ", "。", "！", "/", "\u200b", "…", "\u3000"]))
def test_case_width_spaces_and_punctuation_do_not_matter(word: str, noise: str) -> None:
    wide = "".join(chr(ord(sign) + 0xFEE0) if "!" <= sign <= "~" else sign for sign in word.upper())

    assert read(noise + word + noise) == read(word)
    assert read(wide) == read(word)


@given(st.text(alphabet=st.characters(codec="utf-8")))
def test_the_plain_form_is_final(text: str) -> None:
    assert spaced(spaced(text)) == spaced(text)
    assert " " not in tight(text)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("一", 1),
        ("十", 10),
        ("十五", 15),
        ("二十", 20),
        ("九十九", 99),
        ("一百", 100),
        ("一百零一", 101),
        ("一百二十三", 123),
    ],
)
def test_chinese_numerals_are_numbers(words: str, number: int) -> None:
    assert with_digits(words) == str(number)


def test_who_writes_more_than_a_command_is_not_giving_one() -> None:
    assert read("取消" + "。" * 60) is None
