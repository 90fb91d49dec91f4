"""How activities went: one of them with what people answered, and a month of them. For planning; of nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from outreach.domain.attendance import Numbers, Reason
from outreach.domain.ids import ActivityId
from outreach.services import activity_lists, attendance
from outreach.services.afterwards import ABSENCE, HARM, QUESTIONS, SEEK, SEEKING
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit

PATH = "/console/figures"
MOST = 300  # activities on one page
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def routes(console: Console) -> list[BaseRoute]:
    """``/console/figures`` and ``/console/activities/{activity}/attendance``."""
    return [
        console.get(PATH, Page("console/figures.html", _month)),
        console.get("/console/activities/{activity}/attendance", Page("console/attendance.html", _one)),
    ]


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    answers = attendance.answers_of(uow, visit.by, card.id).by_question
    kept = uow.attendances.list_of(card.id)
    reasons = answers.get(ABSENCE, {})
    return {
        "card": card,
        "numbers": attendance.numbers_of(uow, visit.by, card.id),
        "is_closed": kept is not None and kept.is_closed,
        "scores": [(asked, _mean(answers[asked]), answers[asked]) for asked in QUESTIONS if asked in answers],
        "seeking": [(each, answers[SEEK].get(each, 0)) for each in SEEKING] if SEEK in answers else [],
        "harm": answers[HARM].get("yes", 0) if HARM in answers else None,
        "reasons": [(reason, reasons[reason]) for reason in Reason if reason in reasons],
        "scale": ("1", "2", "3", "4", "5"),
    }


def _month(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    zone = ZoneInfo(visit.house.settings.timezone)
    first = _first_of(visit.asked("month")) or visit.now.astimezone(zone).date().replace(day=1)
    following = _later(first, 1)
    since, ends = (datetime.combine(day, time(), zone) for day in (first, following))
    until = min(ends, visit.now)
    lines = attendance.figures(uow, visit.by, since, until, MOST + 1)
    topics = visit.house.core.crafts.vocabulary.topics
    wishes = attendance.wishes(uow, visit.by, since, ends)
    shown = lines[:MOST]
    return {
        "lines": shown,
        "total": sum((line.numbers for line in shown), Numbers()),
        "is_cut": len(lines) > MOST,
        "month": f"{first:%Y-%m}",
        "before": f"{_later(first, -1):%Y-%m}",
        "after": f"{following:%Y-%m}" if ends <= visit.now else "",
        "wishes": [(topics[key].label(visit.lang) if key in topics else key, n) for key, n in wishes.items()],
    }


def _mean(given: Mapping[str, int]) -> str:
    total = sum(given.values())
    return f"{sum(int(score) * number for score, number in given.items()) / total:.1f}"


def _first_of(text: str) -> date | None:
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        return None
    return first if _FIRST_YEAR <= first.year <= _LAST_YEAR else None


def _later(first: date, months: int) -> date:
    years, month = divmod(first.month - 1 + months, 12)
    return date(first.year + years, month + 1, 1)
