"""Announcing: what is sent to many, seen before it goes, approved, followed and stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.broadcast import About, BroadcastId, BroadcastState
from outreach.domain.errors import NotFound
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Language
from outreach.services import broadcasts
from outreach.services.access import require_somewhere
from outreach.services.broadcast_drafts import is_for_all_to_see
from outreach.services.cards import Region
from outreach.services.cards_broadcasts import BroadcastCard, NewBroadcast
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.web.console.frame import Console, Page
from outreach.web.console.moments import moment_of
from outreach.web.console.visit import Go, Visit

PATH = "/console/announce"
PAGE_SIZE = 30
CALLS_SHOWN = 100
_NOT_BEGUN = (BroadcastState.DRAFT, BroadcastState.APPROVED)
_OVER = (BroadcastState.DONE, BroadcastState.STOPPED)


@dataclass(frozen=True, slots=True)
class Wish:
    """What a new announcement is about, as the address says: an activity, an item, or words of one's own."""

    about: About
    activity_id: ActivityId | None = None
    slug: str = ""


def routes(console: Console) -> list[BaseRoute]:
    """``/console/announce``: the list, a new one, one with its deeds, and whom it did not reach."""
    one, new = f"{PATH}/{{broadcast}}", Page("console/new_announcement.html", _new)
    page = Page("console/announcement.html", _one)
    return [
        console.get(PATH, Page("console/announcements.html", _list)),
        console.get(f"{PATH}/new", new),
        console.post(f"{PATH}/new", _draft, new),
        console.get(one, page),
        console.get(f"{one}/calls", Page("console/calls.html", _calls, audited=True)),
        console.post(f"{one}/approve", _approve, page),
        console.post(f"{one}/schedule", _schedule, page),
        console.post(f"{one}/stop", _stop, page),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    before = visit.asked_number("before")
    found = broadcasts.listed(uow, visit.by, PAGE_SIZE + 1, None if before is None else BroadcastId(before))
    shown = found[:PAGE_SIZE]
    return {
        "announcements": shown,
        "older": f"{PATH}?before={shown[-1].id}" if len(found) > PAGE_SIZE else "",
    }


def _new(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    own = _own_unit(uow, visit)
    wish = _wish(visit)
    title, audience = _title_of(uow, wish, visit.lang)
    form = visit.form.opened_with(
        unit=own.code, audience=tuple(audience), language=tuple(one.value for one in Language), when="now"
    )
    return {
        "wish": wish,
        "title": title,
        "form": form,
        "tags": [(tag.key, tag.label(visit.lang)) for tag in visit.house.core.crafts.vocabulary.audiences],
        "languages": [(one.value, visit.texts[f"language_{one.value}"]) for one in Language],
        "labels": _labels(visit),
    }


def _draft(uow: UnitOfWork, visit: Visit) -> Go:
    form, wish = visit.form, _wish(visit)
    unit, audience = uow.regions.by_code(form.text("unit")), frozenset(form.all("audience"))
    where = unit or _own_unit(uow, visit)  # so that all else that is wrong is found beside an unknown unit
    begins = _begins(visit, where.zone)
    problems = [] if audience else [Problem("audience", "choose", "nobody is named; choose at least one")]
    problems += [] if unit else [Problem("unit", "no_unit", "there is no unit with that code")]
    problems += [begins] if isinstance(begins, Problem) else []
    new = NewBroadcast(
        about=wish.about,
        region_id=where.id,
        activity_id=wish.activity_id,
        slug=wish.slug or None,
        texts={one: text for one in Language if (text := form.text(f"text.{one.value}"))},
        audience=audience,
        languages=_languages(visit, wish),
        starts_at=None if isinstance(begins, Problem) else begins,
    )
    try:
        card = broadcasts.draft(uow, visit.by, visit.house.newsroom, new, visit.now)
    except BadFields as refused:
        raise BadFields([*problems, *refused.found]) from None
    if problems:  # whoever unticks everybody does not mean everybody; nothing is kept of what was just drafted
        raise BadFields(problems)
    return Go(f"{PATH}/{card.id}", "announcement_drafted")


def _own_unit(uow: UnitOfWork, visit: Visit) -> Region:
    path, _ = require_somewhere(visit.by, Permission.BROADCAST)
    return uow.regions.get(RegionId(int(path.strip("/").rpartition("/")[2]))) if path else uow.regions.root()


def _languages(visit: Visit, wish: Wish) -> frozenset[Language]:
    """Those chosen; words of one's own go out in the languages that they were written in."""
    if wish.about is About.TEXT:
        return frozenset()
    return frozenset(one for one in Language if visit.form.has("language", one.value))


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    status = broadcasts.status(uow, visit.by, _id(visit))
    card, room = status.card, visit.house.newsroom
    is_draft = card.state is BroadcastState.DRAFT
    seen = broadcasts.preview(uow, visit.by, room, card.id, visit.now) if is_draft else None
    counted = is_draft and (visit.asked("count") or broadcasts.is_counted_at_once(uow, card))
    run = broadcasts.dry_run(uow, visit.by, room, card.id, visit.now) if counted else None
    return {
        "card": card,
        "form": visit.form.opened_with(**_time_chosen(card)),
        "by_state": status.by_state,
        "reasons": [one for one in status.outcomes if one.reason],
        "seen": seen,
        "run": run,
        "may_approve": is_draft and visit.by.may(Permission.APPROVE_BROADCAST, card.region_path),
        "is_own": _is_own(visit, card),
        "is_over": card.state in _OVER,
        "not_begun": card.state in _NOT_BEGUN,
        "may_call": visit.by.reach(Permission.SEE_ROSTER) is not None,
        "labels": _labels(visit),
    }


def _calls(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    after = visit.asked_number("after") or 0
    card = broadcasts.status(uow, visit.by, _id(visit)).card
    found = broadcasts.call_list(uow, visit.by, card.id, visit.now, CALLS_SHOWN + 1, after)
    shown = found[:CALLS_SHOWN]
    following = f"{PATH}/{card.id}/calls?after={shown[-1].resident_id}" if len(found) > CALLS_SHOWN else ""
    return {"card": card, "back": f"{PATH}/{card.id}", "lines": shown, "following": following}


def _approve(uow: UnitOfWork, visit: Visit) -> Go:
    broadcast = _id(visit)
    seen = visit.form.text("fingerprint")
    broadcasts.approve(uow, visit.by, visit.house.newsroom, broadcast, visit.now, fingerprint=seen)
    return Go(f"{PATH}/{broadcast}", "announced")


def _schedule(uow: UnitOfWork, visit: Visit) -> Go:
    broadcast = _id(visit)
    begins = _begins(visit, uow.broadcasts.get(broadcast).zone)
    if isinstance(begins, Problem):
        raise BadFields([begins])
    broadcasts.schedule(uow, visit.by, broadcast, begins, visit.now)
    return Go(f"{PATH}/{broadcast}", "scheduled")


def _stop(uow: UnitOfWork, visit: Visit) -> Go:
    broadcast = _id(visit)
    broadcasts.stop(uow, visit.by, broadcast, visit.now)
    return Go(f"{PATH}/{broadcast}", "stopped")


def _id(visit: Visit) -> BroadcastId:
    return BroadcastId(visit.id("broadcast"))


def _time_chosen(card: BroadcastCard) -> Mapping[str, str]:
    if card.starts_at is None:
        return {"when": "now"}
    local = card.starts_at.astimezone(ZoneInfo(card.zone)).replace(tzinfo=None)
    return {"when": "later", "starts": local.isoformat(timespec="minutes")}


def _is_own(visit: Visit, card: BroadcastCard) -> bool:
    """Whether somebody else has to approve it, for they drafted it themself."""
    return card.needs_second and card.drafted_by_id == visit.by.staff_id


def _wish(visit: Visit) -> Wish:
    given = visit.form if visit.form.sent else None
    activity = visit.typed_number("activity") if given else visit.asked_number("activity")
    slug = given.text("item") if given else visit.asked("item")
    if activity is not None:
        return Wish(About.ACTIVITY, ActivityId(activity))
    return Wish(About.ITEM, slug=slug) if slug else Wish(About.TEXT)


def _title_of(uow: UnitOfWork, wish: Wish, language: Language) -> tuple[str, list[str]]:
    """What it is called, and for whom it is meant as it stands."""
    if wish.activity_id is not None:
        card = uow.activities.card(wish.activity_id)
        if not is_for_all_to_see(card):
            raise NotFound("activity", wish.activity_id)
        return card.title, sorted(card.audience)
    if wish.slug:
        items = uow.contents.approved(slug=wish.slug)
        if not items:
            raise NotFound("item", wish.slug)
        return next((one for one in items if one.language is language), items[0]).title, sorted(items[0].audience)
    return "", ["general"]


def _begins(visit: Visit, zone: str) -> datetime | Problem | None:
    """The time to begin that was chosen, ``None``: at once; or what is wrong with it."""
    if visit.form.text("when") != "later":
        return None
    typed = visit.form.text("starts")
    return moment_of(typed, zone, "starts") if typed else Problem("starts", "not_a_time", "choose a day and a time")


def _labels(visit: Visit) -> Mapping[str, str]:
    texts = visit.texts
    named = {"unit": "unit_code", "audience": "audience", "language": "language", "starts": "when_to_begin"}
    words = {f"text.{one.value}": texts[f"words_in_{one.value}"] for one in Language}
    return {**{field: texts[word] for field, word in named.items()}, **words, "text": texts["your_words"]}
