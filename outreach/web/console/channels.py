"""How the channel accounts stand: from the ledger, and by asking the platforms; and what was given up on them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.ids import DeliveryId
from outreach.runtime.looking import look
from outreach.services import accounts_health, dead_letters
from outreach.services.ports import UnitOfWork
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

PATH = "/console/channels"
UNDELIVERED = f"{PATH}/undelivered"
PAGE_SIZE = 50
_WAITS = ("queued", "leased", "calling", "parked")
_NEEDS_A_LOOK = ("unconfirmed", "failed", "dead")


def routes(console: Console) -> list[BaseRoute]:
    """``/console/channels``, the button that asks the platforms, and what was given up."""

    async def ask(visit: Visit) -> Response:
        if visit.request.method != "POST" or visit.by.reach(Permission.SEE_CHANNELS) is None:
            return console.rendering.page(visit, "console/missing.html", 404)
        shown = await visit.house.bridge.read(lambda uow: _standing(uow, visit))
        found = await look(visit.house.doors, visit.house.settings.base_url)
        return console.rendering.page(visit, "console/channels.html", **{**shown, "looks": found})

    undelivered = Page("console/undelivered.html", _undelivered)
    return [
        console.get(PATH, Page("console/channels.html", _standing)),
        console.alone(f"{PATH}/look", ask),
        console.get(UNDELIVERED, undelivered),
        console.post(f"{UNDELIVERED}/again", _all_again, undelivered),
        console.post(f"{UNDELIVERED}/{{delivery}}/again", _again, undelivered),
    ]


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


def _undelivered(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    found = dead_letters.listed(uow, visit.by, PAGE_SIZE + 1, visit.asked_number("after") or 0)
    shown = found[:PAGE_SIZE]
    return {
        "letters": shown,
        "following": f"{UNDELIVERED}?after={shown[-1].id}" if len(found) > PAGE_SIZE else "",
        "zone": visit.house.settings.timezone,
        "now": visit.now,
    }


def _again(uow: UnitOfWork, visit: Visit) -> Go:
    dead_letters.retry(uow, visit.by, DeliveryId(visit.id("delivery")), visit.now)
    return Go(UNDELIVERED, "trying")


def _all_again(uow: UnitOfWork, visit: Visit) -> Go:
    return Go(UNDELIVERED, "trying_all", dead_letters.retry_all(uow, visit.by, visit.now))
