"""Approve and withdraw what the library ships: only what stands approved is sent, in exactly those words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from outreach.content import ContentItem, Library, Severity, WordingRules, lint_item
from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import BadInput, Forbidden, NotFound
from outreach.domain.messages import Language
from outreach.services.access import require
from outreach.services.cards import ApprovedItem
from outreach.services.cards_content import ContentVersion, ItemState, LibraryLine
from outreach.services.ports import UnitOfWork

NO_SIGN_OFF = "none"
LONGEST_REASON = 200  # characters: a line in the audit, not a letter
_READERS = (Permission.APPROVE_CONTENT, Permission.BROADCAST)


@dataclass(frozen=True, slots=True)
class Review:
    """The second look at an item before it is approved: *library* is the one it comes from."""

    library: Library
    rules: WordingRules

    def errors(self, item: ContentItem, now: datetime) -> list[str]:
        """What keeps *item* from being approved, by file and line; warnings do not."""
        found = lint_item(item, self.library, now.date(), self.rules)
        return [str(one) for one in found if one.severity is Severity.ERROR]


def approve(uow: UnitOfWork, by: Actor, item: ContentItem, now: datetime, review: Review | None = None) -> ApprovedItem:
    """Freeze *item* as it stands: actor, time, version hash and file. Approving what stands changes nothing.

    Approving lifts a withdrawal. Without *review* nothing is linted: for a library that was before.
    Raises `Forbidden` for an item that asks for a clinical sign-off, which cannot be given here, and `BadInput` with
    all errors that *review* finds in it.
    """
    require(by, Permission.APPROVE_CONTENT)
    if item.sign_off != NO_SIGN_OFF:
        raise Forbidden(f"{item.slug} asks for the sign-off of a {item.sign_off}")
    if review is not None and (errors := review.errors(item, now)):
        raise BadInput(errors)
    frozen = ApprovedItem(
        item.slug,
        Language(item.language),
        item.version,
        item.title,
        item.body,
        frozenset(item.audience),
        by.name,
        now,
    )
    stored = uow.contents.approve(frozen, by, now, path=item.path, source=item.source)
    uow.audit.write(by, "approve", "item", f"{item.slug}.{item.language}@{item.version}", now)
    return stored


def withdraw(
    uow: UnitOfWork, by: Actor, slug: str, language: Language | None, reason: str, now: datetime
) -> list[ContentVersion]:
    """Take *slug* back, in one language or in all: from the next claim on no version of it is sent, queued or not.

    Returns what was withdrawn. Withdrawing again changes nothing; approving lets it stand again.
    Raises `BadInput` without a reason of one short line, and `NotFound` if it was never approved here.
    """
    require(by, Permission.APPROVE_CONTENT)
    why = _reason(reason)
    found = [one for one in uow.contents.latest() if one.slug == slug and language in {None, one.language}]
    if not found:
        raise NotFound("approved item", slug if language is None else f"{slug}.{language}")
    standing = [one for one in found if one.withdrawn_at is None]
    if standing:
        uow.contents.withdraw(slug, language, by, now)
    for one in standing:
        uow.audit.write(by, "withdraw", "item", f"{one.slug}.{one.language}@{one.version}", now, why)
    return [one for one in uow.contents.latest() if one.slug == slug and language in {None, one.language}]


def listed(
    uow: UnitOfWork,
    by: Actor,
    library: Library,
    *,
    language: Language | None = None,
    audience: str | None = None,
    limit: int,
    after: str = "",
) -> list[LibraryLine]:
    """All that *library* holds or that is approved here, by slug and language, from behind *after* (a line's `key`).

    With *audience* only what is filed under that tag. Raises `Forbidden` for whoever neither approves nor announces.
    """
    require_reader(by)
    latest = {(one.slug, one.language): one for one in uow.contents.latest()}
    slug, _, tongue = after.rpartition(".")
    keys = sorted(key for key in {*library.items, *latest} if (key[0], key[1].value) > (slug, tongue))
    lines = (
        _of_file(library.items[key], latest.get(key)) if key in library.items else _without_file(latest[key])
        for key in keys
    )
    wanted = (one for one in lines if language in {None, one.language} and audience in {None, *one.audience})
    return list(islice(wanted, limit))


def require_reader(by: Actor) -> None:
    """Raise `Forbidden` unless *by* works with the library: to approve from it, or to announce from it."""
    if not any(by.reach(permission) for permission in _READERS):
        require(by, Permission.APPROVE_CONTENT)


def _reason(given: str) -> str:
    reason = " ".join(given.split())
    problems = list(_problems_of(reason))
    if problems:
        raise BadInput(problems)
    return reason


def _problems_of(reason: str) -> Iterator[str]:
    if not reason:
        yield "reason: it is empty; say in a few words why the text is withdrawn"
    if len(reason) > LONGEST_REASON:
        yield f"reason: it has {len(reason)} characters, at most {LONGEST_REASON} are kept; shorten it"


def _of_file(item: ContentItem, version: ContentVersion | None) -> LibraryLine:
    line = LibraryLine(
        slug=item.slug,
        language=item.language,
        title=item.title,
        audience=item.audience,
        topics=item.topics,
        season=item.season,
        shipped_version=item.version,
        state=_state(item, version),
        sign_off=str(item.sign_off),
    )
    return line if version is None else replace(line, **_approval(version))


def _without_file(version: ContentVersion) -> LibraryLine:
    line = LibraryLine(
        slug=version.slug,
        language=version.language,
        title=version.title,
        audience=tuple(sorted(version.audience)),
        state=_state(None, version),
    )
    return replace(line, **_approval(version))


def _approval(version: ContentVersion) -> dict[str, Any]:
    return {
        "approved_version": version.version,
        "approved_by": version.approved_by,
        "approved_at": version.approved_at,
        "withdrawn_at": version.withdrawn_at,
        "withdrawn_by": version.withdrawn_by,
    }


def _state(item: ContentItem | None, version: ContentVersion | None) -> ItemState:
    if version is None:
        return ItemState.IN_REVIEW
    if version.withdrawn_at is not None:
        return ItemState.WITHDRAWN
    return ItemState.APPROVED if item and item.version == version.version else ItemState.APPROVED_OLDER
