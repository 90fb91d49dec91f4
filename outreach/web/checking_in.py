"""Where the code at the door leads: into one's own chat, which checks one in; or, known here, right on the page."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.domain.activity import ActivityStatus
from outreach.domain.messages import Language
from outreach.services import checking_in
from outreach.services.calendars import discreet_title
from outreach.services.cards import Caller
from outreach.services.ports import UnitOfWork
from outreach.web import qr
from outreach.web.console.forms import read_form
from outreach.web.views import Views
from outreach.web.visitors import caller_of
from outreach.web.ways_in import WaysIn

_CODE = re.compile(r"[0-9]{4}", re.ASCII)
_NO_STORE = {"cache-control": "no-store"}


def source_of(code: str) -> str:
    """What a door of ours is told: `conversation.welcome` checks in whoever comes by it."""
    return f"i-{code}"


class DoorPages:
    """``/in/{slug}``: says nothing of the activity that whoever stands at its door does not know."""

    def __init__(self, house: App, views: Views) -> None:
        self._house, self._views, self._ways = house, views, WaysIn(house)

    def routes(self) -> list[BaseRoute]:
        """The page, the form on it, and the codes for other telephones."""
        return [
            Route("/in/{slug}", self._show),
            Route("/in/{slug}", self._take, methods=["POST"]),
            Route("/in/{slug}/qr/{lane}.svg", self._code),
        ]

    async def _show(self, request: Request) -> Response:
        code = request.query_params.get("c", "")
        return await self._page(request, code if _CODE.fullmatch(code) else "")

    async def _take(self, request: Request) -> Response:
        form = await read_form(request)
        if isinstance(form, Response):
            return form
        code = form.text("code").replace(" ", "")
        if not _CODE.fullmatch(code):
            return await self._page(request, "", 422, said="door_code_wrong")
        caller = caller_of(self._house, request)
        lang = self._views.language(request)
        if caller is None:
            return await self._page(request, code, 409, said="door_unknown")
        told = await self._house.bridge.write(lambda uow: self._check_in(uow, caller, code, lang))
        return await self._page(request, code, told=told)

    def _check_in(self, uow: UnitOfWork, caller: Caller, code: str, lang: Language) -> str:
        """What there is to say to *caller*, in the words of the chat."""
        say, now = self._house.core.crafts.wording.say, self._house.clock()
        if checking_in.is_paused(uow, caller, now):
            return say("check_in.paused", lang)
        resident_id = uow.people.at(caller).resident_id
        found = None if resident_id is None else checking_in.by_code(uow, caller, resident_id, code, now)
        if found is None:
            return say("check_in.unknown", lang)
        title = discreet_title(uow.activities.card(found.activity_id), self._house.core.crafts.wording, lang)
        if not found.people:
            return say("check_in.no_seat", lang, title=title)
        return say("check_in.again" if found.again else "check_in.done", lang, title=title, party=found.people)

    async def _page(
        self, request: Request, code: str, status: int = 200, *, said: str = "", told: str = ""
    ) -> Response:
        slug, lang = request.path_params["slug"], self._views.language(request)
        card = await self._house.bridge.read(lambda uow: uow.activities.by_slug(slug))
        if card is None or card.status is not ActivityStatus.PUBLISHED:
            return self._views.missing(request)
        ways = await self._ways.leading(source_of(code), lang) if code and not told else []
        here = self._house.webchat is not None
        page = self._views.page(
            request, "door.html", status, card=card, code=code, ways=ways, said=said, told=told, has_form=here
        )
        page.headers.update(_NO_STORE)
        return page

    async def _code(self, request: Request) -> Response:
        code, lane = request.query_params.get("c", ""), request.path_params["lane"]
        if not _CODE.fullmatch(code):
            return Response(status_code=404)
        ways = await self._ways.leading(source_of(code), self._views.language(request))
        address = next((way.address for way in ways if way.lane == lane), None)
        return Response(status_code=404) if address is None else qr.picture(address)


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/in/{slug}`` and what belongs to it."""
    return DoorPages(house, views).routes()
