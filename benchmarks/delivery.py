"""What delivery costs beside bare SQL on the same rows: `python benchmarks/delivery.py --residents 1000000`.

On SQLite and on a PostgreSQL of its own: planning a broadcast for everybody, and taking, calling and recording what
is due against a channel that answers at once. Floors are measured on a copy of the same table with the same indexes.
"""

from __future__ import annotations

import argparse
import asyncio
import platform
import resource
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

from big_town import BigTown, Size
from postgres_server import running

from outreach.bootstrap import App, build
from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About
from outreach.domain.ids import LaneName, StaffId
from outreach.domain.messages import Capabilities, Language, Outcome, Outgoing, Sent
from outreach.runtime.bridge import Bridge
from outreach.runtime.collector import spare_what_stays
from outreach.runtime.pacing import Pacer
from outreach.runtime.sender import Sender
from outreach.services import broadcast_run, broadcasts
from outreach.services.cards_broadcasts import NewBroadcast
from outreach.services.dispatch import Outlet
from outreach.settings import load
from outreach.store.unit_of_work import SqlUnitOfWork

RESIDENTS, SENT = 100_000, 20_000
LANE = LaneName("telegram")
WORDS = {Language.ZH: "本周活动室粉刷墙面，活动照常。", Language.EN: "The hall is being painted; everything goes on."}
ABLE = Capabilities(
    text_limit=4096, text_unit="utf16", buttons=True, max_buttons=8, files=True, may_push=True,
    replies_in_place=0, rate_per_second=1e6, max_in_flight=500,
)  # fmt: skip
_AGREE = (
    "INSERT INTO consent (resident_id, purpose, text_version, text_hash, channel, language, given_at)"
    " SELECT r.id, 'news', 'big', '0', 'telegram', 'zh', r.created_at FROM resident r WHERE NOT EXISTS"
    " (SELECT 1 FROM consent c WHERE c.resident_id = r.id AND c.purpose = 'news')"
)


class Instant:
    """A platform that takes everything at once."""

    lane, capabilities = LANE, ABLE

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Taken."""
        return Sent("1")


@dataclass
class Measured:
    """Seconds, rows, and the longest transaction in milliseconds."""

    seconds: float
    rows: int
    longest: float = 0.0


def main() -> None:
    """Measure what was asked for and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=RESIDENTS)
    parser.add_argument("--only", choices=("SQLite", "PostgreSQL"), default=None)
    asked = parser.parse_args()
    print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {asked.residents:,} residents")
    print("\n| what | figure | floor in the same run | ratio or goal |\n|---|---|---|---|", flush=True)
    for row in lines(asked.residents, (asked.only,) if asked.only else ("SQLite", "PostgreSQL")):
        print(row, flush=True)


def lines(residents: int = RESIDENTS, kinds: tuple[str, ...] = ("SQLite", "PostgreSQL")) -> Iterator[str]:
    """Rows of the table in docs/performance.md."""
    for kind in kinds:
        with _town(kind, residents) as house:
            yield _planning(house, kind, residents)
            yield _sending(house, kind)


@contextmanager
def _town(kind: str, residents: int) -> Iterator[App]:
    with TemporaryDirectory() as folder:
        environment = {"OUTREACH_DATA_DIR": f"{folder}/var"}
        environment |= dict.fromkeys(("OUTREACH_QUIET_HOURS", "OUTREACH_QUIET_DAYS"), "off")
        if kind == "SQLite":
            yield from _filled(environment, Path(folder), residents)
            return
        with running() as server:
            environment["OUTREACH_DATABASE_URL"] = server.create("bench")
            yield from _filled(environment, Path(folder), residents)


def _filled(environment: dict[str, str], folder: Path, residents: int) -> Iterator[App]:
    house = build(load(environment, folder))
    BigTown(house.core.database, Size(residents, 200), datetime.now(UTC)).fill()
    with house.core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql(_AGREE)
        uow.connection.exec_driver_sql("UPDATE address SET lane = 'telegram'")
        uow.connection.exec_driver_sql("DELETE FROM attempt")
        uow.connection.exec_driver_sql("DELETE FROM delivery")
    if not house.settings.is_sqlite:
        with house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("ANALYZE")
    spare_what_stays()
    try:
        yield house
    finally:
        house.core.database.close()


def _planning(house: App, kind: str, residents: int) -> str:
    with house.core.database.unit_of_work() as uow:
        tags = frozenset(tag.key for tag in house.core.crafts.vocabulary.audiences if not tag.restricted)
        new = NewBroadcast(About.TEXT, uow.regions.root().id, texts=WORDS, audience=tags)
        now = datetime.now(UTC)
        card = broadcasts.draft(uow, Actor(Role.NETWORK_ADMIN, "a", StaffId(1)), house.newsroom, new, now)
        broadcasts.approve(uow, Actor.operator(), house.newsroom, card.id, now)
    before = _memory()
    ours = _chunks(house, lambda uow: broadcast_run.plan_next(uow, datetime.now(UTC)))
    grown = _memory() - before
    ours.rows = _count(house, "delivery")
    floor = _floor_of_planning(house)
    ratio = ours.seconds / floor.seconds
    return (
        f"| {kind}: plan a broadcast for {ours.rows:,} of {residents:,} | {ours.seconds:.1f} s,"
        f" {ours.rows / ours.seconds:,.0f}/s, longest transaction {ours.longest:.0f} ms, memory +{grown:.0f} MB"
        f" | the same rows by INSERT … SELECT, {broadcast_run.AT_ONCE:,} a commit: {floor.seconds:.1f} s,"
        f" longest {floor.longest:.0f} ms | {ratio:.2f} × (goal ≤ 2) |"
    )


def _chunks(house: App, work: Callable[[SqlUnitOfWork], object]) -> Measured:
    """Transactions of *work* until it says that there is nothing more."""
    took, more = [], True
    while more:
        began = time.perf_counter()
        with house.core.database.unit_of_work() as uow:
            more = bool(work(uow))
        took.append(time.perf_counter() - began)
    return Measured(sum(took), 0, max(took) * 1000)


def _floor_of_planning(house: App) -> Measured:
    """The same rows once more, into a table of the same columns and indexes, in portions of the same size."""
    with house.core.database.unit_of_work() as uow:
        execute = uow.connection.exec_driver_sql
        if house.settings.is_sqlite:
            made = execute("SELECT sql FROM sqlite_master WHERE tbl_name = 'delivery' AND sql IS NOT NULL").scalars()
            for statement in made.all():
                execute(_renamed(str(statement)))
        else:
            execute("CREATE TABLE bare (LIKE delivery INCLUDING ALL)")
            for name in ("resident", "address", "activity", "sign_up"):  # what LIKE leaves out
                execute(f"ALTER TABLE bare ADD FOREIGN KEY ({name}_id) REFERENCES {name} (id)")
        columns = (
            "id, key, lane, kind, rank, state, due_at, helps_until, epoch, tries, parts_sent, resident_id, address_id,"
            " person, language, subject, reason, external_id, created_at, changed_at, tidy_at, broadcast_id"
        )
        first, last = execute("SELECT min(id), max(id) FROM delivery").one()
    cursor = [int(first) - 1]

    def portion(uow: SqlUnitOfWork) -> bool:
        low, cursor[0] = cursor[0], cursor[0] + broadcast_run.AT_ONCE
        where = f"WHERE id > {low} AND id <= {cursor[0]}"
        uow.connection.exec_driver_sql(f"INSERT INTO bare ({columns}) SELECT {columns} FROM delivery {where}")
        return cursor[0] < int(last)

    return _chunks(house, portion)


def _renamed(statement: str) -> str:
    return (
        statement.replace("CREATE TABLE delivery", "CREATE TABLE bare")
        .replace('CREATE TABLE "delivery"', "CREATE TABLE bare")
        .replace(" ON delivery", " ON bare").replace("ix_delivery", "ix_bare").replace("_delivery", "_bare")
    )  # fmt: skip


def _sending(house: App, kind: str) -> str:
    """`SENT` deliveries through the whole sender, and the same rows by bare updates in batches of the same size."""
    with house.core.database.unit_of_work() as uow:
        later = f"UPDATE delivery SET state = 'withdrawn' WHERE id > (SELECT min(id) FROM delivery) + {SENT}"
        uow.connection.exec_driver_sql(later)
        open_ = uow.connection.exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'queued'").scalar_one()
    began, cpu = time.perf_counter(), time.process_time()
    asyncio.run(_drain(house))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    with house.core.database.reading() as uow:
        sent = uow.connection.exec_driver_sql("SELECT count(*) FROM delivery WHERE state = 'sent'").scalar_one()
    if sent != open_:
        raise SystemExit(f"{sent} of {open_} were sent")
    floor = _floor_of_sending(house, int(sent))
    return (
        f"| {kind}: take, call and record {sent:,}, a channel that answers at once | {sent / seconds:,.0f}/s,"
        f" {used / sent * 10_000:.1f} CPU s per 10,000 | the same rows by bare updates, batches of"
        f" {ABLE.max_in_flight}: {floor.rows / floor.seconds:,.0f}/s | {seconds / floor.seconds:.2f} × (goal ≤ 2) |"
    )


async def _drain(house: App) -> None:
    bridge = Bridge(house.core.database, lambda _lanes: None)
    bridge.start()
    outlet = Outlet(LANE, ABLE, house.core.desk, None)
    clock = lambda: datetime.now(UTC)  # noqa: E731
    channel: Any = Instant()
    sender = Sender(bridge, channel, outlet, "telegram", "bench", clock, lambda _rate: Pacer(1e9))
    await sender.drain()
    await bridge.close()


def _floor_of_sending(house: App, rows: int) -> Measured:
    """Lease, mark, write and note in bare SQL on the copy, one commit a batch."""
    with house.core.database.reading() as uow:
        some_queued = f"SELECT id FROM bare WHERE state = 'queued' ORDER BY id LIMIT {rows}"
        ids = uow.connection.exec_driver_sql(some_queued).scalars().all()
    mark = "?" if house.settings.is_sqlite else "%s"
    write = f"UPDATE bare SET state = 'sent', tries = 1, external_id = '1', person = NULL WHERE id = {mark}"
    note = (
        "INSERT INTO attempt (delivery_id, lane, epoch, outcome, code, parts_sent, at)"
        f" SELECT {mark}, 'telegram', 1, 'Sent', '', 1, created_at FROM bare WHERE id = {mark}"
    )
    began = time.perf_counter()
    for start in range(0, len(ids), ABLE.max_in_flight):
        some = [int(one) for one in ids[start : start + ABLE.max_in_flight]]
        between = f"id BETWEEN {some[0]} AND {some[-1]}"
        with house.core.database.unit_of_work() as uow:
            execute = uow.connection.exec_driver_sql
            execute(f"UPDATE bare SET state = 'leased', epoch = 1 WHERE {between} AND state = 'queued'")
            execute(f"UPDATE bare SET state = 'calling' WHERE {between} AND state = 'leased'")
            execute(write, [(one,) for one in some])
            execute(note, [(one, one) for one in some])
    return Measured(time.perf_counter() - began, len(ids))


def _count(house: App, table: str) -> int:
    with house.core.database.reading() as uow:
        return int(uow.connection.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one())


def _memory() -> float:
    """The most this process has held so far, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
