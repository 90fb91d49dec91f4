"""Danger on a channel that takes pushes: the reply gets out whatever channel, database or process do meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from outreach.bootstrap import open_core
from outreach.channels.base import Answer
from outreach.domain.ids import LaneName
from outreach.domain.messages import (
    Capabilities,
    Halted,
    Language,
    Message,
    MessageKind,
    Outcome,
    Outgoing,
    Pressed,
    Rejected,
    RetryLater,
    Sent,
    Unparsed,
)
from outreach.runtime import direct as direct_module
from outreach.runtime import hub as hub_module
from outreach.runtime.bridge import Bridge
from outreach.runtime.direct import Direct
from outreach.runtime.doors import Door
from outreach.runtime.guard import LEDGER_AFTER, Guard
from outreach.runtime.hub import Hub
from outreach.runtime.sender import Sender
from outreach.runtime.spool import Spool
from outreach.services.dispatch import Outlet
from outreach.settings import load
from outreach.testing import FrozenClock

LANE = LaneName("line")
ABLE = Capabilities(
    text_limit=2000, text_unit="characters", buttons=True, max_buttons=4, files=True, may_push=True,
    replies_in_place=0, rate_per_second=1000, max_in_flight=4,
)  # fmt: skip
NOON = datetime(2026, 11, 23, 4, tzinfo=UTC)
CRISIS = "我不想活了"
_T = TypeVar("_T")


@dataclass
class Line:
    """A network of ours for one test: answers as *script* says, then takes everything; ``None``: never answers."""

    script: list[Outcome | Exception | None] = field(default_factory=list)
    got: list[tuple[str, Outgoing, str]] = field(default_factory=list)
    lane = LANE
    capabilities = ABLE

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        self.got.append((to, message, key))
        outcome = self.script.pop(0) if self.script else Sent("x")
        if outcome is None:
            await asyncio.Event().wait()
            raise AssertionError("waits for ever")
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def texts(self) -> list[str]:
        return [message.text for _, message, _ in self.got]


class Scene:
    """Guard, hub and sender of one lane, over a real database and a clock that stands still."""

    def __init__(self, folder: Path, *script: Outcome | Exception | None) -> None:
        self.core = open_core(load({"OUTREACH_DATA_DIR": str(folder / "var")}, folder))
        self.clock, self.line = FrozenClock(NOON), Line(list(script))
        self.spool = Spool(folder / "spool", self.core.database.ring)

    def play(self, story: Callable[[Scene], Awaitable[_T]]) -> _T:
        """Run *story* in a process of its own: what is remembered in memory starts empty."""

        async def whole() -> _T:
            self.bridge = Bridge(self.core.database, lambda _lanes: None)
            self.bridge.start()
            self.door = Door(LANE, "line", self.line, self.core.counter(LANE, ABLE))  # type: ignore[arg-type]
            self.guard = Guard(self.bridge, self.core.crafts.safeguard, self.spool, Language.ZH, self.clock)
            self.hub = Hub(self.bridge, self.guard, [self.door], self.clock)
            outlet = Outlet(LANE, ABLE, self.core.desk, None)
            self.sender = Sender(self.bridge, self.line, outlet, "line", "one", self.clock)  # type: ignore[arg-type]
            try:
                return await story(self)
            finally:
                await self.guard.close()
                await self.bridge.close()

        return asyncio.run(whole())

    async def say(self, text: str, number: str = "1") -> Answer:
        """*text* through the hub, and what safety does about it to its end."""
        answer = await self.hub.answer(self.door, Message(number, "ann", text, self.clock()))
        await self.guard.close()
        return answer

    async def deliver(self, later: timedelta = timedelta()) -> None:
        """What the ledger holds due by then goes out."""
        self.clock.advance(later)
        await self.sender.drain()

    def counts(self) -> dict[str, int]:
        with self.core.database.reading() as uow:
            return {state: number for state, number in uow.deliveries.counts().items() if number}

    def alerts(self) -> int:
        with self.core.database.reading() as uow:
            return uow.alerts.count_open()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(direct_module, "CALL_PATIENCE", 0.05)
    monkeypatch.setattr(direct_module, "LONGEST_WAIT", 0.0)
    monkeypatch.setattr(direct_module, "BETWEEN_CALLS", 0.0)


def test_a_reply_to_danger_is_sent_at_once_and_only_once(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> None:
        await scene.say(CRISIS)
        await scene.deliver(LEDGER_AFTER * 2)

    scene.play(story)

    assert ["12356" in text or "120" in text for text in scene.line.texts()] == [True]
    assert scene.counts() == {"sent": 1}
    assert scene.alerts() == 1


def test_a_channel_that_raises_is_called_again(tmp_path: Path):
    scene = Scene(tmp_path, ValueError("a bug"), RetryLater(timedelta(seconds=3)))

    scene.play(lambda scene: scene.say(CRISIS))

    assert len(scene.line.got) == 3
    assert scene.counts() == {"sent": 1}


def test_a_call_that_never_answers_is_given_up_and_made_again(tmp_path: Path):
    scene = Scene(tmp_path, None)

    scene.play(lambda scene: scene.say(CRISIS))

    assert len(scene.line.got) == 2
    assert scene.counts() == {"sent": 1}


@pytest.mark.parametrize("trouble", [Rejected("bad"), Halted("unauthorised", "token")])
def test_what_cannot_be_said_directly_is_due_in_the_ledger_at_once(tmp_path: Path, trouble: Outcome):
    scene = Scene(tmp_path, trouble)

    async def story(scene: Scene) -> dict[str, int]:
        await scene.say(CRISIS)
        before = scene.counts()
        await scene.deliver()
        return before

    before = scene.play(story)

    assert before == {"queued": 1}
    assert scene.counts() == {"sent": 1}
    assert len(scene.line.got) == 2


def test_a_process_that_dies_while_it_speaks_leaves_the_reply_to_the_ledger(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    scene = Scene(tmp_path)

    async def dies(_self: Direct, _to: str, _pieces: Sequence[Outgoing], _name: str) -> int:
        raise asyncio.CancelledError

    async def story(scene: Scene) -> None:
        with monkeypatch.context() as broken:
            broken.setattr(Direct, "say", dies)
            await scene.say(CRISIS)

    async def restarted(scene: Scene) -> int:
        await scene.deliver()
        early = len(scene.line.got)
        await scene.deliver(LEDGER_AFTER)
        return early

    scene.play(story)

    assert scene.play(restarted) == 0
    assert len(scene.line.got) == 1
    assert scene.counts() == {"sent": 1}


def test_copies_of_the_same_words_at_the_same_moment_get_one_reply(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> None:
        await asyncio.gather(*(scene.say(CRISIS) for _ in range(5)))

    scene.play(story)

    assert len(scene.line.got) == 1
    assert scene.alerts() == 1


def test_the_platform_is_not_told_who_wrote(tmp_path: Path):
    scene = Scene(tmp_path)

    scene.play(lambda scene: scene.say(CRISIS, number="ann:77"))

    (_, _, key) = scene.line.got[0]
    assert key.startswith("safety:")
    assert "ann" not in key


def test_an_interrupted_cry_for_help_is_sent_its_answer(tmp_path: Path):
    scene = Scene(tmp_path)

    async def interrupted(scene: Scene) -> None:
        incoming = Message("1", "ann", CRISIS, NOON)
        await scene.hub._store(scene.door, [incoming])

    async def restarted(scene: Scene) -> int:
        driven = await scene.hub.redrive()
        await scene.guard.close()
        return driven

    scene.play(interrupted)
    scene.clock.advance(timedelta(seconds=60))

    assert scene.play(restarted) == 1
    assert len(scene.line.got) == 1
    assert scene.alerts() == 1


def test_a_tap_on_the_question_of_the_reply_is_answered_as_well(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> None:
        await scene.say(CRISIS)
        token = scene.line.got[0][1].choices[0].token
        await scene.hub.answer(scene.door, Pressed("2", "ann", token, scene.clock()))

    scene.play(story)

    assert [message.kind for _, message, _ in scene.line.got] == [MessageKind.SAFETY] * 2


def test_an_answer_that_took_too_long_is_sent_where_we_may_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(hub_module, "REPLY_BUDGET", 0.0)
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> Answer:
        answer = await scene.say("帮助")
        await asyncio.gather(*scene.hub._late)
        await scene.deliver()
        return answer

    assert scene.play(story) == Answer(ready=False, coming=True)
    assert len(scene.line.got) == 1


def test_what_failed_is_not_coming_so_that_the_platform_brings_it_again(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> Answer:
        def respond(*_: object) -> tuple[()]:
            raise ZeroDivisionError

        scene.hub._doors[LANE]._counter = replace(scene.door.counter, respond=respond)
        return await scene.say("帮助")

    assert scene.play(story) == Answer(ready=False)


def test_a_picture_is_answered_with_what_we_can_read_and_where_help_is(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> None:
        await scene.hub.answer(scene.door, Unparsed("1", "image", scene.clock(), "ann"))
        await scene.deliver()

    scene.play(story)

    assert "看不到" in scene.line.texts()[0]
    assert "120" in scene.line.texts()[0] or "110" in scene.line.texts()[0]


def test_something_strange_that_nobody_sent_in_private_is_left_alone(tmp_path: Path):
    scene = Scene(tmp_path)

    async def story(scene: Scene) -> Answer:
        return await scene.hub.answer(scene.door, Unparsed("1", "image", scene.clock()))

    assert scene.play(story) == Answer()
    assert scene.counts() == {}
