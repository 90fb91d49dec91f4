"""What a dialogue remembers between two messages: small, for a short time, sealed by the store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Choice, Language

SHOWN = timedelta(minutes=30)
"""How long the numbers of a list or of choices are understood, and a question waits for its free text."""

HELD = timedelta(hours=24)
"""How long a wish waits for consent, and the longest that anything is remembered of somebody unknown."""

MOST_SEEN = 30


class Question(StrEnum):
    """What we asked and wait for in their own words."""

    NOTE = "note"
    REGION = "region"


@dataclass(frozen=True, slots=True)
class WishToJoin:
    """A place wanted by somebody who has not agreed yet."""

    activity_id: ActivityId
    party: int


@dataclass(frozen=True, slots=True)
class WishToSubscribe:
    """Tips and announcements wanted. What concerns them is remembered apart."""


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


@dataclass(frozen=True, slots=True)
class Shown:
    """The choices that somebody saw last, in order, as (label, token)."""

    choices: tuple[tuple[str, str], ...] = field(repr=False)
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
        return replace(self, shown=Shown(tuple((choice.label, choice.token) for choice in choices), now))

    def with_seen(self, slug: str) -> Memory:
        """An item read; the latest last."""
        return replace(self, seen=(*(old for old in self.seen if old != slug), slug)[-MOST_SEEN:])

    def to_state(self) -> dict[str, object]:
        """For the store: what JSON can carry, without what is empty."""
        state: dict[str, object] = {
            "shown": self.shown
            and {"choices": [list(pair) for pair in self.shown.choices], "at": _stamp(self.shown.at)},
            "listed": self.listed and {"ids": list(self.listed.ids), "at": _stamp(self.listed.at)},
            "held": self.held and _held_to_state(self.held),
            "asked": self.asked and {"question": self.asked.question.value, "at": _stamp(self.asked.at)},
            "language": self.language and self.language.value,
            "script": self.script and self.script.value,
            "region": self.region_id,
            "audiences": sorted(self.audiences),
            "source": self.source,
            "seen": list(self.seen),
            "introduced": self.introduced,
        }
        return {name: value for name, value in state.items() if value}

    @classmethod
    def from_state(cls, state: Mapping[str, object]) -> Memory:
        """What `to_state` gave. A state of another shape (an older program's) is forgotten, not an error."""
        try:
            return _read(dict(state))
        except (KeyError, TypeError, ValueError):
            return cls()


def _read(state: dict[str, Any]) -> Memory:
    shown, listed, held, asked = (state.get(name) for name in ("shown", "listed", "held", "asked"))
    return Memory(
        shown=Shown(tuple((str(label), str(token)) for label, token in shown["choices"]), _moment(shown["at"]))
        if shown
        else None,
        listed=Listed(tuple(ActivityId(int(number)) for number in listed["ids"]), _moment(listed["at"]))
        if listed
        else None,
        held=_held_from_state(held) if held else None,
        asked=Asked(Question(asked["question"]), _moment(asked["at"])) if asked else None,
        language=Language(state["language"]) if "language" in state else None,
        script=Language(state["script"]) if "script" in state else None,
        region_id=RegionId(int(state["region"])) if "region" in state else None,
        audiences=frozenset(map(str, state.get("audiences", ()))),
        source=str(state["source"]) if "source" in state else None,
        seen=tuple(map(str, state.get("seen", ()))),
        introduced=bool(state.get("introduced", False)),
    )


def _held_to_state(held: HeldWish) -> dict[str, object]:
    return {**_wish_to_state(held.wish), "notice": [held.notice_version, held.notice_hash], "at": _stamp(held.at)}


def _wish_to_state(wish: Wish) -> dict[str, object]:
    match wish:
        case WishToJoin(activity_id, party):
            return {"join": activity_id, "party": party}
        case WishToWrite(text):
            return {"write": text}
        case WishToSubscribe():
            return {"subscribe": True}


def _held_from_state(state: dict[str, Any]) -> HeldWish:
    version, text_hash = state["notice"]
    return HeldWish(_wish_from_state(state), str(version), str(text_hash), _moment(state["at"]))


def _wish_from_state(state: dict[str, Any]) -> Wish:
    if "join" in state:
        return WishToJoin(ActivityId(int(state["join"])), int(state["party"]))
    return WishToWrite(str(state["write"])) if "write" in state else WishToSubscribe()


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp() * 1_000_000)


def _moment(stamp: object) -> datetime:
    if not isinstance(stamp, int):
        raise TypeError("a moment is kept as a whole number of microseconds")
    return datetime.fromtimestamp(stamp / 1_000_000, UTC)
