"""What somebody chooses for themself, as small values: settings, a nickname, how often, silent places, and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.people import Rhythm


@dataclass(frozen=True, slots=True)
class Settings:
    """What have I chosen, and how do I change it?"""


@dataclass(frozen=True, slots=True)
class AskRegion:
    """I want to say where I live."""


@dataclass(frozen=True, slots=True)
class AskRhythm:
    """I want to choose how often tips come."""


@dataclass(frozen=True, slots=True)
class ChooseRhythm:
    """Tips that often; ``None``: no tips, and announcements as before."""

    often: Rhythm | None


@dataclass(frozen=True, slots=True)
class ChooseNews:
    """Announcements of activities, or none."""

    wanted: bool


@dataclass(frozen=True, slots=True)
class DropAudience:
    """That does not concern me any more: a tag of the vocabulary."""

    tag: str


@dataclass(frozen=True, slots=True)
class AskSilence:
    """I want to hear nothing of some place."""


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing from there and below."""

    region_id: RegionId


@dataclass(frozen=True, slots=True)
class Unsilence:
    """From there again."""

    region_id: RegionId


@dataclass(frozen=True, slots=True)
class AskNickname:
    """I want to say what to call me."""


@dataclass(frozen=True, slots=True)
class DropNickname:
    """Call me nothing."""


@dataclass(frozen=True, slots=True)
class Why:
    """Why did I get this?"""


@dataclass(frozen=True, slots=True)
class Know:
    """I know of the change."""

    activity_id: ActivityId


@dataclass(frozen=True, slots=True)
class Queueing:
    """Where am I in the queue?"""


@dataclass(frozen=True, slots=True)
class MyData:
    """What do you keep of me?"""


@dataclass(frozen=True, slots=True)
class CallMe:
    """Call me that, in their very words."""

    nickname: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class SilencePlace:
    """Nothing from a place, in their very words."""

    part: str = field(repr=False)


Choosing: TypeAlias = (
    Settings
    | AskRegion
    | AskRhythm
    | ChooseRhythm
    | ChooseNews
    | DropAudience
    | AskSilence
    | Silence
    | Unsilence
    | AskNickname
    | DropNickname
    | Why
    | MyData
    | Queueing
    | Know
)
"""What a button can say about one's own choices."""

OwnWords: TypeAlias = CallMe | SilencePlace
"""What only words say, in part their own: looked at by the safety screen like anything they tell."""
