"""Read models of calendar feeds: which activities in which state, and whose secret address it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.domain.ids import ActivityId
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard


class FeedKind(StrEnum):
    """Whose feed a secret address opens."""

    PERSON = "person"
    LEADER = "leader"
    ROOM = "room"


@dataclass(frozen=True, slots=True)
class FeedWish:
    """What a public feed holds: activities of the region with that lineage and below, for one of *audience*, about one
    of *topics*. Empty: any. *since*: what ended before is left out, and what was called off before.
    """

    since: datetime
    region_path: str = ""
    audience: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class FeedState:
    """How far all activities have come that a feed may hold. Equal states: not a byte of any feed has changed.

    Each number only ever rises while the edge of time is the same, so a change cannot be made up for by another.
    """

    activities: int
    revisions: int
    edited: int
    editions: int
    changed_at: datetime | None


@dataclass(frozen=True, slots=True)
class FeedMark:
    """One activity in one state: what decides the bytes of its entry."""

    activity_id: ActivityId
    revision: int
    edition: int


@dataclass(frozen=True, slots=True)
class FeedCard:
    """An activity with the mark of its state. *changed_at*: of its last change, of the words included."""

    mark: FeedMark
    card: ActivityCard
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """One sign-up of a person, with its activity: how it stands since when; *revision* is its own."""

    of: FeedCard
    standing: Standing
    revision: int
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedToken:
    """A secret address that is in force. *salt* makes the address again, together with a key that is not stored."""

    salt: bytes = field(repr=False)
    created_at: datetime
