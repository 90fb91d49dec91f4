"""All that is kept of one person, as they may ask to see it: what a right of access covers, and nothing of others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from outreach.domain.ids import ResidentId, SignUpId
from outreach.domain.people import Consent


@dataclass(frozen=True, slots=True)
class Profile:
    """What they chose. *next_tip_at*: when the next tip is planned; *since*: when they first agreed."""

    since: datetime
    language: str
    region: str
    audiences: tuple[str, ...]
    rhythm: str
    next_tip_at: datetime | None
    nickname: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Chat:
    """One way to them. *source*: the QR code or link that they came by."""

    channel: str
    address: str = field(repr=False)
    reach: str
    source: str | None = field(repr=False)
    since: datetime
    last_word_at: datetime
    is_preferred: bool


@dataclass(frozen=True, slots=True)
class PlaceKept:
    """One sign-up, and for which activity."""

    sign_up: SignUpId
    activity: str
    starts_at: datetime
    ends_at: datetime
    place: str
    standing: str
    number: int
    party: int
    is_for_another: bool
    since: datetime
    noted: str = ""
    """Whether they came, as it was noted there."""
    came: int = 0


@dataclass(frozen=True, slots=True)
class LetterKept:
    """What was sent to them, or is to be, and what became of it. *text* while it is kept: until it is sent."""

    kind: str
    about: str
    activity: str
    channel: str
    outcome: str
    written_at: datetime
    changed_at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoteKept:
    """One note between them and staff."""

    thread: int
    by: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MessageKept:
    """What they wrote: the words until they are answered, the answer for a week."""

    channel: str
    at: datetime
    state: str
    said: str = field(repr=False)
    answer: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class AlertKept:
    """A safety alert: that there was one and who looked after it. Its class is in no export (facts: domain.md 2.6)."""

    at: datetime
    state: str
    taken_at: datetime | None


@dataclass(frozen=True, slots=True)
class Memory:
    """What a dialogue remembers until then."""

    channel: str
    until: datetime
    state: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A message that lies ready for their page, or an offer to link two chats (without words)."""

    channel: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TipRead:
    """A text of the library that they had."""

    item: str
    at: datetime


@dataclass(frozen=True, slots=True)
class FeedKept:
    """A secret address of their own calendar; the address itself is not kept."""

    since: datetime


@dataclass(frozen=True, slots=True)
class StaffLook:
    """What staff did with what is kept of them; by role, for the name is somebody else's."""

    at: datetime
    role: str
    action: str
    subject: str


@dataclass(frozen=True, slots=True)
class Dossier:
    """Everything, by kind. *resident_id* is ``None`` for somebody who never agreed to anything."""

    resident_id: ResidentId | None
    profile: tuple[Profile, ...] = ()
    chats: tuple[Chat, ...] = ()
    consents: tuple[Consent, ...] = ()
    muted_regions: tuple[str, ...] = ()
    sign_ups: tuple[PlaceKept, ...] = ()
    letters: tuple[LetterKept, ...] = ()
    notes: tuple[NoteKept, ...] = ()
    messages: tuple[MessageKept, ...] = ()
    waiting: tuple[Waiting, ...] = ()
    memories: tuple[Memory, ...] = ()
    tips_read: tuple[TipRead, ...] = ()
    calendar_addresses: tuple[FeedKept, ...] = ()
    alerts: tuple[AlertKept, ...] = ()
    looks: tuple[StaffLook, ...] = ()

    @property
    def sections(self) -> Mapping[str, tuple[object, ...]]:
        """The kinds by name, in the order in which they are shown."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "resident_id"}

    @property
    def counts(self) -> Mapping[str, int]:
        """How much there is of each kind that there is something of."""
        return {name: len(rows) for name, rows in self.sections.items() if rows}
