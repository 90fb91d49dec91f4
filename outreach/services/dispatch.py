"""Outbound, a batch at a time: record what became of the last one, take the next, decide, write out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from outreach.domain.delivery import DeliveryState, rank_of
from outreach.domain.fairness import Shares
from outreach.domain.ids import AddressId, LaneName, ResidentId
from outreach.domain.may_send import BY_AUDIENCE, Decision, Door, Later, No, Recipient, Why, may_send
from outreach.domain.messages import Capabilities, Outgoing
from outreach.domain.quiet_days import QuietDays
from outreach.domain.times import QuietHours
from outreach.domain.windows import Route, choose_route
from outreach.services.cards_ledger import Fate, Letter
from outreach.services.copies import Copies, subject_of
from outreach.services.letters import Desk
from outreach.services.manners import Manners
from outreach.services.ports import UnitOfWork

LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 500
UNWRITABLE = "cannot_be_written"
POISON = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, RecursionError)
"""What our own code raises over one row that it can make nothing of. It would raise it at every try and keep everybody
behind it waiting, so the row is given up at once. Faults of the database are none of these: they pass through."""

Result: TypeAlias = tuple[Letter, Fate, int]
"""A letter, what became of it, and how many of its parts are out."""

_Days: TypeAlias = tuple[QuietDays, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is `calling`: its parts, cut to the channel, from the first that is not out yet."""

    letter: Letter
    parts: tuple[Outgoing, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of taking what is due: the *ready* to be called, of so many *claimed*. 0: nothing more is due.

    The others were put off, parked or ended: behind them may be some that can go now.
    """

    ready: tuple[Ready, ...] = ()
    claimed: int = 0
    unwritable: tuple[str, ...] = ()
    """What could not be written out, each as its id and the class of the error; it is `dead` now."""


@dataclass(frozen=True, slots=True)
class Outlet:
    """What it takes to send on one lane."""

    lane: LaneName
    capabilities: Capabilities
    desk: Desk
    quiet: QuietHours | None
    """When nothing is sent that can wait, and:"""
    weekly_cap: int | None = None
    """The most announcements and tips a week, each where a region does not say otherwise; ``None``: no limit."""
    manners: Manners = field(default_factory=Manners)
    elsewhere: frozenset[LaneName] = frozenset()
    """Lanes on which people can be written to at any time."""
    masses: bool = False
    """Whether news goes out by mass messages to whom nothing else gets through."""
    shares: Shares = field(default_factory=Shares, compare=False)
    """What the ranks that wait for each other are owed; it lasts as long as the lane is ours."""


def exchange(
    uow: UnitOfWork, outlet: Outlet, results: Sequence[Result], *, epoch: int, limit: int, now: datetime
) -> Batch:
    """Record *results*, then take up to *limit* due deliveries and make them ready to go on the wire.

    What may not go now is put off, parked, expired or withdrawn, with its reason. One transaction for both.
    Raises `LaneLost` if *epoch* is no longer the lane's.
    """
    if results:
        uow.deliveries.record(results, epoch=epoch, now=now)
    if limit < 1:
        return Batch()
    most, owed = min(limit, MOST_AT_ONCE), outlet.shares.owed
    letters = uow.deliveries.claim_due(outlet.lane, epoch=epoch, limit=most, now=now, lease=LEASE, owed=owed)
    outlet.shares.took(rank_of(letter.kind) for letter in letters)
    ready, unwritable = _make_ready(uow, outlet, letters, now)
    ours = set(uow.deliveries.mark_calling([made.letter.id for made in ready], epoch=epoch, now=now))
    return Batch(tuple(made for made in ready if made.letter.id in ours), len(letters), tuple(unwritable))


def _make_ready(
    uow: UnitOfWork, outlet: Outlet, letters: Sequence[Letter], now: datetime
) -> tuple[list[Ready], list[str]]:
    ready: list[Ready] = []
    unwritable: list[str] = []
    told: Counter[ResidentId | None] = Counter()  # what goes out with this batch counts towards their week, too
    used: Counter[AddressId | None] = Counter()  # and towards what the platform lets through
    days, kept = _days_near(uow, outlet, letters, now), _kept(uow, outlet, letters)
    copies = Copies(uow, outlet.desk, outlet.manners, outlet.capabilities, now)
    for letter in letters:
        room = _room(outlet, letter, used[letter.address_id], kept, now)
        try:
            person = _recipient(outlet, letter, (now,) * told[letter.resident_id], days)
            made = _decide(uow, outlet, copies, letter, person, room, now)
        except POISON as error:
            unwritable.append(f"delivery {letter.id} ({type(error).__name__})")
            uow.deliveries.settle(letter.id, DeliveryState.DEAD, UNWRITABLE, now)
            continue
        if made is not None:
            ready.append(made)
            told[letter.resident_id] += letter.kind in BY_AUDIENCE
            used[letter.address_id] += sum(not part.as_template for part in made.parts)
    return ready, unwritable


def _kept(uow: UnitOfWork, outlet: Outlet, letters: Sequence[Letter]) -> Mapping[AddressId | None, int]:
    """How many messages each address needs for its reminders; only what can wait leaves them alone."""
    if not outlet.capabilities.allowances:
        return {}
    news = (letter.address_id for letter in letters if letter.kind in BY_AUDIENCE and letter.window is not None)
    return uow.windows.kept_for_reminders(news)


@dataclass(frozen=True, slots=True)
class _Room:
    """What the platform lets through to an address: *left* messages until *until*, *kept* of them for reminders."""

    until: datetime
    left: int
    kept: int


def _room(
    outlet: Outlet, letter: Letter, used: int, kept: Mapping[AddressId | None, int], now: datetime
) -> _Room | None:
    """``None``: the platform does not count, or we do not know yet."""
    window = letter.window if outlet.capabilities.allowances else None
    if window is None:
        return None
    reserved = kept.get(letter.address_id, 0) if letter.kind in BY_AUDIENCE else 0
    return _Room(window.until, max(window.left_at(now) - used, 0), reserved)


def _decide(
    uow: UnitOfWork,
    outlet: Outlet,
    copies: Copies,
    letter: Letter,
    person: Recipient,
    room: _Room | None,
    now: datetime,
) -> Ready | None:
    if letter.posted is not None and letter.posted.overtaken:
        uow.deliveries.settle(letter.id, DeliveryState.WITHDRAWN, letter.posted.overtaken, now)
        return None
    decision = may_send(person, copies.subject(letter), _door(outlet, letter, room), now)
    if isinstance(decision, Later):
        uow.deliveries.postpone(letter.id, decision.at, now)
        return None
    if isinstance(decision, No):
        _put_by(uow, outlet, letter, decision.why, now)
        return None
    said = copies.parts(letter)
    if said is None:
        uow.deliveries.settle(letter.id, DeliveryState.EXPIRED, "nothing_to_say", now)
        return None
    left = said[letter.parts_sent :]
    match _route(outlet, letter, room, left):
        case Route.CUSTOMER:
            return Ready(letter, left)
        case Route.TEMPLATE:
            return Ready(letter, tuple(replace(part, as_template=True) for part in left))
        case Route.LATER:
            _put_by(uow, outlet, letter, Why.QUOTA_USED, now)
            return None


def _put_by(uow: UnitOfWork, outlet: Outlet, letter: Letter, why: Why, now: datetime) -> None:
    """It does not go now. What a closed window keeps from them goes by another channel of theirs, if there is one."""
    state = state_for(why)
    if state is DeliveryState.PARKED and uow.deliveries.go_elsewhere(letter.id, outlet.elsewhere, now):
        return
    uow.deliveries.settle(letter.id, state, why, now)


def _route(outlet: Outlet, letter: Letter, room: _Room | None, parts: Sequence[Outgoing]) -> Route:
    """By which way *parts* go to somebody whom we may write to. What has no fields to fill in is no template."""
    if room is None:
        return Route.CUSTOMER
    templated = letter.kind in outlet.capabilities.any_time and all(part.fields for part in parts)
    return choose_route(left=room.left, kept=room.kept, parts=len(parts), templated=templated)


def refused(uow: UnitOfWork, manners: Manners, letter: Letter, now: datetime) -> No | None:
    """Why *letter* may not even ride in front of a reply: they did not allow it, or took it back. ``None``: it may.

    Whoever writes is awake and holds the door open: no night, day, share or window keeps it from them.
    """
    zone, muted = ZoneInfo(letter.zone), letter.muted_regions
    awake = Recipient(letter.consents, letter.audiences, None, zone, muted_regions=muted)
    decision = may_send(awake, subject_of(uow, manners, letter), Door(), now)
    return decision if isinstance(decision, No) else None


class Open:
    """Whether one of some *letters* may go now by a way that no window closes; all else is asked as always."""

    def __init__(self, uow: UnitOfWork, outlet: Outlet, letters: Sequence[Letter], now: datetime) -> None:
        self.copies = Copies(uow, outlet.desk, outlet.manners, outlet.capabilities, now)
        self._outlet, self._days, self._now = outlet, _days_near(uow, outlet, letters, now), now

    def decide(self, letter: Letter) -> Decision:
        """What `may_send` says of *letter*. May raise `POISON`."""
        person = _recipient(self._outlet, letter, (), self._days)
        return may_send(person, self.copies.subject(letter), Door(), self._now)


def state_for(why: Why) -> DeliveryState:
    """What becomes of a delivery that may not go: it waits for their word, its time is over, or it is not wanted."""
    match why:
        case Why.WINDOW_CLOSED | Why.QUOTA_USED:
            return DeliveryState.PARKED
        case Why.TOO_LATE | Why.QUIET_DAY:
            return DeliveryState.EXPIRED
        case Why.NO_CONSENT | Why.NOT_FOR_THEM | Why.RESTRICTED | Why.MUTED | Why.UNREACHABLE | Why.CAPPED:
            return DeliveryState.WITHDRAWN


def _days_near(uow: UnitOfWork, outlet: Outlet, letters: Sequence[Letter], now: datetime) -> Sequence[_Days]:
    """The quiet days to think of, each with the paths of where it holds; most of the year there are none."""
    if not any(letter.kind in BY_AUDIENCE for letter in letters):
        return ()
    return [
        (days, tuple(region.path for code in sorted(days.regions) if (region := uow.regions.by_code(code))))
        for days in outlet.manners.almanac.near(now)
    ]


def _recipient(outlet: Outlet, letter: Letter, told: Sequence[datetime], days: Sequence[_Days]) -> Recipient:
    cap = outlet.weekly_cap if letter.weekly_cap is None else letter.weekly_cap
    return Recipient(
        consents=letter.consents,
        audiences=letter.audiences,
        quiet=letter.quiet or outlet.quiet,
        zone=ZoneInfo(letter.zone),
        reachable=letter.reachable,
        muted_regions=letter.muted_regions,
        weekly_cap=None if letter.parts_sent else cap,  # what has begun is said to its end
        told=(*letter.told, *told),
        quiet_days=tuple(each for each, paths in days if not each.regions or letter.home.startswith(paths)),
    )


def _door(outlet: Outlet, letter: Letter, room: _Room | None) -> Door:
    able, public = outlet.capabilities, outlet.lane in outlet.manners.public
    window = None if letter.kind in able.any_time else able.reply_window
    if room is None or window is None:
        return Door(able.may_push, letter.last_word_at, window, public=public)
    return Door(able.may_push, room.until, timedelta(), room.left, room.kept, public)
