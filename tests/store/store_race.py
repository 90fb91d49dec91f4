"""The race for the last seat: many sign up at once, each in a unit of work on a connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Barrier

from sqlalchemy import Connection, event, func, select
from store_town import NOW, enrolled, lecture

from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.signup import Standing
from outreach.store import Database
from outreach.store.shelves.activity_cards import ACTIVITY
from outreach.store.shelves.sign_up_columns import SIGN_UP

SEATS = 3


def prepare(database: Database, rounds: int, runners: int) -> tuple[list[ActivityId], list[ResidentId]]:
    """An activity for each round, a resident for each runner."""
    with database.unit_of_work() as uow:
        activities = [lecture(uow, seats=SEATS).id for _ in range(rounds)]
        return activities, [enrolled(uow, f"runner{number}") for number in range(runners)]


def sign_up(
    database: Database, resident_id: ResidentId, activity_id: ActivityId, between: Callable[[], object]
) -> None:
    """Look, decide, write; *between* the look and the first write something may happen."""
    with database.unit_of_work() as uow:
        activity = uow.activities.locked(activity_id, resident_id)
        fact = activity.sign_up(resident_id, 1, NOW)
        between()
        uow.sign_ups.save(fact.sign_up)
        uow.activities.save(activity, NOW)


def oversold(database: Database) -> int:
    """Seats given away that nobody has, over all activities."""
    seated = (
        select(func.coalesce(func.sum(SIGN_UP.c.party), 0))
        .where(SIGN_UP.c.activity_id == ACTIVITY.c.id, SIGN_UP.c.standing == Standing.SEATED.value)
        .scalar_subquery()
    )
    with database.reading() as uow:
        rows = uow.connection.execute(select(ACTIVITY.c.seats, seated)).all()
    return sum(max(0, taken - seats) for seats, taken in rows)


def queue_of(database: Database, activity_id: ActivityId) -> list[tuple[int, Standing]]:
    """Numbers and standings, by number."""
    with database.reading() as uow:
        return [(line.number, line.standing) for line in uow.sign_ups.roster(activity_id, 1_000)]


def without_lock(url: str, folder: Path) -> Database:
    """The same database, opened so that nobody's look keeps anybody else from looking."""
    database = Database.open(url, folder / "town.key", folder / "town", begin=_outside_any_transaction)
    if url.startswith("postgresql"):
        event.listen(database._engines.writing, "before_cursor_execute", _without_for_update, retval=True)
    return database


def _outside_any_transaction(_connection: Connection) -> None:
    """Begin nothing: on SQLite every statement then stands alone."""


def _without_for_update(
    _c: object, _cursor: object, statement: str, parameters: object, *_: object
) -> tuple[str, object]:
    return statement.replace(" FOR UPDATE", ""), parameters


def run_in_process(
    url: str, folder: Path, resident_id: ResidentId, activities: list[ActivityId], start: Barrier
) -> None:
    """One process of the race: its own engine, all rounds, each started together with the others."""
    database = Database.open(url, folder / "town.key", folder / "town")
    for activity_id in activities:
        start.wait(30)
        sign_up(database, resident_id, activity_id, lambda: None)
    database.close()
