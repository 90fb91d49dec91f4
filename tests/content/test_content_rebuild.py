"""A file written anew: it reads as the item it was, whatever its title looks like."""

from __future__ import annotations

import pytest

from outreach.content import ContentItem, Format, Vocabulary, parse_item, parse_vocabulary, rebuild
from outreach.domain.messages import Language

VOCABULARY: Vocabulary = parse_vocabulary(
    '[general]\nzh = "全体"\nen = "All"\n[bereaved]\nzh = "失去亲人的人"\nen = "Grieving"\nrestricted = true\n',
    '[sleep]\nzh = "睡眠"\nen = "Sleep"\n[stress]\nzh = "减压"\nen = "Stress"\n',
)
FILE = """---
title: A calm evening
audience: [general]
topics: [stress, sleep]
format: exercise
season: winter
minutes: 3
sources:
  - "A book: its second part, 2020"
---
Breathe.
"""


def rebuilt(title: str, audience: str = "general", like: ContentItem | None = None) -> ContentItem:
    """What the file written for a text reads as."""
    path, text = rebuild("calm", Language.EN, title, [audience], "Breathe.\n\nAgain.", like, VOCABULARY)
    return parse_item(path, text, VOCABULARY)


@pytest.mark.parametrize(
    "title",
    [
        "Sleep",
        "睡前：放下手机",
        "Note: rest",
        "- [x] #1",
        "yes",
        "2020",
        "'quoted' \"twice\"",
        "a" * 300,
        "{half",
        "🌙 &c*",
    ],
)
def test_any_title_reads_as_it_was(title: str):
    item = rebuilt(title)

    assert (item.title, item.body, item.language) == (title, "Breathe.\n\nAgain.", Language.EN)


def test_what_is_not_known_comes_from_the_item_of_the_same_name():
    like = parse_item("stress/calm.en.md", FILE, VOCABULARY)

    item = rebuilt("A calm night", like=like)

    assert item.path == "stress/calm.en.md"
    assert (item.topics, item.format, item.season, item.minutes) == (("stress", "sleep"), Format.EXERCISE, "winter", 3)
    assert item.sources == ("A book: its second part, 2020",)
    assert item.version != like.version


def test_without_such_an_item_the_file_can_be_read_and_lacks_its_sources():
    item = rebuilt("A calm night")

    assert (item.path, item.topics, item.format, item.sources) == ("sleep/calm.en.md", ("sleep",), Format.TIP, ())


def test_a_closed_audience_stays_closed():
    assert rebuilt("For you", "bereaved").restricted


def test_an_item_carries_its_file_to_the_byte():
    assert parse_item("stress/calm.en.md", FILE, VOCABULARY).source == FILE
