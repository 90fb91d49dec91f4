"""A calendar file as it is handed out, and what an activity looks like in one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.calendar.entry import Entry, sequence
from outreach.calendar.feed import etag
from outreach.domain.activity import ActivityStatus
from outreach.domain.messages import Language
from outreach.services.cards import ActivityCard
from outreach.services.cards_feeds import FeedCard
from outreach.wording import Wording

KEPT_DAYS = 30  # what is past, called off or given back stays so long, so that a cancellation reaches calendars


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """A file and the *title* it is named after. *tag*: its strong ETag.

    *changed_at*: since when it has been as it is, where that can be told for certain.
    """

    body: bytes = field(repr=False)
    title: str
    changed_at: datetime | None = None
    tag: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "tag", etag(self.body))


def edge(now: datetime, zone: str) -> datetime:
    """The midnight in *zone* before which nothing is kept: a local date, so that a feed changes once a day at most."""
    on = now.astimezone(ZoneInfo(zone)).date() - timedelta(days=KEPT_DAYS)
    return datetime.combine(on, time(), ZoneInfo(zone))


def edge_set_at(now: datetime, zone: str) -> datetime:
    """When the edge came to lie where it lies: the last midnight there."""
    return datetime.combine(now.astimezone(ZoneInfo(zone)).date(), time(), ZoneInfo(zone))


def public_entry(found: FeedCard, page: str) -> Entry:
    """An activity as everybody's calendar shows it; *page* is its address."""
    card = found.card
    return Entry(
        uid=card.uid,
        sequence=sequence(card.revision),
        title=card.title,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        place=card.place,
        url=page,
        description=card.summary or None,
        status="cancelled" if card.status is ActivityStatus.CALLED_OFF else "confirmed",
        changed_at=found.changed_at,
        created_at=card.created_at,
    )


def discreet_title(card: ActivityCard, wording: Wording, language: Language) -> str:
    """The title, or a neutral one where the topic would tell a neighbour why somebody comes."""
    return wording.say("calendar.discreet_title", language) if card.restricted else card.title
