"""The traps of many processes: each was seen to close once, before it was taken away."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from test_runtime_engines import LANE as DRIVEN
from test_runtime_engines import Driver, large, play, rows, ticking, until  # noqa: F401
from test_runtime_sender import ABLE, LANE, Scene
from test_runtime_spool import RING, alert

from outreach.domain.errors import Fault
from outreach.runtime import turns as turns_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.engines.large import LargeEngine
from outreach.runtime.engines.port import Part
from outreach.runtime.pacing import Pacer
from outreach.runtime.sender import LEASE, Sender
from outreach.runtime.spool import Spool
from outreach.runtime.ticker import Tick
from outreach.runtime.turns import Turns
from outreach.services.dispatch import Outlet

SECOND = timedelta(seconds=1)


class Held(Pacer):
    """Lets the first call go; the others wait for *go*."""

    def __init__(self, go: asyncio.Event) -> None:
        super().__init__(1000)
        self._go, self._waited = go, 0

    async def wait(self) -> None:
        self._waited += 1
        if self._waited > 1:
            await self._go.wait()


def together(scene: Scene, story: Callable[[Bridge], Awaitable[None]]) -> None:
    async def whole() -> None:
        bridge = Bridge(scene.core.database, lambda _lanes: None)
        bridge.start()
        await asyncio.wait_for(story(bridge), 20)
        await bridge.close()

    asyncio.run(whole())


def worker(scene: Scene, bridge: Bridge, owner: str, pacer: Pacer | None = None) -> Sender:
    outlet = Outlet(LANE, ABLE, scene.core.desk, None)
    pacing = (lambda _rate: pacer) if pacer else Pacer
    return Sender(bridge, scene.line, outlet, "line", owner, scene.clock, pacing, shares=True)  # type: ignore[arg-type]


async def killed(work: asyncio.Task[Any]) -> None:
    """Nothing is written down, and nothing handed back."""
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


def test_what_a_dead_worker_had_in_the_air_is_found_though_nothing_else_is_due(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.line.slow = "one"
    scene.queue("one")
    woken: list[bool] = []

    async def story(bridge: Bridge) -> None:
        work = asyncio.create_task(worker(scene, bridge, "dead").drain())
        await scene.line.heard(1)
        await killed(work)
        scene.line.slow = ""
        other = worker(scene, bridge, "other")
        for later in (SECOND, LEASE):
            scene.clock.advance(later)
            await other.poll()
            woken.append(other._woken.is_set())
        for _ in range(2):
            await other.drain()
            scene.clock.advance(timedelta(minutes=5))

    together(scene, story)

    assert woken == [False, True]  # not before the lease is over
    assert scene.counts() == {"sent": 1}


def test_a_worker_that_stalls_and_wakes_up_calls_nobody_whom_another_has_called(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("a", "b", "c", "d")
    seen: list[int] = []

    async def story(bridge: Bridge) -> None:
        go = asyncio.Event()
        stalled = asyncio.create_task(worker(scene, bridge, "stalled", Held(go)).drain())
        await scene.line.heard(1)
        other = worker(scene, bridge, "other")
        for _ in range(2):
            scene.clock.advance(timedelta(minutes=5))
            await other.drain()
        seen.append(len(scene.line.got))
        go.set()
        await stalled
        seen.append(len(scene.line.got))

    together(scene, story)

    assert seen == [5, 5]  # the one that was in the air comes twice, nothing else does
    assert scene.counts() == {"sent": 4}


def test_a_worker_that_stalled_goes_on_if_nobody_has_taken_its_lane(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("a", "b", "c", "d")

    async def story(bridge: Bridge) -> None:
        go = asyncio.Event()
        stalled = asyncio.create_task(worker(scene, bridge, "stalled", Held(go)).drain())
        await scene.line.heard(1)
        scene.clock.advance(timedelta(minutes=5))
        go.set()
        await stalled

    together(scene, story)

    assert sorted(text for _, text, _ in scene.line.got) == ["a", "b", "c", "d"]
    assert scene.counts() == {"sent": 4}


def test_a_lane_with_a_call_in_doubt_is_not_handed_back_as_if_nothing_were(tmp_path: Path):
    scene = Scene(tmp_path, [])

    async def story(bridge: Bridge) -> None:
        next_one = worker(scene, bridge, "next")
        scene.queue("zero", to="z")
        await next_one.drain()  # so it knows this epoch, and took it for tidy
        scene.queue("one")
        scene.line.slow = "one"
        cut_off = worker(scene, bridge, "cut off")
        work = asyncio.create_task(cut_off.drain())
        await scene.line.heard(2)
        await killed(work)
        await cut_off.release()
        scene.line.slow = ""
        for _ in range(2):
            scene.clock.advance(timedelta(minutes=5))
            await next_one.drain()

    together(scene, story)

    assert scene.counts() == {"sent": 2}


def test_a_platform_is_asked_on_while_the_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(turns_module, "LOOK_EVERY", 0.01)
    scene = Scene(tmp_path, [])
    tries: list[None] = []

    async def story(bridge: Bridge) -> None:
        asked, ended = asyncio.Event(), asyncio.Event()

        async def ask() -> None:
            asked.set()
            try:
                await asyncio.Event().wait()
            finally:
                ended.set()

        class Away(Bridge):
            async def write(self, work: Any) -> Any:
                if asked.is_set():
                    tries.append(None)
                    raise Fault("the disk is full", "")
                return await bridge.write(work)

        turns = Turns(Away(scene.core.database, lambda _lanes: None), "poll line", "one", scene.clock, ask)
        running = asyncio.create_task(turns.run())
        await until(lambda: len(tries) > 3, "it to look again")
        assert not ended.is_set()
        await killed(running)
        assert ended.is_set()

    together(scene, story)


def test_an_alert_is_not_cleared_by_a_process_that_never_read_it(tmp_path: Path):
    one, other = (Spool(tmp_path / "alerts.spool", RING) for _ in range(2))
    one.keep(alert("ann"))
    assert one.waiting() == other.waiting() == [alert("ann")]
    one.clear()
    one.keep(alert("bob"))

    other.clear()

    assert other.waiting() == [alert("bob")]


def test_a_long_tick_holds_up_no_other_and_does_not_overtake_itself(large: Callable[..., LargeEngine]):  # noqa: F811
    async def story() -> tuple[int, int]:
        seen: list[str] = []
        now, most = 0, 0

        async def plans_for_long() -> None:
            nonlocal now, most
            now, most = now + 1, max(most, now + 1)
            await asyncio.sleep(60)

        ticks = [Tick("long", timedelta(seconds=1), plans_for_long), ticking(seen)]
        engine = large({}, ticks, Part.WORKER)
        await engine.start()
        await until(lambda: now, "the long one to begin")
        await until(lambda: len(seen) >= 8, "eight of the other")  # four long ones would have taken every place by then
        await engine.stop()
        return most, len(seen)

    most, _ = play(story)

    assert most == 1


def test_processes_that_start_at_the_same_moment_on_an_empty_database_all_start(new_postgres: Callable[[], str]):
    async def story() -> None:
        for _ in range(3):
            url = new_postgres()
            engines = [LargeEngine(url, {}, [], Part.WEB) for _ in range(6)]
            await asyncio.gather(*(engine.start() for engine in engines))
            await asyncio.gather(*(engine.stop() for engine in engines))

    play(story)


def test_a_stop_does_not_wait_for_a_database_that_is_away(large: Callable[..., LargeEngine]):  # noqa: F811
    async def story() -> bool:
        web = large({DRIVEN: Driver()}, part=Part.WEB)
        await web.start()

        async def is_away() -> None:
            await asyncio.Event().wait()

        web._deferring.add(asyncio.create_task(is_away()))
        await asyncio.wait_for(web.stop(), 8)
        return web._jobs.connector._async_pool is None

    assert play(story)


@pytest.mark.parametrize(("off", "word"), [(120, "120 s ahead"), (-120, "120 s behind")])
def test_a_clock_that_is_two_minutes_off_is_refused_before_it_takes_a_lane(
    new_postgres: Callable[[], str], off: float, word: str
):
    engine = LargeEngine(new_postgres(), {}, [], seconds=lambda: time.time() + off)

    with pytest.raises(Fault, match=word) as fault:
        play(engine.start)

    assert "NTP" in fault.value.remedy
