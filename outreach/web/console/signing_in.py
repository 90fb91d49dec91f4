"""Signing in and out: one answer to every failure, few tries, a fresh session each time."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.services import passwords, staff
from outreach.services.cards_staff import Credentials
from outreach.services.ports import UnitOfWork
from outreach.web.console.doors import ROOT
from outreach.web.console.forms import EMPTY, Form, read_form
from outreach.web.console.frame import CHANGE_PASSWORD, COOKIE, SIGN_IN, Console
from outreach.web.console.rendering import see_other
from outreach.web.console.throttle import Throttle, network_of

A_WHILE = timedelta(minutes=15)
TRIES_OF_AN_ACCOUNT = 10
TRIES_FROM_A_PLACE = 50  # a whole office may sit behind one address
CHECKS_AT_ONCE = 2  # each takes one core and tens of megabytes for a moment
LONGEST_PASSWORD, LONGEST_LOGIN = 1_000, 100  # characters
_PATH = ROOT.rstrip("/")  # lax, not strict: the link in a chat push must find them signed in


class Porter:
    """Lets people in and out of the console."""

    def __init__(self, console: Console) -> None:
        self._console, self._house = console, console.house
        self._accounts = Throttle(TRIES_OF_AN_ACCOUNT, A_WHILE)
        self._places = Throttle(TRIES_FROM_A_PLACE, A_WHILE)
        self._checking = asyncio.Semaphore(CHECKS_AT_ONCE)

    def routes(self) -> list[BaseRoute]:
        """``/console/sign-in`` and ``/console/sign-out``."""
        return [
            Route(SIGN_IN, self._show),
            Route(SIGN_IN, self._take, methods=["POST"]),
            Route("/console/sign-out", self._out, methods=["POST"]),
        ]

    async def is_right(self, login: str, password: str, request: Request) -> Credentials | None:
        """The account of *login* if *password* is its and they have not tried too often, which counts as a try.

        It takes about as long where there is no such account.
        """
        if not (login and self._may_try(request, login)):
            return None
        found = await self._house.bridge.read(lambda uow: staff.look_up(uow, login))
        async with self._checking:
            right = await asyncio.to_thread(passwords.verify, found, password[:LONGEST_PASSWORD])
        now = self._house.clock()
        if staff.is_locked(found, now):
            return None
        if not right:
            await self._house.bridge.write(lambda uow: staff.failed(uow, login, now))
        return found if right else None

    async def _show(self, request: Request) -> Response:
        form = EMPTY.opened_with(to=request.query_params.get("to", ""))
        return self._page(request, form, 200)

    async def _take(self, request: Request) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        login, password = form.text("login"), next(iter(form.all("password")), "")
        found = await self.is_right(login, password, request)
        token = None if found is None else await self._begin(request, found)
        if token is None:
            return self._page(request, form, 401, wrong=True)
        self._accounts.forget(staff.login_of(login))
        response = see_other(_inside(form.text("to")))
        response.set_cookie(
            COOKIE,
            token,
            path=ROOT.rstrip("/"),
            httponly=True,
            secure=self._console.rendering.is_secure,
            samesite="lax",
        )
        return response

    async def _out(self, request: Request) -> Response:
        token = request.cookies.get(COOKIE, "")
        await self._house.bridge.write(lambda uow: staff.sign_out(uow, token))
        response = see_other(f"{SIGN_IN}?done=signed_out")
        response.delete_cookie(COOKIE, path=_PATH, httponly=True, samesite="lax")
        return response

    async def _begin(self, request: Request, found: Credentials) -> str | None:
        """A fresh session in the place of the one that this browser may have had."""
        now, before = self._house.clock(), request.cookies.get(COOKIE, "")

        def begin(uow: UnitOfWork) -> str:
            staff.sign_out(uow, before)
            token, _ = staff.signed_in(uow, found.staff_id, now)
            return token

        return await self._house.bridge.write(begin)

    def _may_try(self, request: Request, login: str) -> bool:
        now = self._house.clock()
        place = network_of(request.client.host) if request.client else ""
        tries = [self._places.allows(place, now), self._accounts.allows(staff.login_of(login)[:LONGEST_LOGIN], now)]
        return all(tries)

    def _page(self, request: Request, form: Form, status: int, *, wrong: bool = False) -> Response:
        return self._console.rendering.outside(request, "console/sign_in.html", status, form=form, wrong=wrong)


def remember(response: Response, token: str, *, secure: bool) -> None:
    """Let the browser keep *token* until it is closed: no script reads it, no other site's form brings it along."""
    response.set_cookie(COOKIE, token, path=_PATH, httponly=True, secure=secure, samesite="lax")


def _inside(to: str) -> str:
    """*to* if it is a page of the console that one can look at, else the first page."""
    path = urlsplit(unquote(to)).path
    is_ours = to.startswith(ROOT) and "\\" not in to and "//" not in path and ".." not in path and to.isprintable()
    return to if is_ours and not path.startswith((SIGN_IN, CHANGE_PASSWORD)) else ROOT
