"""What a dialogue remembers between two messages: small, for a short time, sealed by the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Choice, Language
from outreach.domain.people import Purpose, Rhythm
from outreach.services.people import SUBSCRIPTION

SHOWN = timedelta(minutes=30)
"""How long the numbers of a list or of choices are understood, and a question waits for its free text."""

HELD = timedelta(hours=24)
"""How long a wish waits for consent, and the longest that anything is remembered of somebody unknown."""

MOST_SEEN = 30


class Question(StrEnum):
    """What we asked and wait for in their own words."""

    NOTE = "note"
    REGION = "region"
    SILENCE = "silence"
    NICKNAME = "nickname"


@dataclass(frozen=True, slots=True)
class WishToJoin:
    """A place wanted by somebody who has not agreed yet."""

    activity_id: ActivityId
    party: int


@dataclass(frozen=True, slots=True)
class WishToSubscribe:
    """Tips and announcements wanted, or *purposes* alone, and how *often*. What concerns them is remembered apart."""

    purposes: tuple[Purpose, ...] = SUBSCRIPTION
    often: Rhythm | None = None


@dataclass(frozen=True, slots=True)
class WishToWrite:
    """A note to staff."""

    text: str = field(repr=False)


Wish: TypeAlias = WishToJoin | WishToSubscribe | WishToWrite


@dataclass(frozen=True, slots=True)
class HeldWish:
    """A wish with the notice that was shown for it, to the letter."""

    wish: Wish
    notice_version: str
    notice_hash: str
    at: datetime
    reminded: bool = False
    """Whether they were told once, when they went on to something else, that it is not done yet."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The choices that somebody saw last, in order."""

    choices: tuple[Choice, ...] = field(repr=False)
    at: datetime


@dataclass(frozen=True, slots=True)
class Listed:
    """The activities in the list that somebody saw last, in order."""

    ids: tuple[ActivityId, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that waits for free text."""

    question: Question
    at: datetime


@dataclass(frozen=True, slots=True)
class Memory:
    """All of it; `as_of` leaves out what is past its time.

    *language* was chosen, *script* is that of the last text that showed one.
    """

    shown: Shown | None = None
    listed: Listed | None = None
    held: HeldWish | None = None
    asked: Asked | None = None
    language: Language | None = None
    script: Language | None = None
    region_id: RegionId | None = None
    audiences: frozenset[str] = frozenset()
    source: str | None = None
    seen: tuple[str, ...] = ()
    introduced: bool = False
    nickname: str | None = field(default=None, repr=False)

    def as_of(self, now: datetime) -> Memory:
        """What still counts at *now*."""
        return replace(
            self,
            shown=self.shown if self.shown and now < self.shown.at + SHOWN else None,
            listed=self.listed if self.listed and now < self.listed.at + SHOWN else None,
            held=self.held if self.held and now < self.held.at + HELD else None,
            asked=self.asked if self.asked and now < self.asked.at + SHOWN else None,
        )

    def with_choices(self, choices: Iterable[Choice], now: datetime) -> Memory:
        """These are the numbers that count from *now* on."""
        return replace(self, shown=Shown(tuple(choices), now))

    def with_seen(self, slug: str) -> Memory:
        """An item read; the latest last."""
        return replace(self, seen=(*(old for old in self.seen if old != slug), slug)[-MOST_SEEN:])
