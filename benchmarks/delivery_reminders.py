"""What reminders cost that are due, beside a million that are not: queued, taken, called and recorded."""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from big_town import count_on, write_rows
from delivery_scene import LEAD, Instant, Measured, analyse, chunks, count, now, sender_of, spread, town

from outreach.bootstrap import App
from outreach.runtime.bridge import Bridge
from outreach.services import reminders
from outreach.store.rows_activities import ActivityRow, SignUpRow

DUE, SEATS, ROUNDS = 10_000, 20, 3
AHEAD = 1_000_000  # in the future, of 100,000 residents or more
PEOPLE = DUE * 2
BATCH = 16


def lines(kind: str, residents: int) -> Iterator[str]:
    """A row of the table."""
    ahead, due = min(AHEAD, residents * 10), min(DUE, residents // 10 // SEATS * SEATS)
    with town(kind, PEOPLE, news=False) as alone, town(kind, PEOPLE, news=False) as many:
        _in_the_future(many, ahead)
        pairs = []
        for number in range(ROUNDS):
            houses = (alone, many) if number % 2 == 0 else (many, alone)
            found = {house: _round(house, due) for house in houses}
            pairs.append((found[alone], found[many]))
    times = [mine.seconds / floor.seconds for floor, mine in pairs]
    cpu = statistics.median(mine.cpu / floor.cpu for floor, mine in pairs)
    yield (
        f"| {kind}: {due:,} reminders due at once, {ahead:,} more in the future: queue, take, call and record"
        f" | {spread([mine.seconds for _, mine in pairs], '.2f')} s"
        f" | the same with no others: {spread([floor.seconds for floor, _ in pairs], '.2f')} s"
        f" | ≤ 1.3 ×: **{statistics.median(times):.2f}** ({min(times):.2f}–{max(times):.2f}), of its CPU {cpu:.2f} |"
    )


def plan_activities(house: App, due: Sequence[datetime], seats: int) -> range:
    """An activity per moment of *due*, at which all who have one of its *seats* are to be reminded; their ids."""
    with house.core.database.unit_of_work() as uow:
        execute, began = uow.connection.exec_driver_sql, now() - timedelta(days=3)
        first = int(execute("SELECT coalesce(max(id), 0) + 1 FROM activity").scalar_one())
        last_seat = int(execute("SELECT coalesce(max(id), 0) FROM sign_up").scalar_one())
        region, ids = uow.regions.root().id, range(first, first + len(due))
        made = zip(ids, due, strict=True)
        write_rows(uow.connection, ActivityRow, (_activity(number, at, seats, region, began) for number, at in made))
        write_rows(uow.connection, SignUpRow, _seats(ids, seats, last_seat, began))
        count_on(uow.connection, [ActivityRow, SignUpRow])
    return ids


def _activity(number: int, due: datetime, seats: int, region: int, began: datetime) -> dict[str, object]:
    starts = due + LEAD
    return {
        "id": number, "slug": f"due{number:07}", "uid": f"d{number:031x}", "region_id": region, "kind": "salon",
        "title": f"活动 {number}", "summary": "", "place": "活动室", "starts_at": starts,
        "ends_at": starts + timedelta(hours=1), "seats": seats, "seated": seats, "waiting": 0,
        "next_number": seats + 1, "policy": "open", "status": "published", "restricted": False,
        "audience": "general", "revision": 0, "version": 0, "created_at": began, "changed_at": began,
        "next_reminder_at": due,
    }  # fmt: skip


def _seats(activities: range, seats: int, last: int, began: datetime) -> Iterator[dict[str, object]]:
    """One after another through the town, without those who cannot be reached: every fiftieth."""
    for number, activity in enumerate(activities):
        for place in range(seats):
            last += 1
            lap, rest = divmod((number * seats + place) % (PEOPLE // 50 * 49), 49)
            yield {
                "id": last, "activity_id": activity, "resident_id": lap * 50 + rest + 1, "beneficiary": 0, "party": 1,
                "standing": "seated", "number": place + 1, "since": began, "revision": 0,
            }  # fmt: skip


def _in_the_future(house: App, number: int) -> None:
    begins = now() + timedelta(days=1)
    plan_activities(house, [begins + timedelta(minutes=minute) for minute in range(number // SEATS)], SEATS)
    analyse(house)


def _round(house: App, due: int) -> Measured:
    plan_activities(house, [now() - timedelta(seconds=30)] * (due // SEATS), SEATS)
    before = count(house, "state = 'sent'")
    began, cpu = time.perf_counter(), time.process_time()
    chunks(house, lambda uow: reminders.queue_due(uow, house.core.rule, now()))
    asyncio.run(_send(house))
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    measured = Measured(seconds, count(house, "state = 'sent'") - before, used)
    if measured.rows != due:
        raise SystemExit(f"{measured.rows:,} of {due:,} reminders were sent")
    return measured


async def _send(house: App) -> None:
    bridge = Bridge(house.core.database, lambda _lanes: None)
    bridge.start()
    await sender_of(house, bridge, Instant(BATCH)).drain()
    await bridge.close()
