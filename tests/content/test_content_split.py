"""Cutting text: within the limit, at pauses, never inside what belongs together."""

import itertools

import pytest
import regex
from hypothesis import assume, given
from hypothesis import strategies as st

from outreach.content import measure, split
from outreach.content.split import _Layout

FAMILY = "👨‍👩‍👧‍👦"
UNITS = ("utf16", "bytes", "characters")
WORDS = st.sampled_from(
    [
        *(
            "中文句子。",
            "你好，",
            "“引号。”",
            "Hello, world. ",
            "a\n",
            "\n\n",
            " ",
            "\r\n",
            "!",
            "…",
            "）",
            "9:30",
            "\u200b",
        ),
        *("e\u0301", FAMILY, "🇨🇳", "👍🏽", "https://example.org/a?b=c ", "https://example.org/路，"),
        *("{crisis_line}", "{emergency}。"),
    ]
)
ANYTHING = st.text(st.characters(exclude_characters="/{"), max_size=120)  # addresses come from WORDS alone
TEXTS = st.one_of(ANYTHING, st.lists(WORDS, max_size=60).map("".join))
WHOLE = regex.compile(r"https?://[a-z./?=]+|\{[a-z_]+\}")


def without_space(text):
    return "".join(text.split())


def graphemes(text):
    return [found for found in regex.findall(r"\X", text) if not found.isspace()]


@pytest.mark.parametrize(
    ("text", "utf16", "utf8", "characters"),
    [("a", 1, 1, 1), ("中", 1, 3, 1), ("😀", 2, 4, 1), (FAMILY, 11, 25, 7), ("🇨🇳", 4, 8, 2), ("\u200b", 1, 3, 1)],
)
def test_a_text_is_as_long_as_the_platform_counts_it(text, utf16, utf8, characters):
    assert [measure(text, unit) for unit in UNITS] == [utf16, utf8, characters]


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXTS, limit=st.integers(4, 200))
def test_every_part_is_within_the_limit_and_only_white_space_is_lost(unit, text, limit):
    parts = split(text, limit, unit)

    assert all(measure(part, unit) <= limit for part in parts)
    assert without_space("".join(parts)) == without_space(text)


@pytest.mark.parametrize("unit", UNITS)
@given(text=TEXTS, limit=st.integers(30, 90))
def test_no_grapheme_address_or_placeholder_is_cut_where_each_fits(unit, text, limit):
    assume(all(measure(whole, unit) <= limit for whole in [*graphemes(text), *WHOLE.findall(text)]))

    parts = split(text, limit, unit)

    assert [found for part in parts for found in graphemes(part)] == graphemes(text)
    assert [found for part in parts for found in WHOLE.findall(part)] == WHOLE.findall(text)


def test_spaceless_chinese_is_cut_although_the_limit_is_no_multiple_of_three():
    parts = split("汉" * 5_600, 1_600, "bytes")

    assert [len(part) for part in parts] == [533] * 10 + [270]


def test_a_text_that_fits_comes_back_as_it_is():
    assert split("  两行\n字 ", 100, "bytes") == ["  两行\n字 "]


def test_paragraphs_that_fit_stay_whole():
    assert split("一段话。还有。\n\n二段话。也有。", 12, "characters") == ["一段话。还有。", "二段话。也有。"]


def test_a_heading_stays_with_a_paragraph_that_must_be_cut_anyway():
    assert split("标题\n\n第一句话。第二句话。第三句话。", 14, "characters") == [
        "标题\n\n第一句话。第二句话。",
        "第三句话。",
    ]


def test_lines_are_kept_whole_before_sentences_are():
    assert split("甲。乙。\n丙。丁。戊。", 7, "characters") == ["甲。乙。", "丙。丁。戊。"]


def test_a_closing_quotation_mark_stays_with_its_sentence():
    assert split("他说：“好。”然后走了。", 8, "characters") == ["他说：“好。”", "然后走了。"]


def test_english_is_cut_after_a_sentence_then_between_words():
    assert split("One two. Three four five.", 16, "characters") == ["One two.", "Three four five."]
    assert split("Three four five.", 10, "characters") == ["Three four", "five."]


def test_numbers_and_times_stay_whole_in_chinese_text():
    parts = split("请在周二上午9:30到400号房间", 9, "characters")

    assert parts == ["请在周二上午", "9:30到400号", "房间"]


def test_no_part_begins_with_a_comma_or_full_stop():
    parts = split("一二三四五六，七八九十", 6, "characters")

    assert not any(part[0] in "，。" for part in parts)


def test_an_address_longer_than_the_limit_is_cut_as_a_last_resort():
    address = "https://example.org/" + "a" * 50

    parts = split(f"看 {address}", 20, "characters")

    assert without_space("".join(parts)) == f"看{address}"
    assert all(len(part) <= 20 for part in parts)


def test_a_grapheme_longer_than_the_limit_is_cut_as_a_last_resort():
    assert split("e" + "\u0301" * 9, 4, "characters") == ["e\u0301\u0301\u0301", "\u0301" * 4, "\u0301\u0301"]


def test_a_limit_that_cannot_hold_a_character_is_refused():
    with pytest.raises(ValueError, match="4 or more"):
        split("好", 3, "bytes")


def test_white_space_alone_is_one_empty_part_if_it_does_not_fit():
    assert split(" " * 50, 10, "characters") == [""]


def test_the_work_grows_with_the_length_and_not_with_its_square(monkeypatch):
    looks = itertools.count()
    size = _Layout.size
    monkeypatch.setattr(_Layout, "size", lambda layout, start, end: (next(looks), size(layout, start, end))[1])

    split("汉，" * 20_000, 1_600, "bytes")

    assert next(looks) < 20 * 40_000
