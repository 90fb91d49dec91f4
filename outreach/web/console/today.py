"""The first page: what needs me now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from outreach.services.ports import UnitOfWork
from outreach.web.console.doors import ROOT
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit


def routes(console: Console) -> list[BaseRoute]:
    """``/console/``."""
    return [console.get(ROOT, Page("console/today.html", _today))]


def _today(_uow: UnitOfWork, _visit: Visit) -> Mapping[str, Any]:
    return {}
