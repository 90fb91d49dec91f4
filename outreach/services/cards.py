"""Read models: frozen, flat, made by one query. What a page or a sentence shows; nothing here has a rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType, TypeAlias

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import (
    ActivityId,
    AddressId,
    AlertId,
    DeliveryId,
    InboxId,
    LaneName,
    RegionId,
    ResidentId,
    SignUpId,
    StaffId,
    ThreadId,
)
from outreach.domain.messages import Incoming, Language, MessageKind, Outcome, Outgoing
from outreach.domain.people import Purpose, Rhythm
from outreach.domain.signup import Standing
from outreach.domain.times import QuietHours
from outreach.domain.windows import PushWindow
from outreach.services.cards_broadcasts import Posted

FIRST_PUBLIC_NUMBER = 100  # 1–99 are places in the list a person saw last


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who writes to us: a lane and the platform's reference for them. Known to us or not."""

    lane: LaneName
    user_ref: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PersonCard:
    """What a conversation needs to know of the one it talks with. Without ids: nobody we keep anything of."""

    resident_id: ResidentId | None = None
    address_id: AddressId | None = None
    language: Language | None = None
    region_id: RegionId | None = None
    audiences: frozenset[str] = frozenset()
    consents: frozenset[Purpose] = frozenset()
    nickname: str | None = field(default=None, repr=False)
    rhythm: Rhythm = Rhythm.WEEKLY
    region_name: str = ""

    @property
    def is_known(self) -> bool:
        """Whether they agreed that we keep something of them."""
        return self.resident_id is not None


LinkId = NewType("LinkId", int)  # one offer to link two chats


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """Two chats on the way to become one person's. *asker* has the code; *other* is where it was typed.

    *agreed_at*: when the other said yes; from then on it is the asker's turn. *until*: how long the offer stands.
    """

    id: LinkId
    asker: Caller
    asker_language: Language
    other: Caller | None
    other_language: Language | None
    agreed_at: datetime | None
    until: datetime


@dataclass(frozen=True, slots=True)
class Region:
    """A part of the network. *path* is its lineage of ids, such as ``/1/4/``; *zone* an IANA name."""

    id: RegionId
    parent_id: RegionId | None
    path: str
    level: int
    code: str
    name: str
    zone: str


@dataclass(frozen=True, slots=True)
class ActivityCard:
    """An activity as people and staff see it. Moments are aware (UTC); *zone* is where it takes place."""

    id: ActivityId
    slug: str
    uid: str
    region_id: RegionId
    region_path: str
    region_name: str
    zone: str
    kind: ActivityKind
    title: str
    summary: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    seated: int
    waiting: int
    policy: SignUpPolicy
    status: ActivityStatus
    restricted: bool
    audience: frozenset[str]
    revision: int
    version: int
    created_at: datetime
    changed_at: datetime
    """Of the last material change: what calendars show. A sign-up does not touch it."""
    planned_by: StaffId | None = None
    host_id: StaffId | None = None

    @property
    def number(self) -> int:
        """The public number, from 100: printed everywhere, works at any time."""
        return public_number(self.id)


def public_number(activity_id: ActivityId) -> int:
    """The number printed for people: 100 for the first activity."""
    return activity_id - 1 + FIRST_PUBLIC_NUMBER


def activity_of_number(number: int) -> ActivityId:
    """The activity with that public number."""
    return ActivityId(number - FIRST_PUBLIC_NUMBER + 1)


@dataclass(frozen=True, slots=True)
class NewActivity:
    """What staff enter; checked by `services.activities.add`."""

    kind: ActivityKind
    title: str
    summary: str
    place: str
    starts_at: datetime
    ends_at: datetime
    seats: int
    region_id: RegionId
    audience: frozenset[str]
    policy: SignUpPolicy
    restricted: bool
    draft: bool
    host_id: StaffId | None = None


@dataclass(frozen=True, slots=True)
class MyPlace:
    """One of a resident's sign-ups with its activity. *ahead* counts people before them in the queue."""

    sign_up_id: SignUpId
    beneficiary: int
    standing: Standing
    number: int
    party: int
    revision: int
    since: datetime
    ahead: int
    activity: ActivityCard


@dataclass(frozen=True, slots=True)
class RosterLine:
    """One sign-up as staff see it: no address, and no name but what they want to be called.

    *turn*: their place in the queue, from 1; ``None`` for who does not wait.
    """

    sign_up_id: SignUpId
    number: int
    standing: Standing
    party: int
    beneficiary: int
    channel: str
    since: datetime
    turn: int | None = None
    nickname: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Letter:
    """A delivery about to be written out: why it exists, for whom, in which words.

    *subject*: ids only; *body*: words fixed beforehand. *home*: the path of their region; *quiet*, *weekly_cap*,
    *helplines*: where one sets them. *muted_regions*, *told* (when they got those of the last week) and *posted* (of a
    broadcast): for announcements and tips alone. *window*: what the platform still lets through.
    """

    id: DeliveryId
    kind: MessageKind
    lane: LaneName
    to: str = field(repr=False)
    resident_id: ResidentId | None
    address_id: AddressId | None
    language: Language
    zone: str
    audiences: frozenset[str]
    consents: frozenset[Purpose]
    reachable: bool
    last_word_at: datetime | None
    subject: Mapping[str, str | int]
    body: tuple[Outgoing, ...] = field(repr=False)
    helps_until: datetime | None
    needed_by: datetime | None
    key: str
    tries: int
    parts_sent: int
    state: DeliveryState
    quiet: QuietHours | None = None
    muted_regions: frozenset[int] = frozenset()
    told: tuple[datetime, ...] = ()
    weekly_cap: int | None = None
    helplines: str = ""
    posted: Posted | None = None
    home: str = ""
    window: PushWindow | None = None


@dataclass(frozen=True, slots=True)
class Draft:
    """A delivery to be put into the ledger for a known resident; the store finds their address.

    *subject* as in `Letter`; *body* only for words that exist nowhere else.
    """

    kind: MessageKind
    key: str
    resident_id: ResidentId
    due_at: datetime
    subject: Mapping[str, str | int]
    helps_until: datetime | None = None
    needed_by: datetime | None = None
    body: tuple[Outgoing, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class NotCalled:
    """A delivery that was made ready but not called: one before it, to the same person, must go first."""

    after: timedelta


Fate: TypeAlias = Outcome | NotCalled  # what became of a delivery that was `calling`


class InboxState(StrEnum):
    """received > answered, or quarantined when it cannot be handled."""

    RECEIVED = "received"
    ANSWERED = "answered"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class InboxEntry:
    """One inbound message as stored. *first_sight*: this call stored it. *answer*: what was said in place."""

    id: InboxId
    state: InboxState
    first_sight: bool
    tries: int
    answer: tuple[Outgoing, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A stored message that waits for its answer."""

    id: InboxId
    lane: LaneName
    tries: int
    incoming: Incoming = field(repr=False)


@dataclass(frozen=True, slots=True)
class Mail:
    """A message waiting for a page that we serve ourselves. *cursor* rises."""

    cursor: int
    message: Outgoing = field(repr=False)


class AlertState(StrEnum):
    """raised > sent > acknowledged > closed."""

    RAISED = "raised"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlertCard:
    """Somebody may be in danger: class, subtype and rule ids, never a word of theirs."""

    id: AlertId
    lane: LaneName
    person: str
    """A pseudonymous key: the same person has the same one."""
    risk: str
    subtype: str
    rules: tuple[str, ...]
    lexicon: str
    state: AlertState
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    region_path: str = ""
    region_name: str = ""


class ThreadState(StrEnum):
    """open (staff owe an answer) > answered > closed."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One note in a thread. *by* is ``resident`` or ``staff``."""

    id: int
    by: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """A resident talking with staff; *entries* only where they were asked for. *channel* is where they wrote last."""

    id: ThreadId
    resident_id: ResidentId
    channel: str
    language: Language
    state: ThreadState
    opened_at: datetime
    changed_at: datetime
    entries: tuple[ThreadEntry, ...] = field(default=(), repr=False)
    region_path: str = ""
    region_name: str = ""
    last_word_at: datetime | None = None
    """When they last wrote on that channel: some let us answer only for a while after it."""


@dataclass(frozen=True, slots=True)
class ApprovedItem:
    """A library item in the version that was approved here: what is sent, to the letter."""

    slug: str
    language: Language
    version: str
    title: str
    body: str = field(repr=False)
    audience: frozenset[str] = frozenset()
    approved_by: str = ""
    approved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TipDue:
    """A resident whose moment for a tip has come. *seen* as in `Contents.seen`, oldest first."""

    resident_id: ResidentId
    language: Language
    audiences: frozenset[str]
    due_at: datetime
    seen: tuple[str, ...]
    rhythm: Rhythm = Rhythm.WEEKLY


@dataclass(frozen=True, slots=True)
class ReminderDue:
    """An activity one of whose reminders is due."""

    activity_id: ActivityId
    revision: int
    starts_at: datetime
    zone: str
    due_at: datetime
    changed_at: datetime
    region_path: str
