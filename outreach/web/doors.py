"""Other ways in than the page: each door of the house with the activity in it, and a sheet to hang up."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.web import qr
from outreach.web.pages import ActivityPages, Seen
from outreach.web.views import Views
from outreach.web.ways_in import WayIn, WaysIn, source_of

PAGE, CHAT = "page", "chat"


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/a/{slug}/doors``, the sheet ``/a/{slug}/qr``, and ``/a/{slug}/qr/{lane}.svg`` for the codes on both."""
    pages, ways_in = ActivityPages(house, views), WaysIn(house)
    base = house.settings.base_url.rstrip("/")

    async def ways(request: Request, seen: Seen) -> list[WayIn]:
        return await ways_in.of(seen.card.slug, views.language(request))

    async def doors(request: Request) -> Response:
        return await shown(request, "doors.html")

    async def sheet(request: Request) -> Response:
        return await shown(request, "sheet.html")

    async def shown(request: Request, template: str) -> Response:
        seen = await pages.seen(request)
        if seen is None:
            return views.missing(request)
        host = base.partition("://")[2]
        return pages.page(request, template, seen, ways=await ways(request, seen), address=f"{host}/a/{seen.card.slug}")

    async def code(request: Request) -> Response:
        seen = await pages.seen(request)
        address = None if seen is None else await leads_to(request, seen, request.path_params["lane"])
        return Response(status_code=404) if address is None else qr.picture(address)

    async def leads_to(request: Request, seen: Seen, lane: str) -> str | None:
        if lane == PAGE:
            return f"{base}/a/{seen.card.slug}"
        if lane == CHAT and house.webchat is not None:
            return f"{base}/chat?source={source_of(seen.card.slug)}"
        return next((way.address for way in await ways(request, seen) if way.lane == lane), None)

    return [
        Route("/a/{slug}/doors", doors),
        Route("/a/{slug}/qr", sheet),
        Route("/a/{slug}/qr/{lane}.svg", code),
    ]
