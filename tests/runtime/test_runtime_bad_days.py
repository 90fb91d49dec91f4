"""Bad days of one machine: disk full, database locked, poison, a platform away. docs/reference/bad-days.md."""

from __future__ import annotations

import asyncio
import logging
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from runtime_scene import WECHAT, add_activity, in_house, respond, say
from sqlalchemy import event
from test_runtime_guard import CRISIS
from test_runtime_guard import Scene as GuardScene
from test_runtime_sender import ABLE, LANE, Scene
from test_runtime_spool import RING, alert
from test_runtime_traps import SECOND

from outreach.bootstrap import SPOOL_FILE, App
from outreach.domain.actor import Actor
from outreach.domain.delivery import LATER_TRIES, MOST_TRIES
from outreach.domain.errors import Fault
from outreach.domain.messages import Language, MessageKind, Outgoing, RetryLater
from outreach.domain.people import Purpose
from outreach.runtime import sender as sender_module
from outreach.runtime.breaker import LONGEST_PAUSE, Breaker
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import system_clock
from outreach.runtime.sender import LEASE, Sender
from outreach.runtime.spool import Spool
from outreach.services import dead_letters, people
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft
from outreach.services.dispatch import UNWRITABLE
from outreach.services.people import Arrival, Notice
from outreach.store import Database
from outreach.store import engine as engine_module

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "reference" / "bad-days.md"
HOLD = "import sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None); c.execute('BEGIN IMMEDIATE'); "
HOLD += "print('held', flush=True); sys.stdin.read()"
LONG = "字" * 4_000  # needs pages of its own


@contextmanager
def no_room(database: Database, file: Path) -> Iterator[None]:
    """The database may not grow by one page meanwhile: SQLite says "database or disk is full"."""
    with sqlite3.connect(file) as other:
        other.execute("VACUUM")  # else it would write on into what was freed
    other.close()
    engine = database._engines.writing

    def pages(most: int) -> Any:
        def allow(connection: Any, *_: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {most}").fetchall()

        return allow

    full, roomy = pages(1), pages(1 << 30)
    event.listen(engine, "checkout", full)
    try:
        yield
    finally:
        event.remove(engine, "checkout", full)
        event.listen(engine, "checkout", roomy)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another process holds the write lock, as a tool that somebody left open does."""
    command = [sys.executable, "-c", HOLD, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        yield
        other.communicate(timeout=10)


def file_of(folder: Path) -> Path:
    return folder / "var" / "outreach.db"


def enrol(scene: Scene, name: str) -> int:
    """Somebody who takes part; the resident's id."""
    with scene.core.database.unit_of_work() as uow:
        arrival, notice = Arrival(Language.EN), Notice("test", "0" * 16)
        person = people.agree(uow, Caller(LANE, name), [Purpose.TAKE_PART], notice, arrival, scene.clock())
        return int(person.resident_id or 0)


def poison(scene: Scene, name: str, subject: dict[str, str]) -> None:
    """A delivery that nothing can be written out of."""
    who, now = enrol(scene, name), scene.clock()
    draft = Draft(MessageKind.CHANGE, f"poison:{name}", who, now, subject)  # type: ignore[arg-type]
    scene.do(lambda uow: uow.deliveries.add([draft], now))


# The disk is full.


def test_on_a_full_disk_danger_is_answered_and_the_alert_comes_after(tmp_path: Path):
    spool = tmp_path / "var" / SPOOL_FILE

    async def story(house: App) -> list[Any]:
        crisis = CRISIS + LONG
        with no_room(house.core.database, file_of(tmp_path)):
            answer = await say(house, "ann", crisis, "1")
            await house.guard.close()
            refused = (await respond(house, "bob", LONG, "2")).status
            kept = spool.exists()
        await house.guard.store_spooled()
        again = (await respond(house, "bob", LONG, "2")).status
        with house.core.database.reading() as uow:
            return [answer, refused, kept, again, spool.exists(), uow.alerts.count_open()]

    answer, *rest = in_house(tmp_path, story)

    assert "12356" in answer
    assert rest == [503, True, 200, False, 1]


def test_on_a_disk_that_takes_not_even_the_spool_danger_is_answered_all_the_same(tmp_path: Path, caplog):
    async def story(scene: GuardScene) -> list[Any]:
        with no_room(scene.core.database, file_of(tmp_path)):
            await scene.say(CRISIS + LONG)
            said, stored = len(scene.line.got), scene.alerts()
        await scene.guard.store_spooled()
        await scene.guard.store_spooled()
        return [said > 0, stored, scene.alerts(), scene.spool.is_empty()]

    scene = GuardScene(tmp_path)
    scene.spool = Spool(tmp_path / "no such folder" / "spool", scene.core.database.ring)

    assert scene.play(story) == [True, 0, 1, True]
    assert "waits in memory alone" in caplog.text
    assert CRISIS not in caplog.text


def test_an_alert_kept_in_memory_while_others_are_stored_stays(tmp_path: Path):
    spool = Spool(tmp_path / "gone" / "alerts.spool", RING)
    spool.keep(alert("ann"))
    assert spool.waiting() == [alert("ann")]
    spool.keep(alert("bob"))

    spool.clear()

    assert spool.waiting() == [alert("bob")]
    assert not spool.is_empty()


def test_what_was_sent_while_the_disk_was_full_is_not_sent_again(tmp_path: Path):
    scene = Scene(tmp_path, [])
    texts = [str(number) for number in range(400)]
    scene.queue(*texts)
    seen: list[int] = []

    async def story(sender: Sender, _bridge: Bridge) -> None:
        with no_room(scene.core.database, file_of(tmp_path)):
            for _ in range(5):
                with pytest.raises(Fault, match="the disk is full"):
                    await sender.drain()
                seen.append(len(scene.line.got))
        scene.clock.advance(timedelta(seconds=10))
        await sender.drain()

    scene.play(story)

    assert len(set(seen)) == 1  # it goes no further than it can write down
    assert seen[0] < len(texts)
    assert sorted(text for _, text, _ in scene.line.got) == sorted(texts)
    assert scene.counts() == {"sent": len(texts)}


# Another process holds the database.


def test_a_lock_held_for_long_loses_and_doubles_nothing_and_is_no_hot_loop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog
):
    monkeypatch.setattr(engine_module, "_BUSY", 20)
    monkeypatch.setattr(sender_module, "FIRST_PAUSE", 0.05)
    scene = Scene(tmp_path, [])

    async def story(sender: Sender, _bridge: Bridge) -> None:
        running = asyncio.create_task(sender.run())
        scene.queue("one", "two")
        with locked(file_of(tmp_path)):
            sender.wake()
            await asyncio.sleep(1.0)
        await scene.line.heard(2)
        sender.stop()
        await asyncio.wait_for(running, 5)

    with caplog.at_level(logging.WARNING):
        scene.play(story)

    assert sorted(text for _, text, _ in scene.line.got) == ["one", "two"]
    assert scene.counts() == {"sent": 2}
    assert 2 <= caplog.text.count("sending stumbled") <= 5  # pauses of 0.05, 0.1, 0.2, 0.4 s …


def test_a_message_that_met_a_locked_database_is_answered_once_when_it_comes_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(engine_module, "_BUSY", 20)

    async def story(house: App) -> list[Any]:
        add_activity(house)
        with locked(file_of(tmp_path)):
            first = (await respond(house, "ann", "报名 100", "1")).status
        answers = [await say(house, "ann", "报名 100", "1") for _ in range(2)]
        return [first, "同意" in str(answers[0]), answers[0] == answers[1]]

    assert in_house(tmp_path, story) == [503, True, True]


def test_the_pauses_grow_while_the_database_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    scene, pauses = Scene(tmp_path, []), []

    async def no_time(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 8:
            raise asyncio.CancelledError

    async def story(sender: Sender, bridge: Bridge) -> None:
        await bridge.close()  # nothing can be written any more
        monkeypatch.setattr(sender_module.asyncio, "sleep", no_time)
        sender.wake()
        with pytest.raises(asyncio.CancelledError):
            await sender.run()
        monkeypatch.undo()

    scene.play(story)

    assert pauses == [1, 2, 4, 8, 16, 30, 30, 30]


# Poison.


@pytest.mark.parametrize(
    "subject",
    [{"about": "moved"}, {"about": "tip"}, {"about": "nobody knows this"}, {}],
    ids=["no sign-up", "no item", "unknown", "empty"],
)
def test_a_delivery_that_cannot_be_written_out_holds_up_nobody_and_is_on_the_dead_list(
    tmp_path: Path, subject: dict[str, str], caplog
):
    scene = Scene(tmp_path, [])
    poison(scene, "poor-ann", subject)
    scene.queue("one", "two")

    scene.drain(times=3, later=timedelta(minutes=10))

    with scene.core.database.reading() as uow:
        dead = [(each.reason, each.tries) for each in dead_letters.listed(uow, Actor.operator(), 10)]
    assert sorted(text for _, text, _ in scene.line.got) == ["one", "two"]
    assert scene.counts() == {"sent": 2, "dead": 1}
    assert dead == [(UNWRITABLE, 0)]
    assert caplog.text.count("cannot be written out") == 1
    assert "poor-ann" not in caplog.text


def test_what_was_given_up_as_unwritable_is_tried_again_only_when_staff_say_so(tmp_path: Path):
    scene = Scene(tmp_path, [])
    poison(scene, "ann", {"about": "moved"})
    scene.drain()
    scene.clock.advance(timedelta(days=2))
    scene.do(lambda uow: dead_letters.revive(uow, scene.clock()))
    by_itself = scene.counts()

    scene.do(lambda uow: dead_letters.retry_all(uow, Actor.operator(), scene.clock()))

    assert by_itself == {"dead": 1}
    assert scene.counts() == {"queued": 1}
    scene.drain()
    assert scene.counts() == {"dead": 1}


def test_a_message_at_which_the_channel_stumbles_every_time_ends_on_the_dead_list_and_the_others_go_out(
    tmp_path: Path,
):
    scene = Scene(tmp_path, [])
    whole = scene.line.send

    async def stumbles(to: str, message: Outgoing, key: str) -> Any:
        outcome = await whole(to, message, key)
        return RetryLater(timedelta(), code="odd") if message.text == "poison" else outcome

    scene.line.send = stumbles  # type: ignore[method-assign]
    scene.queue("one", "poison", "two")

    scene.drain(times=3 * MOST_TRIES, later=timedelta(minutes=5))

    texts = [text for _, text, _ in scene.line.got]
    assert (texts.count("one"), texts.count("two"), texts.count("poison")) == (1, 1, MOST_TRIES)
    assert scene.counts() == {"sent": 2, "dead": 1}
    assert len(LATER_TRIES) == 3  # and so often it is tried once more by itself


def test_what_waits_for_somebody_and_cannot_be_written_out_keeps_nobody_from_answering_them(tmp_path: Path):
    async def story(house: App) -> list[Any]:
        now = system_clock()
        with house.core.database.unit_of_work() as uow:
            notice = Notice("test", "0" * 16)
            person = people.agree(uow, Caller(WECHAT, "ann"), [Purpose.TAKE_PART], notice, Arrival(Language.ZH), now)
            subject = {"about": "moved"}
            draft = Draft(MessageKind.CHANGE, "poison", person.resident_id, now, subject)  # type: ignore[arg-type]
            uow.deliveries.add([draft], now)
        answer = await say(house, "ann", "帮助", "1")
        with house.core.database.reading() as uow:
            return [answer is not None, uow.deliveries.counts()["withdrawn"]]

    assert in_house(tmp_path, story) == [True, 1]


def test_a_kind_that_only_a_newer_process_knows_is_left_to_it_and_holds_up_nobody(tmp_path: Path):
    scene = Scene(tmp_path, [])
    scene.queue("of tomorrow", "one", "two")

    def becomes(kind: str) -> None:
        named = f"UPDATE delivery SET kind = '{kind}' WHERE id = 1"
        scene.do(lambda uow: uow.connection.exec_driver_sql(named))  # type: ignore[attr-defined]

    becomes("invitation")
    scene.drain(times=3)
    by_the_older = scene.counts()
    becomes("reply")  # the newer one, which understands it
    scene.drain(later=timedelta(minutes=1))

    assert by_the_older == {"sent": 2, "queued": 1}
    assert [text for _, text, _ in scene.line.got] == ["one", "two", "of tomorrow"]


# The channel is gone for an hour.


def test_whoever_takes_a_lane_in_trouble_over_tries_with_one_as_well(tmp_path: Path):
    gone = RetryLater(timedelta(seconds=5), whole_lane=True, code="refused")
    scene = Scene(tmp_path, [gone] * (ABLE.max_in_flight + 1))
    scene.queue(*"abcdefgh")
    scene.drain()
    calls = [len(scene.line.got)]

    for later in (1, 5, LONGEST_PAUSE.total_seconds()):  # three restarts: while it is held, after that, long after
        scene.drain(owner=f"restart-{later}", later=timedelta(seconds=later) + LEASE * (later == 1))
        calls.append(len(scene.line.got))

    assert calls == [4, 5, 5, 13]
    assert scene.counts() == {"sent": 8}


def test_trouble_that_is_long_over_slows_nobody_down():
    now = datetime(2026, 11, 23, 1, tzinfo=UTC)
    tried = []

    for held_until in (None, now + SECOND, now - LONGEST_PAUSE + SECOND, now - LONGEST_PAUSE):
        breaker = Breaker()
        breaker.inherit(held_until, now)
        tried.append(breaker.most(4))

    assert tried == [4, 1, 1, 4]


def test_a_restart_does_not_forget_how_long_a_platform_told_us_to_wait(tmp_path: Path):
    scene = Scene(tmp_path, [RetryLater(timedelta(hours=1), whole_lane=True, code="flood")])
    scene.queue("one")
    scene.drain()

    scene.drain(owner="restart", later=timedelta(minutes=59))
    before = len(scene.line.got)
    scene.drain(owner="restart", later=timedelta(minutes=2))

    assert (before, len(scene.line.got)) == (1, 2)


# The page.


def test_each_test_that_the_page_on_bad_days_names_exists():
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", PAGE.read_text("utf-8")))
    there = {
        name for path in TESTS.rglob("test_*.py") for name in re.findall(r"^def (test_\w+)", path.read_text(), re.M)
    }

    assert named
    assert named <= there
