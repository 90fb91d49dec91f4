"""The web chat: its page, what the page says, what it waits for, and the way out."""

from __future__ import annotations

from calendar import Calendar
from zoneinfo import ZoneInfo

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.channels.webchat import LONGEST_BODY, WebChatChannel, is_foreign, visitor_of
from outreach.web.bodies import read_body
from outreach.web.hooks import hook_request, plain_response
from outreach.web.views import Views
from outreach.web.visitors import remember_visitor

PATIENCE = 25.0  # seconds that a page waits for news; proxies cut idle requests at 30 and more
_NO_STORE = {"cache-control": "no-store"}


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/chat``, ``/chat/say``, ``/chat/updates`` and ``/leave``; none of them if the web chat is off."""
    channel = house.webchat
    if channel is None:
        return []

    async def page(request: Request) -> Response:
        response = views.page(request, "chat.html", demo=house.demo, epoch=channel.epoch)
        response.headers["cache-control"] = "no-store"  # nor kept for "back": whoever left quickly stays away
        remember_visitor(request, response, secure=views.is_secure)
        return response

    async def say(request: Request) -> Response:
        body = await read_body(request, LONGEST_BODY)
        if isinstance(body, Response):
            return body if body.status_code != 413 else JSONResponse({"error": "too_long"}, 413)
        answer = await house.hub.serve(channel.lane, hook_request(house, request, body))
        response = Response(status_code=404) if answer is None else plain_response(answer)
        response.headers.update(_NO_STORE)
        return response

    async def updates(request: Request) -> Response:
        return await _updates(house, channel, request)

    async def leave(request: Request) -> Response:
        today = house.clock().astimezone(ZoneInfo(house.settings.timezone)).date()
        weeks = Calendar().monthdayscalendar(today.year, today.month)
        response = views.page(request, "leave.html", today=today, weeks=weeks)
        response.headers.update(_NO_STORE)
        return response

    return [
        Route("/chat", page),
        Route("/chat/say", say, methods=["POST"]),
        Route("/chat/updates", updates),
        Route("/leave", leave),
    ]


async def _updates(house: App, channel: WebChatChannel, request: Request) -> Response:
    """What came for the visitor after a cursor, as soon as something does; all up to the cursor is deleted.

    409 tells a page that the house has other keys than when it was opened: its cursor and buttons mean nothing here.
    """
    person = visitor_of(request.headers.get("cookie", ""))
    after = request.query_params.get("after", "0")
    if is_foreign(request.headers, house.settings.base_url):
        return _refused(403, "from_elsewhere")
    if person is None:
        return _refused(403, "no_visitor")
    if not (after.isascii() and after.isdigit() and len(after) < 19):
        return _refused(400, "malformed")
    if request.query_params.get("epoch", channel.epoch) != channel.epoch:
        return _refused(409, "other_house")
    found = await house.mailbox.wait(channel.lane, person, int(after), PATIENCE)
    messages = [{"cursor": mail.cursor, **channel.show(mail.message, person)} for mail in found]
    return JSONResponse({"messages": messages}, headers=_NO_STORE)


def _refused(status: int, reason: str) -> Response:
    return JSONResponse({"error": reason}, status, headers=_NO_STORE)
