"""Approved versions of library items, and who has had which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language
from outreach.services.cards import ApprovedItem, TipDue
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_content import ContentVersionRow
from outreach.store.rows_people import ResidentRow, TipSeenRow
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

_VERSION, _RESIDENT, _SEEN = table_of(ContentVersionRow), table_of(ResidentRow), table_of(TipSeenRow)
_V, _R, _T = _VERSION.c, _RESIDENT.c, _SEEN.c

_ITEMS = select(_V.slug, _V.language, _V.version, _V.title, _V.body, _V.audience, _V.approved_by, _V.approved_at)
_NEWEST = select(func.max(_V.id)).group_by(_V.slug, _V.language)
_APPROVED = _ITEMS.where(_V.id.in_(_NEWEST)).order_by(_V.slug, _V.language)
_APPROVED_IN = _APPROVED.where(_V.language == bindparam("language"))
_GET = _ITEMS.where(
    _V.slug == bindparam("slug"), _V.language == bindparam("language"), _V.version == bindparam("version")
)
_APPROVE = ByDialect(_VERSION, lambda new: new.on_conflict_do_nothing(index_elements=["slug", "language", "version"]))
_DUE = (
    select(_R.id, _R.language, _R.audiences, _R.next_tip_at)
    .where(_R.next_tip_at <= bindparam("now"))
    .order_by(_R.next_tip_at, _R.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_MARK = ByDialect(
    _SEEN,
    lambda new: new.on_conflict_do_update(
        index_elements=["resident_id", "slug"], set_={"seen_at": new.excluded.seen_at}
    ),
)
_SEEN_BY = select(_T.slug).where(_T.resident_id == bindparam("resident")).order_by(_T.seen_at, _T.slug)
_SEEN_BY_ALL = (
    select(_T.resident_id, _T.slug)
    .where(_T.resident_id.in_(bindparam("residents", expanding=True)))
    .order_by(_T.seen_at, _T.slug)
)


class ContentShelf(Shelf):
    """Matches `services.ports.Contents`."""

    __slots__ = ()

    def approve(self, item: ApprovedItem, by: Actor, now: datetime) -> ApprovedItem:
        """Freeze *item*, word for word. A version that was approved before stays as it was, with its first actor."""
        values = {
            "slug": item.slug,
            "language": item.language.value,
            "version": item.version,
            "title": item.title,
            "body": item.body,
            "audience": joined(item.audience),
            "approved_by": by.name,
            "approved_at": now,
        }
        self._at.connection.execute(_APPROVE.on(self._at.connection), values)
        stored = self.get(item.slug, item.language, item.version)
        if stored is None:
            raise NotFound("item", item.slug)
        return stored

    def approved(self, language: Language | None = None) -> list[ApprovedItem]:
        """The newest approved version of each item, by slug."""
        if language is None:
            return [_item(row) for row in self._at.connection.execute(_APPROVED)]
        return [_item(row) for row in self._at.connection.execute(_APPROVED_IN, {"language": language.value})]

    def get(self, slug: str, language: Language, version: str) -> ApprovedItem | None:
        """One approved version, also one that a newer has followed."""
        values = {"slug": slug, "language": language.value, "version": version}
        row = self._at.connection.execute(_GET, values).one_or_none()
        return None if row is None else _item(row)

    def tips_due(self, now: datetime, limit: int) -> list[TipDue]:
        """Residents whose moment has come, oldest first, locked; with what they have had."""
        rows = self._at.connection.execute(_DUE, {"now": now, "limit": limit}).all()
        seen = self._seen_by([row[0] for row in rows])
        return [
            TipDue(found, Language(language), split(audiences), due_at, tuple(seen.get(found, ())))
            for found, language, audiences, due_at in rows
        ]

    def mark_seen(self, resident_id: ResidentId, slug: str, now: datetime) -> None:
        """They have it, most recently now."""
        values = {"resident_id": resident_id, "slug": slug, "seen_at": now}
        self._at.connection.execute(_MARK.on(self._at.connection), values)

    def seen(self, resident_id: ResidentId) -> tuple[str, ...]:
        """Slugs, oldest first."""
        return tuple(self._at.connection.execute(_SEEN_BY, {"resident": resident_id}).scalars())

    def _seen_by(self, residents: Sequence[int]) -> dict[int, list[str]]:
        found: dict[int, list[str]] = {}
        rows: Iterable[Any] = self._at.connection.execute(_SEEN_BY_ALL, {"residents": residents}) if residents else ()
        for resident_id, slug in rows:
            found.setdefault(resident_id, []).append(slug)
        return found


def _item(row: Sequence[Any]) -> ApprovedItem:
    slug, language, version, title, body, audience, approved_by, approved_at = row
    return ApprovedItem(slug, Language(language), version, title, body, split(audience), approved_by, approved_at)
