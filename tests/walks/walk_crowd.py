"""Thousands of residents as rows, by groups that differ in what decides whether they get an announcement."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, text

from outreach.domain.ids import LaneName, RegionId
from outreach.store import Database
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import AddressRow, ConsentRow, RegionMuteRow, ResidentRow
from outreach.store.shelves.people import REF_COLUMN

FIRST_USER = 500_000
IN_ENGLISH = 10  # one in so many reads English
Row = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Group:
    """So many *people* who live in one place. *told*: how long ago they got announcements; *mutes*: a region."""

    people: int
    region_id: RegionId
    audiences: str = "elderly"
    agrees: bool = True
    reach: str = "reachable"
    mutes: RegionId | None = None
    told: tuple[timedelta, ...] = ()


@dataclass(frozen=True, slots=True)
class Resident:
    """One of them: *user* is what Telegram calls them."""

    id: int
    user: int
    lane: LaneName
    language: str
    group: Group


def settle(database: Database, groups: Iterable[Group], lanes: Sequence[LaneName], now: datetime) -> list[Resident]:
    """Make them all, in a handful of statements; they take turns at *lanes*."""
    crowd = list(_residents(groups, lanes))
    # One key for all: making thousands takes seconds, and nobody of this town is anybody.
    seal, sealed = database.ring.new_person()
    with database.unit_of_work() as uow:
        for row, rows in (
            (ResidentRow, [_resident(one, sealed, now) for one in crowd]),
            (
                AddressRow,
                [_address(database, one, seal.seal(str(one.user).encode(), REF_COLUMN), now) for one in crowd],
            ),
            (ConsentRow, [_consent(one, now) for one in crowd if one.group.agrees]),
            (RegionMuteRow, [_mute(one, now) for one in crowd if one.group.mutes is not None]),
            (DeliveryRow, [_told(one, ago, now) for one in crowd for ago in one.group.told]),
        ):
            if rows:
                uow.connection.execute(insert(table_of(row)), rows)
        if uow.connection.dialect.name == "postgresql":  # which counts on from ids of ours only when it is told
            for name in ("resident", "address"):
                counter = f"pg_get_serial_sequence('{name}', 'id')"
                uow.connection.execute(text(f"SELECT setval({counter}, (SELECT max(id) FROM {name}))"))
            uow.connection.execute(text("ANALYZE"))
    return crowd


def _residents(groups: Iterable[Group], lanes: Sequence[LaneName]) -> Iterator[Resident]:
    number = 0
    for group in groups:
        for _ in range(group.people):
            number += 1
            language = "zh" if number % IN_ENGLISH else "en"
            yield Resident(number, FIRST_USER + number, lanes[number // 3 % len(lanes)], language, group)


def _resident(one: Resident, sealed: bytes, now: datetime) -> Row:
    return {
        "id": one.id, "language": one.language, "region_id": one.group.region_id, "audiences": one.group.audiences,
        "key_sealed": sealed, "next_tip_at": None, "created_at": now - timedelta(days=30), "rhythm": "weekly",
    }  # fmt: skip


def _address(database: Database, one: Resident, ref_sealed: bytes, now: datetime) -> Row:
    then = now - timedelta(days=10)
    return {
        "id": one.id, "resident_id": one.id, "lane": one.lane, "person": database.ring.index(one.lane, str(one.user)),
        "ref_sealed": ref_sealed, "reach": one.group.reach, "reach_at": then, "last_word_at": then, "created_at": then,
    }  # fmt: skip


def _consent(one: Resident, now: datetime) -> Row:
    return {
        "resident_id": one.id, "purpose": "news", "text_version": "walk", "text_hash": "0" * 16, "channel": one.lane,
        "language": one.language, "given_at": now - timedelta(days=30),
    }  # fmt: skip


def _mute(one: Resident, now: datetime) -> Row:
    return {"resident_id": one.id, "region_id": one.group.mutes, "since": now - timedelta(days=5)}


def _told(one: Resident, ago: timedelta, now: datetime) -> Row:
    then = now - ago
    return {
        "key": f"told:{one.id}:{ago}", "lane": one.lane, "kind": "announcement", "rank": 5, "state": "sent",
        "due_at": then, "epoch": 0, "tries": 1, "parts_sent": 1, "resident_id": one.id, "address_id": one.id,
        "subject": "{}", "reason": "", "external_id": "", "created_at": then, "changed_at": then,
        "tidy_at": now + timedelta(days=60),
    }  # fmt: skip
