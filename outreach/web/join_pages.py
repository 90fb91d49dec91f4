"""The pages of signing up: the form, the answer, leaving. Each form that is sent ends in a look at how things stand."""

from __future__ import annotations

import hashlib

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.channels.webchat.decoding import LONGEST_TEXT
from outreach.domain.errors import ActivityCalledOff, ActivityClosed, NotSignedUp, PartyTooLarge, TooManyPlaces
from outreach.domain.facts import SignedUp
from outreach.domain.messages import Language, Message
from outreach.domain.people import Purpose
from outreach.domain.signup import Standing
from outreach.services import signups
from outreach.services.activities import is_open
from outreach.services.cards import Caller
from outreach.web import joining, places
from outreach.web.console.forms import EMPTY, Form, read_form
from outreach.web.console.throttle import network_of
from outreach.web.joining import Gate, Wish
from outreach.web.pages import ActivityPages, Seen
from outreach.web.views import Views
from outreach.web.visitors import caller_of, remember_visitor
from outreach.wording import NoticeText

_NO_STORE = {"cache-control": "no-store"}


class JoinPages:
    """Takes sign-ups of visitors, and gives places back."""

    def __init__(self, house: App, views: Views) -> None:
        self._house, self._views = house, views
        self._pages, self._gate = ActivityPages(house, views), Gate()

    def routes(self) -> list[BaseRoute]:
        """``/a/{slug}/join``, ``/mine``, ``/leave`` and ``/left``; none of them if the web chat is off."""
        if self._house.webchat is None:
            return []
        return [
            Route("/a/{slug}/join", self._form),
            Route("/a/{slug}/join", self._join, methods=["POST"]),
            Route("/a/{slug}/mine", self._mine),
            Route("/a/{slug}/take", self._say_yes, methods=["POST"]),
            Route("/a/{slug}/leave", self._ask),
            Route("/a/{slug}/leave", self._leave, methods=["POST"]),
            Route("/a/{slug}/left", self._left),
        ]

    async def _form(self, request: Request) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        if seen.mine is not None:
            return _to(seen, "/mine")
        return self._shown(request, seen, EMPTY) if is_open(seen.card, self._house.clock()) else _to(seen)

    async def _join(self, request: Request) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        seen, caller = await self._pages.seen(request), caller_of(self._house, request)
        if seen is None:
            return self._views.missing(request)
        if caller is None:
            return self._shown(request, seen, form, 403, trouble="join_cookie")
        return await self._take(request, seen, caller, form)

    async def _take(self, request: Request, seen: Seen, caller: Caller, form: Form) -> Response:
        helped = await self._helped(caller, seen, form.text("nickname"))
        if helped:
            return self._shown(request, seen, EMPTY, help_texts=helped)
        found = joining.problems(form, len(joining.parties(seen.card)))
        if found:
            return self._shown(request, seen, form.with_problems(found), 422)
        if not self._gate.allows(caller.user_ref, _network(request), self._house.clock()):
            return self._shown(request, seen, form, 429, trouble="join_busy")
        wish = joining.wish_of(form, self._notices(), self._views.language(request), places.code_of(request))
        return await self._sign_up(request, seen, caller, form, wish)

    async def _sign_up(self, request: Request, seen: Seen, caller: Caller, form: Form, wish: Wish) -> Response:
        try:
            fact = await self._house.bridge.write(
                lambda uow: joining.sign_up(uow, caller, seen.card, wish, self._house.clock())
            )
        except PartyTooLarge:
            return self._shown(request, seen, form.with_problems({"party": ("party_wrong",)}), 422)
        except TooManyPlaces:
            return self._shown(request, seen, form, 409, trouble="join_too_many")
        except ActivityClosed as closed:
            return await self._too_late(request, closed)
        if fact is None:
            return self._shown(request, seen, form, 409, trouble="join_notice")
        return _to(seen, "/mine?again=1" if _is_kept(fact, wish) else "/mine")

    async def _mine(self, request: Request) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        if seen.mine is None:
            return _to(seen)
        link = self._house.feeds.sign_up_link(seen.mine.sign_up_id) if seen.mine.standing is Standing.SEATED else ""
        again = request.query_params.get("again") == "1"
        return self._pages.page(request, "mine.html", seen, calendar=link, again=again)

    async def _say_yes(self, request: Request) -> Response:
        """Take the place that they are offered, or in the last hours the free one; else all stays as it is."""
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        resident_id = seen.person.resident_id
        if resident_id is None or seen.mine is None:
            return _to(seen)
        card, party = seen.card, seen.mine.party
        try:
            await self._house.bridge.write(
                lambda uow: signups.sign_up(uow, resident_id, card.id, self._house.clock(), party)
            )
        except ActivityClosed as closed:
            return await self._too_late(request, closed)
        return _to(seen, "/mine")

    async def _ask(self, request: Request) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        return _to(seen) if seen.mine is None else self._pages.page(request, "give_back.html", seen)

    async def _leave(self, request: Request) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        resident_id = seen.person.resident_id
        if resident_id is None:
            return _to(seen)
        try:
            await self._house.bridge.write(
                lambda uow: signups.withdraw(uow, resident_id, seen.card.id, self._house.clock())
            )
        except NotSignedUp:  # sent twice, or given back in the chat meanwhile: it is as they want it
            return _to(seen, "/left")
        except ActivityClosed as closed:
            return await self._too_late(request, closed)
        return _to(seen, "/left")

    async def _left(self, request: Request) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        return _to(seen, "/mine") if seen.mine is not None else self._pages.page(request, "left.html", seen)

    async def _too_late(self, request: Request, closed: ActivityClosed) -> Response:
        seen = await self._pages.seen(request)
        if seen is None:
            return self._views.missing(request)
        trouble = "join_called_off" if isinstance(closed, ActivityCalledOff) else "join_closed"
        return self._pages.page(request, "activity.html", seen, 409, trouble=trouble)

    async def _helped(self, caller: Caller, seen: Seen, text: str) -> list[str]:
        """Whatever somebody types here is screened as in the chat, and answered as there."""
        door = next(door for door in self._house.doors if door.lane == caller.lane)
        if not text:
            return []
        trace = hashlib.sha256(f"{caller.user_ref}:{seen.card.slug}:{text}".encode()).hexdigest()[:24]
        message = Message(f"p-{trace}", caller.user_ref, text[:LONGEST_TEXT], self._house.clock())
        answer = await self._house.guard.answer(door, message)
        return [] if answer is None else [said.text for said in answer.messages]

    def _shown(
        self,
        request: Request,
        seen: Seen,
        form: Form,
        status: int = 200,
        *,
        trouble: str = "",
        help_texts: list[str] | None = None,
    ) -> Response:
        agreed = Purpose.TAKE_PART in seen.person.consents
        notice = None if agreed else self._notices()[self._views.language(request)]
        response = self._pages.page(
            request,
            "join.html",
            seen,
            status,
            form=joining.opened(form, seen.person),
            parties=joining.parties(seen.card),
            notice=notice,
            trouble=trouble,
            help_texts=help_texts or [],
        )
        response.headers.update(_NO_STORE)
        remember_visitor(request, response, secure=self._views.is_secure)
        return response

    def _notices(self) -> dict[Language, NoticeText]:
        wording, office = self._house.core.crafts.wording, self._house.core.office
        return {tongue: wording.notice("take_part", tongue, office.network[tongue]) for tongue in Language}


def _to(seen: Seen, where: str = "") -> Response:
    return RedirectResponse(f"/a/{seen.card.slug}{where}", 303, headers=_NO_STORE)


def _is_kept(fact: SignedUp, wish: Wish) -> bool:
    """Whether they asked for another number of people than they have a place for already."""
    return fact.again and fact.sign_up.party != wish.party


def _network(request: Request) -> str:
    return network_of(request.client.host if request.client else "")
