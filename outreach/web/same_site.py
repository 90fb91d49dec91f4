"""Only our own pages may change anything: a form of another site is turned away before anybody reads it.

Nothing is put into the forms for that: browsers say where a request comes from, and no page can forge it.
"""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from outreach.channels.webchat import is_foreign

_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_CHAT = "/chat/"  # looks for itself, and answers its script in its own way


class SameSite:
    """Guards *app*, whose own address is *base_url*. *refused* makes the page for a form from elsewhere."""

    def __init__(self, app: ASGIApp, base_url: str, refused: Callable[[Request], Response]) -> None:
        self._app, self._base_url, self._refused = app, base_url, refused

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if self._is_intrusion(scope):
            await self._refused(Request(scope))(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_intrusion(self, scope: Scope) -> bool:
        if scope["type"] != "http" or scope["method"] in _LOOKING or scope["path"].startswith(_CHAT):
            return False
        return is_foreign(Request(scope).headers, self._base_url)
