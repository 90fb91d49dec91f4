"""Both engines keep the same promises: woken senders send, ticks tick, a stop finishes what is in the air."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.runtime.engines.large import SCHEMA, LargeEngine
from outreach.runtime.engines.port import Engine, Part
from outreach.runtime.engines.small import SmallEngine
from outreach.runtime.ticker import Tick

LANE = LaneName("line")
PATIENCE = 20.0


@dataclass
class Driver:
    """Stands where a sender stands: counts how often it was woken, and how it was ended."""

    woken: int = 0
    lasts: float = 0.0
    """Seconds that what is in the air takes when it is told to stop."""
    ended: str = ""
    news: asyncio.Event = field(default_factory=asyncio.Event)
    stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def wake(self) -> None:
        self.woken += 1
        self.news.set()

    async def run(self) -> None:
        await self.stopped.wait()
        await asyncio.sleep(self.lasts)
        self.ended = self.ended or "finished"

    def stop(self) -> None:
        self.stopped.set()

    def abandon(self) -> None:
        self.ended = "abandoned"

    async def poll(self) -> None: ...


@pytest.fixture(params=["small", "large"])
def make(request: pytest.FixtureRequest) -> Callable[..., Engine]:
    if request.param == "small":
        return lambda senders, ticks, part=Part.ALL: SmallEngine(senders, ticks)
    url = request.getfixturevalue("new_postgres")()
    return lambda senders, ticks, part=Part.ALL: LargeEngine(url, senders, ticks, part)


@pytest.fixture
def large(new_postgres: Callable[[], str]) -> Callable[..., LargeEngine]:
    url = new_postgres()
    return lambda senders, ticks=(), part=Part.ALL: LargeEngine(url, senders, ticks, part)


def play(story: Callable[[], Awaitable[Any]]) -> Any:
    async def within() -> Any:
        return await asyncio.wait_for(story(), 3 * PATIENCE)

    return asyncio.run(within())


async def until(look: Callable[[], object], what: str) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not look():
        assert asyncio.get_running_loop().time() < deadline, f"waited in vain for {what}"
        await asyncio.sleep(0.02)


def ticking(seen: list[str], name: str = "tick", **more: Any) -> Tick:
    async def work() -> None:
        seen.append(name)

    return Tick(name, timedelta(seconds=1), work, **more)


@contextmanager
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING):
        yield


def test_senders_look_once_at_the_start_and_whenever_something_is_committed(make):
    async def story() -> int:
        driver = Driver()
        engine = make({LANE: driver}, [])
        await engine.start()
        at_start = driver.woken
        engine.wake([LANE, LaneName("of somebody else")])
        await until(lambda: driver.woken > at_start, "the wake-up")
        await engine.stop()
        return at_start

    assert play(story) == 1


def test_ticks_come_again_and_again_until_the_stop(make):
    async def story() -> tuple[int, int]:
        seen: list[str] = []
        engine = make({}, [ticking(seen), ticking(seen, "own", everywhere=True)])
        await engine.start()
        await until(lambda: min(seen.count("tick"), seen.count("own")) >= 2, "two of each tick")
        await engine.stop()
        before = len(seen)
        await asyncio.sleep(1.5)
        return before, len(seen)

    before, after = play(story)

    assert before == after


def test_a_tick_that_fails_is_named_and_comes_again(make, caplog):
    async def story() -> None:
        seen: list[int] = []

        async def fails() -> None:
            seen.append(1)
            raise RuntimeError("a secret in the text")

        engine = make({}, [Tick("frail", timedelta(seconds=1), fails)])
        await engine.start()
        await until(lambda: len(seen) >= 2, "it to come again")
        await engine.stop()

    with quiet(caplog):
        play(story)

    assert "frail stumbled over RuntimeError" in caplog.text
    assert "a secret in the text" not in caplog.text


def test_a_stop_waits_for_what_is_in_the_air(make):
    async def story() -> str:
        driver = Driver(lasts=0.5)
        engine = make({LANE: driver}, [])
        await engine.start()
        await engine.stop()
        await engine.stop()
        return driver.ended

    assert play(story) == "finished"


def test_a_wake_up_raises_and_waits_for_nothing_even_after_the_stop(make):
    async def story() -> None:
        engine = make({LANE: Driver()}, [])
        await engine.start()
        await engine.stop()
        engine.wake([LANE, LaneName("another")])
        await asyncio.sleep(0.1)

    play(story)


def test_what_the_web_commits_wakes_a_worker_and_the_web_itself_sends_nothing(large):
    async def story() -> tuple[int, int]:
        at_the_web, at_the_worker = Driver(), Driver()
        web, worker = large({LANE: at_the_web}, part=Part.WEB), large({LANE: at_the_worker}, part=Part.WORKER)
        await worker.start()
        await web.start()
        for _ in range(5):
            before = at_the_worker.woken
            web.wake([LANE])
            await until(lambda seen=before: at_the_worker.woken > seen, "the worker to be woken")
        await web.stop()
        await worker.stop()
        return at_the_web.woken, at_the_worker.woken

    at_the_web, at_the_worker = play(story)

    assert at_the_web == 0
    assert 6 <= at_the_worker <= 7


def test_wake_ups_that_nobody_fetched_are_one_a_lane(large):
    async def story() -> tuple[int, int]:
        web = large({LANE: Driver()}, part=Part.WEB)
        await web.start()
        for _ in range(50):
            web.wake([LANE])
        await asyncio.gather(*web._deferring)
        waiting = await rows(web, f"SELECT count(*) AS n FROM {SCHEMA}.procrastinate_jobs WHERE status = 'todo'")
        await web.stop()
        driver = Driver()
        worker = large({LANE: driver}, part=Part.WORKER)
        await worker.start()
        await until(lambda: driver.woken == 2, "what waited")  # once at its start, once for the job
        await worker.stop()
        return waiting[0]["n"], driver.woken

    assert play(story) == (1, 2)


def test_a_wake_up_to_a_database_that_went_away_is_told_in_the_log_alone(large, caplog):
    async def story() -> None:
        web = large({LANE: Driver()}, part=Part.WEB)
        await web.start()
        await web._jobs.close_async()
        web.wake([LANE])
        await asyncio.gather(*web._deferring)
        await web.stop()

    with quiet(caplog):
        play(story)

    assert "a worker could not be woken" in caplog.text


def test_three_workers_tick_once(large):
    async def story() -> tuple[float, int]:
        seen: list[str] = []
        workers = [large({}, [ticking(seen)], Part.WORKER) for _ in range(3)]
        for worker in workers:
            await worker.start()
        began = asyncio.get_running_loop().time()
        await until(lambda: len(seen) >= 6, "six ticks")
        passed = asyncio.get_running_loop().time() - began
        for worker in workers:
            await worker.stop()
        return passed, len(seen)

    passed, ticks = play(story)

    assert ticks <= passed + 2  # three times as many, if each ticked for itself


def test_what_a_dead_worker_had_begun_holds_up_nothing_and_is_tidied_away(large):
    async def story() -> tuple[int, int]:
        first = large({LANE: Driver()}, part=Part.WEB)
        await first.start()
        await rows(
            first,
            f"INSERT INTO {SCHEMA}.procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 h') RETURNING id",
        )
        first.wake([LANE])
        await asyncio.gather(*first._deferring)
        begun = "SET status = 'doing', worker_id = 1 WHERE task_name = 'wake' RETURNING id"
        await rows(first, f"UPDATE {SCHEMA}.procrastinate_jobs {begun}")
        first.wake([LANE])  # queued behind the one that will never end
        await asyncio.gather(*first._deferring)
        driver = Driver()
        worker = large({LANE: driver}, part=Part.WORKER)
        await worker.start()
        await until(lambda: driver.woken >= 2, "the wake-up behind it")
        await worker._clean_up()
        left = await rows(worker, f"SELECT count(*) AS n FROM {SCHEMA}.procrastinate_jobs WHERE task_name = 'wake'")
        await worker.stop()
        await first.stop()
        return driver.woken, left[0]["n"]

    assert play(story) == (2, 0)


def test_a_database_that_is_not_there_is_named_with_the_remedy():
    async def story() -> None:
        await LargeEngine("postgresql+psycopg://nobody@127.0.0.1:1/none", {}, []).start()

    with pytest.raises(Fault) as fault:
        play(story)

    assert "PostgreSQL" in fault.value.remedy
    assert "nobody@" not in str(fault.value)


async def rows(engine: LargeEngine, statement: str) -> list[dict[str, Any]]:
    return list(await engine._jobs.connector.execute_query_all_async(statement))
