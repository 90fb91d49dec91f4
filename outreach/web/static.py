"""Our style sheets and scripts, under addresses that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_TYPES = {"css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8", "svg": "image/svg+xml"}
HTMX = "htmx.min.js"
_FOR_EVER = "public, max-age=31536000, immutable"


@cache
def _assets() -> dict[str, bytes]:
    """All files of ours by name, and htmx out of its package; read once."""
    folder = files("outreach.web") / "static"
    ours = {file.name: file.read_bytes() for file in folder.iterdir() if file.name.rpartition(".")[2] in _TYPES}
    return ours | {HTMX: (files("js_lib_htmx") / "static" / "htmx" / HTMX).read_bytes()}


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_assets()[name]).hexdigest()[:12]


def address(name: str) -> str:
    """Where *name* is served: its hash is part of it, so that a browser may keep it for ever."""
    return f"/static/{name}?v={_version(name)}"


def routes() -> list[BaseRoute]:
    """``/static/{name}``."""

    async def serve(request: Request) -> Response:
        name = request.path_params["name"]
        body = _assets().get(name)
        if body is None:
            return Response(status_code=404)
        lasts = request.query_params.get("v") == _version(name)
        headers = {"cache-control": _FOR_EVER if lasts else "no-cache"}
        return Response(body, headers=headers, media_type=_TYPES[name.rpartition(".")[2]])

    return [Route("/static/{name}", serve)]
