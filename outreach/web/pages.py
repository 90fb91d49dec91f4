"""The public pages: what is on, and one activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.domain.activity import ActivityStatus
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Language
from outreach.services.activities import is_open
from outreach.services.cards import ActivityCard
from outreach.web.views import Views
from outreach.wording import clock, day, when

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """An activity as a page shows it."""

    card: ActivityCard
    moments: Sequence[str]
    audiences: str
    open: bool
    called_off: bool
    free: int


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/`` and ``/a/{slug}``."""

    async def front(request: Request) -> Response:
        after = _number(request.query_params.get("after"))
        now, lang = house.clock(), views.language(request)
        cards = await house.bridge.read(lambda uow: uow.activities.upcoming(now, PAGE_SIZE + 1, after=after))
        days = _by_day(house, cards[:PAGE_SIZE], lang, now)
        following = cards[PAGE_SIZE - 1].id if len(cards) > PAGE_SIZE else None
        return views.page(request, "front.html", days=days, following=following)

    async def activity(request: Request) -> Response:
        slug = request.path_params["slug"]
        card = await house.bridge.read(lambda uow: uow.activities.by_slug(slug))
        if card is None or card.restricted or card.status is ActivityStatus.DRAFT:
            return views.missing(request)
        line = _line(house, card, views.language(request), house.clock())
        return views.page(request, "activity.html", line=line, card=card)

    return [Route("/", front), Route("/a/{slug}", activity)]


def _by_day(house: App, cards: Sequence[ActivityCard], lang: Language, now: datetime) -> list[tuple[str, list[Line]]]:
    grouped = groupby(cards, key=lambda card: day(card.starts_at, card.zone, lang, now))
    return [(name, [_line(house, card, lang, now) for card in found]) for name, found in grouped]


def _line(house: App, card: ActivityCard, lang: Language, now: datetime) -> Line:
    tags = house.core.crafts.vocabulary.audiences
    labels = [tags[key].label(lang) for key in sorted(card.audience) if key in tags]
    return Line(
        card=card,
        moments=_moments(card, lang, now),
        audiences=("、" if lang is Language.ZH else ", ").join(labels),
        open=is_open(card, now),
        called_off=card.status is ActivityStatus.CALLED_OFF,
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


def _number(text: str | None) -> ActivityId | None:
    return ActivityId(int(text)) if text and text.isascii() and text.isdigit() and len(text) < 15 else None
