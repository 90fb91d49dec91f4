"""Broadcasts: drafts, their words, how far they are, what became of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, delete, func, insert, or_, select, text, update

from outreach.domain.actor import Actor
from outreach.domain.broadcast import About, Approved, BroadcastId, BroadcastState
from outreach.domain.errors import NotFound
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Language
from outreach.domain.quiet_days import QuietDays
from outreach.services.cards_broadcasts import (
    Aim,
    BroadcastCard,
    BroadcastText,
    CallLine,
    Chunk,
    NewBroadcast,
    OpenLane,
    Outcome,
    Tally,
    Told,
)
from outreach.store.codec import packed
from outreach.store.rows import table_of
from outreach.store.rows_broadcasts import RUNNING, BroadcastRow, BroadcastTextRow
from outreach.store.rows_people import RegionRow
from outreach.store.shelves import broadcast_planning, broadcast_reached, broadcast_tally, ledger_people
from outreach.store.transaction import Shelf
from outreach.store.types import joined, split

_BROADCAST, _TEXT, _REGION = table_of(BroadcastRow), table_of(BroadcastTextRow), table_of(RegionRow)
_B, _T, _G = _BROADCAST.c, _TEXT.c, _REGION.c
_NOW = bindparam("now", type_=_B.changed_at.type)

_BEGINNING = 40  # characters of a text that has no title
_NAME = case((_T.title != "", _T.title), else_=func.substr(_T.body, 1, _BEGINNING))
_TITLE = (  # in one of its languages: which one is for a list of no consequence
    select(func.min(_NAME)).where(_T.broadcast_id == _B.id).scalar_subquery()
)
_CARDS = select(_BROADCAST, _TITLE.label("title"), _G.path, _G.name, _G.zone).select_from(
    _BROADCAST.join(_REGION, _G.id == _B.region_id)
)
_GET = _CARDS.where(_B.id == bindparam("id"))
_LOCKED = _GET.with_for_update(of=_BROADCAST)
_NEWEST = _CARDS.order_by(_B.id.desc()).limit(bindparam("limit"))
_BEFORE = _B.id < bindparam("before")
_RUNNING = (
    _CARDS.where(
        text(RUNNING),
        _B.state.in_(bindparam("states", expanding=True)),
        or_(_B.starts_at.is_(None), _B.starts_at <= _NOW),
    )
    .order_by(_B.id)
    .limit(bindparam("limit"))
    .with_for_update(of=_BROADCAST, skip_locked=True)
)
_ADD = insert(_BROADCAST)
_SAVE = update(_BROADCAST).where(_B.id == bindparam("of"))
_CHANGED = {"changed_at": _NOW, "version": _B.version + 1}
_APPROVE = _SAVE.values(
    state=BroadcastState.APPROVED.value,
    approved_by=bindparam("by"),
    approved_by_id=bindparam("by_id"),
    approved_at=_NOW,
    **_CHANGED,
)
_SCHEDULE = _SAVE.values(starts_at=bindparam("at", type_=_B.starts_at.type), **_CHANGED)
_MOVE = _SAVE.values(state=bindparam("became"), **_CHANGED)
_STOP = _MOVE.values(stopped_at=_NOW)
_SETTLE = _MOVE.values(settled_at=_NOW)
_PROGRESS = _SAVE.values(
    planned_up_to=bindparam("up_to"),
    planned=_B.planned + bindparam("more"),
    left_out=bindparam("left"),
    changed_at=_NOW,
)
_SO_FAR = select(_B.left_out).where(_B.id == bindparam("id"))
_TEXTS = select(_TEXT).where(_T.broadcast_id == bindparam("id")).order_by(_T.language)
_DROP_TEXTS = delete(_TEXT).where(_T.broadcast_id == bindparam("of"))
_ADD_TEXTS = insert(_TEXT)
_SECOND_PERSON = (
    select(_G.second_person)
    .where(_G.second_person.is_not(None), bindparam("path").startswith(_G.path))
    .order_by(_G.level.desc())
    .limit(1)
)
_PATH = select(_G.path).where(_G.id == bindparam("id"))


class BroadcastShelf(Shelf):
    """Matches `services.ports.Broadcasts`."""

    __slots__ = ()

    def add(self, new: NewBroadcast, texts: Iterable[BroadcastText], by: Actor, now: datetime) -> BroadcastId:
        """A new draft in these words."""
        values = {
            "about": new.about.value,
            "state": BroadcastState.DRAFT.value,
            "activity_id": new.activity_id,
            "slug": new.slug,
            "region_id": new.region_id,
            "audience": joined(new.audience),
            "languages": joined(new.languages),
            "starts_at": new.starts_at,
            "planned_up_to": 0,
            "planned": 0,
            "left_out": "{}",
            "version": 0,
            "drafted_by": by.name,
            "drafted_by_id": by.staff_id,
            "created_at": now,
            "changed_at": now,
        }
        broadcast_id = BroadcastId(self._at.insert(_ADD, values))
        self.put_texts(broadcast_id, texts)
        return broadcast_id

    def get(self, broadcast_id: BroadcastId) -> BroadcastCard:
        """Raises `NotFound`."""
        return self._one(_GET, broadcast_id)

    def locked(self, broadcast_id: BroadcastId) -> BroadcastCard:
        """As `get`, locked until the end of the transaction."""
        return self._one(_LOCKED, broadcast_id)

    def listed(
        self, region_path: str, limit: int, *, below: bool, before: BroadcastId | None = None
    ) -> list[BroadcastCard]:
        """Newest first: those of that region, or of all *below* it too; page on with the last id seen."""
        there = _G.path.startswith(region_path, autoescape=True) if below else _G.path == region_path
        statement, values = _NEWEST.where(there), {"limit": limit}
        if before is not None:
            statement, values = statement.where(_BEFORE), values | {"before": before}
        return [_card(row) for row in self._at.connection.execute(statement, values)]

    def texts(self, broadcast_id: BroadcastId) -> Mapping[Language, BroadcastText]:
        """The words by language."""
        found = map(ledger_people.text_of, self._at.connection.execute(_TEXTS, {"id": broadcast_id}))
        return {each.language: each for each in found}

    def put_texts(self, broadcast_id: BroadcastId, texts: Iterable[BroadcastText]) -> None:
        """These words instead of those before."""
        self._at.connection.execute(_DROP_TEXTS, {"of": broadcast_id})
        rows = [_text_row(broadcast_id, each) for each in texts]
        if rows:
            self._at.connection.execute(_ADD_TEXTS, rows)

    def approve(self, fact: Approved, by: Actor, now: datetime) -> None:
        """Keep who approved it."""
        values = {"of": fact.broadcast_id, "by": by.name, "by_id": by.staff_id, "now": now}
        self._at.connection.execute(_APPROVE, values)

    def schedule(self, broadcast_id: BroadcastId, starts_at: datetime | None, now: datetime) -> None:
        """It begins then; ``None``: at once."""
        self._at.connection.execute(_SCHEDULE, {"of": broadcast_id, "at": starts_at, "now": now})

    def move(self, broadcast_id: BroadcastId, state: BroadcastState, now: datetime) -> None:
        """Keep its new state."""
        statement = _STOP if state is BroadcastState.STOPPED else _MOVE
        self._at.connection.execute(statement, {"of": broadcast_id, "became": state.value, "now": now})

    def settle(self, broadcast_id: BroadcastId, state: BroadcastState, now: datetime) -> None:
        """It is *state* now, or was before, and nothing of it is open any more."""
        self._at.connection.execute(_SETTLE, {"of": broadcast_id, "became": state.value, "now": now})

    def running(self, states: Iterable[BroadcastState], now: datetime, limit: int) -> list[BroadcastCard]:
        """Those in *states* with something left to do whose time has come, oldest first, locked; others' are left."""
        values = {"states": [state.value for state in states], "now": now, "limit": limit}
        return [_card(row) for row in self._at.connection.execute(_RUNNING, values)]

    def overtaken(self, broadcast_id: BroadcastId) -> str:
        """Why its words do not hold any more; empty: they do."""
        found = ledger_people.posted(self._at, [broadcast_id]).values()
        return next((each.overtaken for each in found if each.overtaken), "")

    def plan(self, broadcast_id: BroadcastId, aim: Aim, after: int, limit: int, now: datetime) -> Chunk:
        """Queue it for those meant among the next *limit* residents after *after*, and keep the cursor."""
        chunk = broadcast_planning.plan_chunk(self._at, broadcast_id, aim, after, limit, now)
        left_out = json.loads(self._at.connection.execute(_SO_FAR, {"id": broadcast_id}).scalar_one())
        for why, people in chunk.left_out.items():
            left_out[why] = left_out.get(why, 0) + people
        values = {"of": broadcast_id, "up_to": chunk.up_to, "more": chunk.planned, "now": now}
        self._at.connection.execute(_PROGRESS, values | {"left": packed(left_out).decode()})
        if after == 0 or chunk.is_last:
            broadcast_planning.analyse(self._at, chunk.up_to)
        return chunk

    def tally(
        self,
        aim: Aim,
        lanes: Sequence[OpenLane],
        weekly_cap: int | None,
        now: datetime,
        days: Sequence[QuietDays] = (),
    ) -> list[Tally]:
        """Everybody in the region, counted by what would become of it, and by which of *days* are theirs.

        A constant number of statements.
        """
        return broadcast_tally.tally(self._at, aim, lanes, weekly_cap, now, days)

    def people_in(self, region_path: str, most: int) -> int:
        """How many live in that region and below it; *most* at the most, and no more are looked at."""
        return broadcast_tally.people_in(self._at, region_path, most)

    def withdraw(self, broadcast_id: BroadcastId, reason: str, limit: int, now: datetime) -> int:
        """Take back up to *limit* of what is open; how many."""
        return broadcast_reached.withdraw(self._at, broadcast_id, reason, limit, now)

    def is_open(self, broadcast_id: BroadcastId) -> bool:
        """Whether something of it is still to be sent, or in the air."""
        return broadcast_reached.is_open(self._at, broadcast_id)

    def outcomes(self, broadcast_id: BroadcastId) -> list[Outcome]:
        """People by the state of their delivery and its reason."""
        return broadcast_reached.outcomes(self._at, broadcast_id)

    def unreached(
        self, broadcast_id: BroadcastId, region_path: str, limit: int, after: ResidentId, *, below: bool
    ) -> list[CallLine]:
        """Whom it did not reach though they are meant, by id; those of that region, or of all *below* it too."""
        return broadcast_reached.unreached(self._at, broadcast_id, region_path, limit, after, below=below)

    def last_told(self, resident_id: ResidentId) -> Told | None:
        """The last announcement or tip that they got and that is still in the ledger."""
        return broadcast_reached.last_told(self._at, resident_id)

    def second_person(self, region_id: RegionId) -> bool:
        """Whether that region wants a second person, by its own setting or the nearest one above it; yes by default."""
        path = self._at.connection.execute(_PATH, {"id": region_id}).scalar_one_or_none()
        found = self._at.connection.execute(_SECOND_PERSON, {"path": path or ""}).scalar_one_or_none()
        return True if found is None else bool(found)

    def _one(self, statement: Select[Any], broadcast_id: BroadcastId) -> BroadcastCard:
        row = self._at.connection.execute(statement, {"id": broadcast_id}).one_or_none()
        if row is None:
            raise NotFound("broadcast", broadcast_id)
        return _card(row)


def _text_row(broadcast_id: BroadcastId, each: BroadcastText) -> dict[str, object]:
    return {
        "broadcast_id": broadcast_id,
        "language": each.language.value,
        "title": each.title,
        "body": each.body,
        "version": each.version,
        "hash": each.hash,
        "fields": packed(dict(each.fields)).decode(),
    }


def _card(row: Any) -> BroadcastCard:
    return BroadcastCard(
        id=BroadcastId(row.id),
        about=About(row.about),
        state=BroadcastState(row.state),
        title=row.title or "",
        activity_id=row.activity_id,
        slug=row.slug,
        region_id=RegionId(row.region_id),
        region_path=row.path,
        region_name=row.name,
        zone=row.zone,
        audience=split(row.audience),
        languages=frozenset(map(Language, split(row.languages))),
        starts_at=row.starts_at,
        planned_up_to=row.planned_up_to,
        planned=row.planned,
        left_out=json.loads(row.left_out),
        version=row.version,
        drafted_by=row.drafted_by,
        drafted_by_id=row.drafted_by_id,
        approved_by=row.approved_by,
        approved_by_id=row.approved_by_id,
        approved_at=row.approved_at,
        stopped_at=row.stopped_at,
        settled_at=row.settled_at,
        created_at=row.created_at,
        changed_at=row.changed_at,
    )
