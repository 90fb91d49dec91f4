"""An activity and its queue: who gets a seat, who waits, who moves up. The one big rule of the house.

An `Activity` in memory holds counts, the next queue number, one resident's own sign-ups and the head of the queue,
never the whole list: loading it costs the same for ten sign-ups and for ten thousand.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.errors import ActivityCalledOff, ActivityClosed, IllegalMove, NotSignedUp, PartyTooLarge
from outreach.domain.facts import (
    Accepted,
    CalledOff,
    Lapsed,
    Published,
    Refused,
    Reordered,
    Rescheduled,
    Resized,
    SignedUp,
    Withdrawn,
)
from outreach.domain.ids import ActivityId, RegionId, ResidentId, SignUpId
from outreach.domain.offers import Promotion, last_offer
from outreach.domain.signup import SELF, TURNS_APART, SignUp, Standing
from outreach.domain.times import Slot

LARGEST_PARTY = 6  # people in one sign-up; more is a group booking, which staff arrange


class ActivityKind(StrEnum):
    """The form an activity takes; sets its defaults (facts: domain.md 7.2)."""

    LECTURE = "lecture"
    GROUP = "group"
    SALON = "salon"
    WORKSHOP = "workshop"
    PEER = "peer"
    CULTURAL = "cultural"
    OUTREACH = "outreach"
    ONLINE = "online"


class SignUpPolicy(StrEnum):
    """How a place is had: by asking, by staff accepting the request, or by invitation alone."""

    OPEN = "open"
    REQUEST = "request"
    INVITATION = "invitation"

    @classmethod
    def default_for(cls, kind: ActivityKind) -> SignUpPolicy:
        """Group counselling is talked over first; everything else is open."""
        return cls.REQUEST if kind is ActivityKind.GROUP else cls.OPEN


class ActivityStatus(StrEnum):
    """draft > published > held, or called off."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    CALLED_OFF = "called_off"


@dataclass(slots=True)
class Activity:
    """What people join. *seats*, *seated* and *waiting* count people, not sign-ups.

    *revision* rises with every material change (time, place, status) and is what calendars see as SEQUENCE.
    *version* rises with every save and is what two editors collide on.
    """

    id: ActivityId
    region_id: RegionId
    kind: ActivityKind
    slot: Slot
    place: str
    seats: int
    policy: SignUpPolicy
    status: ActivityStatus
    revision: int = 0
    version: int = 0
    seated: int = 0
    waiting: int = 0
    next_number: int = 1
    promotion: Promotion = Promotion.DIRECT
    together: bool = True
    """Whether a party gets its seats together or not at all; else each of them has a place in the queue."""
    closes_before: timedelta = timedelta()
    """So long before it begins nobody signs up any more."""
    mine: dict[int, SignUp] = field(default_factory=dict)
    """This resident's sign-ups by beneficiary."""
    head: list[SignUp] = field(default_factory=list)
    """The first in the queue, in order; as many as could move up at once."""

    @property
    def free(self) -> int:
        """Seats that nobody has; never negative, though staff may have lowered the number."""
        return max(0, self.seats - self.seated)

    def sign_up(self, resident: ResidentId, party: int, now: datetime, beneficiary: int = SELF) -> SignedUp:
        """Give *resident* a seat, a place in the queue, or a request for staff. Asking twice gives the first answer.

        Whoever is offered a place says yes by it; in the last hours so does whoever waits, if there is one left.
        Raises `ActivityClosed` when it is not open any more and `PartyTooLarge` for more people than may come.
        """
        self._require_open(now)
        known = self.mine.get(beneficiary)
        if known is not None and known.standing.is_active:
            return SignedUp(self.id, known, again=not self._take(known, now))
        if now >= self.slot.starts_at - self.closes_before:
            raise ActivityClosed(self.id, self.slot.starts_at - self.closes_before)
        self.require_party(party)
        sign_up = self._enter(known, resident, party, now, beneficiary)
        self.mine[beneficiary] = sign_up
        return SignedUp(self.id, sign_up, again=False)

    def withdraw(self, now: datetime, beneficiary: int = SELF) -> Withdrawn:
        """Give the place back; those who waited longest move up.

        Raises `NotSignedUp` if there is none to give back, `ActivityClosed` once it is over.
        """
        if now >= self.slot.ends_at:
            raise ActivityClosed(self.id, self.slot.ends_at)
        sign_up = self.mine.get(beneficiary)
        if sign_up is None or not sign_up.standing.is_active:
            raise NotSignedUp
        self._leave(sign_up)
        sign_up.move(Standing.WITHDRAWN, now)
        return Withdrawn(self.id, sign_up, tuple(self._promote(now)))

    def lapse(self, sign_up: SignUp, now: datetime) -> Lapsed:
        """Nobody answered an offer: it goes to those who waited next. Raises `IllegalMove` for what is no offer."""
        if sign_up.standing is not Standing.OFFERED:
            raise IllegalMove("sign-up", sign_up.standing, "lapsed")
        self._leave(sign_up)
        sign_up.move(Standing.WITHDRAWN, now)
        return Lapsed(self.id, sign_up, tuple(self._promote(now)))

    def wait_on(self, sign_up: SignUp, now: datetime) -> None:
        """There is no time left to offer them the place alone: they wait as before. Raises `IllegalMove`."""
        if sign_up.standing is not Standing.OFFERED:
            raise IllegalMove("sign-up", sign_up.standing, "waiting")
        self.seated -= sign_up.party
        self.waiting += sign_up.party
        sign_up.move(Standing.WAITING, now)

    def reorder(self, sign_up: SignUp, turn: int, now: datetime) -> Reordered:
        """Staff have a reason for another turn of somebody who waits. Raises `IllegalMove` for who does not."""
        if sign_up.standing is not Standing.WAITING:
            raise IllegalMove("sign-up", sign_up.standing, "reordered")
        sign_up.turn = turn
        others = [waiting for waiting in self.head if waiting.id != sign_up.id]
        self.head = sorted([*others, sign_up], key=lambda waiting: (waiting.turn, waiting.number))
        return Reordered(self.id, sign_up, tuple(self._promote(now)))

    def is_first_come(self, now: datetime) -> bool:
        """Whether a free place is for whoever of those that wait says yes first."""
        return self.promotion is Promotion.OFFER and last_offer(self.slot.starts_at) <= now < self.slot.starts_at

    def accept(self, sign_up: SignUp, now: datetime) -> Accepted:
        """Staff say yes to a request: a seat if one is free and nobody who asked earlier waits, else a queue place."""
        self._require_open(now)
        if sign_up.standing is not Standing.REQUESTED:
            raise IllegalMove("sign-up", sign_up.standing, "accepted")
        self._place(sign_up, now)
        return Accepted(self.id, sign_up)

    def refuse(self, sign_up: SignUp, now: datetime) -> Refused:
        """Staff say no to a request, or take a place back; those who waited longest move up."""
        if not sign_up.standing.is_active:
            raise IllegalMove("sign-up", sign_up.standing, "refused")
        self._leave(sign_up)
        sign_up.move(Standing.REFUSED, now)
        return Refused(self.id, sign_up, tuple(self._promote(now)))

    def reschedule(self, slot: Slot, place: str, now: datetime) -> Rescheduled | None:
        """Move it to another time or place; ``None`` if that is where it is already."""
        self._require_open(now)
        if (slot, place) == (self.slot, self.place):
            return None
        if slot.starts_at <= now:
            raise ActivityClosed(self.id, slot.starts_at)
        fact = Rescheduled(self.id, self.slot, slot, self.place, place, self.revision + 1)
        self.slot, self.place = slot, place
        self.revision += 1
        return fact

    def call_off(self, now: datetime) -> CalledOff:
        """It will not take place. Raises `ActivityClosed` if it is over or was called off before."""
        if self.status is ActivityStatus.CALLED_OFF:
            raise ActivityCalledOff(self.id, self.slot.starts_at)
        if now >= self.slot.ends_at:
            raise ActivityClosed(self.id, self.slot.ends_at)
        self.status = ActivityStatus.CALLED_OFF
        self.revision += 1
        return CalledOff(self.id, self.revision, self.slot.starts_at)

    def publish(self, now: datetime) -> Published:
        """Show a draft to everybody whom it is for. Raises `IllegalMove` unless it is one, `ActivityClosed` if late."""
        if self.status is not ActivityStatus.DRAFT:
            raise IllegalMove("activity", self.status, "published")
        if now >= self.slot.starts_at:
            raise ActivityClosed(self.id, self.slot.starts_at)
        self.status = ActivityStatus.PUBLISHED
        self.revision += 1
        return Published(self.id, self.revision)

    def redraft(self, slot: Slot, place: str) -> None:
        """Another time or place of a draft: nobody counts on it yet. Raises `IllegalMove` for what is no draft."""
        if self.status is not ActivityStatus.DRAFT:
            raise IllegalMove("activity", self.status, "redrafted")
        self.slot, self.place = slot, place

    def resize(self, seats: int, now: datetime) -> Resized:
        """Another number of seats. More: those who waited longest move up at once. Fewer: nobody loses theirs."""
        old, self.seats = self.seats, seats
        return Resized(self.id, old, seats, tuple(self._promote(now)))

    def _require_open(self, now: datetime) -> None:
        if self.status is ActivityStatus.CALLED_OFF:
            raise ActivityCalledOff(self.id, self.slot.starts_at)
        if self.status is not ActivityStatus.PUBLISHED or now >= self.slot.starts_at:
            raise ActivityClosed(self.id, self.slot.starts_at)

    def require_party(self, party: int) -> None:
        """Raise `PartyTooLarge` if so many cannot come together."""
        at_most = min(LARGEST_PARTY, self.seats)
        if not 1 <= party <= at_most:
            raise PartyTooLarge(party, at_most)

    def _enter(self, known: SignUp | None, resident: ResidentId, party: int, now: datetime, beneficiary: int) -> SignUp:
        if known is None:
            sign_up = SignUp(SignUpId(0), self.id, resident, beneficiary, party, Standing.REQUESTED, 0, now)
        else:
            sign_up = known.come_back(party, now)
        sign_up.number = self.next_number
        sign_up.turn = sign_up.number * TURNS_APART
        self.next_number += 1
        if self.policy is SignUpPolicy.OPEN:
            self._place(sign_up, now)
        return sign_up

    def _place(self, sign_up: SignUp, now: datetime) -> None:
        # Whoever asked earlier and waits goes first even if this smaller party would fit: nobody overtakes.
        if not self._waits_before(sign_up) and sign_up.party <= self.free:
            self.seated += sign_up.party
            sign_up.move(Standing.SEATED, now)
        else:
            self.waiting += sign_up.party
            sign_up.move(Standing.WAITING, now)

    def _take(self, sign_up: SignUp, now: datetime) -> bool:
        """Whether they now have a seat by saying yes: to an offer of theirs, or as the first in the last hours."""
        if sign_up.standing is Standing.OFFERED:
            sign_up.move(Standing.SEATED, now)
            return True
        if sign_up.standing is Standing.WAITING and self.is_first_come(now) and sign_up.party <= self.free:
            self._leave(sign_up)
            self.seated += sign_up.party
            sign_up.move(Standing.SEATED, now)
            return True
        return False

    def _waits_before(self, sign_up: SignUp) -> bool:
        return self.waiting > 0 and (not self.head or self.head[0].turn < sign_up.turn)

    def _leave(self, sign_up: SignUp) -> None:
        if sign_up.standing.holds_seat:
            self.seated -= sign_up.party
        elif sign_up.standing is Standing.WAITING:
            self.waiting -= sign_up.party
            self.head = [waiting for waiting in self.head if waiting.id != sign_up.id]

    def _promote(self, now: datetime) -> Iterable[SignUp]:
        """Seat or ask the head of the queue while it fits. A party that does not fit is waited for, not passed over."""
        while self.head and self.head[0].party <= self.free and self._may_promote(now):
            sign_up = self.head.pop(0)
            self.waiting -= sign_up.party
            self.seated += sign_up.party
            sign_up.move(Standing.OFFERED if self.promotion is Promotion.OFFER else Standing.SEATED, now)
            yield sign_up

    def _may_promote(self, now: datetime) -> bool:
        ends = last_offer(self.slot.starts_at) if self.promotion is Promotion.OFFER else self.slot.starts_at
        return self.status is ActivityStatus.PUBLISHED and now < ends
