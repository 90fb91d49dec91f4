"""Broadcasts for those to whom a platform lets nothing else through: gathered into one message for many, told once.

Each step is one short transaction. Whoever is gathered is `calling`: a word of theirs fetches it no more. After a kill
the same people are told again under the same name, which the platform carries out once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from outreach.domain.broadcast import BroadcastId, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import AddressId, DeliveryId
from outreach.domain.mass import MassState, MassTerms, day_of, is_known_by_name, month_of, next_day
from outreach.domain.may_send import Later, No, Why
from outreach.domain.messages import Halted, Language, Outcome, Parked, RetryLater, Sent, Unconfirmed
from outreach.services.cards import Letter
from outreach.services.cards_mass import Mass
from outreach.services.copies import Copies
from outreach.services.dispatch import Outlet, may_tell, state_for
from outreach.services.ports import UnitOfWork

AT_ONCE = 500  # people a transaction
STALE = timedelta(minutes=5)  # a list gathered so long ago and not given away is gathered anew
BROADCASTS = 20  # looked at for people who wait
PASSING = timedelta(minutes=1)
WAITS, REFUSED, UNKNOWN, CLOSED = "mass_waits", "mass_refused", "mass_unconfirmed", Why.WINDOW_CLOSED.value
NO_QUOTA = "mass_quota_used"
_M = MassState


@dataclass(frozen=True, slots=True)
class Rest:
    """There is nothing to do before *until*; ``None``: not before the next round."""

    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Again:
    """There is more to do at once."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Give *mass* to the platform now."""

    mass: Mass


Step: TypeAlias = Rest | Again | Ask


def advance(uow: UnitOfWork, outlet: Outlet, terms: MassTerms | None, now: datetime) -> Step:
    """One step with the oldest mass message of the lane that is not done, or with a new one."""
    found = uow.masses.open_on(outlet.lane)
    if found is None:
        return Rest() if terms is None else _begin(uow, outlet, terms, now)
    match found.state:
        case _M.GATHERING | _M.READY:
            return _prepare(uow, outlet, terms, found, now)
        case _M.CALLING:
            return _call(uow, found, now)
        case _:
            return _finish(uow, found, now)


def record(uow: UnitOfWork, found: Mass, outcome: Outcome, now: datetime) -> None:
    """What the platform said to *found*."""
    match outcome:
        case Sent(external_id=external_id):
            uow.masses.move(found.id, _M.ACCEPTED, now, external_id=external_id)
        case RetryLater(after=after, code=code):
            uow.masses.postpone(found.id, now + after, code, now)
        case Halted() | Unconfirmed():
            uow.masses.postpone(found.id, now + PASSING, type(outcome).__name__.lower(), now)
        case Parked(reason=reason):
            uow.masses.move(found.id, _M.REFUSED, now, WAITS if reason == NO_QUOTA else CLOSED)
        case _:
            uow.masses.move(found.id, _M.REFUSED, now, REFUSED)


def _begin(uow: UnitOfWork, outlet: Outlet, terms: MassTerms, now: datetime) -> Step:
    codes = uow.masses.called_since(outlet.lane, day_of(now))
    if WAITS in codes or (terms.a_day is not None and codes.count("") >= terms.a_day):
        return Rest(next_day(now))
    sooner: list[datetime] = []
    for broadcast_id in uow.masses.ripe(outlet.lane, now, BROADCASTS):
        page = _look(uow, outlet, terms, broadcast_id, DeliveryId(0), now)
        sooner += page.later
        if page.groups and (len(page.largest) >= terms.fewest or not page.is_last):
            language, place, text = page.groups.most_common(1)[0][0]
            mass_id = uow.masses.begin(outlet.lane, broadcast_id, language, place, text, now)
            uow.masses.take(mass_id, page.largest[: terms.most], page.up_to, now)
            if page.is_last:
                uow.masses.move(mass_id, _M.READY, now)
            return Again()
    return Rest(min(sooner, default=None))


def _prepare(uow: UnitOfWork, outlet: Outlet, terms: MassTerms | None, found: Mass, now: datetime) -> Step:
    runs = uow.broadcasts.get(found.broadcast_id).state is BroadcastState.SENDING
    if terms is None or not runs or now - found.changed_at > STALE:
        uow.masses.move(found.id, _M.REFUSED, now, CLOSED)
    elif found.state is _M.GATHERING:
        _gather(uow, outlet, terms, found, now)
    elif uow.masses.members(found.id) < terms.fewest:
        uow.masses.move(found.id, _M.REFUSED, now, CLOSED)
    else:
        uow.masses.called(found.id, now)
        return Ask(found)
    return Again()


def _gather(uow: UnitOfWork, outlet: Outlet, terms: MassTerms, found: Mass, now: datetime) -> None:
    page = _look(uow, outlet, terms, found.broadcast_id, found.up_to, now)
    same = page.of((found.language, found.place, found.text))[: terms.most - found.people]
    uow.masses.take(found.id, same, page.up_to, now)
    if page.is_last or found.people + len(same) >= terms.most:
        uow.masses.move(found.id, _M.READY, now)


def _call(uow: UnitOfWork, found: Mass, now: datetime) -> Step:
    if now < found.due_at:
        return Rest(found.due_at)
    if found.called_at is not None and not is_known_by_name(found.called_at, now):
        uow.masses.move(found.id, _M.REFUSED, now, UNKNOWN)  # it may have gone out, and would go out twice
        return Again()
    uow.masses.called(found.id, now)
    return Ask(found)


def _finish(uow: UnitOfWork, found: Mass, now: datetime) -> Step:
    if found.state is _M.ACCEPTED:
        done = uow.masses.told(found, AT_ONCE, month_of(now), now)
    else:
        state = DeliveryState.UNCONFIRMED if found.code == UNKNOWN else DeliveryState.PARKED
        done = uow.masses.let_go(found, state, AT_ONCE, now)
    if done < AT_ONCE:
        uow.masses.move(found.id, _M.DONE, now)
    return Again()


_Group: TypeAlias = tuple[Language, str, str]
"""Those who get the same: language, where the helplines are that are named, text."""


@dataclass(frozen=True, slots=True)
class _Page:
    """Who of a page may be told now, by what they get; *later*: when others may."""

    members: Mapping[_Group, Sequence[DeliveryId]]
    later: Sequence[datetime]
    up_to: DeliveryId
    is_last: bool

    @property
    def groups(self) -> Counter[_Group]:
        return Counter({group: len(letters) for group, letters in self.members.items()})

    @property
    def largest(self) -> Sequence[DeliveryId]:
        return max(self.members.values(), key=len, default=())

    def of(self, group: _Group) -> Sequence[DeliveryId]:
        return self.members.get(group, ())


def _look(
    uow: UnitOfWork, outlet: Outlet, terms: MassTerms, broadcast_id: BroadcastId, after: DeliveryId, now: datetime
) -> _Page:
    """Ask of each on the next page whether they may be told now. Who may not at all is taken back, with the reason."""
    letters = uow.masses.page(outlet.lane, broadcast_id, after, AT_ONCE, now)
    used = uow.masses.used([letter.address_id for letter in letters], month_of(now))
    copies = Copies(uow, outlet.desk, outlet.manners, outlet.capabilities, now)
    members: dict[_Group, list[DeliveryId]] = {}
    later: list[datetime] = []
    for letter, decision in may_tell(uow, outlet, copies, letters, now):
        if isinstance(decision, Later):
            later.append(decision.at)
        elif isinstance(decision, No):
            uow.deliveries.settle(letter.id, state_for(decision.why), decision.why, now)
        elif (group := _group(copies, letter, used, terms)) is not None:
            members.setdefault(group, []).append(letter.id)
    up_to = letters[-1].id if letters else after
    return _Page(members, later, up_to, is_last=len(letters) < AT_ONCE)


def _group(copies: Copies, letter: Letter, used: Mapping[AddressId | None, int], terms: MassTerms) -> _Group | None:
    """``None``: it does not fit into one message, or they have had theirs for this month."""
    parts = copies.parts(letter)
    if parts is None or len(parts) != 1 or used.get(letter.address_id, 0) >= terms.a_month:
        return None
    return letter.language, letter.helplines or "", parts[0].text
