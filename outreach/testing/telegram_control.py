"""The stand-in's own small API, with which another process plays residents. JSON in, JSON out.

``POST /_control/say`` {"user", "text"} · ``/press`` {"user", "data" or "label"} · ``/block``, ``/unblock``, ``/know``
{"user"} · ``/misbehave`` {"method", …as `BadDay`} · ``/behave`` {}; ``GET /_control/sent?user=&after=&wait=`` gives the
messages from number *after* on, having waited up to *wait* seconds for one; ``GET /_control/calls`` counts by method.
"""

from __future__ import annotations

import base64
from collections import Counter
from typing import Any

from aiohttp import web

from outreach.testing.telegram_residents import SentMessage, TelegramResidents


def control_routes(stand_in: TelegramResidents) -> list[web.RouteDef]:
    """Routes that play residents of *stand_in*."""
    control = _Control(stand_in)
    return [
        web.post("/_control/{action}", control.act),
        web.get("/_control/sent", control.sent),
        web.get("/_control/calls", control.calls),
    ]


class _Control:
    def __init__(self, stand_in: TelegramResidents) -> None:
        self._stand_in = stand_in

    async def act(self, request: web.Request) -> web.Response:
        asked = await request.json() if request.can_read_body else {}
        try:
            result = self._act(request.match_info["action"], asked)
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": type(error).__name__}, status=400)
        return web.json_response({"update_id": result})

    def _act(self, action: str, asked: dict[str, Any]) -> int | None:
        stand_in = self._stand_in
        if action == "misbehave":
            stand_in.misbehave(**asked)
            return None
        if action == "behave":
            stand_in.behave()
            return None
        user = int(asked["user"])
        if action == "say":
            return stand_in.say(user, str(asked["text"]))
        if action == "press":
            return (
                stand_in.press(user, asked["data"]) if "data" in asked else stand_in.press_label(user, asked["label"])
            )
        return {"block": stand_in.block, "unblock": stand_in.unblock, "know": stand_in.know}[action](user)

    async def sent(self, request: web.Request) -> web.Response:
        user, after = request.query.get("user"), int(request.query.get("after", "0"))

        def found() -> list[SentMessage]:
            return self._stand_in.sent if user is None else self._stand_in.sent_to(int(user))

        try:
            await self._stand_in.until(lambda: len(found()) > after, float(request.query.get("wait", "0.001")))
        except TimeoutError:
            return web.json_response([])
        return web.json_response([_shown(message) for message in found()[after:]])

    async def calls(self, request: web.Request) -> web.Response:
        return web.json_response(Counter(call.method for call in self._stand_in.calls))


def _shown(message: SentMessage) -> dict[str, Any]:
    file = message.file
    return {
        "message_id": message.message_id,
        "chat": message.chat,
        "text": message.text,
        "buttons": [{"label": label, "data": data} for label, data in message.buttons],
        "file": None if file is None else {"name": file[0], "content": base64.b64encode(file[1]).decode()},
    }
