"""What somebody wants around an activity's door and after its end, as small values."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from outreach.domain.attendance import Reason
from outreach.domain.ids import ActivityId


@dataclass(frozen=True, slots=True)
class AskFeedback:
    """I want to say how it was: there, or where I was last."""

    activity_id: ActivityId | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """How it was, so far: a letter or figure for each question in turn, see `conversation.afterwards`."""

    activity_id: ActivityId
    given: str


@dataclass(frozen=True, slots=True)
class WishTopic:
    """What I would like to hear of next: a topic of the vocabulary."""

    activity_id: ActivityId
    topic: str


@dataclass(frozen=True, slots=True)
class AskExcuse:
    """I want to say why I could not come."""


@dataclass(frozen=True, slots=True)
class Excuse:
    """I could not come because."""

    activity_id: ActivityId
    reason: Reason


@dataclass(frozen=True, slots=True)
class CheckIn:
    """I am here: the four digits on the door."""

    code: str = field(repr=False)


Afterwards: TypeAlias = AskFeedback | Answering | WishTopic | AskExcuse | Excuse
"""What a button can say about something that is over."""
