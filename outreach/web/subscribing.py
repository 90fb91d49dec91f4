"""How to subscribe to a calendar, on any phone: one's own, or the public one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.web.views import Views

_IN_WECHAT = "micromessenger"


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/feeds/p/{token}`` and ``/feeds``."""
    base = house.settings.base_url.rstrip("/")

    def shown(request: Request, address: str, *, own: bool) -> Response:
        response = views.page(
            request,
            "subscribe.html",
            address=address,
            webcal=f"webcal://{address.partition('://')[2]}",
            in_wechat=_IN_WECHAT in request.headers.get("user-agent", "").lower(),
            own=own,
        )
        if own:
            response.headers["cache-control"] = "no-store"
            response.headers["referrer-policy"] = "no-referrer"
        return response

    async def person(request: Request) -> Response:
        token = request.path_params["token"]
        known = await house.bridge.read(lambda uow: house.feeds.opens_own(uow, token))
        return shown(request, f"{base}/feeds/p/{token}.ics", own=True) if known else views.missing(request)

    async def public(request: Request) -> Response:
        return shown(request, f"{base}/feeds/public.ics", own=False)

    return [Route("/feeds/p/{token}", person), Route("/feeds", public)]
