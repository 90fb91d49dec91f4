"""Read models of the tree of regions: what one sets itself, what holds there, and both in a line of a list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from outreach.domain.ids import RegionId
from outreach.domain.times import NEVER_QUIET, QuietHours
from outreach.services.cards import Region

OFF = "off"
"""Quiet hours that are none: messages go out at any hour there, whatever the regions above say."""


@dataclass(frozen=True, slots=True)
class RegionOwn:
    """What a region sets itself; ``None``: as above.

    *quiet_hours* is as `QuietHours.parse` reads it, or `OFF`; *helplines* a country of the library; *weekly_cap* the
    most announcements and tips in a week, 0 for none.
    """

    zone: str | None = None
    quiet_hours: str | None = None
    opening_hours: str | None = None
    helplines: str | None = None
    second_person: bool | None = None
    weekly_cap: int | None = None

    def under(self, above: RegionOwn) -> RegionOwn:
        """The same, with what is empty taken from *above*."""
        return RegionOwn(*(_either(getattr(self, name), getattr(above, name)) for name in SETTINGS))

    def named(self) -> frozenset[str]:
        """Which settings it has."""
        return frozenset(name for name in SETTINGS if getattr(self, name) is not None)


SETTINGS = tuple(each.name for each in fields(RegionOwn))
"""What a region may set, in the order of forms."""


def _either(own: Any, above: Any) -> Any:
    return above if own is None else own


@dataclass(frozen=True, slots=True)
class RegionSettings:
    """What holds in a region after inheritance. ``None`` and empty: nobody up to the top sets it, the house decides.

    *quiet* is `NEVER_QUIET` where somebody set that there are none.
    """

    zone: str
    quiet: QuietHours | None = None
    opening_hours: str = ""
    helplines: str = ""
    second_person: bool | None = None
    weekly_cap: int | None = None

    @classmethod
    def of(cls, held: RegionOwn, zone: str) -> RegionSettings:
        """Those of a region where *held* holds; *zone* is its own."""
        quiet = None if held.quiet_hours is None else QuietHours.parse(held.quiet_hours) or NEVER_QUIET
        return cls(
            zone=zone,
            quiet=quiet,
            opening_hours=held.opening_hours or "",
            helplines=held.helplines or "",
            second_person=held.second_person,
            weekly_cap=held.weekly_cap,
        )


@dataclass(frozen=True, slots=True)
class RegionLine:
    """A region in a list: how many lie right below it, what it sets itself, what holds there and by whom.

    *sources* names, for each setting that some region sets, the nearest one that does; *version* counts its changes.
    """

    region: Region
    version: int
    children: int
    own: RegionOwn
    held: RegionOwn
    settings: RegionSettings
    sources: Mapping[str, RegionId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewRegion:
    """A region to be made right below the one with the code *above*."""

    code: str
    name: str
    above: str
    own: RegionOwn = RegionOwn()


@dataclass(frozen=True, slots=True)
class ChangedRegion:
    """What one region is to be from now on."""

    id: RegionId
    name: str
    own: RegionOwn
