"""A telephone to practise with: a page on this machine that plays one resident of a stand-in platform."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Protocol

from aiohttp import web

from outreach.testing.phone_page import PAGE
from outreach.testing.standin import StandIn


@dataclass(frozen=True, slots=True)
class Bubble:
    """One message in the chat: theirs or ours, with what may be tapped and the name of a file."""

    mine: bool
    text: str
    buttons: tuple[str, ...] = ()
    file: str = ""


class Played(Protocol):
    """One resident of a platform. May block: it is called in a thread."""

    @property
    def title(self) -> str:
        """What the page is called."""

    def say(self, text: str) -> None: ...

    def press(self, label: str) -> None: ...

    def chat(self) -> Sequence[Bubble]:
        """All so far, oldest first."""


class Phone(StandIn):
    """Serves the page of *resident*."""

    def __init__(self, resident: Played, port: int = 0) -> None:
        super().__init__(port)
        self._resident = resident

    def routes(self) -> list[web.RouteDef]:
        """The page, what is new, and what the resident does."""
        return [
            web.get("/", self._page),
            web.get("/chat", self._chat),
            web.post("/say", self._say),
            web.post("/press", self._press),
        ]

    async def _page(self, request: web.Request) -> web.Response:
        page = PAGE.replace("{title}", html.escape(self._resident.title))
        return web.Response(text=page, content_type="text/html")

    async def _chat(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "0")
        bubbles = await asyncio.to_thread(self._resident.chat)
        return web.json_response([asdict(bubble) for bubble in bubbles[int(after) if after.isdecimal() else 0 :]])

    async def _say(self, request: web.Request) -> web.Response:
        return await self._done(request, "text", self._resident.say)

    async def _press(self, request: web.Request) -> web.Response:
        return await self._done(request, "label", self._resident.press)

    async def _done(self, request: web.Request, name: str, act: object) -> web.Response:
        asked = await request.json()
        given = asked.get(name) if isinstance(asked, dict) else None
        if not isinstance(given, str) or not given.strip() or not callable(act):
            return web.json_response({"error": f"give {name}"}, status=400)
        await asyncio.to_thread(act, given)
        return web.json_response({"done": True})
