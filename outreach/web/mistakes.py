"""What people see when there is nothing at an address: a kind page, and a bare status where no page is wanted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from outreach.web.views import Views


def from_elsewhere(views: Views) -> Callable[[Request], Response]:
    """What another site gets for sending one of our forms: there is nothing here, and nothing was done."""
    return lambda request: views.page(request, "missing.html", status=403)


def handlers(views: Views) -> dict[Any, Callable[[Request, Any], Coroutine[Any, Any, Response]]]:
    """Exception handlers by class."""

    async def refused(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return views.missing(request)
        return Response(status_code=error.status_code, headers=error.headers)

    return {HTTPException: refused}
