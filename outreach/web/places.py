"""Where a visitor is: chosen once, kept in a cookie, written in the address for sharing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote, urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.domain.ids import RegionId
from outreach.services.cards import Caller, Region
from outreach.services.ports import UnitOfWork
from outreach.web.views import Views

COOKIE = "place"
LONGEST_CODE = 100  # characters
LONGEST_NAME = 20  # characters of a name that are looked for
MOST_FOUND = 30
PAGE_SIZE = 60
_NO_LEVEL = {"top": None, "above": None, "below": (), "following": "", "is_unknown": False}
_LEVELS = 4  # of a network, at most: so far down leads a chain of single places


@dataclass(frozen=True, slots=True)
class Here:
    """Where somebody is: *region*, or nothing chosen yet. *is_unknown*: the address names a place that is not."""

    region: Region | None = None
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A place as it is offered: with what holds it, for two villages may have one name."""

    region: Region
    within: str
    is_leaf: bool = True


def code_in_address(request: Request) -> str | None:
    """The code that the address names; ``None`` without one."""
    return request.query_params.get("place")


def code_of(request: Request) -> str:
    """The code of the address, else that of the cookie; empty without either."""
    named = code_in_address(request)
    return (named if named is not None else unquote(request.cookies.get(COOKIE, "")))[:LONGEST_CODE]


def here(uow: UnitOfWork, code: str, caller: Caller | None, *, named: bool) -> Here:
    """The place with *code*; without one, where *caller* said in the chat that they live. At most two statements.

    *named*: the address says so. A cookie with a place that is no more counts as none.
    """
    found = uow.regions.by_code(code) if code else None
    if found is not None or named:
        return Here(found, is_unknown=found is None and named)
    person = None if caller is None else uow.people.at(caller)
    if person is None or person.region_id is None:
        return Here()
    home = uow.regions.get(person.region_id)
    return Here(None if home.parent_id is None else home)


def remember(views: Views, response: Response, region: Region) -> None:
    """Never ask again."""
    views.remember(response, COOKIE, quote(region.code, safe=""))


def routes(house: App, views: Views) -> list[BaseRoute]:
    """``/places``: type a part of a name, or go down the tree."""

    async def choose(request: Request) -> Response:
        asked, code = request.query_params.get("q", "").strip(), request.query_params.get("in", "")
        after = _number(request.query_params.get("after", ""))

        def look(uow: UnitOfWork) -> dict[str, Any]:
            found = _found(uow, asked[:LONGEST_NAME]) if asked else None
            return {"found": found, **(_NO_LEVEL if found else _level(uow, code[:LONGEST_CODE], after))}

        return views.page(request, "places.html", asked=asked, **await house.bridge.read(look))

    return [Route("/places", choose)]


def names_above(region: Region, names: Mapping[RegionId, str]) -> str:
    """What holds *region*, the largest first."""
    return " · ".join(filter(None, (names.get(found, "") for found in lineage(region)[:-1])))


def lineage(region: Region) -> list[RegionId]:
    """The ids from the top of the tree down to *region*."""
    return [RegionId(int(part)) for part in region.path.strip("/").split("/")]


def _found(uow: UnitOfWork, part: str) -> Sequence[Choice]:
    return _choices(uow, [region for region in uow.regions.matching(part, MOST_FOUND) if region.name])


def _level(uow: UnitOfWork, code: str, after: RegionId | None) -> dict[str, Any]:
    """The places right below the one with *code*, or below the first that has several."""
    top = next(iter(uow.regions.children(None, 1)), None)
    above = uow.regions.by_code(code) if code else top
    below: list[Region] = []
    for _ in range(_LEVELS):
        below = [] if above is None else uow.regions.children(above.id, PAGE_SIZE + 1, after)
        if len(below) != 1 or code:
            break
        above = below[0]
    shown = below[:PAGE_SIZE]
    following = urlencode({"in": above.code, "after": shown[-1].id}) if above and len(below) > PAGE_SIZE else ""
    return {
        "top": top,
        "above": above,
        "below": _choices(uow, shown),
        "following": following,
        "is_unknown": bool(code) and above is None,
    }


def _choices(uow: UnitOfWork, regions: Sequence[Region]) -> list[Choice]:
    names = uow.regions.names(_all_ids(regions))
    branching = uow.regions.branching(region.id for region in regions)
    return [Choice(region, names_above(region, names), region.id not in branching) for region in regions]


def _all_ids(regions: Iterable[Region]) -> set[RegionId]:
    return {found for region in regions for found in lineage(region)}


def _number(text: str) -> RegionId | None:
    return RegionId(int(text)) if text.isascii() and text.isdigit() and len(text) < 15 else None
