"""Lines on a poster: as wide as the paper, broken where readers of either script expect it, nothing lost."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from outreach.posters.lines import wrap

TEXTS = st.text("睡不好，。（）“”abc de-f.1 \n👨‍👩‍👧", max_size=80)


def _width(text: str) -> float:
    return sum(1 if letter.isascii() else 2 for letter in text)


def test_chinese_breaks_anywhere_but_before_a_closing_mark():
    assert wrap("今天下午两点，见面。", 12, _width) == ["今天下午两", "点，见面。"]


def test_an_opening_mark_goes_with_what_it_opens():
    assert wrap("回复“报名”", 6, _width) == ["回复", "“报", "名”"]


def test_words_stay_whole_and_long_ones_are_cut():
    assert wrap("sign up by phone", 8, _width) == ["sign up", "by phone"]
    assert wrap("abcdefghij", 4, _width) == ["abcd", "efgh", "ij"]


def test_breaks_of_the_text_stay():
    assert wrap("a\n\nb", 10, _width) == ["a", "", "b"]
    assert wrap("", 10, _width) == [""]


@given(TEXTS, st.integers(8, 40))
def test_nothing_is_lost_but_blanks_at_the_ends_of_lines(text: str, width: int):
    assert "".join("".join(wrap(text, width, _width)).split()) == "".join(text.split())


@given(TEXTS, st.integers(8, 40))
def test_no_line_is_wider_than_the_paper_but_for_marks_that_hang_together(text: str, width: int):
    for line in wrap(text, width, _width):
        assert _width(line) <= width or all(letter in "，。（）“”.-👨‍👩‍👧" for letter in line[1:-1])
