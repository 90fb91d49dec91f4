"""Planning, and taking, calling and recording, beside bare SQL on a copy of the same table with the same indexes."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

from delivery_scene import (
    Instant,
    Measured,
    analyse,
    approve,
    chunks,
    count,
    forget_the_peak,
    held,
    now,
    peak,
    sender_of,
    spread,
)

from outreach.bootstrap import App
from outreach.runtime.bridge import Bridge
from outreach.services import broadcast_run
from outreach.store.unit_of_work import SqlUnitOfWork

ROUNDS = 3
FEW = 100_000  # residents of whom several broadcasts are planned
SIZES = {16: 5_000, 500: 15_000}  # of a batch: deliveries a round, of a town that has so many
_COLUMNS = (
    "id, key, lane, kind, rank, state, due_at, helps_until, epoch, tries, parts_sent, resident_id, address_id,"
    " person, language, subject, reason, external_id, created_at, changed_at, tidy_at, broadcast_id"
)


def lines(house: App, kind: str, residents: int, *, sending: bool = True) -> Iterator[str]:
    """Rows of the table, on a town whose broadcast is approved and not planned."""
    yield _planning(house, kind, residents)
    analyse(house)
    if sending:
        yield from (_sending(house, kind, size) for size in SIZES)


def _planning(house: App, kind: str, residents: int) -> str:
    """The broadcast of the town, then others like it, each beside its floor; of a million one is enough."""
    _make_bare(house)
    forget_the_peak()
    before, rows = held(), 0
    ours: list[Measured] = []
    floors: list[Measured] = []
    for number in range(ROUNDS if residents <= FEW else 1):
        if number:
            approve(house)
        begun, planned = count(house, "true"), chunks(house, lambda uow: broadcast_run.plan_next(uow, now()))
        rows = count(house, "true") - begun
        ours.append(replace(planned, rows=rows))
        floors.append(replace(_floor_of_planning(house, rows), rows=rows))
    times = [mine.seconds / floor.seconds for mine, floor in zip(ours, floors, strict=True)]
    return (
        f"| {kind}: plan a broadcast for {rows:,} of {residents:,} people | {_told(ours)};"
        f" memory +{peak() - before:.0f} MB"
        f" | the same rows by `INSERT … SELECT`, {broadcast_run.AT_ONCE:,} a commit: {_told(floors)}"
        f" | ≤ 2 ×: **{statistics.median(times):.2f}** ({min(times):.2f}–{max(times):.2f}); writer ≤ 20 ms; flat |"
    )


def _make_bare(house: App) -> None:
    """A table of the same columns and indexes as the ledger."""
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


def _floor_of_planning(house: App, rows: int) -> Measured:
    """The last *rows* once more, into a table of the same columns and indexes, in portions of the same size."""
    with house.core.database.reading() as uow:
        last = int(uow.connection.exec_driver_sql("SELECT max(id) FROM delivery").scalar_one())
    cursor = [last - rows]

    def portion(uow: SqlUnitOfWork) -> bool:
        low, cursor[0] = cursor[0], cursor[0] + broadcast_run.AT_ONCE
        where = f"WHERE id > {low} AND id <= {cursor[0]}"
        uow.connection.exec_driver_sql(f"INSERT INTO bare ({_COLUMNS}) SELECT {_COLUMNS} FROM delivery {where}")
        return cursor[0] < last

    return chunks(house, portion)


def _told(some: Sequence[Measured]) -> str:
    medians, p99s, longest = zip(*(one.each for one in some), strict=True)
    return (
        f"{statistics.median(one.seconds for one in some):.1f} s,"
        f" {statistics.median(one.rate for one in some):,.0f}/s; a transaction median {statistics.median(medians):.0f},"
        f" p99 {statistics.median(p99s):.0f}, longest {max(longest):.0f} ms"
    )


def _renamed(statement: str) -> str:
    return (
        statement.replace("CREATE TABLE delivery", "CREATE TABLE bare")
        .replace('CREATE TABLE "delivery"', "CREATE TABLE bare")
        .replace(" ON delivery", " ON bare").replace("ix_delivery", "ix_bare").replace("_delivery", "_bare")
    )  # fmt: skip


def _sending(house: App, kind: str, size: int) -> str:
    """So many of a long queue through the whole sender, then the same number by bare updates, by turns."""
    ours: list[Measured] = []
    floors: list[Measured] = []
    rows = min(SIZES[size], count(house, "state = 'queued'") // (2 * ROUNDS))
    size = min(size, rows)
    for _ in range(ROUNDS):
        ours.append(asyncio.run(_send(house, size, rows)))
        floors.append(_floor_of_sending(house, size, rows))
    times = [floor.rate / mine.rate for mine, floor in zip(ours, floors, strict=True)]
    cpu = statistics.median(mine.cpu / mine.rows * 10_000 for mine in ours)
    return (
        f"| {kind}: take, call and record, batches of {size}, a channel that answers at once"
        f" | {spread([mine.rate for mine in ours])}/s; {cpu:.1f} CPU s per 10,000"
        f" | the same rows by bare updates: {spread([floor.rate for floor in floors])}/s"
        f" | ≤ 2 ×: **{statistics.median(times):.2f}** ({min(times):.2f}–{max(times):.2f}) |"
    )


async def _send(house: App, size: int, rows: int) -> Measured:
    bridge = Bridge(house.core.database, lambda _lanes: None)
    bridge.start()
    sent = 0

    def seen(_message: object) -> None:
        nonlocal sent
        sent += 1
        if sent >= rows:
            sender.stop()  # it finishes its batch

    sender = sender_of(house, bridge, Instant(size, seen=seen))
    before = count(house, "state = 'sent'")
    began, cpu = time.perf_counter(), time.process_time()
    await sender.drain()
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    await bridge.close()
    if count(house, "state = 'sent'") - before != sent:
        raise SystemExit("what was sent is not what was recorded")
    return Measured(seconds, sent, used)


def _floor_of_sending(house: App, size: int, rows: int) -> Measured:
    """Lease, mark, write and note in bare SQL on the copy, one commit a batch."""
    with house.core.database.reading() as uow:
        some_queued = f"SELECT id FROM bare WHERE state = 'queued' ORDER BY id LIMIT {rows}"
        ids = [int(one) for one in uow.connection.exec_driver_sql(some_queued).scalars().all()]
    began = time.perf_counter()
    for start in range(0, len(ids), size):
        _bare_batch(house, ids[start : start + size])
    return Measured(time.perf_counter() - began, len(ids))


def _bare_batch(house: App, some: Sequence[int]) -> None:
    mark = "?" if house.settings.is_sqlite else "%s"
    between = f"id BETWEEN {some[0]} AND {some[-1]}"
    write = (
        "UPDATE bare SET state = 'sent', tries = 1, parts_sent = 1, reason = '', external_id = '1', person = NULL,"
        f" to_sealed = NULL, body_sealed = NULL, lease_until = NULL, changed_at = due_at WHERE id = {mark}"
    )
    note = (
        "INSERT INTO attempt (delivery_id, lane, epoch, outcome, code, parts_sent, at)"
        f" SELECT {mark}, 'telegram', 1, 'Sent', '', 1, created_at FROM bare WHERE id = {mark}"
    )
    with house.core.database.unit_of_work() as uow:
        execute = uow.connection.exec_driver_sql
        lease = "state = 'leased', epoch = 1, lease_until = due_at, changed_at = due_at"
        execute(f"UPDATE bare SET {lease} WHERE {between} AND state = 'queued'")
        execute(f"UPDATE bare SET state = 'calling', changed_at = due_at WHERE {between} AND state = 'leased'")
        execute(write, [(one,) for one in some])
        execute(note, [(one, one) for one in some])
