"""Calendar files and feeds over HTTP: strong ETags, honest 304s, names that survive every client."""

from __future__ import annotations

from collections.abc import Callable

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.calendar.feed import MEDIA_TYPE, content_disposition, etag
from outreach.services.calendars import CalendarFile
from outreach.services.ports import UnitOfWork
from outreach.web.views import Views

_FEED_CACHE = "public, max-age=300"
_OWN_CACHE = "private, no-cache"


def routes(house: App, views: Views) -> list[BaseRoute]:
    """Feeds of the network and of a region (both with ``?audience=a,b``), files of an activity and of a sign-up."""

    async def serve(request: Request, find: Callable[[UnitOfWork], CalendarFile | None], cache: str) -> Response:
        # On a reader's thread: a cold feed of a thousand activities takes a fifth of a second.
        found = await house.bridge.read(find)
        return views.missing(request) if found is None else answer(request, found, cache)

    async def public(request: Request) -> Response:
        return await feed(request, None)

    async def region(request: Request) -> Response:
        return await feed(request, request.path_params["code"])

    async def feed(request: Request, code: str | None) -> Response:
        wanted = frozenset(tag for value in request.query_params.getlist("audience") for tag in value.split(",") if tag)
        problem = _unknown(house, wanted, "topic" in request.query_params)
        if problem is not None:
            return PlainTextResponse(problem, status_code=400)
        return await serve(request, lambda uow: _feed(house, uow, code, wanted), _FEED_CACHE)

    async def activity(request: Request) -> Response:
        slug = request.path_params["slug"]
        return await serve(request, lambda uow: house.feeds.activity_file(uow, slug, house.clock()), _FEED_CACHE)

    async def sign_up(request: Request) -> Response:
        token = request.path_params["token"]
        return await serve(request, lambda uow: house.feeds.sign_up_file(uow, token, house.clock()), _OWN_CACHE)

    return [
        Route("/feeds/public.ics", public),
        Route("/feeds/region/{code}.ics", region),
        Route("/a/{slug}.ics", activity),
        Route("/c/{token}.ics", sign_up),
    ]


def answer(request: Request, file: CalendarFile, cache: str) -> Response:
    """*file*, or 304 if the client has just that. If-None-Match has the only say."""
    tag = etag(file.body)
    headers = {"etag": tag, "cache-control": cache, "content-disposition": content_disposition(file.title)}
    if is_known(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=MEDIA_TYPE)


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the header names *tag*: a list, weak or strong, or ``*``."""
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in named or tag in named


def _unknown(house: App, wanted: frozenset[str], has_topic: bool) -> str | None:
    """What is wrong with a feed's filter, and what there is: a feed that leaves out the wrong thing tells nobody."""
    known = [tag.key for tag in house.core.crafts.vocabulary.audiences if not tag.restricted]
    problems = [
        f"audience: there is no {tag[:40]!r}; there are {', '.join(known)}" for tag in sorted(wanted - {*known})
    ]
    if has_topic:
        problems.append("topic: activities have no topics yet; filter by audience")
    return "\n".join(problems) or None


def _feed(house: App, uow: UnitOfWork, code: str | None, audience: frozenset[str]) -> CalendarFile | None:
    path, name = "", "outreach"
    if code is not None:
        found = uow.regions.by_code(code)
        if found is None:
            return None
        path, name = found.path, found.name
    return CalendarFile(house.feeds.public_feed(uow, house.clock(), path, audience), name)
