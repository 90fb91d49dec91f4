"""Where platforms call: the request as the adapter wants it, the adapter's answer as it is."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.channels.base import HookRequest, HookResponse
from outreach.domain.ids import LaneName
from outreach.web.bodies import BodyTooLong, ClientDisconnect, read_body

HOLD_HEADER = "x-outreach-hold"


def routes(house: App) -> list[BaseRoute]:
    """``/hooks/{lane}``."""

    async def hook(request: Request) -> Response:
        try:
            body = await read_body(request)
        except BodyTooLong:
            return Response(status_code=413)
        except ClientDisconnect:
            return Response(status_code=400)
        lane = LaneName(request.path_params["lane"])
        response = await house.hub.serve(lane, hook_request(house, request, body))
        return Response(status_code=404) if response is None else await _held(response)

    return [Route("/hooks/{lane}", hook, methods=["GET", "POST"])]


def hook_request(house: App, request: Request, body: bytes) -> HookRequest:
    """*request* in the words of the contract."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in request.scope["headers"]}
    return HookRequest(request.method, dict(request.query_params), headers, body, house.clock())


def plain_response(response: HookResponse) -> Response:
    """*response* in the web framework's words, without what was only meant for us."""
    headers = {name: value for name, value in response.headers.items() if name.lower() != HOLD_HEADER}
    return Response(response.body, response.status, headers, response.media_type)


async def _held(response: HookResponse) -> Response:
    """*response*, after the pause it asks for: silence is how WeChat is told to ask again."""
    await asyncio.sleep(float(response.headers.get(HOLD_HEADER, 0)))
    return plain_response(response)
