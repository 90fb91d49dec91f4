"""The list of activities and the month: what is planned, as far as one's work goes."""

from __future__ import annotations

from calendar import Calendar
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from outreach.domain.activity import ActivityKind, ActivityStatus
from outreach.domain.actor import Permission, Reach
from outreach.domain.ids import ActivityId
from outreach.services import activity_lists
from outreach.services.cards import ActivityCard, Region
from outreach.services.cards_planning import Wanted
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit
from outreach.wording import day

PAGE_SIZE = 50
LONGEST_SEARCH = 80  # characters; titles are no longer
LIST, MONTH = "/console/activities", "/console/activities/month"


@dataclass(frozen=True, slots=True)
class Day:
    """A field of the month. *number* is empty for days of the months beside it."""

    on: date
    is_inside: bool
    is_today: bool
    activities: int
    called_off: int


def routes(console: Console) -> list[BaseRoute]:
    """``/console/activities`` and its month."""
    return [
        console.get(LIST, Page("console/activities.html", _list)),
        console.get(MONTH, Page("console/month.html", _month)),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    units = _units(uow, visit)
    zone = units[0].zone if units else visit.house.settings.timezone
    chosen_day = _date(visit.asked("day"))
    wanted = _wanted(visit, units, zone, chosen_day)
    cards = activity_lists.listed(uow, visit.by, wanted, PAGE_SIZE + 1)
    shown = cards[:PAGE_SIZE]
    asked = {name: visit.asked(name) for name in ("region", "kind", "status", "text", "past", "day")}
    more = {**asked, "after": str(shown[-1].id)} if len(cards) > PAGE_SIZE else None
    return {
        "days": _by_day(shown, visit),
        "units": units,
        "asked": asked,
        "is_filtered": any(value for name, value in asked.items() if name != "past"),
        "day": chosen_day,
        "more": None if more is None else f"{LIST}?{urlencode({key: value for key, value in more.items() if value})}",
        "kinds": list(ActivityKind),
        "statuses": list(ActivityStatus),
        "may_plan": visit.by.reach(Permission.PLAN_ACTIVITIES) is not None,
    }


def _wanted(visit: Visit, units: Sequence[Region], zone: str, chosen_day: date | None) -> Wanted:
    after = visit.asked_number("after")
    region = visit.asked_number("region")
    since = visit.now if chosen_day is None else _midnight(chosen_day, zone)
    return Wanted(
        since=since,
        past=visit.asked("past") == "1" and chosen_day is None,
        until=None if chosen_day is None else _midnight(chosen_day + timedelta(days=1), zone),
        below=next((unit.path for unit in units if unit.id == region), ""),
        kind=next((kind for kind in ActivityKind if kind.value == visit.asked("kind")), None),
        status=next((status for status in ActivityStatus if status.value == visit.asked("status")), None),
        text=visit.asked("text")[:LONGEST_SEARCH],
        after=None if after is None else ActivityId(after),
    )


def _units(uow: UnitOfWork, visit: Visit) -> list[Region]:
    """What the list can be narrowed down to: as far as they see at all."""
    scope = activity_lists.scope_of(visit.by)
    return uow.activities.units(scope.unit, scope.reach or Reach.UNIT, activity_lists.MOST_UNITS)


def _by_day(cards: Sequence[ActivityCard], visit: Visit) -> list[tuple[str, list[ActivityCard]]]:
    grouped = groupby(cards, key=lambda card: day(card.starts_at, card.zone, visit.lang, visit.now))
    return [(name, list(found)) for name, found in grouped]


def _month(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    units = _units(uow, visit)
    zone = units[0].zone if units else visit.house.settings.timezone
    today = visit.now.astimezone(ZoneInfo(zone)).date()
    first = _date(f"{visit.asked('month')}-01") or today.replace(day=1)
    weeks = Calendar().monthdatescalendar(first.year, first.month)
    wanted = Wanted(
        since=_midnight(weeks[0][0], zone), until=_midnight(weeks[-1][-1] + timedelta(days=1), zone),
    )  # fmt: skip
    counts: Counter[date] = Counter()
    called_off: Counter[date] = Counter()
    for begun in activity_lists.beginnings(uow, visit.by, wanted):
        on = begun.starts_at.astimezone(ZoneInfo(zone)).date()
        counts[on] += begun.activities - begun.called_off
        called_off[on] += begun.called_off
    return {
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": (first + timedelta(days=32)).replace(day=1),
        "weeks": [
            [Day(on, on.month == first.month, on == today, counts[on], called_off[on]) for on in week] for week in weeks
        ],
        "may_plan": visit.by.reach(Permission.PLAN_ACTIVITIES) is not None,
    }


def _midnight(on: date, zone: str) -> datetime:
    return datetime.combine(on, time.min, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def _date(text: str) -> date | None:
    """A day of this age; the calendar around it must exist too."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
