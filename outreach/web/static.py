"""Our own style sheets and scripts, under names that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def asset(name: str) -> bytes | None:
    """The bytes of one of our files, ``None`` if there is none of that name."""
    file = files("outreach.web") / "static" / name
    known = "/" not in name and name.rpartition(".")[2] in _TYPES and file.is_file()
    return file.read_bytes() if known else None


@cache
def address(name: str) -> str:
    """Where *name* is served: its hash is part of it, so that a browser may keep it for ever."""
    return f"/static/{name}?v={hashlib.sha256(asset(name) or b'').hexdigest()[:12]}"


def routes() -> list[BaseRoute]:
    """``/static/{name}``."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        body = asset(name)
        if body is None:
            return Response(status_code=404)
        headers = {"cache-control": _FOR_EVER if "v" in request.query_params else "no-cache"}
        return Response(body, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])

    return [Route("/static/{name}", serve)]
