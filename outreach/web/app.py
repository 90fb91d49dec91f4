"""The application: routes put together, errors made kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from outreach.bootstrap import App
from outreach.web import (
    chat,
    checking_in,
    console,
    doors,
    feeds,
    front,
    health,
    hooks,
    mistakes,
    pages,
    places,
    static,
    subscribing,
)
from outreach.web.join_pages import JoinPages
from outreach.web.same_site import SameSite
from outreach.web.shield import HOOKS, Shield
from outreach.web.views import Views


class Face:
    """Hooks on the shortest way, everything else through the framework.

    The framework's own layers cost a hook a tenth of its time and give it nothing: it has neither forms nor models.
    """

    def __init__(self, platforms: ASGIApp, people: ASGIApp) -> None:
        self._platforms, self._people = platforms, people

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or the lifespan."""
        is_hook = scope["type"] == "http" and scope["path"].startswith(HOOKS)
        await (self._platforms if is_hook else self._people)(scope, receive, send)


def create_app(house: App) -> ASGIApp:
    """The web face of *house*. Its lifespan starts and stops the house; a server that did so itself turns it off."""
    views = Views(house)
    return Face(Shield(Router(hooks.routes(house)), broken=views.broken), _pages(house, views))


def _pages(house: App, views: Views) -> FastAPI:

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.start()
        try:
            yield
        finally:
            await house.stop()

    return FastAPI(
        title="Outreach",
        lifespan=lifespan,
        routes=_routes(house, views),
        middleware=[
            Middleware(Shield, broken=views.broken),
            Middleware(SameSite, base_url=house.settings.base_url, refused=mistakes.from_elsewhere(views)),
        ],
        exception_handlers=mistakes.handlers(views),
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )


def _routes(house: App, views: Views) -> list[BaseRoute]:
    """All are plain routes, without models and injected dependencies."""
    return [
        *chat.routes(house, views),
        *feeds.routes(house, views),  # before the pages: /a/{slug} would take /a/{slug}.ics for a slug
        *subscribing.routes(house, views),
        *front.routes(house, views),
        *places.routes(house, views),
        *pages.routes(house, views),
        *JoinPages(house, views).routes(),
        *doors.routes(house, views),
        *checking_in.routes(house, views),
        *console.routes(house),
        *health.routes(house),
        *static.routes(),
    ]
