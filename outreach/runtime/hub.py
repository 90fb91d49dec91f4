"""Inbound: from a channel's request to its answer. Safety first, then one transaction, within the platform's time."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import timedelta
from functools import partial

from outreach.channels.base import Answer, HookChannel, HookRequest, HookResponse, PollingChannel
from outreach.domain.errors import OutreachError
from outreach.domain.ids import LaneName
from outreach.domain.messages import Incoming, Outgoing
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.doors import Door
from outreach.runtime.guard import Guard
from outreach.services import intake
from outreach.services.cards import InboxEntry, InboxState, Unanswered
from outreach.services.intake import MOST_TRIES
from outreach.services.ports import UnitOfWork

log = logging.getLogger(__name__)

REPLY_BUDGET = 4.0  # seconds; WeChat hangs up at 5 and delivers the message again, three times
REDRIVE_AFTER = timedelta(seconds=5)  # a stored message without an answer for so long was interrupted
REDRIVE_AT_ONCE = 50
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0  # seconds between two tries of something that failed


class Hub:
    """Answers what comes in through the doors."""

    def __init__(self, bridge: Bridge, guard: Guard, doors: Iterable[Door], clock: Clock) -> None:
        self._bridge, self._guard, self._clock = bridge, guard, clock
        self._late: set[asyncio.Task[None]] = set()
        self._doors: Mapping[LaneName, Door] = {door.lane: door for door in doors}
        # Asked once: a check against a protocol costs as much as the whole of a signature.
        self._hooks: Mapping[LaneName, HookChannel] = {
            lane: door.channel for lane, door in self._doors.items() if isinstance(door.channel, HookChannel)
        }

    async def serve(self, lane: LaneName, request: HookRequest) -> HookResponse | None:
        """The response to a platform's request; ``None`` if there is no such hook."""
        channel = self._hooks.get(lane)
        if channel is None:
            return None
        decoded = channel.decode(request)
        if isinstance(decoded, HookResponse):
            return decoded
        answers = [await self.answer(self._doors[lane], incoming) for incoming in decoded]
        return await channel.acknowledge(decoded, _together(answers), request)

    async def poll(self, lane: LaneName) -> None:
        """Ask a polling channel for ever: a batch is stored before the next one is asked for.

        An adapter that breaks its promise and raises is logged and asked again, ever more slowly.
        """
        door, pause = self._doors[lane], FIRST_PAUSE
        while True:
            try:
                async for batch in _asked(door):
                    await self._take_in(door, batch)
                    pause = FIRST_PAUSE
            except Exception as error:
                log.error("lane %s: asking for news failed with %s", lane, _code(error))
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * 2)

    async def _take_in(self, door: Door, batch: Sequence[Incoming]) -> None:
        await self._store(door, batch)
        for incoming in batch:
            answer = await self.answer(door, incoming)
            await door.channel.acknowledge([incoming], answer)

    async def answer(self, door: Door, incoming: Incoming) -> Answer:
        """Answer one message: the guard has the first word, the conversation the second."""
        guarded = await self._guard.answer(door, incoming)
        if guarded is not None:
            return guarded
        late = threading.Event()
        try:
            work = self._bridge.submit(partial(_take, door, incoming, self._clock, late))
            done, _ = await asyncio.wait([work], timeout=REPLY_BUDGET)
            if done:
                return Answer(work.result())
            log.warning("lane %s: an answer took longer than %.0f s", door.lane, REPLY_BUDGET)
            return Answer(ready=False, coming=self._follow(door, incoming, work, late))
        except Exception as error:
            log.error("lane %s: an answer failed with %s", door.lane, _code(error))
            await self._note_failure(door, incoming, error)
            return Answer(ready=False)

    def _follow(
        self, door: Door, incoming: Incoming, work: asyncio.Future[tuple[Outgoing, ...]], late: threading.Event
    ) -> bool:
        """Where we may push, a late answer is sent (True); elsewhere the platform asks again and gets it then."""
        if not door.counter.capabilities.may_push:
            work.add_done_callback(_forget_result)
            return False
        late.set()
        task = asyncio.create_task(self._send_late(door, incoming, work))
        self._late.add(task)
        task.add_done_callback(self._late.discard)
        return True

    async def _send_late(self, door: Door, incoming: Incoming, work: asyncio.Future[tuple[Outgoing, ...]]) -> None:
        try:
            if await work:  # worked out to be said in place, in the moment when nobody waited any more
                await self._bridge.write(partial(_say_later, door, incoming, self._clock))
        except Exception as error:
            log.error("lane %s: a late answer failed with %s", door.lane, _code(error))
            await self._note_failure(door, incoming, error)  # stored: it is tried again

    async def redrive(self) -> int:
        """Answer stored messages that were interrupted; how many there were."""
        found = await self._bridge.read(partial(_interrupted, list(self._doors), self._clock))
        for waiting in found:
            door = self._doors.get(waiting.lane)
            if door is not None:
                await self._drive_again(door, waiting)
        return len(found)

    async def _drive_again(self, door: Door, waiting: Unanswered) -> None:
        try:
            # The guard has the first word here too: what was interrupted may have been a cry for help.
            if await self._guard.answer(door, waiting.incoming, in_place=False) is None:
                await self._bridge.write(partial(_handle, door, waiting, self._clock))
        except Exception as error:
            log.error("lane %s: a stored message failed with %s", door.lane, _code(error))
            await self._bridge.write(partial(_failed_again, waiting, _code(error), self._clock))

    async def _store(self, door: Door, batch: Sequence[Incoming]) -> None:
        pause = FIRST_PAUSE
        while True:
            try:
                await self._bridge.write(partial(_receive_all, door, batch, self._clock))
                return
            except Exception as error:
                # The platform keeps it as long as we do not ask for more; but nobody in danger waits for a disk.
                log.error("lane %s: could not store what came in (%s)", door.lane, _code(error))
                for incoming in batch:
                    await self._guard.answer(door, incoming)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)

    async def _note_failure(self, door: Door, incoming: Incoming, error: Exception) -> None:
        try:
            await self._bridge.write(partial(_failed, door, incoming, _code(error), self._clock))
        except Exception as again:
            log.error("lane %s: the failure could not be kept either (%s)", door.lane, _code(again))


def _asked(door: Door) -> AsyncIterator[Sequence[Incoming]]:
    if not isinstance(door.channel, PollingChannel):
        raise TypeError(f"lane {door.lane} is not a polling channel")
    return door.channel.incoming()


def _take(door: Door, incoming: Incoming, clock: Clock, late: threading.Event, uow: UnitOfWork) -> tuple[Outgoing, ...]:
    return intake.take(uow, door.counter, incoming, clock(), lambda: not late.is_set())


def _say_later(door: Door, incoming: Incoming, clock: Clock, uow: UnitOfWork) -> None:
    intake.say_later(uow, door.counter, incoming, clock())


def _handle(door: Door, waiting: Unanswered, clock: Clock, uow: UnitOfWork) -> None:
    entry = uow.inbox.receive(intake.caller_of(door.lane, waiting.incoming), door.lane, waiting.incoming, clock())
    if entry.state is InboxState.RECEIVED:
        intake.handle(uow, door.counter, entry.id, waiting.incoming, clock(), _nobody_waits)


def _nobody_waits() -> bool:
    return False


def _receive(door: Door, incoming: Incoming, clock: Clock, uow: UnitOfWork) -> InboxEntry:
    return uow.inbox.receive(intake.caller_of(door.lane, incoming), door.lane, incoming, clock())


def _receive_all(door: Door, batch: Sequence[Incoming], clock: Clock, uow: UnitOfWork) -> None:
    for incoming in batch:
        _receive(door, incoming, clock, uow)


def _failed(door: Door, incoming: Incoming, reason: str, clock: Clock, uow: UnitOfWork) -> None:
    entry = _receive(door, incoming, clock, uow)
    if entry.state is InboxState.RECEIVED:
        uow.inbox.failed(entry.id, reason, MOST_TRIES, clock())


def _failed_again(waiting: Unanswered, reason: str, clock: Clock, uow: UnitOfWork) -> None:
    uow.inbox.failed(waiting.id, reason, MOST_TRIES, clock())


def _interrupted(lanes: Sequence[LaneName], clock: Clock, uow: UnitOfWork) -> list[Unanswered]:
    return uow.inbox.unanswered(lanes, clock() - REDRIVE_AFTER, REDRIVE_AT_ONCE)


def _together(answers: Sequence[Answer]) -> Answer:
    messages = tuple(message for answer in answers for message in answer.messages)
    late = [answer for answer in answers if not answer.ready]
    return Answer(messages, ready=not late, coming=bool(late) and all(answer.coming for answer in late))


def _code(error: BaseException) -> str:
    return error.code if isinstance(error, OutreachError) else type(error).__name__


def _forget_result(work: asyncio.Future[tuple[Outgoing, ...]]) -> None:
    if not work.cancelled() and work.exception() is not None:
        log.error("a late answer failed with %s", _code(work.exception() or RuntimeError()))
