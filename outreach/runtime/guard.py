"""Safety comes before everything: screened before any transaction, answered whatever the database does."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections import OrderedDict
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias, TypeVar

from outreach.channels.base import Answer
from outreach.content import fit
from outreach.domain.ids import InboxId
from outreach.domain.messages import Incoming, Language, Message, Outgoing, Pressed
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.direct import Direct
from outreach.runtime.doors import Door
from outreach.runtime.spool import Spool, Spooled
from outreach.safety import RiskClass, Verdict, default_language
from outreach.services import safeguarding
from outreach.services.cards import Caller, InboxState
from outreach.services.intake import REPLIES_HELP
from outreach.services.ports import UnitOfWork
from outreach.services.safeguarding import COOL_DOWN, FIRST_TO_ANSWER, Safeguard

log = logging.getLogger(__name__)

_K = TypeVar("_K")
_V = TypeVar("_V")
_Found: TypeAlias = Verdict | str
"""What the screen says of their words, or the answer of ours that they tapped."""

LOOK_UP_PATIENCE = 0.2  # seconds for the person's language; then the script of their text decides
STORE_PATIENCE = 10.0  # seconds for the database to take an alert; then it goes to the spool
REMEMBERED = 2_000  # answered ids and recent callers: a poller that cannot store must not reply for ever
LEDGER_AFTER = timedelta(seconds=120)  # when the ledger says what is not known to have been said directly by then


class Guard:
    """Answers texts at class risk or above, and taps on the questions of those answers."""

    def __init__(self, bridge: Bridge, safeguard: Safeguard, spool: Spool, default: Language, clock: Clock) -> None:
        self._bridge, self._safeguard, self._spool = bridge, safeguard, spool
        self._default, self._clock = default, clock
        self._answered: OrderedDict[tuple[str, str], Answer] = OrderedDict()
        self._recent: OrderedDict[Caller, tuple[datetime, RiskClass]] = OrderedDict()
        self._being_answered: dict[tuple[str, str], asyncio.Task[Answer | None]] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def answer(self, door: Door, incoming: Incoming, *, in_place: bool = True) -> Answer | None:
        """The fixed answer, ``None`` if this is not ours to answer. The same message gets the same one again.

        *in_place* is false when nobody waits at the line any more: then all of it is sent.
        """
        key = (door.lane, incoming.message_id)
        known = self._answered.get(key)
        if known is not None:
            return known
        if not isinstance(incoming, Message | Pressed):
            return None
        found = self._look_at(incoming)
        if found is None:
            return None
        working = self._being_answered.get(key)
        if working is None:  # a copy of the same message may come while we ask for the language
            working = asyncio.create_task(self._work_out(door, incoming, found, in_place))
            self._being_answered[key] = working
            working.add_done_callback(lambda _: self._being_answered.pop(key, None))
        return await asyncio.shield(working)

    async def store_spooled(self) -> None:
        """Bring alerts that the database could not take into it."""
        if self._spool.is_empty():
            return
        waiting = self._spool.waiting()
        await self._bridge.write(partial(_raise_all, waiting))
        self._spool.clear()
        log.warning("%d alerts came back from the spool", len(waiting))

    async def close(self) -> None:
        """Let what is being said or stored finish, for 5 s at most; the ledger has what is not said by then."""
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=5)

    def _look_at(self, incoming: Message | Pressed) -> _Found | None:
        if isinstance(incoming, Pressed):
            return incoming.token if incoming.token.startswith(safeguarding.SAFE_PREFIX) else None
        verdict = self._safeguard.look_at(incoming.text)
        return None if verdict.risk < FIRST_TO_ANSWER else verdict

    async def _work_out(self, door: Door, incoming: Message | Pressed, found: _Found, in_place: bool) -> Answer | None:
        caller, now = Caller(door.lane, incoming.sender), self._clock()
        text = incoming.text if isinstance(incoming, Message) else ""
        language, place = await self._look_up(caller, text)
        if isinstance(found, Verdict):
            short = self._is_repeat(caller, found.risk, now)
            reply = self._safeguard.reply(found, language, now, short=short, place=place)
            return self._say(door, caller, incoming, reply, found, in_place)
        follow_up = self._safeguard.follow_up(found, language, now, place)
        return None if follow_up is None else self._say(door, caller, incoming, *follow_up, in_place)

    def _say(
        self,
        door: Door,
        caller: Caller,
        incoming: Message | Pressed,
        reply: Outgoing,
        verdict: Verdict,
        in_place: bool,
    ) -> Answer:
        able = door.counter.capabilities
        pieces = fit(reply, able)
        # Where we cannot push, the platform may yet ask again: the answer is kept for that, and rides along else.
        room = able.replies_in_place if in_place or not able.may_push else 0
        said, rest = pieces[:room], pieces[room:] if in_place else pieces
        answer = Answer(said)
        _remember(self._answered, (door.lane, incoming.message_id), answer)
        _remember(self._recent, caller, (self._clock(), verdict.risk))
        self._start(self._carry_out(_Case(door, caller, incoming, reply, verdict, said, rest)))
        return answer

    async def _look_up(self, caller: Caller, text: str) -> tuple[Language, str]:
        """The person's language, and where their helplines are; of the whole network's if that takes long."""
        by_script = default_language(text) if text else self._default
        try:
            async with asyncio.timeout(LOOK_UP_PATIENCE):
                language, place = await self._bridge.read(partial(safeguarding.language_and_place, caller=caller))
        except Exception as error:  # whatever is wrong with the store, the reply does not wait for it
            log.warning("the language of a person was not to be had (%s)", type(error).__name__)
            return by_script, ""
        return language or by_script, place

    def _is_repeat(self, caller: Caller, risk: RiskClass, now: datetime) -> bool:
        seen = self._recent.get(caller)
        return seen is not None and now - seen[0] < COOL_DOWN and risk <= seen[1]

    async def _carry_out(self, case: _Case) -> None:
        """Say the rest at once, beside the database; then tell the ledger what it need not say any more."""
        saying = asyncio.create_task(Direct(case.door.channel).say(case.caller.user_ref, case.rest, case.name))
        try:
            stored = await self._keep(case)
            said = await saying
        finally:
            saying.cancel()
        if not case.rest:
            return
        if stored is not None:
            await self._bridge.write(partial(_settle, case, stored, said, self._clock()))
        elif said < len(case.rest):
            await self._bridge.write(partial(_queue, case, said, self._clock()))

    async def _keep(self, case: _Case) -> InboxId | None:
        now = self._clock()
        try:
            async with asyncio.timeout(STORE_PATIENCE):
                return await self._bridge.write(partial(_keep, case, now))
        except Exception as error:
            log.error("an alert could not be stored (%s): it goes to the spool", type(error).__name__)
            self._spool.keep(Spooled(case.caller, case.verdict, case.alert_key, now))
            return None

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and task.exception() is not None:
            log.error("safety work failed with %s", type(task.exception()).__name__)


@dataclass(frozen=True, slots=True)
class _Case:
    """One message that was answered for the danger in it: *said* in its place, *rest* to be sent."""

    door: Door
    caller: Caller
    incoming: Message | Pressed
    reply: Outgoing
    verdict: Verdict
    said: tuple[Outgoing, ...]
    rest: tuple[Outgoing, ...]

    @property
    def alert_key(self) -> str:
        return f"{self.door.lane}:{self.incoming.message_id}"

    @property
    def name(self) -> str:
        """For the platform, which may drop repeats by it. A message id may name its sender: only a trace of it."""
        return f"safety:{hashlib.sha256(self.alert_key.encode(errors='replace')).hexdigest()[:24]}"


def _remember(memory: OrderedDict[_K, _V], key: _K, value: _V) -> None:
    memory[key] = value
    memory.move_to_end(key)
    while len(memory) > REMEMBERED:
        memory.popitem(last=False)


def _keep(case: _Case, now: datetime, uow: UnitOfWork) -> InboxId:
    """The alert, the answer, and, for the case that we fall over, what is being said at this moment."""
    entry = uow.inbox.receive(case.caller, case.door.lane, case.incoming, now)
    if case.verdict.risk >= FIRST_TO_ANSWER:
        safeguarding.raise_alert(uow, case.caller, case.verdict, case.alert_key, now)
    if entry.state is InboxState.RECEIVED:
        uow.inbox.answered(entry.id, case.said, now)
        case.door.counter.offered(uow, case.caller, case.reply, now)
    for position, piece in enumerate(case.rest):
        _add(uow, case, entry.id, position, piece, now, now + LEDGER_AFTER)
    return entry.id


def _settle(case: _Case, stored: InboxId, said: int, now: datetime, uow: UnitOfWork) -> None:
    for position in range(len(case.rest)):
        if position < said:
            uow.deliveries.went_another_way(_ledger_key(stored, position), now)
        else:
            uow.deliveries.hurry(_ledger_key(stored, position), now)
    if said < len(case.rest):
        uow.wake(case.caller.lane)


def _queue(case: _Case, said: int, now: datetime, uow: UnitOfWork) -> None:
    """The database is back after it did not take the alert: now it takes what could not be said directly."""
    entry = uow.inbox.receive(case.caller, case.door.lane, case.incoming, now)
    for position, piece in enumerate(case.rest[said:], start=said):
        _add(uow, case, entry.id, position, piece, now, now)
    uow.wake(case.caller.lane)


def _add(
    uow: UnitOfWork, case: _Case, stored: InboxId, position: int, piece: Outgoing, now: datetime, due_at: datetime
) -> None:
    key = _ledger_key(stored, position)
    uow.deliveries.add_reply(case.caller, key, piece, None, now, due_at=due_at, helps_until=now + REPLIES_HELP)


def _ledger_key(stored: InboxId, position: int) -> str:
    return f"safety:i{stored}:{position}"


def _raise_all(waiting: list[Spooled], uow: UnitOfWork) -> None:
    for alert in waiting:
        safeguarding.raise_alert(uow, alert.caller, alert.verdict, alert.key, alert.at)
