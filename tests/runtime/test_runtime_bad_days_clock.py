"""Clocks that are set, two at work at once, one after the other. docs/reference/bad-days.md."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from runtime_scene import WECHAT, add_activity, in_house
from test_runtime_engines import until
from test_runtime_sender import LANE, Scene
from test_runtime_traps import SECOND, killed, together, worker

from outreach.bootstrap import App
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.runtime import sender as sender_module
from outreach.runtime import turns as turns_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import system_clock
from outreach.runtime.sender import LEASE, Sender
from outreach.runtime.steady import SteadyClock, lease_clock
from outreach.runtime.turns import Turns
from outreach.services import people, reminders, signups
from outreach.services.cards import Caller
from outreach.services.people import Arrival, Notice

# The clock is set.


@pytest.mark.parametrize("hours", [2, -2])
def test_a_lane_goes_on_in_the_same_process_whatever_its_clock_is_set_to(tmp_path: Path, hours: int):
    scene = Scene(tmp_path, [])
    scene.queue("before")

    async def story(sender: Sender, _bridge: Bridge) -> None:
        await sender.drain()
        scene.clock.set_to(scene.clock() + timedelta(hours=hours))
        scene.queue("after", to="bob")
        await sender.poll()
        assert sender._woken.is_set()
        await sender.drain()

    scene.play(story)

    assert [text for _, text, _ in scene.line.got] == ["before", "after"]
    assert scene.counts() == {"sent": 2}


def test_leases_go_by_a_clock_that_nobody_sets():
    passed = 0.0
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    steady = SteadyClock(lambda: now, lambda: passed)
    first = steady()

    now += timedelta(hours=2)
    ahead = steady()
    now -= timedelta(hours=4)
    passed = 10.0

    assert (first, ahead, steady()) == (datetime(2026, 11, 23, 1, tzinfo=UTC), first, first + timedelta(seconds=10))
    assert isinstance(lease_clock(system_clock), SteadyClock)


def test_a_worker_whose_clock_is_set_ahead_takes_no_lane_from_another(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.line.slow = "one"
    scene.queue("one")
    taken: list[bool] = []

    async def story(bridge: Bridge) -> None:
        steady = SteadyClock(scene.clock)
        driver, other = worker(scene, bridge, "driver"), worker(scene, bridge, "other")
        driver._leases = other._leases = steady
        driving = asyncio.create_task(driver.drain())
        await scene.line.heard(1)
        scene.clock.advance(timedelta(minutes=2))  # for both: as if only the other's were, it makes no difference
        taken.append(await other._take_lane() is not None)
        await killed(driving)

    together(scene, story)

    assert taken == [False]


def test_a_worker_that_is_told_its_lane_is_lost_calls_nobody_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sender_module, "RENEW_EVERY", 0.01)
    scene = Scene(tmp_path, [])
    scene.line.slow = "one"
    scene.queue("one", "two", "three", to="ann")  # one after the other
    held: list[bool] = []

    async def story(bridge: Bridge) -> None:
        robbed = worker(scene, bridge, "robbed")
        work = asyncio.create_task(robbed.drain())
        await scene.line.heard(1)
        held.append(robbed._holds())
        later = scene.clock() + LEASE + SECOND  # whoever takes it has a clock that is ahead
        await bridge.write(lambda uow: uow.lanes.take(LANE, "line", "thief", later, LEASE))
        await until(lambda: not robbed._holds(), "it to be told")
        held.append(robbed._holds())
        await killed(work)

    together(scene, story)

    assert held == [True, False]
    assert [text for _, text, _ in scene.line.got] == ["one"]


def test_a_clock_that_jumps_ahead_and_back_again_sends_each_reminder_once(tmp_path: Path):
    async def story(house: App) -> list[int]:
        activity = add_activity(house, starts_in=timedelta(hours=25))  # reminders a day and two hours before
        with house.core.database.unit_of_work() as uow:
            for name in ("ann", "bob"):
                notice, now = Notice("test", "0" * 16), system_clock()
                arrival = Arrival(Language.ZH)
                person = people.agree(uow, Caller(WECHAT, name), [Purpose.TAKE_PART], notice, arrival, now)
                signups.sign_up(uow, ResidentId(int(person.resident_id or 0)), ActivityId(activity), now)
        found = []
        for hours in (0, 2, 0, 2, 23.5, 0, 24):  # ahead, back, ahead again …
            moment = system_clock() + timedelta(hours=hours)
            with house.core.database.unit_of_work() as uow:
                reminders.queue_due(uow, house.core.rule, moment)
                kept = "SELECT count(*) FROM delivery WHERE kind = 'reminder'"
                found.append(uow.connection.exec_driver_sql(kept).scalar_one())
        return found

    assert in_house(tmp_path, story) == [0, 2, 2, 2, 4, 4, 4]


# Two at once, and one after the other.


def test_two_dispatchers_at_the_same_moment_send_everything_once(tmp_path: Path):
    scene = Scene(tmp_path, [])
    texts = [str(number) for number in range(60)]
    scene.queue(*texts)

    async def story(bridge: Bridge) -> None:
        other_bridge = Bridge(scene.core.database, lambda _lanes: None)
        other_bridge.start()
        both = worker(scene, bridge, "one"), worker(scene, other_bridge, "two")
        await asyncio.gather(*(sender.drain() for sender in both for _ in range(2)))
        await other_bridge.close()

    together(scene, story)

    assert sorted(text for _, text, _ in scene.line.got) == sorted(texts)
    assert scene.counts() == {"sent": len(texts)}


def test_a_worker_that_stops_in_order_leaves_its_lane_to_another_at_once(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.line.slow = "slow"
    scene.queue("one", "slow", "two", "three", "four", "five")

    async def story(bridge: Bridge) -> None:
        first, second = worker(scene, bridge, "first"), worker(scene, bridge, "second")
        running = asyncio.create_task(first.run())
        first.wake()
        await scene.line.heard(4)
        first.stop()
        first.abandon()
        await asyncio.wait_for(running, 5)
        at_stop.append(len(scene.line.got))
        await first.release()
        scene.line.slow = ""
        await second.poll()  # the tick of every second
        assert second._woken.is_set()
        await second.drain()  # the clock has not moved: no lease had to run out
        taken_over.append(len(scene.line.got))
        scene.clock.advance(timedelta(seconds=10))
        await second.drain()

    at_stop: list[int] = []
    taken_over: list[int] = []
    together(scene, story)

    texts = [text for _, text, _ in scene.line.got]
    assert at_stop == [4]  # nothing new was claimed
    assert taken_over == [6]  # all but the one that was in the air
    assert {text: texts.count(text) for text in set(texts)} == {
        "one": 1, "two": 1, "three": 1, "four": 1, "five": 1, "slow": 2,
    }  # fmt: skip
    assert scene.counts() == {"sent": 6}


def test_what_was_to_go_on_for_ever_and_ended_begins_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(turns_module, "LOOK_EVERY", 0.01)
    scene = Scene(tmp_path, [])
    begun: list[None] = []

    async def story(bridge: Bridge) -> None:
        again = asyncio.Event()

        async def asks() -> None:
            begun.append(None)
            if len(begun) == 1:
                raise ZeroDivisionError
            again.set()
            await asyncio.Event().wait()

        running = asyncio.create_task(Turns(bridge, "poll line", "one", scene.clock, asks).run())
        await asyncio.wait_for(again.wait(), 5)
        await killed(running)

    together(scene, story)

    assert len(begun) == 2
