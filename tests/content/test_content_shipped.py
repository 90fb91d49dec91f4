"""The library that ships: read whole, without a problem, promising nothing and signed by nobody."""

import tomllib
from datetime import date
from pathlib import Path

import pytest
import regex

from outreach.content import (
    ItemStatus,
    SignOff,
    build_library,
    lint,
    measure,
    parse_vocabulary,
    parse_wording_rules,
    plain,
)
from outreach.domain.messages import Language

ROOT = Path(__file__).parents[2] / "content_library"
TODAY = date(2026, 11, 23)
# domain.md 5.1: the audiences that are reached by invitation or own choice only.
RESTRICTED = {
    "child_distress", "left_behind", "hardship", "special_family", "bereaved", "recovery", "corrections",
    "lived_experience", "family_pmd", "dv_safety",
}  # fmt: skip
# domain.md 6: each row for them asks for a clinical sign-off, or there is none.
WITHOUT_A_TEXT = {"alcohol", "diaspora", "farmer"}
# domain.md 6: the rows that a psychiatrist or senior psychologist has to sign before anything is made of them.
CLINICAL = {9, 11, 12, 17, 18, 22, 24, 26, 27, 33, 36, 38, 42, 46, 47, 48, 49, 50, 51, 55, 56, 57, 58}
SEASONS = {"", "exam", "may-25", "school-start", "spring-festival", "winter", "winter-break", "world-mental-health-day"}


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def vocabulary():
    return parse_vocabulary(read("audiences.toml"), read("topics.toml"))


@pytest.fixture(scope="module")
def library(vocabulary):
    files = [(path.relative_to(ROOT).as_posix(), path.read_bytes().decode()) for path in ROOT.glob("*/*.md")]
    return build_library(files, vocabulary)


def test_the_lint_finds_nothing(library):
    assert [str(problem) for problem in lint(library, TODAY, parse_wording_rules(read("wording_lint.toml")))] == []


def test_twelve_texts_and_more_are_there_in_every_language(library):
    assert len(library) == len(library.slugs()) * len(Language) >= 24


def test_nobody_is_invented_as_a_reviewer(library):
    assert {(item.status, item.reviewed_by, item.reviewed_on) for item in library} == {(ItemStatus.IN_REVIEW, "", None)}


def test_nothing_that_ships_waits_for_a_clinician(library):
    assert {item.sign_off for item in library} == {SignOff.NONE}
    assert not any(int(first_row(item)) in CLINICAL for item in library)


def test_whoever_may_choose_an_audience_finds_a_text(library, vocabulary):
    written_for = {tag for item in library for tag in item.audience}

    assert {tag.key for tag in vocabulary.audiences if not tag.restricted} - written_for == WITHOUT_A_TEXT
    assert not written_for & RESTRICTED


def test_the_seasons_to_come_have_their_text(library):
    assert {item.season for item in library} >= SEASONS


def test_both_languages_say_the_same_of_themselves(library):
    filed = [(item.slug, item.audience, item.topics, item.format, item.season, item.minutes) for item in library]

    assert filed[::2] == filed[1::2]


def test_restricted_audiences_are_those_of_the_facts(vocabulary):
    assert {tag.key for tag in vocabulary.audiences if tag.restricted} == RESTRICTED


def test_every_item_names_the_facts_it_rests_on(library):
    assert all(first_row(item) for item in library)


def test_no_text_has_a_number_to_call_not_even_in_its_comments(library):
    numbers = {line["number"] for line in tomllib.loads(read("helplines.toml"))["line"]}
    digits = regex.compile(r"\d+(?:[ -]\d+)*")

    found = {number for item in library for number in digits.findall(f"{item.title}\n{item.body}")}

    assert not found & numbers
    assert not [number for number in found if len(number) > 4]


def test_a_tip_fits_one_message_of_the_narrowest_channel(library):
    sizes = [(len(text), measure(text, "bytes")) for text in map(shown, library)]

    assert all(characters <= 1_100 and size <= 1_900 for characters, size in sizes)
    assert all(len(shown(item)) <= 600 for item in library if item.language is Language.ZH)


def test_nothing_of_markdown_is_left_in_what_people_read(library):
    assert not any(regex.search(r"\*\*|<!--|^#|^- ", shown(item), regex.MULTILINE) for item in library)


def shown(item):
    return f"{item.title}\n\n{plain(item.body)}"


def first_row(item):
    """The row of the content plan that the text was made from."""
    return regex.search(r"<!-- Facts: domain C(\d\d)", item.body)[1]
