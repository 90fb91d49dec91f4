"""The web chat: its page, what the page says, and what it waits for."""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.channels.webchat import COOKIE, new_visitor, visitor_of
from outreach.web.bodies import BodyTooLong, ClientDisconnect, read_body
from outreach.web.hooks import hook_request, plain_response
from outreach.web.views import Views

PATIENCE = 25.0  # seconds that a page waits for news; proxies cut idle requests at 30 and more
A_MONTH = 30 * 24 * 3600
_LONGEST_SAYING = 32 * 1024


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/chat``, ``/chat/say``, ``/chat/updates`` and ``/leave``; none of them if the web chat is off."""
    channel = house.webchat
    if channel is None:
        return []

    async def page(request: Request) -> Response:
        response = views.page(request, "chat.html", demo=house.demo)
        if visitor_of(request.headers.get("cookie", "")) is None:
            secure = house.settings.base_url.startswith("https")
            response.set_cookie(
                COOKIE, new_visitor(), max_age=A_MONTH, path="/chat", httponly=True, secure=secure, samesite="lax"
            )
        return response

    async def say(request: Request) -> Response:
        if is_from_elsewhere(request, house.settings.base_url):
            return JSONResponse({"error": "from_elsewhere"}, 403)
        try:
            body = await read_body(request, _LONGEST_SAYING)
        except BodyTooLong:
            return JSONResponse({"error": "too_long"}, 413)
        except ClientDisconnect:
            return Response(status_code=400)
        answered = await house.hub.serve(channel.lane, hook_request(house, request, body))
        return Response(status_code=404) if answered is None else plain_response(answered)

    async def updates(request: Request) -> Response:
        person = visitor_of(request.headers.get("cookie", ""))
        after = request.query_params.get("after", "0")
        if person is None or not after.isdigit() or len(after) > 18:
            return JSONResponse({"error": "no_visitor"}, 403)
        found = await house.mailbox.wait(channel.lane, person, int(after), PATIENCE)
        messages = [{"cursor": mail.cursor, **channel.show(mail.message, person)} for mail in found]
        return JSONResponse({"messages": messages}, headers={"cache-control": "no-store"})

    async def leave(_request: Request) -> Response:
        response = RedirectResponse("/", 303)
        response.delete_cookie(COOKIE, path="/chat")
        return response

    return [
        Route("/chat", page),
        Route("/chat/say", say, methods=["POST"]),
        Route("/chat/updates", updates),
        Route("/chat/leave", leave, methods=["POST"]),
    ]


def is_from_elsewhere(request: Request, base_url: str) -> bool:
    """Whether another site's page made this request: such a page cannot send JSON without the browser saying so."""
    if not request.headers.get("content-type", "").startswith("application/json"):
        return True
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc not in {
        request.headers.get("host"),
        urlsplit(base_url).netloc,
    }
