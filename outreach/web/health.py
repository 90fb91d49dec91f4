"""Whether the process lives, and whether it serves."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App


def routes(house: App) -> list[BaseRoute]:
    """``/healthz`` and ``/readyz``."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(_request: Request) -> Response:
        return PlainTextResponse("ready") if house.ready else PlainTextResponse("not ready", 503)

    return [Route("/healthz", healthz), Route("/readyz", readyz)]
