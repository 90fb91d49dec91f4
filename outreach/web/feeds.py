"""Calendar files and feeds over HTTP: strong ETags, honest 304s, names that survive every client."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from outreach.bootstrap import App
from outreach.calendar.feed import MEDIA_TYPE, content_disposition
from outreach.content import Tags
from outreach.services.calendars import CalendarFile
from outreach.services.ports import UnitOfWork
from outreach.web.views import Views

_FEED_CACHE = "public, max-age=300"
_OWN_CACHE = "private, no-cache"
_SETTLED = timedelta(seconds=2)  # a date in a header counts seconds: within one there may be two states


def routes(house: App, views: Views) -> list[BaseRoute]:
    """Feeds of the network, of a region (``?audience=a,b&topic=c``) and of a person; files of one activity."""

    async def serve(request: Request, find: Callable[[UnitOfWork], CalendarFile | None], cache: str) -> Response:
        # On a reader's thread: a cold feed of a thousand activities takes a fifth of a second.
        found = await house.bridge.read(find)
        return views.missing(request) if found is None else answer(request, found, cache, house.clock())

    async def public(request: Request) -> Response:
        return await feed(request, None)

    async def region(request: Request) -> Response:
        return await feed(request, request.path_params["code"])

    async def feed(request: Request, code: str | None) -> Response:
        vocabulary = house.core.crafts.vocabulary
        audience, topics = _named(request, "audience"), _named(request, "topic")
        problems = _unknown("audience", audience, vocabulary.audiences) + _unknown("topic", topics, vocabulary.topics)
        if problems:
            return PlainTextResponse("\n".join(problems), status_code=400)
        return await serve(request, lambda uow: _feed(house, uow, code, audience, topics), _FEED_CACHE)

    async def activity(request: Request) -> Response:
        slug = request.path_params["slug"]
        return await serve(request, lambda uow: house.feeds.activity_file(uow, slug, house.clock()), _FEED_CACHE)

    async def own(request: Request) -> Response:
        token = request.path_params["token"]
        return await serve(request, lambda uow: house.feeds.own_feed(uow, token, house.clock()), _OWN_CACHE)

    async def sign_up(request: Request) -> Response:
        token = request.path_params["token"]
        return await serve(request, lambda uow: house.feeds.sign_up_file(uow, token, house.clock()), _OWN_CACHE)

    return [
        Route("/feeds/public.ics", public),
        Route("/feeds/region/{code}.ics", region),
        Route("/feeds/p/{token}.ics", own),
        Route("/a/{slug}.ics", activity),
        Route("/c/{token}.ics", sign_up),
    ]


def answer(request: Request, file: CalendarFile, cache: str, now: datetime) -> Response:
    """*file*, or 304 if the client has just that."""
    headers = {"etag": file.tag, "cache-control": cache, "content-disposition": content_disposition(file.title)}
    if file.changed_at is not None and now - file.changed_at >= _SETTLED:
        headers["last-modified"] = format_datetime(file.changed_at.astimezone(UTC), usegmt=True)
    if _has_it(request, file, "last-modified" in headers):
        return Response(status_code=304, headers=headers)
    return Response(file.body, headers=headers, media_type=MEDIA_TYPE)


def is_known(if_none_match: str, tag: str) -> bool:
    """Whether the header names *tag*: a list, weak or strong, or ``*``."""
    named = {part.strip().removeprefix("W/") for part in if_none_match.split(",")}
    return "*" in named or tag in named


def _has_it(request: Request, file: CalendarFile, is_settled: bool) -> bool:
    """Whether the client has *file*. If-None-Match has the only say where it is given (RFC 9110 §13.2.2)."""
    named = request.headers.get("if-none-match")
    if named is not None:
        return is_known(named, file.tag)
    since = _moment(request.headers.get("if-modified-since", ""))
    if since is None or file.changed_at is None or not is_settled:
        return False
    return file.changed_at.replace(microsecond=0) <= since


def _moment(header: str) -> datetime | None:
    """The date of a header; ``None`` for what is none: it counts as not sent."""
    try:
        found = parsedate_to_datetime(header)
    except (ValueError, TypeError):
        return None
    return None if found.tzinfo is None else found


def _named(request: Request, name: str) -> frozenset[str]:
    return frozenset(tag for value in request.query_params.getlist(name) for tag in value.split(",") if tag)


def _unknown(name: str, wanted: frozenset[str], tags: Tags) -> list[str]:
    """What is wrong with a feed's filter, and what there is: a feed that leaves out the wrong thing tells nobody."""
    known = [tag.key for tag in tags if not tag.restricted]
    return [f"{name}: there is no {tag[:40]!r}; there are {', '.join(known)}" for tag in sorted(wanted - {*known})]


def _feed(
    house: App, uow: UnitOfWork, code: str | None, audience: frozenset[str], topics: frozenset[str]
) -> CalendarFile | None:
    region = None if code is None else uow.regions.by_code(code)
    if code is not None and region is None:
        return None
    return house.feeds.public_feed(uow, house.clock(), region, audience, topics)
