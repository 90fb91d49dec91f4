"""What people see when something is missing or broken: a kind page, never a traceback."""

from __future__ import annotations

import logging
from collections.abc import Callable, Coroutine
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from outreach.web.views import Views

log = logging.getLogger(__name__)


def handlers(views: Views) -> dict[Any, Callable[[Request, Any], Coroutine[Any, Any, Response]]]:
    """Exception handlers by status or class."""

    async def missing(request: Request, error: HTTPException) -> Response:
        if error.status_code == 404:
            return views.missing(request)
        return Response(status_code=error.status_code, headers=error.headers)

    async def broken(request: Request, error: Exception) -> Response:
        log.error("a page failed with %s", type(error).__name__)
        return views.page(request, "broken.html", status=500)

    return {HTTPException: missing, Exception: broken}
