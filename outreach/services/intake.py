"""Inbound, once only: store, answer, keep the answer. What rides along goes in front of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeAlias

from outreach.content import fit, measure
from outreach.domain.delivery import DeliveryState, reply_key
from outreach.domain.ids import InboxId, LaneName
from outreach.domain.messages import (
    Capabilities,
    Incoming,
    Message,
    MessageKind,
    Outgoing,
    Pressed,
    Reach,
    Reachability,
    Unparsed,
)
from outreach.services import people
from outreach.services.cards import Caller, InboxState
from outreach.services.letters import Desk, write_out
from outreach.services.ports import UnitOfWork

Respond: TypeAlias = Callable[[UnitOfWork, Caller, Message | Pressed | Reachability, datetime], tuple[Outgoing, ...]]
"""The conversation: what to say to that."""

Offered: TypeAlias = Callable[[UnitOfWork, Caller, Outgoing, datetime], None]
"""Tells the conversation which choices somebody else has just shown, so that a bare number works."""

MOST_TRIES = 3
MOST_RIDERS = 5
ANSWERS_KEPT = timedelta(days=7)
QUARANTINE_KEPT = timedelta(hours=72)
CLOCKS_APART = timedelta(seconds=30)
"""The platform's clock counts whole seconds and is not ours: who leaves right after a word has left all the same."""

_SAFETY_FIRST = frozenset({MessageKind.SAFETY})


@dataclass(frozen=True, slots=True)
class Counter:
    """What it takes to answer on one lane."""

    lane: LaneName
    capabilities: Capabilities
    respond: Respond
    offered: Offered
    desk: Desk


def caller_of(lane: LaneName, incoming: Incoming) -> Caller | None:
    """Who sent it; ``None`` where that could not be read."""
    return None if isinstance(incoming, Unparsed) else Caller(lane, incoming.sender)


def take(uow: UnitOfWork, counter: Counter, incoming: Incoming, now: datetime) -> tuple[Outgoing, ...]:
    """Answer *incoming* once: whoever asks again with the same id gets the first answer again.

    Returns what is said in place, cut to the channel; the rest is in the ledger.
    """
    entry = uow.inbox.receive(caller_of(counter.lane, incoming), counter.lane, incoming, now)
    if entry.state is not InboxState.RECEIVED:
        return entry.answer
    return handle(uow, counter, entry.id, incoming, now)


def handle(
    uow: UnitOfWork, counter: Counter, inbox_id: InboxId, incoming: Incoming, now: datetime
) -> tuple[Outgoing, ...]:
    """Work out the answer to a stored message and keep it, in one transaction with every effect of it."""
    caller = caller_of(counter.lane, incoming)
    answer: tuple[Outgoing, ...] = ()
    if caller is not None:
        replies = _respond(uow, counter, caller, incoming, now)
        answer = _place(uow, counter, caller, inbox_id, replies, now)
    uow.inbox.answered(inbox_id, answer, now)
    return answer


def _respond(
    uow: UnitOfWork, counter: Counter, caller: Caller, incoming: Incoming, now: datetime
) -> tuple[Outgoing, ...]:
    if isinstance(incoming, Reachability):
        return _arrived_or_left(uow, counter, caller, incoming, now)
    if isinstance(incoming, Message | Pressed):
        uow.people.heard(caller, now)
        return counter.respond(uow, caller, incoming, now)
    return ()


def _arrived_or_left(
    uow: UnitOfWork, counter: Counter, caller: Caller, incoming: Reachability, now: datetime
) -> tuple[Outgoing, ...]:
    as_of = now if now - incoming.sent_at < CLOCKS_APART else incoming.sent_at
    if incoming.reach is Reach.JOINED:
        uow.people.set_reach(caller, "reachable", as_of)
        return counter.respond(uow, caller, incoming, now)
    if incoming.reach is Reach.MOVED:
        if incoming.new_ref:
            uow.people.moved(caller, incoming.new_ref)
        return ()
    state = "gone" if incoming.reach is Reach.GONE else "muted"
    changed = uow.people.set_reach(caller, state, as_of)
    if changed and counter.capabilities.leaving_erases:
        people.erase(uow, caller, now)
    return ()


def _place(
    uow: UnitOfWork,
    counter: Counter,
    caller: Caller,
    inbox_id: InboxId,
    replies: tuple[Outgoing, ...],
    now: datetime,
) -> tuple[Outgoing, ...]:
    """Split *replies* into what is said in place (returned) and what is sent (queued)."""
    able = counter.capabilities
    pieces = [piece for reply in replies for piece in fit(reply, able)]
    if able.replies_in_place and len(pieces) > able.replies_in_place:
        pieces = _joined(pieces, able)
    in_place, rest = pieces[: able.replies_in_place], pieces[able.replies_in_place :]
    if not able.may_push and in_place:
        in_place[0] = _with_riders(uow, counter, caller, in_place[0], now)
    _queue_rest(uow, caller, inbox_id, rest, now)
    return tuple(in_place)


def _joined(pieces: list[Outgoing], able: Capabilities) -> list[Outgoing]:
    """Fewer, longer messages, as few as the limit allows."""
    joined: list[Outgoing] = []
    for piece in pieces:
        if joined and not joined[-1].choices and joined[-1].file is None:
            text = f"{joined[-1].text}\n\n{piece.text}"
            if measure(text, able.text_unit) <= able.text_limit:
                joined[-1] = replace(piece, text=text)
                continue
        joined.append(piece)
    return joined


def _with_riders(uow: UnitOfWork, counter: Counter, caller: Caller, reply: Outgoing, now: datetime) -> Outgoing:
    """Put in front of *reply* what waits for this person's next word and still helps; mark it sent here and now."""
    if reply.kind in _SAFETY_FIRST:
        return reply
    able, text = counter.capabilities, reply.text
    front: list[str] = []
    for letter in uow.deliveries.parked_for(caller, now, MOST_RIDERS):
        messages = write_out(uow, counter.desk, letter, now)
        if messages is None or (letter.helps_until is not None and now >= letter.helps_until):
            uow.deliveries.settle(letter.id, DeliveryState.EXPIRED, "no_longer_helps", now)
            continue
        rider = "\n\n".join(_bare(message, able) for message in messages)
        candidate = "\n\n".join([*front, rider, text])
        if measure(candidate, able.text_unit) <= able.text_limit:
            front.append(rider)
            uow.deliveries.settle(letter.id, DeliveryState.SENT, "rode_in_reply", now)
    return replace(reply, text="\n\n".join([*front, text])) if front else reply


def _bare(message: Outgoing, able: Capabilities) -> str:
    # Its choices would take the numbers of the reply that follows; its text names the words to type.
    return "\n\n".join(piece.text for piece in fit(replace(message, choices=()), able))


def _queue_rest(uow: UnitOfWork, caller: Caller, inbox_id: InboxId, rest: list[Outgoing], now: datetime) -> None:
    if not rest:
        return
    language = uow.people.at(caller).language
    for position, piece in enumerate(rest):
        uow.deliveries.add_reply(caller, reply_key(inbox_id, position), piece, language, now)
    uow.wake(caller.lane)
