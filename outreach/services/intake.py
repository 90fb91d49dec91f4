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
    Receipt,
    Unparsed,
)
from outreach.domain.windows import act_of, opened_by
from outreach.services import dispatch, linking, local
from outreach.services.cards import Caller, InboxEntry, InboxState
from outreach.services.cards_ledger import Letter
from outreach.services.letters import Desk, write_out
from outreach.services.manners import PLAIN, Manners
from outreach.services.ports import UnitOfWork
from outreach.services.riding import Ride

Respond: TypeAlias = Callable[[UnitOfWork, Caller, Message | Pressed | Reachability, datetime], tuple[Outgoing, ...]]
"""The conversation: what to say to that."""

Offered: TypeAlias = Callable[[UnitOfWork, Caller, Outgoing, datetime], None]
"""Tells the conversation which choices somebody else has just shown, so that a bare number works."""

MOST_TRIES = 3
MOST_RIDERS = 20
REPLIES_HELP = timedelta(hours=24)
"""What was left of a reply is no help a day later."""
BLOCKED = frozenset({"user_block"})
"""Codes of receipts that tell of the person, not of the message."""
ANSWERS_KEPT = timedelta(days=7)
QUARANTINE_KEPT = timedelta(hours=72)

Waits: TypeAlias = Callable[[], bool]
"""Whether somebody still waits at the line for an answer in its place; asked at the last moment."""


def _always() -> bool:
    return True


_LATE_POSITIONS = 100  # what is left over of a reply is numbered from 0
_SAFETY_FIRST = frozenset({MessageKind.SAFETY})


@dataclass(frozen=True, slots=True)
class Counter:
    """What it takes to answer on one lane."""

    lane: LaneName
    capabilities: Capabilities
    respond: Respond
    offered: Offered
    desk: Desk
    manners: Manners = PLAIN


def caller_of(lane: LaneName, incoming: Incoming) -> Caller | None:
    """Who sent it; ``None`` where that could not be read."""
    return None if incoming.sender is None else Caller(lane, incoming.sender)


def take(
    uow: UnitOfWork, counter: Counter, incoming: Incoming, now: datetime, somebody_waits: Waits = _always
) -> tuple[Outgoing, ...]:
    """Answer *incoming* once: whoever asks again with the same id gets the first answer again.

    Returns what is said in place, cut to the channel; the rest is in the ledger.
    """
    entry = uow.inbox.receive(caller_of(counter.lane, incoming), counter.lane, incoming, now)
    if entry.state is InboxState.RECEIVED:
        return handle(uow, counter, entry.id, incoming, now, somebody_waits)
    return entry.answer or _late(uow, counter, entry, incoming, now)


def handle(
    uow: UnitOfWork,
    counter: Counter,
    inbox_id: InboxId,
    incoming: Incoming,
    now: datetime,
    somebody_waits: Waits = _always,
) -> tuple[Outgoing, ...]:
    """Work out the answer to a stored message and keep it, in one transaction with every effect of it.

    Where nobody waits at the line any more, nothing is said in place: all of it goes into the ledger.
    """
    caller = caller_of(counter.lane, incoming)
    answer: tuple[Outgoing, ...] = ()
    if caller is not None:
        replies = _respond(uow, counter, caller, incoming, now)
        answer = _place(uow, counter, caller, inbox_id, replies, now, in_place=somebody_waits())
    uow.inbox.answered(inbox_id, answer, now)
    return answer


def say_later(uow: UnitOfWork, counter: Counter, incoming: Incoming, now: datetime) -> None:
    """Send the stored answer to *incoming*, which came too late to be given in its place."""
    caller = caller_of(counter.lane, incoming)
    entry = uow.inbox.receive(caller, counter.lane, incoming, now)
    if caller is not None:
        _queue_rest(uow, caller, entry.id, list(entry.answer), now, first=_LATE_POSITIONS)


def _late(
    uow: UnitOfWork, counter: Counter, entry: InboxEntry, incoming: Incoming, now: datetime
) -> tuple[Outgoing, ...]:
    """Somebody asks again who was answered while nobody waited: what rides along is the answer."""
    caller = caller_of(counter.lane, incoming)
    if caller is None or counter.capabilities.may_push or not counter.capabilities.replies_in_place:
        return ()
    riding = _with_riders(uow, counter, caller, Outgoing(MessageKind.REPLY, ""), now)
    if not riding.text:
        return ()
    uow.inbox.answered(entry.id, (riding,), now)
    return (riding,)


def _respond(
    uow: UnitOfWork, counter: Counter, caller: Caller, incoming: Incoming, now: datetime
) -> tuple[Outgoing, ...]:
    if isinstance(incoming, Reachability):
        return _arrived_or_left(uow, counter, caller, incoming, now)
    if isinstance(incoming, Receipt):
        _take_receipt(uow, caller, incoming, now)
    if not isinstance(incoming, Message | Pressed | Unparsed):
        return ()
    known = uow.people.heard(caller, incoming.sent_at, now)
    _open_window(uow, counter, caller, incoming, now)
    if counter.capabilities.may_push and counter.capabilities.reply_window is not None:
        uow.deliveries.unpark(caller, now)
    if isinstance(incoming, Unparsed):
        return (_only_text(uow, counter.desk, caller, now),)
    replies = counter.respond(uow, caller, incoming, now)
    if not known:  # this may have been the word by which they agreed: what is older than it must not undo it
        uow.people.heard(caller, incoming.sent_at, now)
        _open_window(uow, counter, caller, incoming, now)
    return replies


def _open_window(uow: UnitOfWork, counter: Counter, caller: Caller, incoming: Incoming, now: datetime) -> bool:
    """Note what the platform lets through to them after that, where it counts."""
    allowances = counter.capabilities.allowances
    act = act_of(incoming) if allowances else None
    window = None if act is None else opened_by(act, incoming.sent_at, now, allowances)
    return window is not None and uow.windows.opened(caller, window, now)


def _take_receipt(uow: UnitOfWork, caller: Caller, receipt: Receipt, now: datetime) -> None:
    """Note what became of a message of ours. One that we do not know is somebody else's on the same account."""
    code = "" if receipt.delivered else receipt.code or "failed"
    if uow.deliveries.receipt(caller.lane, receipt.external_id, code, now) and code in BLOCKED:
        uow.people.set_reach(caller, "muted", receipt.sent_at)


def _only_text(uow: UnitOfWork, desk: Desk, caller: Caller, now: datetime) -> Outgoing:
    """A picture or a voice was not understood, and nobody may believe that it was: whoever needs help is told where."""
    person = uow.people.at(caller)
    language = person.language or desk.default_language
    lines = desk.lines.at(local.settings_of(uow, person.region_id).helplines)
    return Outgoing(MessageKind.REPLY, desk.wording.say("lost.not_text", language, **lines.values(language, now)))


def _arrived_or_left(
    uow: UnitOfWork, counter: Counter, caller: Caller, incoming: Reachability, now: datetime
) -> tuple[Outgoing, ...]:
    if incoming.reach is Reach.JOINED:
        uow.people.set_reach(caller, "reachable", incoming.sent_at)
        if _open_window(uow, counter, caller, incoming, now):
            uow.deliveries.unpark(caller, now)
        return counter.respond(uow, caller, incoming, now)
    if incoming.reach is Reach.MOVED:
        if incoming.new_ref:
            uow.people.moved(caller, incoming.new_ref)
        return ()
    state = "gone" if incoming.reach is Reach.GONE else "muted"
    changed = uow.people.set_reach(caller, state, incoming.sent_at)
    if counter.capabilities.leaving_erases and (changed or not uow.people.at(caller).is_known):
        linking.left(uow, caller, now)
    return ()


def _place(
    uow: UnitOfWork,
    counter: Counter,
    caller: Caller,
    inbox_id: InboxId,
    replies: tuple[Outgoing, ...],
    now: datetime,
    *,
    in_place: bool,
) -> tuple[Outgoing, ...]:
    """Split *replies* into what is said in place (returned) and what is sent (queued)."""
    able = counter.capabilities
    room = able.replies_in_place if in_place else 0
    pieces = [piece for reply in replies for piece in fit(reply, able)]
    if room and len(pieces) > room:
        pieces = _joined(pieces, able)
    said, rest = pieces[:room], pieces[room:]
    if not able.may_push and said:
        said[0] = _with_riders(uow, counter, caller, said[0], now)
    _queue_rest(uow, caller, inbox_id, rest, now)
    return tuple(said)


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
    """Put in front of *reply* what waits for this person's next word and still helps; mark it sent here and now.

    First what fits as a whole, so that nothing short waits behind something long; the room that is left takes a part
    of what is too long for any message.
    """
    if reply.kind in _SAFETY_FIRST:
        return reply
    ride, left = Ride(counter.capabilities, reply.text), dict[object, tuple[Letter, tuple[Outgoing, ...]]]()
    for letter in uow.deliveries.parked_for(caller, now, MOST_RIDERS):
        try:
            refusal = dispatch.refused(uow, counter.manners, letter, now)
            messages = None if refusal is not None else write_out(uow, counter.desk, letter, now)
        except dispatch.POISON:  # else nobody could ever answer them again
            uow.deliveries.settle(letter.id, DeliveryState.WITHDRAWN, dispatch.UNWRITABLE, now)
            continue
        if refusal is not None:
            uow.deliveries.settle(letter.id, dispatch.state_for(refusal.why), refusal.why, now)
            continue
        if messages is None:
            uow.deliveries.settle(letter.id, DeliveryState.EXPIRED, "no_longer_helps", now)
            continue
        about = letter.subject.get("about")
        if about in left:  # an answer never overtakes the one before it
            continue
        if letter.parts_sent == 0 and ride.take_whole(messages):
            uow.deliveries.settle(letter.id, DeliveryState.SENT, "rode_in_reply", now)
        else:
            left[about] = (letter, messages)
    for letter, messages in left.values():
        _take_a_part(uow, counter.desk, ride, letter, messages, now)
    return replace(reply, text=ride.text)


def _take_a_part(
    uow: UnitOfWork, desk: Desk, ride: Ride, letter: Letter, messages: tuple[Outgoing, ...], now: datetime
) -> None:
    goes_on = desk.wording.say("push.goes_on", letter.language)
    done, parts = ride.take_parts(messages, letter.parts_sent, goes_on)
    if done >= parts:
        uow.deliveries.settle(letter.id, DeliveryState.SENT, "rode_in_reply", now)
    elif done > letter.parts_sent:
        uow.deliveries.advance(letter.id, done, now)


def _queue_rest(
    uow: UnitOfWork, caller: Caller, inbox_id: InboxId, rest: list[Outgoing], now: datetime, first: int = 0
) -> None:
    if not rest:
        return
    language = uow.people.at(caller).language
    for position, piece in enumerate(rest, start=first):
        key = reply_key(inbox_id, position)
        uow.deliveries.add_reply(caller, key, piece, language, now, helps_until=now + REPLIES_HELP)
    uow.wake(caller.lane)
