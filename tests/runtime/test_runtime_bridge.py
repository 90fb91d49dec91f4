"""The bridge on both databases: each call on its own, whether one thread writes or several."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import pytest

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.errors import Fault, NotFound
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.runtime.bridge import Bridge
from outreach.services import activities, signups
from outreach.services.cards import Caller, NewActivity
from outreach.services.ports import UnitOfWork
from outreach.services.reminders import ReminderRule
from outreach.store import Database

_T = TypeVar("_T")
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Home:
    """Where a fresh database is, and a folder for its key."""

    url: str
    folder: Path


@pytest.fixture
def home(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Home:
    if database_kind == "sqlite":
        return Home(f"sqlite:///{tmp_path / 'o.db'}", tmp_path)
    return Home(request.getfixturevalue("new_postgres")(), tmp_path)


def with_bridge(
    home: Home, story: Callable[[Bridge, Database], Awaitable[_T]], woken: list[LaneName] | None = None
) -> _T:
    """Run *story* over a fresh database."""
    database = Database.open(home.url, home.folder / "o.key", home.folder)
    database.upgrade()

    async def whole() -> _T:
        bridge = Bridge(database, (woken if woken is not None else []).extend)
        bridge.start()
        try:
            return await story(bridge, database)
        finally:
            await bridge.close()
            database.close()

    return asyncio.run(whole())


def put(name: str) -> Callable[[UnitOfWork], str]:
    """Work that leaves a mark."""

    def work(uow: UnitOfWork) -> str:
        uow.marks.put(name, "there")
        return name

    return work


def test_what_waits_together_is_committed_together_and_answered_each(home: Home):
    async def story(bridge: Bridge, database: Database) -> tuple[list[str], bool]:
        answers = await asyncio.gather(*(bridge.write(put(f"mark-{number}")) for number in range(200)))
        with database.reading() as uow:
            return answers, all(uow.marks.get(name) == "there" for name in answers)

    answers, all_there = with_bridge(home, story)

    assert answers == [f"mark-{number}" for number in range(200)]
    assert all_there


def test_a_call_that_fails_is_undone_alone(home: Home):
    def fail(uow: UnitOfWork) -> None:
        uow.marks.put("half", "done")
        raise NotFound("thing", 7)

    async def story(bridge: Bridge, database: Database) -> tuple[list[object], list[str | None]]:
        came = await asyncio.gather(
            bridge.write(put("before")), bridge.write(fail), bridge.write(put("after")), return_exceptions=True
        )
        with database.reading() as uow:
            return list(came), [uow.marks.get(name) for name in ("before", "half", "after")]

    came, marks = with_bridge(home, story)

    assert isinstance(came[1], NotFound)
    assert marks == ["there", None, "there"]


def test_a_reader_cannot_write(home: Home):
    async def story(bridge: Bridge, _database: Database) -> None:
        await bridge.read(put("sly"))

    with pytest.raises(Fault):
        with_bridge(home, story)


def test_a_reader_does_not_wait_for_the_writer(home: Home):
    async def story(bridge: Bridge, _database: Database) -> str | None:
        entered, leave = threading.Event(), threading.Event()

        def long_work(_uow: UnitOfWork) -> None:
            entered.set()
            leave.wait(10)

        writing = asyncio.ensure_future(bridge.write(long_work))
        await asyncio.to_thread(entered.wait, 10)
        found = await bridge.read(lambda uow: uow.marks.get("nothing"))
        leave.set()
        await writing
        return found

    assert with_bridge(home, story) is None


def test_who_has_gone_does_not_undo_the_work(home: Home):
    async def story(bridge: Bridge, database: Database) -> str | None:
        asking = asyncio.ensure_future(bridge.write(put("kept")))
        await asyncio.sleep(0)
        asking.cancel()
        await bridge.close()
        with database.reading() as uow:
            return uow.marks.get("kept")

    assert with_bridge(home, story) == "there"


def test_closing_finishes_what_waits(home: Home):
    async def story(bridge: Bridge, database: Database) -> int:
        asking = [asyncio.ensure_future(bridge.write(put(f"m{number}"))) for number in range(50)]
        await asyncio.sleep(0)
        await bridge.close()
        await bridge.close()
        done = await asyncio.gather(*asking)
        return len(done)

    assert with_bridge(home, story) == 50


def test_where_rows_are_locked_one_who_takes_long_holds_up_nobody_else(new_postgres: Callable[[], str], tmp_path: Path):
    async def story(bridge: Bridge, database: Database) -> tuple[str, str | None]:
        entered, leave = threading.Event(), threading.Event()

        def long_work(uow: UnitOfWork) -> str:
            uow.marks.put("long", "there")
            entered.set()
            leave.wait(10)
            return "long"

        writing = bridge.submit(long_work)
        await asyncio.to_thread(entered.wait, 10)
        await bridge.write(put("short"))
        with database.reading() as uow:
            seen = uow.marks.get("long")
        leave.set()
        return await writing, seen

    assert with_bridge(Home(new_postgres(), tmp_path), story) == ("long", None)


def test_lanes_are_woken_after_the_commit(home: Home):
    woken: list[LaneName] = []

    async def story(bridge: Bridge, _database: Database) -> None:
        await bridge.write(lambda uow: uow.wake(LaneName("wechat")))
        await asyncio.sleep(0)

    with_bridge(home, story, woken)

    assert woken == ["wechat"]


def test_the_last_seats_are_never_oversold_through_the_bridge(home: Home):
    rule = ReminderRule((), None)

    def found(uow: UnitOfWork) -> tuple[ActivityId, list[ResidentId]]:
        region = uow.regions.root()
        new = NewActivity(
            kind=ActivityKind.SALON, title="Salon", summary="", place="Hall", starts_at=NOW + timedelta(days=1),
            ends_at=NOW + timedelta(days=1, hours=1), seats=1, region_id=region.id, audience=frozenset({"general"}),
            policy=SignUpPolicy.OPEN, restricted=False, draft=False,
        )  # fmt: skip
        card = activities.add(uow, Actor.operator(), new, rule, NOW)
        people = [
            uow.people.enrol(Caller(LaneName("x"), f"{card.id}-{n}"), Language.EN, region.id, None, NOW)
            for n in range(8)
        ]
        return card.id, [person.resident_id for person in people if person.resident_id is not None]

    async def story(bridge: Bridge, _database: Database) -> list[tuple[int, int]]:
        return [await one_round(bridge) for _ in range(20)]

    async def one_round(bridge: Bridge) -> tuple[int, int]:
        activity_id, people = await bridge.write(found)
        await asyncio.gather(*(bridge.write(partial(join, activity_id, who)) for who in people))
        card = await bridge.read(lambda uow: uow.activities.card(activity_id))
        return card.seated, card.waiting

    def join(activity_id: ActivityId, who: ResidentId, uow: UnitOfWork) -> object:
        return signups.sign_up(uow, who, activity_id, NOW)

    assert with_bridge(home, story) == [(1, 7)] * 20
