"""The library: what there is, what is approved here, one text as each channel would carry it; approve, withdraw."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from starlette.routing import BaseRoute

from outreach.content import ContentItem, fit
from outreach.domain.actor import Permission
from outreach.domain.errors import NotFound
from outreach.domain.messages import Language, MessageKind, Outgoing
from outreach.runtime.doors import Door
from outreach.services import contents
from outreach.services.cards import ApprovedItem
from outreach.services.contents import Review
from outreach.services.letters import tip_text
from outreach.services.ports import UnitOfWork
from outreach.web import language
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

PATH = "/console/library"
PAGE_SIZE = 30


@dataclass(frozen=True, slots=True)
class Preview:
    """A text as one channel carries it: in so many messages."""

    adapter: str
    parts: Sequence[str]


def routes(console: Console) -> list[BaseRoute]:
    """``/console/library`` and ``/console/library/{slug}/{language}`` with its two deeds."""
    item = Page("console/item.html", _item)
    place = f"{PATH}/{{slug}}/{{tongue}}"
    return [
        console.get(PATH, Page("console/library.html", _list)),
        console.get(place, item),
        console.post(f"{place}/approve", _approve, item),
        console.post(f"{place}/withdraw", _withdraw, item),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    crafts = visit.house.core.crafts
    narrowed = {name: value for name in ("tongue", "audience") if (value := visit.asked(name))}
    lines = contents.listed(
        uow,
        visit.by,
        crafts.library,
        language=language.named(narrowed.get("tongue")),
        audience=narrowed.get("audience"),
        limit=PAGE_SIZE + 1,
        after=visit.asked("after"),
    )
    shown = lines[:PAGE_SIZE]
    following = f"{PATH}?{urlencode({**narrowed, 'after': shown[-1].key})}" if len(lines) > PAGE_SIZE else ""
    return {
        "lines": shown,
        "following": following,
        "tags": [(tag.key, tag.label(visit.lang)) for tag in crafts.vocabulary.audiences],
        "asked": {name: visit.asked(name) for name in ("tongue", "audience")},
        "languages": [(one.value, visit.texts[f"language_{one.value}"]) for one in Language],
    }


def _item(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    slug, tongue = _named(visit)
    library = visit.house.core.crafts.library
    found = contents.listed(uow, visit.by, library, language=tongue, limit=1, after=_before(slug))
    line = next((one for one in found if one.slug == slug), None)
    if line is None:
        raise NotFound("item", slug)
    item = library.get(slug, tongue)
    return {
        "line": line,
        "item": item,
        "problems": _review(visit).errors(item, visit.now) if item is not None else (),
        "previews": _previews(visit, item) if item is not None else (),
        "may_approve": visit.by.reach(Permission.APPROVE_CONTENT) is not None,
        "may_announce": visit.by.reach(Permission.BROADCAST) is not None,
        "others": [one for one in Language if one is not tongue],
        "zone": visit.house.settings.timezone,
    }


def _approve(uow: UnitOfWork, visit: Visit) -> Go:
    slug, tongue = _named(visit)
    item = visit.house.core.crafts.library.get(slug, tongue)
    if item is None:
        raise NotFound("item", slug)
    contents.approve(uow, visit.by, item, visit.now, _review(visit))
    return Go(f"{PATH}/{slug}/{tongue}", "approved_item")


def _withdraw(uow: UnitOfWork, visit: Visit) -> Go:
    slug, tongue = _named(visit)
    contents.withdraw(uow, visit.by, slug, tongue, visit.form.text("reason"), visit.now)
    return Go(f"{PATH}/{slug}/{tongue}", "withdrawn_item")


def _named(visit: Visit) -> tuple[str, Language]:
    slug, tongue = visit.request.path_params["slug"], language.named(visit.request.path_params["tongue"])
    if tongue is None:
        raise NotFound("item", "of that language")
    return slug, tongue


def _before(slug: str) -> str:
    """The key behind which *slug* comes first: keys are slug and language with a dot between."""
    return f"{slug}."


def _review(visit: Visit) -> Review:
    crafts = visit.house.core.crafts
    return Review(crafts.library, crafts.wording_rules)


def _previews(visit: Visit, item: ContentItem) -> list[Preview]:
    """As it would be sent now, once for each kind of channel that is open."""
    desk, told = visit.house.core.desk, Language(item.language)
    as_approved = ApprovedItem(item.slug, told, item.version, item.title, item.body)
    text = tip_text(desk, as_approved, told, visit.now)
    message = Outgoing(MessageKind.EDUCATION, desk.wording.say("push.tip", told, text=text))
    by_adapter: dict[str, Door] = {door.adapter: door for door in visit.house.doors}
    return [
        Preview(adapter, [part.text for part in fit(message, door.channel.capabilities)])
        for adapter, door in by_adapter.items()
    ]
