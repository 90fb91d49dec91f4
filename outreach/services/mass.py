"""Broadcasts for those to whom a platform lets nothing else through: gathered into one message for many, told once.

Each step is one short transaction. Whoever is gathered is `calling`: a word of theirs fetches it no more. After a kill
the same people are told again under the same name, which the platform carries out once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from outreach.domain.broadcast import BroadcastId, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import DeliveryId
from outreach.domain.mass import MassState, MassTerms, day_of, may_ask_again, month_of, next_day
from outreach.domain.may_send import Later, No, Now, Why
from outreach.domain.messages import Halted, Language, Outcome, Parked, RetryLater, Sent, Unconfirmed
from outreach.services.cards_ledger import Letter
from outreach.services.cards_mass import Lot, Mass
from outreach.services.dispatch import POISON, UNWRITABLE, Open, Outlet, state_for
from outreach.services.ports import UnitOfWork

AT_ONCE = 500  # people a transaction
STALE = timedelta(minutes=5)  # a list gathered so long ago and not given away is gathered anew
BROADCASTS = 20  # looked at for people who wait
PASSING, HALTED = timedelta(minutes=1), timedelta(minutes=5)
CALL_LASTS = timedelta(minutes=2)  # marking and sending; nobody else begins meanwhile
LATER, REFUSED, UNKNOWN, ALONE = "mass_later", "mass_refused", "mass_unconfirmed", "mass_too_few"
CLOSED = Why.WINDOW_CLOSED.value
NO_QUOTA = "mass_quota_used"
_M = MassState

Cursor: TypeAlias = tuple[BroadcastId, DeliveryId]
"""How far the look for people has come who may be told now."""


@dataclass(frozen=True, slots=True)
class Rest:
    """There is nothing to do before *until*; ``None``: not before the next round."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """There is more to do at once; a look goes on at *cursor*. *later*: when some who were looked at may be told."""

    cursor: Cursor | None = None
    later: datetime | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """Give *mass* to the platform now, unless fewer than *fewest* are left of it."""

    mass: Mass
    fewest: int


Step: TypeAlias = Rest | Again | Ask


def advance(
    uow: UnitOfWork, outlet: Outlet, terms: MassTerms | None, now: datetime, cursor: Cursor | None = None
) -> Step:
    """One step with the oldest mass message of the lane that is not done, or with a new one."""
    found = uow.masses.open_on(outlet.lane)
    if found is None:
        return Rest() if terms is None else _begin(uow, outlet, terms, now, cursor)
    match found.state:
        case _M.GATHERING | _M.READY:
            return _prepare(uow, outlet, terms, found, now)
        case _M.CALLING:
            return _repeat(uow, terms, found, now)
        case _:
            return _finish(uow, found, now)


def record(uow: UnitOfWork, found: Mass, outcome: Outcome, now: datetime) -> None:
    """What the platform said to *found*. What did not go out is gathered anew: who may be told changes."""
    match outcome:
        case Sent(external_id=external_id):
            uow.masses.move(found.id, _M.ACCEPTED, now, external_id=external_id)
        case Unconfirmed():
            uow.masses.postpone(found.id, now + PASSING, now)
        case RetryLater(after=after):
            uow.masses.move(found.id, _M.REFUSED, now, LATER, rest=now + after)
        case Halted():
            uow.masses.move(found.id, _M.REFUSED, now, LATER, rest=now + HALTED)
        case Parked(reason=reason) if reason == NO_QUOTA:
            uow.masses.move(found.id, _M.REFUSED, now, LATER, rest=next_day(now))
        case Parked():
            uow.masses.move(found.id, _M.REFUSED, now, CLOSED)
        case _:
            uow.masses.move(found.id, _M.REFUSED, now, REFUSED)


def leave_alone(uow: UnitOfWork, found: Mass, now: datetime) -> None:
    """Too few are left to give it to."""
    if found.tries > 0:  # an earlier try may have gone out
        uow.masses.move(found.id, _M.REFUSED, now, UNKNOWN)
    else:
        uow.masses.move(found.id, _M.REFUSED, now, ALONE)


def _begin(uow: UnitOfWork, outlet: Outlet, terms: MassTerms, now: datetime, cursor: Cursor | None) -> Step:
    today = day_of(now)
    until = uow.masses.rests_until(outlet.lane, today)
    if until is not None and until > now:
        return Rest(until)
    if terms.a_day is not None and uow.masses.accepted_since(outlet.lane, today) >= terms.a_day:
        return Rest(next_day(now))
    begin, after = cursor or (BroadcastId(0), DeliveryId(0))
    ripe = uow.masses.ripe(outlet.lane, month_of(now), terms.a_month, begin, now, BROADCASTS)
    if not ripe:
        return Rest()
    look = _look(uow, outlet, terms, ripe[0], after if ripe[0] == begin else DeliveryId(0), now)
    if not look.largest or (look.lot.is_last and len(look.largest) < terms.fewest):
        following = (BroadcastId(ripe[0] + 1), DeliveryId(0)) if look.lot.is_last else (ripe[0], look.lot.up_to)
        return Again(following, look.later)
    group = max(look.members, key=lambda each: len(look.members[each]))
    language, place, text = group
    mass_id = uow.masses.begin(outlet.lane, ripe[0], language, place, text, now)
    uow.masses.take(mass_id, look.largest[: terms.most], look.lot.up_to, now)
    if look.lot.is_last:
        uow.masses.move(mass_id, _M.READY, now)
    return Again()


def _prepare(uow: UnitOfWork, outlet: Outlet, terms: MassTerms | None, found: Mass, now: datetime) -> Step:
    if terms is None or not _runs(uow, found) or now - found.changed_at > STALE:
        uow.masses.move(found.id, _M.REFUSED, now, CLOSED)
        return Again()
    if found.state is _M.GATHERING:
        _gather(uow, outlet, terms, found, now)
        return Again()
    if not _check(uow, outlet, found, now):
        return Again()
    if uow.masses.members(found.id) < terms.fewest:
        uow.masses.move(found.id, _M.REFUSED, now, ALONE)
        return Again()
    uow.masses.called(found.id, now + CALL_LASTS, now)
    return Ask(found, terms.fewest)


def _gather(uow: UnitOfWork, outlet: Outlet, terms: MassTerms, found: Mass, now: datetime) -> None:
    look = _look(uow, outlet, terms, found.broadcast_id, found.up_to, now)
    same = look.members.get((found.language, found.place, found.text), ())[: terms.most - found.people]
    uow.masses.take(found.id, same, look.lot.up_to, now)
    if look.lot.is_last or found.people + len(same) >= terms.most:
        uow.masses.move(found.id, _M.READY, now)


def _check(uow: UnitOfWork, outlet: Outlet, found: Mass, now: datetime) -> bool:
    """Ask once more of those on the next page, just before the call; whether that was the last of them."""
    lot = uow.masses.members_page(found.id, found.up_to, AT_ONCE, now)
    ask = Open(uow, outlet, lot.letters, now)
    dropped: dict[DeliveryId, Why | None] = {}
    for letter in lot.letters:
        try:
            decision = ask.decide(letter)
        except POISON:
            dropped[letter.id] = None
            continue
        if not isinstance(decision, Now):
            dropped[letter.id] = decision.why if isinstance(decision, No) else None
    uow.masses.checked(found.id, list(dropped), lot.up_to, now)
    for delivery_id, why in dropped.items():
        if why is not None:
            uow.deliveries.settle(delivery_id, state_for(why), why, now)
    return lot.is_last


def _repeat(uow: UnitOfWork, terms: MassTerms | None, found: Mass, now: datetime) -> Step:
    """We do not know what became of it: it is asked for under the same name, while it is wanted and not too late."""
    if now < found.due_at:
        return Rest(found.due_at)
    in_time = found.called_at is not None and may_ask_again(found.called_at, now)
    if terms is None or not in_time or not _runs(uow, found):
        uow.masses.move(found.id, _M.REFUSED, now, UNKNOWN)
        return Again()
    uow.masses.called(found.id, now + CALL_LASTS, now)
    return Ask(found, terms.fewest)


def _finish(uow: UnitOfWork, found: Mass, now: datetime) -> Step:
    if found.state is _M.ACCEPTED:
        done = uow.masses.told(found, AT_ONCE, month_of(now), now)
    else:
        state = DeliveryState.UNCONFIRMED if found.code == UNKNOWN else DeliveryState.PARKED
        done = uow.masses.let_go(found, state, AT_ONCE, now)
    if done < AT_ONCE:
        uow.masses.done(found.id, now)
    return Again()


def _runs(uow: UnitOfWork, found: Mass) -> bool:
    return uow.broadcasts.get(found.broadcast_id).state is BroadcastState.SENDING


_Group: TypeAlias = tuple[Language, str, str]
"""Those who get the same: language, where the helplines are that are named, text."""


@dataclass(frozen=True, slots=True)
class _Look:
    """Who of a page may be told now, by what they get; *later*: when the first of the others may."""

    lot: Lot
    members: Mapping[_Group, Sequence[DeliveryId]]
    later: datetime | None

    @property
    def largest(self) -> Sequence[DeliveryId]:
        return max(self.members.values(), key=len, default=())


def _look(
    uow: UnitOfWork, outlet: Outlet, terms: MassTerms, broadcast_id: BroadcastId, after: DeliveryId, now: datetime
) -> _Look:
    """Ask of each on the next page whether they may be told now. Who may not at all is taken back, with the reason."""
    lot = uow.masses.page(outlet.lane, broadcast_id, month_of(now), terms.a_month, after, AT_ONCE, now)
    ask = Open(uow, outlet, lot.letters, now)
    members: dict[_Group, list[DeliveryId]] = {}
    later: list[datetime] = []
    for letter in lot.letters:
        try:
            decision = ask.decide(letter)
            group = _group(ask, letter)
        except POISON:  # it must not hold up the others
            uow.deliveries.settle(letter.id, DeliveryState.WITHDRAWN, UNWRITABLE, now)
            continue
        if isinstance(decision, Later):
            later.append(decision.at)
        elif isinstance(decision, No):
            uow.deliveries.settle(letter.id, state_for(decision.why), decision.why, now)
        elif group is not None:
            members.setdefault(group, []).append(letter.id)
    return _Look(lot, members, min(later, default=None))


def _group(ask: Open, letter: Letter) -> _Group | None:
    """``None``: it does not fit into one message."""
    parts = ask.copies.parts(letter)
    return (letter.language, letter.helplines or "", parts[0].text) if parts is not None and len(parts) == 1 else None
