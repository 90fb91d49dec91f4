"""One delivery: its states, its rank, its dedupe key, and what may happen to it next.

The dedupe key names why the delivery exists and for whom; the UNIQUE constraint over it has the last word.
There is no channel in it: a fallback to another channel is the same delivery.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, StrEnum
from typing import TypeAlias

from outreach.domain.errors import IllegalMove
from outreach.domain.ids import InboxId, ResidentId, SignUpId, ThreadId
from outreach.domain.messages import MessageKind


class DeliveryState(StrEnum):
    """Where a delivery is. Only what is about to go on the wire is `CALLING`."""

    QUEUED = "queued"
    LEASED = "leased"
    CALLING = "calling"
    SENT = "sent"
    PARKED = "parked"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    DEAD = "dead"


_S = DeliveryState

MOVES: dict[DeliveryState, frozenset[DeliveryState]] = {
    _S.QUEUED: frozenset({_S.LEASED, _S.PARKED, _S.SENT, _S.WITHDRAWN, _S.EXPIRED, _S.DEAD}),
    _S.LEASED: frozenset({_S.QUEUED, _S.CALLING, _S.PARKED, _S.SENT, _S.WITHDRAWN, _S.EXPIRED, _S.DEAD}),
    _S.CALLING: frozenset({_S.SENT, _S.QUEUED, _S.PARKED, _S.FAILED, _S.UNCONFIRMED, _S.DEAD}),
    _S.PARKED: frozenset({_S.QUEUED, _S.CALLING, _S.SENT, _S.WITHDRAWN, _S.EXPIRED}),
    _S.UNCONFIRMED: frozenset({_S.QUEUED}),
    _S.DEAD: frozenset({_S.QUEUED}),
    _S.SENT: frozenset(),
    _S.FAILED: frozenset(),
    _S.WITHDRAWN: frozenset(),
    _S.EXPIRED: frozenset(),
}

OPEN_STATES = frozenset({_S.QUEUED, _S.LEASED, _S.PARKED})
"""States from which a delivery may still be withdrawn or expire."""


def check_move(old: DeliveryState, new: DeliveryState) -> None:
    """Raise `IllegalMove` unless a delivery that is *old* may become *new*."""
    if new not in MOVES[old]:
        raise IllegalMove("delivery", old, new)


class Rank(IntEnum):
    """How urgent: lower goes first."""

    SAFETY = 0
    REPLY = 1
    CONFIRMATION = 2
    REMINDER = 3
    ANNOUNCEMENT = 4
    EDUCATION = 5


_RANKS = {
    MessageKind.SAFETY: Rank.SAFETY,
    MessageKind.REPLY: Rank.REPLY,
    MessageKind.CONFIRMATION: Rank.CONFIRMATION,
    MessageKind.CHANGE: Rank.CONFIRMATION,
    MessageKind.REMINDER: Rank.REMINDER,
    MessageKind.ANNOUNCEMENT: Rank.ANNOUNCEMENT,
    MessageKind.EDUCATION: Rank.EDUCATION,
}

RESENT_WHEN_UNCONFIRMED = frozenset(
    {MessageKind.SAFETY, MessageKind.REPLY, MessageKind.CONFIRMATION, MessageKind.CHANGE, MessageKind.REMINDER}
)
"""Twice is better than never for these; never is better than twice for the others."""

MOST_TRIES = 8  # with doubling pauses from 2 s: about 8 minutes of a channel in trouble, then a person looks


LATER_TRIES = (timedelta(hours=1), timedelta(hours=6), timedelta(hours=24))
"""How long a dead delivery rests before it is tried once more, each time; after the last it waits for a person."""


def rank_of(kind: MessageKind) -> Rank:
    """The rank of a kind of message."""
    return _RANKS[kind]


def pause_before(attempt: int) -> timedelta:
    """How long to wait before try number *attempt* (the first is 1): 2 s, doubling, at most 5 minutes."""
    return timedelta(seconds=min(300, 2 ** max(1, attempt - 1)))


def revives_at(tries: int, died_at: datetime) -> datetime | None:
    """When a delivery that died after *tries* is tried once more by itself; ``None``: a person has to say so."""
    later = tries - MOST_TRIES
    return died_at + LATER_TRIES[later] if 0 <= later < len(LATER_TRIES) else None


KEPT = timedelta(days=90)  # long enough for a question about last quarter's activity
KEPT_OF_STRANGERS = timedelta(days=7)  # as long as the answer is kept that it belongs to: a repeat makes no second one
STRANGERS_WAIT = timedelta(hours=24)  # what somebody we know nothing of did not fetch for a day is no answer any more


@dataclass(frozen=True, slots=True)
class AtHand:
    """What housekeeping needs to know of a delivery. *activity_ends_at*: of the activity that it is about, if any."""

    state: DeliveryState
    is_residents: bool
    due_at: datetime
    changed_at: datetime
    helps_until: datetime | None = None
    activity_ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Purge:
    """Delete it."""


@dataclass(frozen=True, slots=True)
class Expire:
    """It is still open and never will be of use; look again at *until*."""

    until: datetime


@dataclass(frozen=True, slots=True)
class Keep:
    """Leave it as it is; look again at *until*."""

    until: datetime


Tidying: TypeAlias = Purge | Expire | Keep


def tidy(delivery: AtHand, now: datetime) -> Tidying:
    """Decide what becomes of an old delivery. Whatever is kept is looked at again later than *now*.

    Until its activity is over nothing of it goes: its key still keeps the same news from being told twice.
    """
    kept = KEPT if delivery.is_residents else KEPT_OF_STRANGERS
    if delivery.state in OPEN_STATES:
        ends = delivery.helps_until if delivery.is_residents else delivery.due_at + STRANGERS_WAIT
        if ends is not None and ends <= now:
            return Expire(now + kept)
        return Keep(now + kept if ends is None else ends)
    until = max(delivery.changed_at + kept, delivery.activity_ends_at or delivery.changed_at)
    return Purge() if until <= now else Keep(until)


def first_look(*, is_residents: bool, due_at: datetime, now: datetime) -> datetime:
    """When housekeeping looks at a delivery that is queued *now* for the first time."""
    return now + KEPT if is_residents else due_at + STRANGERS_WAIT


def confirmation_key(sign_up: SignUpId, revision: int, standing: str) -> str:
    """Once per sign-up, per time it was made, per standing it came to."""
    return f"confirmation:s{sign_up}.{revision}:{standing}"


def reminder_key(sign_up: SignUpId, revision: int, activity_revision: int, lead: timedelta) -> str:
    """Once per sign-up, per time the activity was set, per lead."""
    return f"reminder:s{sign_up}.{revision}:v{activity_revision}:{int(lead.total_seconds())}s"


def change_key(sign_up: SignUpId, revision: int, activity_revision: int) -> str:
    """Once per sign-up and change of the activity."""
    return f"change:s{sign_up}.{revision}:v{activity_revision}"


def tip_key(resident: ResidentId, slot: str) -> str:
    """Once per resident and push slot; *slot* is the moment in UTC, to the second."""
    return f"tip:r{resident}:{slot}"


def reply_key(inbox: InboxId, position: int) -> str:
    """Once per inbound message and part of its answer."""
    return f"reply:i{inbox}:{position}"


def thread_key(thread: ThreadId, entry: int) -> str:
    """Once per answer that staff wrote."""
    return f"thread:t{thread}:{entry}"
