"""Reading a request's body up to a limit, whatever its length header says."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response

LONGEST_BODY = 256 * 1024  # bytes; what `channels.base.HookRequest` promises to adapters


async def read_body(request: Request, limit: int = LONGEST_BODY) -> bytes | Response:
    """The whole body; or, without reading on, the response to one over *limit* (413) or cut off (400)."""
    if _declared(request) > limit:
        return Response(status_code=413, headers={"connection": "close"})
    parts, size = [], 0
    try:
        async for part in request.stream():
            size += len(part)
            if size > limit:
                return Response(status_code=413, headers={"connection": "close"})
            parts.append(part)
    except ClientDisconnect:
        return Response(status_code=400)
    return b"".join(parts)


def _declared(request: Request) -> int:
    text = request.headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
