"""The application: routes put together, errors made kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.routing import BaseRoute

from outreach.bootstrap import App
from outreach.web import chat, feeds, health, hooks, mistakes, pages, static
from outreach.web.headers import SafeHeaders
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
    routes: list[BaseRoute] = [
        # Hooks come first: they are the hot path, and plain routes without dependency injection.
        *hooks.routes(house),
        *chat.routes(house, views),
        *pages.routes(house, views),
        *feeds.routes(house, views),
        *health.routes(house),
        *static.routes(),
    ]
    return FastAPI(
        title="Outreach",
        lifespan=lifespan,
        routes=routes,
        middleware=[Middleware(SafeHeaders)],
        exception_handlers=mistakes.handlers(views),
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
    )
