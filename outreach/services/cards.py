"""Read models: frozen, flat, made by one query. What a page or a sentence shows; nothing here has a rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.ids import (
    ActivityId,
    AddressId,
    InboxId,
    LaneName,
    RegionId,
    ResidentId,
    SignUpId,
    StaffId,
)
from outreach.domain.messages import Incoming, Language, Outgoing
from outreach.domain.offers import Promotion
from outreach.domain.people import Purpose, Rhythm
from outreach.domain.signup import Standing

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
    promotion: Promotion = Promotion.DIRECT
    together: bool = True
    closes_before: int = 0
    """Minutes before it begins; then nobody signs up any more."""

    @property
    def closes_at(self) -> datetime:
        """Until when people may sign up."""
        return self.starts_at - timedelta(minutes=self.closes_before)

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
    promotion: Promotion = Promotion.DIRECT
    together: bool = True
    closes_before: int = 0


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
    until: datetime | None = None
    """So long an offer is kept for them."""


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
