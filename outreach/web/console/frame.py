"""The frame around every page of the console: who is there, one transaction, kind words for what is refused.

A page is a query: a plain function of a transaction and a visit that returns what its template takes. A deed is a
plain function too: it does one thing and says where to look then. The frame finds the session in the same
transaction, so that whoever is signed out between two clicks does nothing more.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from outreach.bootstrap import App
from outreach.domain.errors import ActivityNotFound, BadInput, Forbidden, NotFound, Refusal
from outreach.services import staff
from outreach.services.ports import UnitOfWork
from outreach.web.console.forms import EMPTY, Form, read_form
from outreach.web.console.refusals import problems_of
from outreach.web.console.rendering import Rendering, see_other
from outreach.web.console.visit import Go, Visit

COOKIE = "staff"
SIGN_IN, CHANGE_PASSWORD = "/console/sign-in", "/console/account/password"
_SAME_AS_UNKNOWN = (Forbidden, NotFound, ActivityNotFound)

Query: TypeAlias = Callable[[UnitOfWork, Visit], Mapping[str, Any]]
Deed: TypeAlias = Callable[[UnitOfWork, Visit], Go]
Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]
Reader: TypeAlias = Callable[[Request], Awaitable[Form | Response]]
Answer: TypeAlias = Callable[[], Response]
"""Made once the transaction is over: the writer does not wait for a template."""
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Page:
    """A template and the query that fills it. *audited*: the look itself is written down."""

    template: str
    query: Query
    audited: bool = False


class Console:
    """Makes routes of pages and deeds."""

    def __init__(self, house: App, rendering: Rendering) -> None:
        self.house, self.rendering = house, rendering

    def get(self, path: str, page: Page) -> Route:
        """Show *page* at *path*."""

        async def show(request: Request) -> Response:
            return await self._show(request, page, EMPTY)

        return Route(path, show)

    def post(self, path: str, deed: Deed, page: Page) -> Route:
        """Do *deed* with the form that was sent to *path*; *page* shows the form again if it is refused."""

        async def take(request: Request) -> Response:
            form = await read_form(request)
            return form if isinstance(form, Response) else await self._do(request, deed, page, form)

        return Route(path, take, methods=["POST"])

    def alone(self, path: str, handler: Handler, *, newcomers: bool = False, read: Reader = read_form) -> Route:
        """For what fits neither: *handler* is called with the visit of somebody who is signed in, form read.

        *newcomers*: also while they still have the password that somebody else gave them. *read*: for other forms.
        """

        async def serve(request: Request) -> Response:
            form = await read(request) if request.method == "POST" else EMPTY
            if isinstance(form, Response):
                return form
            visit, _ = await self._ask(request, form, lambda _uow, _visit: None)
            if visit is None:
                return self.to_sign_in(request)
            return see_other(CHANGE_PASSWORD) if _must_change(visit) and not newcomers else await handler(visit)

        return Route(path, serve, methods=["GET", "POST"])

    async def show(self, request: Request, page: Page) -> Response:
        """*page* for whoever is behind *request*: for handlers that look and do at the same address."""
        return await self._show(request, page, EMPTY)

    async def show_again(self, visit: Visit, page: Page, refusal: Refusal) -> Response:
        """*page* with the form as it was sent and why it was refused; what is not theirs is not there."""
        if isinstance(refusal, _SAME_AS_UNKNOWN):
            return self.rendering.page(visit, "console/missing.html", 404)
        return await self._show(visit.request, page, visit.form, refusal)

    def to_sign_in(self, request: Request) -> Response:
        """To the sign-in page and back; a form that was sent is told how it can be kept."""
        if request.method == "POST":
            return self.rendering.outside(request, "console/signed_out.html", 401)
        back = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        address = f"{SIGN_IN}?to={quote(back)}"
        if "hx-request" in request.headers:  # a part of a page: the whole page must go there
            return Response(headers={"hx-redirect": address})
        return see_other(address)

    def visit(self, uow: UnitOfWork, request: Request, form: Form) -> Visit | None:
        """Who is behind *request*; ``None`` for somebody who is not signed in."""
        now = self.house.clock()
        session = staff.of_session(uow, _token(request), now)
        if session is None:
            return None
        lang = self.rendering.language(request, session.staff.language)
        return Visit(self.house, request, session, now, lang, form)

    async def _show(self, request: Request, page: Page, form: Form, refused: Refusal | None = None) -> Response:
        def look(uow: UnitOfWork, visit: Visit) -> Answer:
            seen = _refused(visit, refused)
            values = page.query(uow, seen)
            return lambda: self.rendering.page(seen, page.template, _status(refused), **values)

        return self._answered(request, *await self._ask(request, form, look, writing=page.audited))

    async def _do(self, request: Request, deed: Deed, page: Page, form: Form) -> Response:
        def act(uow: UnitOfWork, visit: Visit) -> Answer:
            address = deed(uow, visit).address
            return lambda: see_other(address)

        visit, found = await self._ask(request, form, act, writing=True)
        if isinstance(found, Refusal) and not isinstance(found, _SAME_AS_UNKNOWN):
            return await self._show(request, page, form, found)
        return self._answered(request, visit, found)

    def _answered(self, request: Request, visit: Visit | None, found: Answer | Refusal | None) -> Response:
        if visit is None:
            return self.to_sign_in(request)
        if found is None:
            return see_other(CHANGE_PASSWORD)
        return self.rendering.page(visit, "console/missing.html", 404) if isinstance(found, Refusal) else found()

    async def _ask(
        self, request: Request, form: Form, work: Callable[[UnitOfWork, Visit], _T], *, writing: bool = False
    ) -> tuple[Visit | None, _T | Refusal | None]:
        """Who asks, and what *work* came to for them, a refusal too. ``None``: their password must change first."""
        seen: list[Visit] = []

        def inside(uow: UnitOfWork) -> _T | None:
            visit = self.visit(uow, request, form)
            if visit is None:
                return None
            seen.append(visit)
            return None if _must_change(visit) else work(uow, visit)

        found: _T | Refusal | None
        try:
            found = await (self.house.bridge.write if writing else self.house.bridge.read)(inside)
        except Refusal as refusal:
            found = refusal
        visit = seen[-1] if seen else None
        if visit is not None and staff.is_drowsy(visit.session, visit.now):
            await self.house.bridge.write(lambda uow: staff.keep_awake(uow, _token(request), visit.now))
        return visit, found


def _token(request: Request) -> str:
    return request.cookies.get(COOKIE, "")


def _must_change(visit: Visit) -> bool:
    return visit.session.staff.must_change


def _refused(visit: Visit, refused: Refusal | None) -> Visit:
    if refused is None:
        return visit
    return replace(visit, refused=refused, form=visit.form.with_problems(problems_of(refused, visit.lang)))


def _status(refused: Refusal | None) -> int:
    if refused is None:
        return 200
    return 422 if isinstance(refused, BadInput) else 409
