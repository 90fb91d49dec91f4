"""Reading a request's body up to a limit, whatever its length header says."""

from __future__ import annotations

from starlette.requests import ClientDisconnect, Request

LONGEST_BODY = 256 * 1024  # bytes; Telegram drops updates over 64 KiB, WeChat's adapter has a smaller limit of its own


class BodyTooLong(Exception):
    """The body went over the limit; the rest of it was not read."""


async def read_body(request: Request, limit: int = LONGEST_BODY) -> bytes:
    """The whole body. Raises `BodyTooLong`, or Starlette's `ClientDisconnect`."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > limit:
        raise BodyTooLong
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise BodyTooLong
        parts.append(part)
    return b"".join(parts)


__all__ = ["LONGEST_BODY", "BodyTooLong", "ClientDisconnect", "read_body"]
