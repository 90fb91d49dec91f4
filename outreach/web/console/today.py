"""The first page: what needs me now, and what takes place today and tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.services import overview
from outreach.services.ports import UnitOfWork
from outreach.web.console.doors import ROOT, doors_for
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit
from outreach.wording import day


def routes(console: Console) -> list[BaseRoute]:
    """``/console/``."""
    return [console.get(ROOT, Page("console/today.html", _today))]


def _today(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    midnight = _midnight(visit)
    found = overview.of(
        uow, visit.by, visit.house.core.crafts.library, midnight, midnight + timedelta(days=2), visit.now
    )
    grouped = groupby(found.days or (), key=lambda card: day(card.starts_at, card.zone, visit.lang, visit.now))
    return {
        "overview": found,
        "days": [(name, list(cards)) for name, cards in grouped],
        "may_plan": visit.by.reach(Permission.PLAN_ACTIVITIES) is not None,
        "open_doors": {door.key for door in doors_for(visit.by)},
        "nothing": not (found.alerts or found.notes or found.requests or found.in_review or found.nobody_on_duty),
    }


def _midnight(visit: Visit) -> datetime:
    zone = ZoneInfo(visit.house.settings.timezone)
    return datetime.combine(visit.now.astimezone(zone).date(), time.min, tzinfo=zone).astimezone(UTC)
