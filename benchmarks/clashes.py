"""How long it takes to check a weekly series of a year against 5,000 bookings of the same room: the goal is 100 ms."""

from __future__ import annotations

import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.bookings import What
from outreach.services import bookings
from outreach.services.bookings import Where
from outreach.services.cards import ActivityCard, NewActivity
from outreach.services.cards_rooms import Booking, LeaderForm, RoomForm
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
BOOKED, WEEKS, ROUNDS = 5_000, 52, 15
HOUR, GOAL = timedelta(hours=1), 100.0  # milliseconds


def main() -> None:
    """Print the line of the table."""
    print(line())


def line() -> str:
    """What one check takes, and what a bare count of the same range takes in the same run."""
    with TemporaryDirectory() as folder:
        database = Database.open(f"sqlite:///{folder}/town.db", Path(folder) / "town.key", Path(folder))
        database.upgrade()
        with database.unit_of_work() as uow:
            where, series = furnish(uow, BOOKED, WEEKS)
        ours, bare, clashes = measured(database, where, series)
        database.close()
    figure = f"{statistics.median(ours):.1f} ms (slowest {max(ours):.1f}); {clashes} of {WEEKS} clash"
    floor = f"bare SELECT of the range {statistics.median(bare):.1f} ms"
    what = f"A series of {WEEKS} weeks checked against {BOOKED:,} bookings of its room and its leader"
    return f"| {what} | {figure} | {floor} | (goal < {GOAL:.0f} ms) |"


def measured(database: Database, where: Where, series: Sequence[ActivityCard]) -> tuple[list[float], list[float], int]:
    """Milliseconds of each check and of each bare SELECT, in turns; and how many dates clash."""
    ours, bare, clashes = [], [], 0
    for _ in range(ROUNDS):
        with database.reading() as uow:
            began = time.perf_counter()
            uow.connection.exec_driver_sql("SELECT starts_at, ends_at FROM booking").all()
            bare.append((time.perf_counter() - began) * 1000)
            began = time.perf_counter()
            found = bookings.check_series(uow, Actor.operator(), series, where)
            ours.append((time.perf_counter() - began) * 1000)
            clashes = sum(bool(outlook.problems) for outlook in found.values())
    return ours, bare, clashes


def furnish(uow: SqlUnitOfWork, booked: int, weeks: int) -> tuple[Where, list[ActivityCard]]:
    """A room and a leader with half of *booked* bookings each, all within the year of the series; ten dates clash."""
    root = uow.regions.root()
    room = uow.rooms.add_room(RoomForm(root.id, "Room", "Main street 1", 30, minutes_before=5, minutes_after=5))
    leader = uow.rooms.add_leader(LeaderForm(root.id, "Leader", frozenset(ActivityKind)))
    series = [_plan(uow, NOW + timedelta(weeks=week, hours=10)) for week in range(weeks)]
    other = _plan(uow, NOW + HOUR)
    step = timedelta(weeks=weeks) / (booked // 2)
    for number in range(booked // 2):  # mornings: nobody is there when the series meets
        day = NOW + number * step
        starts = day.replace(hour=1, minute=0) + timedelta(minutes=number % 6 * 80)
        activity = _plan(uow, starts)
        spans = [(What.ROOM, int(room)), (What.LEADER, int(leader))]
        uow.bookings.replace(activity.id, [Booking(activity.id, *one, starts, starts + HOUR) for one in spans])
    for card in series[:: max(1, weeks // 10)]:
        clash = _plan(uow, card.starts_at)
        uow.bookings.replace(clash.id, [Booking(clash.id, What.ROOM, int(room), card.starts_at, card.ends_at)])
    uow.bookings.replace(other.id, [Booking(other.id, What.ROOM, int(room), other.starts_at, other.ends_at)])
    return Where(room, (leader,)), series


def _plan(uow: SqlUnitOfWork, starts: datetime) -> ActivityCard:
    new = NewActivity(
        kind=ActivityKind.LECTURE, title="Sleep well", summary="", place="Hall", starts_at=starts,
        ends_at=starts + HOUR, seats=20, region_id=uow.regions.root().id, audience=frozenset({"general"}),
        policy=SignUpPolicy.OPEN, restricted=False, draft=False,
    )  # fmt: skip
    return uow.activities.add(new, None, NOW)


if __name__ == "__main__":
    main()
