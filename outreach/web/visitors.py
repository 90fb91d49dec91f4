"""Who looks at our public pages: the visitor of this browser's web chat, so that page and chat are one person."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from outreach.bootstrap import App
from outreach.channels.webchat import COOKIE, cookie_in, new_visitor, visitor_of
from outreach.services.cards import Caller

A_MONTH = 30 * 24 * 3600
_OLD_PATH = "/chat"  # where the cookie lived before pages could sign up; of two the browser sends that one first


def caller_of(house: App, request: Request) -> Caller | None:
    """The visitor as conversations know them; ``None`` without our cookie, or where the web chat is off."""
    person = visitor_of(request.headers.get("cookie", ""))
    return None if person is None or house.webchat is None else Caller(house.webchat.lane, person)


def remember_visitor(request: Request, response: Response, *, secure: bool) -> None:
    """Give a new visitor a cookie, and one who comes back another month. Who came by the chat stays who they are."""
    known = cookie_in(request.headers.get("cookie", ""))
    response.set_cookie(
        COOKIE, known or new_visitor(), max_age=A_MONTH, path="/", httponly=True, secure=secure, samesite="lax"
    )
    if known is not None and request.url.path.startswith(_OLD_PATH):
        response.delete_cookie(COOKIE, path=_OLD_PATH, httponly=True, secure=secure, samesite="lax")
