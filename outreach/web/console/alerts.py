"""Safety alerts: who may be in danger, without a word of theirs; take one, and say what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.errors import NotFound
from outreach.domain.ids import AlertId
from outreach.services import safeguarding
from outreach.services.ports import UnitOfWork
from outreach.services.safeguarding import Outcome
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

PATH = "/console/alerts"
PAGE_SIZE = 30


def routes(console: Console) -> list[BaseRoute]:
    """``/console/alerts`` and its two deeds."""
    page = Page("console/alerts.html", _list, audited=True)
    return [
        console.get(PATH, page),
        console.post(f"{PATH}/{{alert}}/take", _take, page),
        console.post(f"{PATH}/{{alert}}/close", _close, page),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    before = visit.asked_number("before")
    found = safeguarding.listed(
        uow,
        visit.by,
        PAGE_SIZE + 1,
        visit.now,
        open_only=False,
        before=None if before is None else AlertId(before),
    )
    shown = found[:PAGE_SIZE]
    return {
        "alerts": shown,
        "older": f"{PATH}?before={shown[-1].id}" if len(found) > PAGE_SIZE else "",
        "handled": {alert.id for alert in shown if visit.by.may(Permission.HANDLE_ALERTS, alert.region_path)},
        "outcomes": list(Outcome),
        "zone": visit.house.settings.timezone,
        "emergency": visit.house.emergency_text(visit.lang),
    }


def _take(uow: UnitOfWork, visit: Visit) -> Go:
    safeguarding.acknowledge(uow, visit.by, AlertId(visit.id("alert")), visit.now)
    return Go(PATH, "taken")


def _close(uow: UnitOfWork, visit: Visit) -> Go:
    try:
        outcome = Outcome(visit.form.text("outcome"))
    except ValueError:
        raise NotFound("outcome", "of that name") from None
    safeguarding.close(uow, visit.by, AlertId(visit.id("alert")), outcome, visit.now)
    return Go(PATH, "alert_closed")
