"""How the channel accounts stand: from the ledger at once, and by asking the platforms when staff want to know."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.runtime.looking import look
from outreach.services import accounts_health
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Visit

PATH = "/console/channels"
_WAITS = ("queued", "leased", "calling", "parked")
_NEEDS_A_LOOK = ("unconfirmed", "failed", "dead")


def routes(console: Console) -> list[BaseRoute]:
    """``/console/channels`` and the button that asks the platforms."""

    async def ask(visit: Visit) -> Response:
        if visit.request.method != "POST" or visit.by.reach(Permission.SEE_CHANNELS) is None:
            return console.rendering.page(visit, "console/missing.html", 404)
        shown = await visit.house.bridge.read(lambda uow: _standing(uow, visit))
        found = await look(visit.house.doors, visit.house.settings.base_url)
        return console.rendering.page(visit, "console/channels.html", **{**shown, "looks": found})

    return [console.get(PATH, Page("console/channels.html", _standing)), console.alone(f"{PATH}/look", ask)]


def _standing(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    lanes = accounts_health.overview(uow, visit.by, visit.house.lanes, visit.now)
    return {
        "lanes": lanes,
        "doors_open": {door.lane: door for door in visit.house.doors},
        "waits": {lane.lane: sum(lane.open.get(state, 0) for state in _WAITS) for lane in lanes},
        "needs_a_look": {lane.lane: sum(lane.open.get(state, 0) for state in _NEEDS_A_LOOK) for lane in lanes},
        "parked": {lane.lane: lane.open.get("parked", 0) for lane in lanes},
        "zone": visit.house.settings.timezone,
        "now": visit.now,
        "looks": (),
        "remedy": partial(visit.house.remedy, language=visit.lang),
    }
