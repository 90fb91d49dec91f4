"""PostgreSQL stopped at once under a working house and started again. docs/reference/bad-days.md."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import postgres_server
import psycopg
import pytest
from breakable_postgres import Breakable
from runtime_scene import add_activity, in_house, respond, say
from test_runtime_engines import until
from test_runtime_guard import CRISIS
from test_runtime_sender import ABLE, Scene

from outreach.bootstrap import SPOOL_FILE, App, open_core
from outreach.domain.errors import Fault
from outreach.domain.messages import Outcome, Outgoing
from outreach.runtime import sender as sender_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.sender import Sender
from outreach.settings import load
from outreach.store.engine import open_engine

PEOPLE = 60


@pytest.fixture(scope="module")
def breakable() -> Iterator[Breakable]:
    with postgres_server.running() as server:
        made = Breakable(server)
        try:
            yield made
        finally:
            made.end()


class OnServer(Scene):
    """A sender over a ledger on PostgreSQL, and a line that takes its time."""

    def __init__(self, folder: Path, url: str) -> None:
        super().__init__(folder, [])
        self.core.database.close()
        named = {"OUTREACH_DATA_DIR": str(folder / "big"), "OUTREACH_DATABASE_URL": url}
        self.core = open_core(load(named, folder))
        taken = self.line.send

        async def slowly(to: str, message: Outgoing, key: str) -> Outcome:
            outcome = await taken(to, message, key)
            await asyncio.sleep(0.02)
            return outcome

        self.line.send = slowly  # type: ignore[method-assign]


def test_a_server_that_crashes_under_a_sender_loses_and_doubles_nothing(
    tmp_path: Path, breakable: Breakable, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setattr(sender_module, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(sender_module, "LONGEST_PAUSE", 0.4)
    scene = OnServer(tmp_path, breakable.server.create("sending"))
    texts = [str(number) for number in range(PEOPLE)]
    scene.queue(*texts)

    def are_all_sent() -> bool:
        scene.clock.advance(timedelta(seconds=1))
        running_sender.wake()
        try:
            return scene.counts() == {"sent": PEOPLE}
        except Fault:
            return False

    async def story(sender: Sender, _bridge: Bridge) -> None:
        nonlocal running_sender
        running_sender = sender
        running = asyncio.create_task(sender.run())
        sender.wake()
        await scene.line.heard(PEOPLE // 3)
        await asyncio.to_thread(breakable.stop)
        at_crash.append(len(scene.line.got))
        await asyncio.sleep(1.0)
        while_away.append(len(scene.line.got))
        await asyncio.to_thread(breakable.start)
        await until(are_all_sent, "everything to be sent")
        sender.stop()
        await asyncio.wait_for(running, 10)

    at_crash: list[int] = []
    while_away: list[int] = []
    running_sender: Any = None
    with caplog.at_level(logging.WARNING):
        scene.play(story)
    scene.core.database.close()

    got = Counter(text for _, text, _ in scene.line.got)
    # The process lives on: what became of what was in the air it knows, and writes down when it can.
    assert got == Counter(texts)
    assert while_away[0] <= at_crash[0] + ABLE.max_in_flight
    assert while_away[0] < PEOPLE  # else it was no test of anything
    assert 1 <= caplog.text.count("sending stumbled") <= 20  # pauses of 0.05 to 0.4 s for a second or two


def test_a_house_whose_server_crashes_answers_danger_refuses_the_rest_and_goes_on_by_itself(
    tmp_path: Path, breakable: Breakable, caplog
):
    spool = tmp_path / "var" / SPOOL_FILE

    async def story(house: App) -> list[Any]:
        add_activity(house)
        await asyncio.to_thread(breakable.stop)
        began = time.monotonic()
        answer = await say(house, "ann", CRISIS, "1")
        refused = (await respond(house, "bob", "报名 100", "2")).status
        took = time.monotonic() - began
        await house.guard.close()
        kept = spool.exists()
        await asyncio.sleep(1.0)
        await asyncio.to_thread(breakable.start)
        await house.guard.store_spooled()
        answers = [await say(house, "bob", "报名 100", "2") for _ in range(2)]
        with house.core.database.reading() as uow:
            alerts = uow.alerts.count_open()
        return [str(answer), refused, took < 4, kept, spool.exists(), alerts, "同意" in str(answers[0]), answers]

    with caplog.at_level(logging.WARNING):
        answer, *rest, answers = in_house(
            tmp_path, story, OUTREACH_DATABASE_URL=breakable.server.create("house")
        )  # fmt: skip

    assert "12356" in answer
    assert rest == [503, True, True, False, 1, True]
    assert answers[0] == answers[1]
    assert len(caplog.records) < 100  # what looks every second says so every second, and no more


def test_a_server_that_falls_silent_is_given_up_within_seconds(breakable: Breakable):
    engines = open_engine(breakable.server.create("silent"))
    with engines.writing.connect() as connection:
        driver: Any = connection.connection.driver_connection
        asked = psycopg.conninfo.conninfo_to_dict(driver.info.dsn) | driver.info.get_parameters()
    engines.close()

    assert int(asked["keepalives_idle"]) + int(asked["keepalives_interval"]) * int(asked["keepalives_count"]) <= 20
    assert int(asked["tcp_user_timeout"]) <= 20_000
