"""Where platforms call: the request as the adapter wants it, the adapter's answer as it is."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.channels.base import HookRequest, HookResponse
from outreach.domain.ids import LaneName
from outreach.web.bodies import read_body
from outreach.web.shield import HOOKS

HOLD_HEADER = "x-outreach-hold"
"""Seconds, counted from the request, during which its line is to stay silent; never shown outside."""
_LONGEST_HOLD = 30.0


def routes(house: App) -> list[BaseRoute]:
    """``/hooks/{lane}``."""

    async def hook(request: Request) -> Response:
        came = asyncio.get_running_loop().time()
        body = await read_body(request)
        if isinstance(body, Response):
            return body
        lane = LaneName(request.path_params["lane"])
        response = await house.hub.serve(lane, hook_request(house, request, body))
        if response is None:
            return Response(status_code=404)
        if HOLD_HEADER in response.headers:
            await _stay_silent(request, came + min(_LONGEST_HOLD, float(response.headers[HOLD_HEADER])))
        return plain_response(response)

    return [Route(HOOKS + "{lane}", hook, methods=["GET", "POST"])]


def hook_request(house: App, request: Request, body: bytes) -> HookRequest:
    """*request* in the words of the contract."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.scope["headers"]}
    return HookRequest(request.method, dict(request.query_params), headers, body, house.clock())


def plain_response(response: HookResponse) -> Response:
    """*response* in the web framework's words, without what was only meant for us."""
    headers = {name: value for name, value in response.headers.items() if name != HOLD_HEADER}
    return Response(response.body, response.status, headers, response.media_type)


async def _stay_silent(request: Request, until: float) -> None:
    """Wait until that moment of the loop's clock, or until the other side hangs up: that is how WeChat asks again."""
    try:
        async with asyncio.timeout_at(until):
            while (await request.receive())["type"] != "http.disconnect":
                continue
    except TimeoutError:
        return
