"""An activity as public pages show it: when, for whom, whether one can still get in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.content import Tags
from outreach.domain.activity import ActivityStatus, SignUpPolicy
from outreach.domain.messages import Language
from outreach.services.activities import is_open
from outreach.services.cards import ActivityCard
from outreach.wording import clock, day, when


@dataclass(frozen=True, slots=True)
class Line:
    """*moments*: the day and the hours, or both ends in one. *audiences*: labels that may stand in public."""

    card: ActivityCard
    moments: Sequence[str]
    when: str
    audiences: str
    open: bool
    called_off: bool
    by_request: bool
    free: int


def line_of(card: ActivityCard, tags: Tags, lang: Language, now: datetime) -> Line:
    """*card* in words of *lang*."""
    shown = [tags[key] for key in card.audience if key in tags and not tags[key].restricted]
    labels = [tag.label(lang) for tag in sorted(shown, key=lambda tag: tag.order)]
    return Line(
        card=card,
        moments=_moments(card, lang, now),
        when=when(card.starts_at, card.ends_at, card.zone, lang, now),
        audiences=("、" if lang is Language.ZH else ", ").join(labels),
        open=is_open(card, now),
        called_off=card.status is ActivityStatus.CALLED_OFF,
        by_request=card.policy is not SignUpPolicy.OPEN,
        free=max(0, card.seats - card.seated) if card.waiting == 0 else 0,
    )


def _moments(card: ActivityCard, lang: Language, now: datetime) -> list[str]:
    """The day and the hours; or from when to when in one, if it ends on another day."""
    zone = ZoneInfo(card.zone)
    if card.starts_at.astimezone(zone).date() != card.ends_at.astimezone(zone).date():
        return [when(card.starts_at, card.ends_at, card.zone, lang, now)]
    begins, ends = (clock(moment, card.zone, lang) for moment in (card.starts_at, card.ends_at))
    part_of_day = begins.rstrip("0123456789:")  # said once if it is the same
    return [day(card.starts_at, card.zone, lang, now), f"{begins}–{ends.removeprefix(part_of_day)}"]
