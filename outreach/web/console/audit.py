"""What was done by whom: for auditors, newest first, narrowed by thing or by person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from starlette.routing import BaseRoute

from outreach.domain.ids import StaffId
from outreach.services import audits
from outreach.services.cards_office import AuditLine
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit

PATH = "/console/audit"
PAGE_SIZE = 50
SUBJECTS = ("activity", "sign_up", "thread", "alerts", "alert", "item", "broadcast", "staff", "region", "person")


def routes(console: Console) -> list[BaseRoute]:
    """``/console/audit``."""
    return [console.get(PATH, Page("console/audit.html", _lines))]


def _lines(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    subject, subject_id = visit.asked("subject"), visit.asked("id")
    staff = visit.asked_number("staff")
    found = audits.listed(
        uow,
        visit.by,
        PAGE_SIZE + 1,
        before=visit.asked_number("before"),
        subject=subject if subject in SUBJECTS else "",
        subject_id=subject_id,
        staff_id=None if staff is None else StaffId(staff),
    )
    narrowed = {name: value for name in ("subject", "id", "staff") if (value := visit.asked(name))}
    return {
        "lines": found[:PAGE_SIZE],
        "older": _older(found, narrowed),
        "subjects": SUBJECTS,
        "asked": {name: visit.asked(name) for name in ("subject", "id", "staff")},
        "zone": visit.house.settings.timezone,
    }


def _older(found: list[AuditLine], narrowed: Mapping[str, str]) -> str:
    if len(found) <= PAGE_SIZE:
        return ""
    return f"{PATH}?{urlencode({**narrowed, 'before': found[PAGE_SIZE - 1].id})}"
