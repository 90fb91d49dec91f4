"""Approved content: which version stands, with its file, until it is withdrawn."""

from __future__ import annotations

import pytest
from store_town import MINUTE, NOW

from outreach.domain.actor import Actor, Role
from outreach.domain.messages import Language
from outreach.services.cards import ApprovedItem
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

EDITOR, OTHER = Actor(Role.EDITOR, "an editor"), Actor(Role.EDITOR, "another editor")
SOURCE = "---\ntitle: T\n---\nwords\n"


def approve(
    uow: SqlUnitOfWork, version: str, minute: int = 0, by: Actor = EDITOR, language: Language = Language.ZH
) -> ApprovedItem:
    """The item "sleep" in some version."""
    item = ApprovedItem("sleep", language, version, "T", f"body {version}", frozenset({"general"}))
    return uow.contents.approve(item, by, NOW + minute * MINUTE, path="sleep/sleep.zh.md", source=SOURCE + version)


def standing(uow: SqlUnitOfWork) -> list[tuple[str, str]]:
    return [(item.language, item.version) for item in uow.contents.approved()]


@pytest.fixture
def uow(database: Database):
    with database.unit_of_work() as open_:
        yield open_


def test_an_old_version_approved_again_stands_again(uow: SqlUnitOfWork):
    approve(uow, "v1")
    approve(uow, "v2", 1)

    again = approve(uow, "v1", 2, OTHER)

    assert standing(uow) == [("zh", "v1")]
    assert (again.approved_by, again.approved_at) == ("another editor", NOW + 2 * MINUTE)


def test_the_version_that_stands_keeps_its_first_actor(uow: SqlUnitOfWork):
    first = approve(uow, "v1")

    assert approve(uow, "v1", 5, OTHER) == first


def test_no_version_of_a_withdrawn_item_may_be_sent(uow: SqlUnitOfWork):
    approve(uow, "v1")
    approve(uow, "v2", 1)

    uow.contents.withdraw("sleep", Language.ZH, OTHER, NOW + 2 * MINUTE)

    assert standing(uow) == []
    assert [uow.contents.get("sleep", Language.ZH, version) for version in ("v1", "v2")] == [None, None]
    (last,) = uow.contents.latest()
    assert (last.version, last.withdrawn_by, last.withdrawn_at) == ("v2", "another editor", NOW + 2 * MINUTE)


@pytest.mark.parametrize(("language", "left"), [(Language.ZH, [("en", "v1")]), (None, [])])
def test_one_language_or_all_of_them_are_withdrawn(
    uow: SqlUnitOfWork, language: Language | None, left: list[tuple[str, str]]
):
    for tongue in Language:
        approve(uow, "v1", language=tongue)

    uow.contents.withdraw("sleep", language, EDITOR, NOW)

    assert standing(uow) == left


def test_another_item_is_left_alone(uow: SqlUnitOfWork):
    approve(uow, "v1")

    uow.contents.withdraw("sleepy", None, EDITOR, NOW)

    assert standing(uow) == [("zh", "v1")]


def test_a_first_withdrawal_is_not_written_over(uow: SqlUnitOfWork):
    approve(uow, "v1")
    uow.contents.withdraw("sleep", None, EDITOR, NOW)

    uow.contents.withdraw("sleep", None, OTHER, NOW + MINUTE)

    assert [one.withdrawn_by for one in uow.contents.latest()] == ["an editor"]


@pytest.mark.parametrize("version", ["v1", "v2", "v3"])
def test_approving_lets_any_version_stand_after_a_withdrawal_and_no_other(uow: SqlUnitOfWork, version: str):
    approve(uow, "v1")
    approve(uow, "v2", 1)
    uow.contents.withdraw("sleep", None, EDITOR, NOW + 2 * MINUTE)

    approve(uow, version, 3, OTHER)

    assert standing(uow) == [("zh", version)]
    assert [one.withdrawn_at for one in uow.contents.latest()] == [None]


def test_the_file_is_kept_to_the_byte(uow: SqlUnitOfWork):
    approve(uow, "v1")
    approve(uow, "v2", 1)

    (text,) = uow.contents.texts()

    assert (text.path, text.source, text.body, text.version.version) == (
        "sleep/sleep.zh.md",
        SOURCE + "v2",
        "body v2",
        "v2",
    )


def test_a_file_is_added_to_what_had_none_and_never_replaced(uow: SqlUnitOfWork):
    uow.contents.approve(ApprovedItem("old", Language.EN, "v1", "T", "body"), EDITOR, NOW)
    (old,) = uow.contents.latest()

    for source in ("first", "second"):
        uow.contents.keep_source(old, "sleep/old.en.md", source)

    assert [text.source for text in uow.contents.texts()] == ["first"]
