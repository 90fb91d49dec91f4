"""The front page: what is on near somebody, this week and later, for whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.content import Tag
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Language
from outreach.services.cards import ActivityCard, Caller
from outreach.services.cards_public import Nearby
from outreach.services.ports import UnitOfWork
from outreach.web import places
from outreach.web.lines import Line, line_of
from outreach.web.places import Here
from outreach.web.views import Views
from outreach.web.visitors import caller_of
from outreach.wording import day

PAGE_SIZE = 50
A_WEEK = 7  # days from today on: a week that ended on Sunday would be empty on Saturday
MOST_ELSEWHERE = 5
WEEK, LATER = "week", "later"
_FURTHEST = timedelta(days=3660)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for; what makes no sense in it is left aside."""

    code: str
    is_named: bool
    audience: Tag | None
    when: str
    day: date | None
    after: ActivityId | None


@dataclass(frozen=True, slots=True)
class Found:
    """What there is. *instead*: shown where nothing fits what was asked for."""

    here: Here
    above: str
    has_places: bool
    zone: ZoneInfo
    today: date
    next_week: datetime
    cards: Sequence[ActivityCard]
    instead: Sequence[ActivityCard]


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/``."""

    async def front(request: Request) -> Response:
        now, lang, asked = house.clock(), views.language(request), _asked(house, request)
        caller = caller_of(house, request)
        found = await house.bridge.read(lambda uow: _look(house, uow, asked, caller, now))
        response = views.page(request, "front.html", **_shown(house, asked, found, lang, now))
        if asked.is_named and found.here.region is not None:
            places.remember(views, response, found.here.region)
        return response

    return [Route("/", front)]


def _asked(house: App, request: Request) -> Asked:
    query, tags = request.query_params, house.core.crafts.vocabulary.audiences
    wanted = query.get("audience", "")
    return Asked(
        code=places.code_of(request),
        is_named=bool(places.code_in_address(request)),
        audience=tags[wanted] if wanted in tags and not tags[wanted].restricted else None,
        when=query.get("when", "") if query.get("when") in {WEEK, LATER} else "",
        day=_day(query.get("day", ""), house.clock()),
        after=_number(query.get("after")),
    )


def _look(house: App, uow: UnitOfWork, asked: Asked, caller: Caller | None, now: datetime) -> Found:
    """In one transaction, with at most six statements."""
    here = places.here(uow, asked.code, caller, named=asked.is_named)
    region = here.region
    zone = ZoneInfo(region.zone if region is not None else house.settings.timezone)
    today = now.astimezone(zone).date()
    next_week = _midnight(today + timedelta(days=A_WEEK), zone)
    wanted = _span(
        Nearby(
            now,
            region.path if region is not None else "",
            audience=asked.audience.key if asked.audience is not None else None,
            after=asked.after,
        ),
        asked,
        next_week,
        zone,
    )
    cards = uow.activities.nearby(wanted, PAGE_SIZE + 1)
    return Found(
        here=here,
        above="" if region is None else places.names_above(region, uow.regions.names(places.lineage(region))),
        has_places=region is not None or uow.regions.count() > 1,
        zone=zone,
        today=today,
        next_week=next_week,
        cards=cards,
        instead=[] if cards or asked.after else uow.activities.nearby(_wider(wanted), MOST_ELSEWHERE),
    )


def _span(wanted: Nearby, asked: Asked, next_week: datetime, zone: ZoneInfo) -> Nearby:
    if asked.day is not None:
        since, until = _midnight(asked.day, zone), _midnight(asked.day + timedelta(days=1), zone)
        return replace(wanted, since=since, until=until)
    match asked.when:
        case "week":
            return replace(wanted, until=next_week)
        case "later":
            return replace(wanted, since=next_week)
        case _:
            return wanted


def _wider(wanted: Nearby) -> Nearby:
    """On other days; if all days were asked for, in other places and for everybody."""
    if wanted.since is not None or wanted.until is not None:
        return replace(wanted, since=None, until=None)
    return Nearby(wanted.now)


def _shown(house: App, asked: Asked, found: Found, lang: Language, now: datetime) -> dict[str, Any]:
    tags = house.core.crafts.vocabulary.audiences
    cards = found.cards[:PAGE_SIZE]
    soon = [card for card in cards if card.starts_at < found.next_week]
    later = [card for card in cards if card.starts_at >= found.next_week]
    offered = sorted((tag for tag in tags if not tag.restricted), key=lambda tag: tag.order)

    def days(chosen: Sequence[ActivityCard]) -> list[tuple[str, list[Line]]]:
        grouped = groupby(chosen, key=lambda card: day(card.starts_at, card.zone, lang, now))
        return [(name, [line_of(card, tags, lang, now) for card in several]) for name, several in grouped]

    return {
        "here": found.here,
        "above": found.above,
        "has_places": found.has_places,
        "soon": days(soon),
        "later": days(later),
        "instead": days(found.instead),
        "is_filtered": asked.day is not None or bool(asked.when),
        "first_page": asked.after is None,
        "when": asked.when,
        "day": day(_midnight(asked.day, found.zone), found.zone.key, lang, now) if asked.day is not None else "",
        "days": _day_choices(asked, found, lang, now),
        "all_days": _link(asked, found, day="", when=""),
        "later_days": _link(asked, found, day="", when=LATER),
        "audiences": [
            (tag.label(lang), _link(asked, found, audience=tag.key), asked.audience == tag) for tag in offered
        ],
        "audience": asked.audience.label(lang) if asked.audience is not None else "",
        "any_audience": _link(asked, found, audience=""),
        "following": _link(asked, found, after=cards[-1].id) if len(found.cards) > PAGE_SIZE else "",
        **_feeds(house, asked, found.here),
    }


def _day_choices(asked: Asked, found: Found, lang: Language, now: datetime) -> list[tuple[str, str, bool]]:
    """Each day of the week to come: what it is called, where it is shown, whether it is shown now."""
    dates = [found.today + timedelta(days=ahead) for ahead in range(A_WEEK)]
    return [
        (
            day(_midnight(on, found.zone), found.zone.key, lang, now),
            _link(asked, found, day=on, when=""),
            asked.day == on,
        )
        for on in dates
    ]


def _link(asked: Asked, found: Found, **changes: object) -> str:
    region = found.here.region
    kept: dict[str, object] = {
        "place": region.code if region is not None else "",
        "audience": asked.audience.key if asked.audience is not None else "",
        "when": asked.when,
        "day": asked.day or "",
    }
    query = urlencode([(name, str(value)) for name, value in (kept | changes).items() if value])
    return f"/?{query}" if query else "/"


def _feeds(house: App, asked: Asked, here: Here) -> dict[str, str]:
    """Where the calendar of what is shown is to be had, as a file and as a subscription."""
    path = "/feeds/public.ics" if here.region is None else f"/feeds/region/{quote(here.region.code, safe='')}.ics"
    path += f"?{urlencode({'audience': asked.audience.key})}" if asked.audience is not None else ""
    host = house.settings.base_url.partition("://")[2].rstrip("/")
    return {"feed": path, "webcal": f"webcal://{host}{path}"}


def _midnight(on: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(on, time(), zone)


def _day(text: str, now: datetime) -> date | None:
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if abs(found - now.date()) < _FURTHEST else None


def _number(text: str | None) -> ActivityId | None:
    return ActivityId(int(text)) if text and text.isascii() and text.isdigit() and len(text) < 15 else None
