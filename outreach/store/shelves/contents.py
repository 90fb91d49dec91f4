"""Approved versions of library items, and who has had which."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Rhythm
from outreach.services.cards import ApprovedItem, TipDue
from outreach.services.cards_content import ApprovedText, ContentVersion
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_content import ContentVersionRow
from outreach.store.rows_people import ResidentRow, TipSeenRow
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

_VERSION, _RESIDENT, _SEEN = table_of(ContentVersionRow), table_of(ResidentRow), table_of(TipSeenRow)
_V, _R, _T = _VERSION.c, _RESIDENT.c, _SEEN.c

_PLACED = select(
    _V.id,
    # What was approved last stands, be it an old version again; of one moment, what came to the table last.
    func.row_number()
    .over(partition_by=(_V.slug, _V.language), order_by=(_V.approved_at.desc(), _V.id.desc()))
    .label("place"),
).subquery()
_IS_LATEST = _V.id.in_(select(_PLACED.c.id).where(_PLACED.c.place == 1))
_STANDS = _V.withdrawn_at.is_(None)

_ITEM = (_V.slug, _V.language, _V.version, _V.title, _V.body, _V.audience, _V.approved_by, _V.approved_at)
_CARD = (_V.slug, _V.language, _V.version, _V.title, _V.audience, _V.approved_by, _V.approved_at)
_WITHDRAWN = (_V.withdrawn_at, _V.withdrawn_by)
_APPROVED = select(*_ITEM).where(_IS_LATEST, _STANDS).order_by(_V.slug, _V.language)
_OF_ITEM = (_V.slug == bindparam("slug"), _V.language == bindparam("language"))
_GET = select(*_ITEM).where(*_OF_ITEM, _V.version == bindparam("version"), _STANDS)
_LATEST = select(*_CARD, *_WITHDRAWN).where(_IS_LATEST).order_by(_V.slug, _V.language)
_TEXTS = (
    select(*_CARD, *_WITHDRAWN, _V.body, _V.path, _V.source).where(_IS_LATEST, _STANDS).order_by(_V.slug, _V.language)
)
_STANDING_VERSION = select(_V.version).where(*_OF_ITEM, _IS_LATEST, _STANDS)
_APPROVE = ByDialect(
    _VERSION,
    lambda new: new.on_conflict_do_update(
        index_elements=["slug", "language", "version"],
        set_={
            **{name: new.excluded[name] for name in ("approved_by", "approved_at", "path", "source")},
            "withdrawn_at": None,
            "withdrawn_by": None,
        },
    ),
)
_KEEP_SOURCE = (
    update(_VERSION)
    .where(_V.slug == bindparam("of_slug"), _V.language == bindparam("of_language"))
    .where(_V.version == bindparam("of_version"), _V.source == "")
)
_WITHDRAW = update(_VERSION).where(_V.slug == bindparam("of_slug"), _STANDS)
_DUE = (
    select(_R.id, _R.language, _R.audiences, _R.next_tip_at, _R.rhythm)
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

    def approve(
        self, item: ApprovedItem, by: Actor, now: datetime, *, path: str = "", source: str = ""
    ) -> ApprovedItem:
        """Freeze *item*, word for word. The version that stands stays as it was, with its first actor.

        A version that was withdrawn, or that another had followed, stands again, approved by *by*.
        """
        place = {"slug": item.slug, "language": item.language.value}
        if self._at.connection.execute(_STANDING_VERSION, place).scalar_one_or_none() != item.version:
            values = {
                **place,
                "version": item.version,
                "title": item.title,
                "body": item.body,
                "audience": joined(item.audience),
                "approved_by": by.name,
                "approved_at": now,
                "path": path,
                "source": source,
            }
            self._at.connection.execute(_APPROVE.on(self._at.connection), values)
        stored = self.get(item.slug, item.language, item.version)
        if stored is None:
            raise NotFound("item", item.slug)
        return stored

    def approved(self, language: Language | None = None, slug: str | None = None) -> list[ApprovedItem]:
        """The version of each item, or of that one, that stands: approved last, not withdrawn. By slug."""
        wanted = _APPROVED if language is None else _APPROVED.where(_V.language == language.value)
        wanted = wanted if slug is None else wanted.where(_V.slug == slug)
        return [_item(row) for row in self._at.connection.execute(wanted)]

    def get(self, slug: str, language: Language, version: str) -> ApprovedItem | None:
        """One approved version that may be sent, also one that a newer has followed; ``None`` for a withdrawn one."""
        values = {"slug": slug, "language": language.value, "version": version}
        row = self._at.connection.execute(_GET, values).one_or_none()
        return None if row is None else _item(row)

    def latest(self) -> list[ContentVersion]:
        """The version of each item that was approved last, also if it was withdrawn. By slug and language."""
        return [_version(row) for row in self._at.connection.execute(_LATEST)]

    def texts(self) -> list[ApprovedText]:
        """What `approved` gives, with the files as they were approved."""
        rows = self._at.connection.execute(_TEXTS)
        return [ApprovedText(_version(row[:-3]), *row[-3:]) for row in rows]

    def keep_source(self, item: ContentVersion, path: str, source: str) -> None:
        """The file of a version that was approved before files were kept; one that is kept stays."""
        values = {"of_slug": item.slug, "of_language": item.language.value, "of_version": item.version}
        self._at.connection.execute(_KEEP_SOURCE.values(path=path, source=source), values)

    def withdraw(self, slug: str, language: Language | None, by: Actor, now: datetime) -> None:
        """Every version of the item, in one language or in all, is sent no more."""
        one = _WITHDRAW if language is None else _WITHDRAW.where(_V.language == language.value)
        self._at.connection.execute(one.values(withdrawn_at=now, withdrawn_by=by.name), {"of_slug": slug})

    def tips_due(self, now: datetime, limit: int) -> list[TipDue]:
        """Residents whose moment has come, oldest first, locked; with what they have had."""
        rows = self._at.connection.execute(_DUE, {"now": now, "limit": limit}).all()
        seen = self._seen_by([row[0] for row in rows])
        return [
            TipDue(found, Language(language), split(audiences), due_at, tuple(seen.get(found, ())), Rhythm(rhythm))
            for found, language, audiences, due_at, rhythm in rows
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


def _version(row: Sequence[Any]) -> ContentVersion:
    slug, language, version, title, audience, approved_by, approved_at, withdrawn_at, withdrawn_by = row
    language, audience = Language(language), split(audience)
    return ContentVersion(
        slug, language, version, title, audience, approved_by, approved_at, withdrawn_at, withdrawn_by
    )
