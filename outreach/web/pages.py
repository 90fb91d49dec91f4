"""One activity in public: what happens there, whether one can still get in, and the visitor's own place in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.domain.activity import ActivityStatus
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard, Caller, MyPlace, PersonCard
from outreach.services.ports import UnitOfWork
from outreach.web.lines import line_of
from outreach.web.views import Views
from outreach.web.visitors import caller_of
from outreach.wording import moment

MOST_PLACES = 50  # of one person, looked through for the one in this activity


@dataclass(frozen=True, slots=True)
class Seen:
    """An activity, who looks at it, and the place that they have there, one asked or waited for included."""

    card: ActivityCard
    person: PersonCard
    mine: MyPlace | None


class ActivityPages:
    """Finds an activity for whoever asks, and shows pages of it."""

    def __init__(self, house: App, views: Views) -> None:
        self.house, self.views = house, views

    async def seen(self, request: Request) -> Seen | None:
        """The activity at the address; ``None`` for one that is not for everybody, as if there were none."""
        slug, caller = request.path_params["slug"], caller_of(self.house, request)
        return await self.house.bridge.read(lambda uow: self.look(uow, slug, caller))

    def look(self, uow: UnitOfWork, slug: str, caller: Caller | None) -> Seen | None:
        """The same in a transaction, with at most three statements."""
        card = visible(uow, slug)
        if card is None:
            return None
        person = PersonCard() if caller is None else uow.people.at(caller)
        if person.resident_id is None:
            return Seen(card, person, None)
        mine = uow.sign_ups.of_resident(person.resident_id, self.house.clock(), MOST_PLACES)
        return Seen(card, person, next((place for place in mine if place.activity.id == card.id), None))

    def page(self, request: Request, template: str, seen: Seen, status: int = 200, **values: Any) -> Response:
        """*template* about it. Kept nowhere if it shows somebody's place: the telephone may be a family's."""
        lang = self.views.language(request)
        line = line_of(seen.card, self.house.core.crafts.vocabulary.audiences, lang, self.house.clock())
        standing = "" if seen.mine is None else self.standing(request, seen.mine)
        given = {"line": line, "card": seen.card, "mine": seen.mine, "standing": standing, "trouble": "", **values}
        response = self.views.page(request, template, status, **given)
        if seen.mine is not None:
            response.headers["cache-control"] = "no-store"
        return response

    def standing(self, request: Request, place: MyPlace) -> str:
        """How a place stands, in the words of the chat."""
        wording, lang = self.house.core.crafts.wording, self.views.language(request)
        key = "first_in_line" if _is_next(place) else place.standing.value
        until = "" if place.until is None else moment(place.until, place.activity.zone, lang, self.house.clock())
        values: dict[str, str | int] = {
            "number": place.number,
            "party": place.party,
            "ahead": place.ahead,
            "until": until,
        }
        return wording.say(f"standing.{key}", lang, **values)


def _is_next(place: MyPlace) -> bool:
    """They wait with nobody before them, or are about to be told of an offer."""
    if place.standing is Standing.OFFERED:
        return place.until is None
    return place.standing is Standing.WAITING and place.ahead == 0


def visible(uow: UnitOfWork, slug: str) -> ActivityCard | None:
    """The activity at that address, if everybody may know of it."""
    card = uow.activities.by_slug(slug)
    return None if card is None or card.restricted or card.status is ActivityStatus.DRAFT else card


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/a/{slug}``."""
    pages = ActivityPages(house, views)

    async def activity(request: Request) -> Response:
        seen = await pages.seen(request)
        return views.missing(request) if seen is None else pages.page(request, "activity.html", seen)

    return [Route("/a/{slug}", activity)]
