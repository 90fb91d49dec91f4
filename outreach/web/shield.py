"""Around everything: headers that let nothing in from elsewhere, and a kind page where something breaks.

Written on the bare protocol because hooks pass through it too.
"""

from __future__ import annotations

import logging
import traceback
from collections.abc import Callable

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)

HOOKS, CONSOLE = "/hooks/", "/console"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "content-security-policy": _POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",  # none at all would make browsers hide where our own forms come from
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
_KEPT_BY_NOBODY = {"cache-control": "no-store"}
"""What staff see is not for whoever uses the machine next."""


class Shield:
    """Guards *app*. *broken* makes the page for a fault; platforms at `HOOKS` get a bare 500."""

    def __init__(self, app: ASGIApp, broken: Callable[[Request], Response]) -> None:
        self._app, self._broken = app, broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request. Nothing but a cancellation comes out of it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        guarded = _Sending(send, _headers(scope["path"]))
        try:
            await self._app(scope, receive, guarded)
        except Exception as error:
            log.error("a request failed with %s", _told(error))
            if not guarded.begun:
                await self._apology(scope)(scope, receive, guarded)

    def _apology(self, scope: Scope) -> Response:
        if scope["path"].startswith(HOOKS):
            return Response(status_code=500)
        try:
            return self._broken(Request(scope))
        except Exception as error:  # the page that says so may be what is broken
            log.error("and its page failed with %s", _told(error))
            return Response("500", 500, media_type="text/plain")


class _Sending:
    """Passes an answer on, with *headers* added, and knows whether it has begun."""

    def __init__(self, send: Send, headers: dict[str, str]) -> None:
        self._send, self._headers, self.begun = send, headers, False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.begun = True
            headers = MutableHeaders(scope=message)
            for name, value in self._headers.items():
                headers.setdefault(name, value)
        await self._send(message)


def _headers(path: str) -> dict[str, str]:
    if path.startswith(HOOKS):
        return {}
    return _HEADERS | _KEPT_BY_NOBODY if path.startswith(CONSOLE) else _HEADERS


def _told(error: BaseException) -> str:
    """Class and place of *error*, never its text: that may hold a person's words."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].name}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"
