"""What holds in a region, in the reader's words: setting by setting, with the region that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.domain.ids import RegionId
from outreach.services.cards_regions import OFF, SETTINGS, RegionLine, RegionOwn
from outreach.services.region_fields import shown
from outreach.settings import Settings


@dataclass(frozen=True, slots=True)
class Held:
    """One setting: its label, what holds, and who says so. *source* ``None``: no region does, but the house."""

    name: str
    label: str
    value: str
    source: RegionId | None
    is_own: bool


def held(line: RegionLine, settings: Settings, texts: Mapping[str, str]) -> list[Held]:
    """Every setting of a region, as it is there."""
    values = {**_house(settings, texts), **_said(line.held, texts), "zone": line.region.zone}
    return [
        Held(
            name,
            texts[f"region_{name}"],
            values[name],
            line.sources.get(name),
            line.sources.get(name) == line.region.id,
        )
        for name in SETTINGS
    ]


def own_words(line: RegionLine, texts: Mapping[str, str]) -> list[str]:
    """What a region sets itself, a few words each."""
    return [f"{texts[f'region_{name}']}{texts['colon']}{value}" for name, value in _said(line.own, texts).items()]


def said(name: str, text: str, texts: Mapping[str, str]) -> str:
    """A value as forms and files have it, in words; empty: as above."""
    if not text:
        return texts["as_above"]
    if name == "quiet_hours" and text == OFF:
        return texts["never_quiet"]
    return texts[text] if name == "second_person" and text in {"yes", "no"} else text


def _said(own: RegionOwn, texts: Mapping[str, str]) -> dict[str, str]:
    return {name: said(name, text, texts) for name, text in shown(own).items() if text}


def _house(settings: Settings, texts: Mapping[str, str]) -> dict[str, str]:
    """What holds where no region says anything."""
    quiet = settings.quiet
    return {
        "quiet_hours": texts["never_quiet"] if quiet is None else f"{quiet.begins:%H:%M}-{quiet.ends:%H:%M}",
        "opening_hours": settings.opening_hours or texts["not_said"],
        "helplines": settings.country,
        "second_person": texts["yes"],
        "weekly_cap": texts["no_limit"] if settings.weekly_cap is None else str(settings.weekly_cap),
    }
