"""Read models of the ledger: what is put in, what is about to be written out, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeAlias

from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import (
    AddressId,
    DeliveryId,
    LaneName,
    ResidentId,
)
from outreach.domain.messages import Language, MessageKind, Outcome, Outgoing
from outreach.domain.people import Purpose
from outreach.domain.times import QuietHours
from outreach.domain.windows import PushWindow
from outreach.services.cards_broadcasts import Posted


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
