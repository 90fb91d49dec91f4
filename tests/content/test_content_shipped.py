"""The library that ships: read whole, without a problem, promising nothing and signed by nobody."""

from datetime import date
from pathlib import Path

import pytest
import regex

from outreach.content import (
    ItemStatus,
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


def test_every_item_is_there_in_every_language(library):
    assert len(library) == len(library.slugs()) * len(Language) >= 8


def test_nobody_is_invented_as_a_reviewer(library):
    assert {(item.status, item.reviewed_by, item.reviewed_on) for item in library} == {(ItemStatus.IN_REVIEW, "", None)}


def test_residents_of_every_age_find_something(library):
    assert {"general", "elderly", "parent", "youth"} <= {tag for item in library for tag in item.audience}


def test_restricted_audiences_are_those_of_the_facts(vocabulary):
    assert {tag.key for tag in vocabulary.audiences if tag.restricted} == RESTRICTED


def test_every_item_names_the_facts_it_rests_on(library):
    assert all(regex.search(r"<!-- Facts: domain C\d\d", item.body) for item in library)


def test_a_tip_fits_one_message_of_the_narrowest_channel(library):
    sizes = [(len(text), measure(text, "bytes")) for text in map(shown, library)]

    assert all(characters <= 1_100 and size <= 1_900 for characters, size in sizes)
    assert all(len(shown(item)) <= 600 for item in library if item.language is Language.ZH)


def test_nothing_of_markdown_is_left_in_what_people_read(library):
    assert not any(regex.search(r"\*\*|<!--|^#|^- ", shown(item), regex.MULTILINE) for item in library)


def shown(item):
    return f"{item.title}\n\n{plain(item.body)}"
