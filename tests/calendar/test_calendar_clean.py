"""What becomes of a text on its way into a calendar."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.calendar.clean import clean_line, clean_text, clean_url

ANY_TEXT = st.text(alphabet=st.characters(codec=None))  # lone surrogates too


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("a\r\nb\rc\nd\u2028e\x85f\x0bg", "a b c d e f g"),
        ("压力\x00与\x1b睡眠\x7f", "压力与睡眠"),
        ("a\tb", "a b"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("\ufeff读一读\ufffe\ud800", "读一读"),
        ("e\u0301\u00e9", "éé"),
        ("C:\\New", "C:＼New"),
        ("👨‍👩‍👧 ☂️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿", "👨‍👩‍👧 ☂️ 🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ],
)
def test_a_line_keeps_what_people_read_and_loses_what_hurts_readers(raw: str, clean: str):
    assert clean_line(raw) == clean


def test_a_text_keeps_its_line_breaks_and_at_most_one_empty_line():
    assert clean_text(" 一 \r\n\r\n\r\n\r\n 二\r三 ") == "一\n\n二\n三"


@given(ANY_TEXT)
def test_a_cleaned_text_has_no_control_can_be_encoded_and_stays_as_it_is(raw: str):
    for clean, again in ((clean_line(raw), clean_line), (clean_text(raw), clean_text)):
        assert clean.encode().decode() == clean == again(clean) == unicodedata.normalize("NFC", clean)
        assert not [char for char in clean if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} and char != "\n"]
    assert "\n" not in clean_line(raw)


@given(ANY_TEXT, st.integers(2, 30))
def test_a_cap_holds_for_every_text(raw: str, longest: int):
    assert len(clean_line(raw, longest)) <= longest
    assert clean_line(clean_line(raw, longest), longest) == clean_line(raw, longest)


@pytest.mark.parametrize("whole", ["👨‍👩‍👧", "👍🏽", "🇨🇳", "q\u0323\u0307", "☂️"])
def test_a_cut_never_leaves_half_of_what_is_seen_as_one(whole: str):
    for longest in range(6, 6 + len(whole)):
        assert clean_line(f"活动四个{whole}及更多的字", longest) in {
            "活动四个…",
            f"活动四个{whole}…",
            f"活动四个{whole}及…",
        }


def test_a_text_of_accents_alone_is_still_cut():
    assert len(clean_line("\u0323" * 500)) <= 200


def test_an_address_is_ascii_and_keeps_what_was_encoded():
    assert clean_url("https://e.example/a/太极 1?x=%E5%A4%AA&y=1#z\r\nX:1") == (
        "https://e.example/a/%E5%A4%AA%E6%9E%81%201?x=%E5%A4%AA&y=1#z%0D%0AX:1"
    )
