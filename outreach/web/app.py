"""The application: routes put together, errors made kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from outreach.bootstrap import App
from outreach.web import chat, feeds, health, hooks, mistakes, pages, static
from outreach.web.shield import Shield
from outreach.web.views import Views


def create_app(house: App) -> FastAPI:
    """The web face of *house*. Its lifespan starts and stops the house; a server that did so itself turns it off."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        await house.start()
        try:
            yield
        finally:
            await house.stop()

    views = Views(house)
    return FastAPI(
        title="Outreach",
        lifespan=lifespan,
        routes=_routes(house, views),
        middleware=[Middleware(Shield, broken=views.broken)],
        exception_handlers=mistakes.handlers(views),
        redirect_slashes=False,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )


def _routes(house: App, views: Views) -> list[BaseRoute]:
    """Hooks come first: they are the hot path. All are plain routes, without models and injected dependencies."""
    return [
        *hooks.routes(house),
        *chat.routes(house, views),
        *feeds.routes(house, views),  # before the pages: /a/{slug} would take /a/{slug}.ics for a slug
        *pages.routes(house, views),
        *health.routes(house),
        *static.routes(),
    ]
