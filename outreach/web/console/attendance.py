"""How activities went: one of them, and a month of them, in people, for planning alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from outreach.domain.attendance import Numbers
from outreach.domain.ids import ActivityId
from outreach.services import activity_lists, attendance
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit

ONE = "/console/activities/{activity}/attendance"
FIGURES = "/console/figures"
MOST = 100
COLUMNS = ("expected", "came", "late", "absent", "excused", "walk_ins", "cancelled")
SCALE = ("1", "2", "3", "4", "5")


def routes(console: Console) -> list[BaseRoute]:
    """The figures of one activity, and those of a month."""
    one, month = Page("console/attendance.html", _one), Page("console/figures.html", _month)
    return [console.get(ONE, one), console.get(FIGURES, month)]


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    numbers = attendance.numbers_of(uow, visit.by, card.id)
    given = attendance.answers_of(uow, visit.by, card.id).by_question
    kept = uow.attendances.list_of(card.id)
    harm = given.get("harm", {}).get("yes")
    return {
        "card": card,
        "numbers": numbers,
        "is_closed": kept is not None and kept.is_closed,
        "scale": SCALE,
        "scores": [(asked, _mean(scores), scores) for asked, scores in given.items() if set(scores) <= set(SCALE)],
        "seeking": sorted(given.get("seek", {}).items()),
        "harm": harm,
        "reasons": sorted(given.get("reason", {}).items()),
    }


def _mean(scores: Mapping[str, int]) -> str:
    people = sum(scores.values())
    return f"{sum(int(score) * number for score, number in scores.items()) / people:.1f}" if people else ""


def _month(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    zone = ZoneInfo(visit.house.settings.timezone)
    first = _first_of(visit.asked("month")) or visit.now.astimezone(zone).date().replace(day=1)
    following = (first + timedelta(days=32)).replace(day=1)
    since, until = (datetime.combine(day, time.min, zone).astimezone(UTC) for day in (first, following))
    found = attendance.figures(uow, visit.by, since, until, MOST + 1)
    lines = found[:MOST]
    vocabulary = visit.house.core.crafts.vocabulary
    topics = {tag.key: tag.label(visit.lang) for tag in vocabulary.topics}
    wishes = attendance.wishes(uow, visit.by, since, until).items()
    return {
        "first": first,
        "before": (first - timedelta(days=1)).replace(day=1),
        "after": following,
        "lines": lines,
        "is_cut": len(found) > MOST,
        "total": sum((line.numbers for line in lines), Numbers()),
        "columns": COLUMNS,
        "figures_of": _figures_of,
        "wishes": [(topics.get(topic, topic), number) for topic, number in wishes],
    }


def _figures_of(numbers: Numbers) -> tuple[int, ...]:
    """In the order of `COLUMNS`."""
    return (
        numbers.expected, numbers.came, numbers.late, numbers.absent, numbers.excused, numbers.walk_ins,
        numbers.cancelled_late,
    )  # fmt: skip


def _first_of(month: str) -> date | None:
    try:
        found = date.fromisoformat(f"{month}-01")
    except ValueError:
        return None
    return found if 2000 <= found.year <= 2200 else None
