"""One activity: how it stands, and moving or calling it off with what that sets in motion shown before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from outreach.domain.activity import ActivityStatus
from outreach.domain.actor import Permission
from outreach.domain.errors import ActivityNotFound, StaleVersion
from outreach.domain.ids import ActivityId
from outreach.domain.notices import told_before
from outreach.services import activities, activity_lists
from outreach.services.access import may_see_people
from outreach.services.activity_checks import about_place, about_start
from outreach.services.cards import ActivityCard
from outreach.services.cards_notices import NoticeCounts
from outreach.services.cards_planning import plan_of
from outreach.services.ports import UnitOfWork
from outreach.web.console.activity_form import WAS, Reading, fields_of
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

ONE = "/console/activities/{activity}"


def routes(console: Console) -> list[BaseRoute]:
    """An activity's own page and what can be done to it."""
    move, call_off = Page("console/move.html", _moving), Page("console/call_off.html", _calling_off)
    return [
        console.get(ONE, Page("console/activity.html", _shown)),
        console.get(f"{ONE}/move", move),
        console.post(f"{ONE}/move", _move, move),
        console.get(f"{ONE}/call-off", call_off),
        console.post(f"{ONE}/call-off", _call_off, call_off),
    ]


def _shown(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    may_plan = visit.by.may(Permission.PLAN_ACTIVITIES, card.region_path)
    host = None if card.host_id is None else uow.activities.host_name(card.host_id)
    sees_people = may_see_people(visit.by, Permission.SEE_ROSTER, card)
    return {
        "card": card,
        "host": host,
        "is_draft": card.status is ActivityStatus.DRAFT,
        "is_ahead": visit.now < card.starts_at and card.status is not ActivityStatus.CALLED_OFF,
        "is_over": visit.now >= card.ends_at,
        "may_plan": may_plan,
        "may_announce": _may_announce(visit, card),
        "may_see_people": sees_people,
        "has_figures": visit.now >= card.starts_at and visit.by.may(Permission.SEE_COUNTS, card.region_path),
        **(_who_knows(uow, visit, card) if sees_people and visit.now < card.ends_at else _NOBODY),
    }


_NOBODY: Mapping[str, Any] = {"to_call": 0, "news": NoticeCounts()}
"""What whoever sees no person sees of who knows the latest."""


def _who_knows(uow: UnitOfWork, visit: Visit, card: ActivityCard) -> Mapping[str, Any]:
    to_call = uow.notices.number_to_call(card.id, told_before(card.starts_at, visit.now))
    return {"to_call": to_call, "news": uow.notices.counts(card.id)}


def _may_announce(visit: Visit, card: ActivityCard) -> bool:
    """Whether there is something to announce, and they may: a restricted activity comes to nobody's ears that way."""
    is_open = card.status is ActivityStatus.PUBLISHED and visit.now < card.starts_at and not card.restricted
    return is_open and visit.by.reach(Permission.BROADCAST) is not None


def _moving(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _to_plan(uow, visit)
    stored = fields_of(plan_of(card), card.zone)
    shown = {name: stored[name] for name in ("starts", "place")}
    form = visit.form.opened_with(**shown)
    was = shown if isinstance(visit.refused, StaleVersion) or not visit.form.sent else _were(visit)
    return {
        "card": card,
        "form": form,
        "was": {WAS + name: value for name, value in was.items()},
        "labels": {"starts": visit.texts["new_start"], "place": visit.texts["new_place"]},
        "ripple": activities.ripple(uow, visit.by, card.id),
    }


def _move(uow: UnitOfWork, visit: Visit) -> Go:
    card = _to_plan(uow, visit)
    reading = Reading(visit.form)
    starts_at, place = reading.moment("starts", card.zone), reading.text("place")
    reading.add(about_place(place))
    stored = fields_of(plan_of(card), card.zone)
    were = _were(visit)
    new_start = starts_at if visit.form.text("starts") != were["starts"] else None
    new_place = place if place != were["place"] else None
    if new_start is not None:
        reading.add(about_start(new_start, visit.now))
    reading.require_none()
    if any(stored[name] != were[name] for name in were) and (new_start or new_place):
        raise StaleVersion(f"activity {card.id} was moved meanwhile")
    fact = activities.move(uow, visit.by, card.id, new_start, new_place, visit.house.core.rule, visit.now)
    if fact is None:
        return Go(_path(card), "unchanged")
    return Go(_path(card), "moved", activities.ripple(uow, visit.by, card.id).messages)


def _calling_off(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _to_plan(uow, visit)
    return {"card": card, "ripple": activities.ripple(uow, visit.by, card.id)}


def _call_off(uow: UnitOfWork, visit: Visit) -> Go:
    card = _to_plan(uow, visit)
    if card.status is ActivityStatus.CALLED_OFF:  # a second press of the same button
        return Go(_path(card), "off_already")
    told = activities.ripple(uow, visit.by, card.id).messages
    activities.call_off(uow, visit.by, card.id, visit.now)
    return Go(_path(card), "called_off", told)


def _were(visit: Visit) -> dict[str, str]:
    """What stood in the form when it was opened."""
    return {name: visit.form.text(WAS + name) for name in ("starts", "place")}


def _to_plan(uow: UnitOfWork, visit: Visit) -> ActivityCard:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    if not visit.by.may(Permission.PLAN_ACTIVITIES, card.region_path):
        raise ActivityNotFound
    return card


def _path(card: ActivityCard) -> str:
    return f"/console/activities/{card.id}"
