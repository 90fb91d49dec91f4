"""Safety comes before everything: screened before any transaction, answered whatever the database does."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from datetime import datetime
from functools import partial
from typing import TypeVar

from outreach.channels.base import Answer
from outreach.content import fit
from outreach.domain.messages import Incoming, Language, Message, Outgoing, Pressed, RetryLater, Sent
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.doors import Door
from outreach.runtime.spool import Spool, Spooled
from outreach.safety import RiskClass, Verdict, default_language
from outreach.services import safeguarding
from outreach.services.cards import Caller, InboxState
from outreach.services.ports import UnitOfWork
from outreach.services.safeguarding import COOL_DOWN, FIRST_TO_ANSWER, Safeguard

log = logging.getLogger(__name__)

_K = TypeVar("_K")
_V = TypeVar("_V")

LOOK_UP_PATIENCE = 0.2  # seconds for the person's language; then the script of their text decides
REMEMBERED = 2_000  # answered ids and recent callers: a poller that cannot store must not reply for ever
MOST_CALLS = 5  # tries to get a safety reply out at once; then the ledger takes over
LONGEST_WAIT = 20.0  # seconds between two of them


class Guard:
    """Answers texts at class risk or above, and taps on the questions of those answers."""

    def __init__(self, bridge: Bridge, safeguard: Safeguard, spool: Spool, default: Language, clock: Clock) -> None:
        self._bridge, self._safeguard, self._spool = bridge, safeguard, spool
        self._default, self._clock = default, clock
        self._answered: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._recent: OrderedDict[Caller, tuple[datetime, RiskClass]] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, door: Door, incoming: Incoming) -> Answer | None:
        """The fixed answer, ``None`` if this is not ours to answer. The same message gets the same one again."""
        known = self._answered.get((door.lane, incoming.message_id))
        if known is not None:
            return known
        if not isinstance(incoming, Message | Pressed):
            return None
        caller = Caller(door.lane, incoming.sender)
        found = await self._find(caller, incoming)
        return None if found is None else self._say(door, caller, incoming, *found)

    async def store_spooled(self) -> None:
        """Bring alerts that the database could not take into it."""
        if self._spool.is_empty():
            return
        waiting = self._spool.waiting()
        await self._bridge.write(partial(_raise_all, waiting))
        self._spool.clear()
        log.warning("%d alerts came back from the spool", len(waiting))

    async def close(self) -> None:
        """Let what is being said or stored finish, for 5 s at most."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    async def _find(self, caller: Caller, incoming: Message | Pressed) -> tuple[Outgoing, Verdict] | None:
        now = self._clock()
        if isinstance(incoming, Pressed):
            if not incoming.token.startswith(safeguarding.SAFE_PREFIX):
                return None
            return self._safeguard.follow_up(incoming.token, await self._language(caller, ""), now)
        verdict = self._safeguard.look_at(incoming.text)
        if verdict.risk < FIRST_TO_ANSWER:
            return None
        language = await self._language(caller, incoming.text)
        short = self._is_repeat(caller, verdict.risk, now)
        return self._safeguard.reply(verdict, language, now, short=short), verdict

    def _say(
        self, door: Door, caller: Caller, incoming: Message | Pressed, reply: Outgoing, verdict: Verdict
    ) -> Answer:
        able = door.counter.capabilities
        pieces = fit(reply, able)
        in_place, rest = pieces[: able.replies_in_place], pieces[able.replies_in_place :]
        answer = Answer(in_place)
        _remember(self._answered, (door.lane, incoming.message_id), answer)
        _remember(self._recent, caller, (self._clock(), verdict.risk))
        self._start(self._keep(door, caller, incoming, reply, verdict, in_place))
        if rest:
            self._start(self._send(door, caller, incoming, rest))
        return answer

    async def _language(self, caller: Caller, text: str) -> Language:
        try:
            async with asyncio.timeout(LOOK_UP_PATIENCE):
                person = await self._bridge.read(lambda uow: uow.people.at(caller))
        except Exception as error:  # whatever is wrong with the store, the reply does not wait for it
            log.warning("the language of a person was not to be had (%s)", type(error).__name__)
            return default_language(text) if text else self._default
        return person.language or (default_language(text) if text else self._default)

    def _is_repeat(self, caller: Caller, risk: RiskClass, now: datetime) -> bool:
        seen = self._recent.get(caller)
        return seen is not None and now - seen[0] < COOL_DOWN and risk <= seen[1]

    async def _keep(
        self,
        door: Door,
        caller: Caller,
        incoming: Message | Pressed,
        reply: Outgoing,
        verdict: Verdict,
        in_place: tuple[Outgoing, ...],
    ) -> None:
        key = f"{door.lane}:{incoming.message_id}"
        now = self._clock()
        work = partial(_keep, door, caller, incoming, reply, verdict, in_place, key, now)
        try:
            async with asyncio.timeout(10):
                await self._bridge.write(work)
        except Exception as error:
            log.error("an alert could not be stored (%s): it goes to the spool", type(error).__name__)
            self._spool.keep(Spooled(caller, verdict, key, now))

    async def _send(
        self, door: Door, caller: Caller, incoming: Message | Pressed, pieces: tuple[Outgoing, ...]
    ) -> None:
        """Say it now, past our own queue but within the platform's limits; the ledger takes what fails for long."""
        for position, piece in enumerate(pieces):
            key = f"safety:{door.lane}:{incoming.message_id}:{position}"
            if not await self._send_one(door, caller, piece, key):
                await self._bridge.write(partial(_queue, caller, key, piece, self._clock()))

    async def _send_one(self, door: Door, caller: Caller, piece: Outgoing, key: str) -> bool:
        for _ in range(MOST_CALLS):
            outcome = await door.channel.send(caller.user_ref, piece, key)
            if isinstance(outcome, Sent):
                return True
            wait = outcome.after.total_seconds() if isinstance(outcome, RetryLater) else 1.0
            await asyncio.sleep(min(LONGEST_WAIT, wait))
        return False

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("safety work failed with %s", type(task.exception()).__name__)


def _remember(memory: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)


def _keep(
    door: Door,
    caller: Caller,
    incoming: Message | Pressed,
    reply: Outgoing,
    verdict: Verdict,
    in_place: tuple[Outgoing, ...],
    key: str,
    now: datetime,
    uow: UnitOfWork,
) -> None:
    entry = uow.inbox.receive(caller, door.lane, incoming, now)
    if verdict.risk >= FIRST_TO_ANSWER:
        safeguarding.raise_alert(uow, caller, verdict, key, now)
    if entry.state is InboxState.RECEIVED:
        uow.inbox.answered(entry.id, in_place, now)
        door.counter.offered(uow, caller, reply, now)


def _queue(caller: Caller, key: str, piece: Outgoing, now: datetime, uow: UnitOfWork) -> None:
    uow.deliveries.add_reply(caller, key, piece, None, now)
    uow.wake(caller.lane)


def _raise_all(waiting: list[Spooled], uow: UnitOfWork) -> None:
    for alert in waiting:
        safeguarding.raise_alert(uow, alert.caller, alert.verdict, alert.key, alert.at)
