"""Planning: a new activity, one changed, a draft published."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

from starlette.routing import BaseRoute

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.activity_defaults import USUAL
from outreach.domain.actor import Permission
from outreach.domain.errors import ActivityNotFound, NotFound
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.offers import Promotion
from outreach.services import activities, activity_lists
from outreach.services.activities import ChangedMeanwhile
from outreach.services.cards import ActivityCard, NewActivity
from outreach.services.cards_planning import plan_of
from outreach.services.ports import UnitOfWork
from outreach.web.console import activity_form as fields
from outreach.web.console.activity_form import WAS, Reading
from outreach.web.console.forms import Form
from outreach.web.console.frame import Console, Page
from outreach.web.console.rendering import Telling
from outreach.web.console.visit import Go, Visit

NEW, ONE = "/console/activities/new", "/console/activities/{activity}"
_ONCE = re.compile(r"[0-9a-f]{32}")


def routes(console: Console) -> list[BaseRoute]:
    """The forms of an activity. They stand before its own page: ``new`` is no number."""
    new, edit = Page("console/new.html", _new), Page("console/edit.html", _edit)
    return [
        console.get(NEW, new),
        console.post(NEW, _add, new),
        console.get(f"{ONE}/edit", edit),
        console.post(f"{ONE}/edit", _change, edit),
        console.post(f"{ONE}/publish", _publish, edit),
    ]


def _new(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    units = activity_lists.units_to_plan_for(uow, visit.by)
    kind = _kind(visit)
    form = visit.form.opened_with(
        **fields.usual_fields(USUAL[kind]), kind=kind.value, region=str(units[0].id) if units else "", once=uuid4().hex
    )
    return {
        "form": form,
        "kind": kind,
        "kinds": list(ActivityKind),
        "units": [(unit.id, "　" * (unit.level - units[0].level) + unit.name) for unit in units],
        "hosts": fields.hosts_for(None, activity_lists.hosts_to_choose(uow, visit.by), visit.texts["no_host"]),
        **_choices(visit, form),
    }


def _add(uow: UnitOfWork, visit: Visit) -> Go:
    form = visit.form
    units = {unit.id: unit for unit in activity_lists.units_to_plan_for(uow, visit.by)}
    unit = units.get(RegionId(visit.typed_number("region") or 0))
    if unit is None:
        raise NotFound("region", "of theirs")
    reading = Reading(form)
    hosts = [one for one in activity_lists.hosts_to_choose(uow, visit.by) if unit.path.startswith(one.region_path)]
    plan = fields.read_plan(reading, unit.zone, visit.house.core.crafts.vocabulary, hosts)
    fields.check(reading, plan, visit.now)
    new = NewActivity(
        kind=_kind(visit),
        title=plan.title,
        summary=plan.summary,
        place=plan.place,
        starts_at=plan.starts_at,
        ends_at=plan.ends_at,
        seats=plan.seats,
        region_id=unit.id,
        audience=plan.audience,
        policy=plan.policy,
        restricted=plan.restricted,
        draft=form.has("draft"),
        host_id=plan.host_id,
        promotion=plan.promotion,
        together=plan.together,
        closes_before=plan.closes_before,
    )
    once = form.text("once")
    key = once if _ONCE.fullmatch(once) else None
    card = activities.add(uow, visit.by, new, visit.house.core.rule, visit.now, key)
    return Go(f"/console/activities/{card.id}", "drafted" if new.draft else "added")


def _edit(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _to_plan(uow, visit)
    stored = fields.fields_of(plan_of(card), card.zone)
    theirs = visit.refused.fields if isinstance(visit.refused, ChangedMeanwhile) else ()
    opened = visit.form.opened_with(**stored, **{WAS + name: value for name, value in stored.items()})
    form = fields.rebased(opened, stored) if theirs else opened
    return {
        "card": card,
        "form": form,
        "is_draft": card.status is ActivityStatus.DRAFT,
        "theirs": [_FIELDS[name] for name in theirs],
        "shown": partial(_readable, visit),
        "hosts": fields.hosts_for(card, activity_lists.hosts_to_choose(uow, visit.by), visit.texts["no_host"]),
        "was": {WAS + name: form.all(WAS + name) for name in stored},
        **_choices(visit, form),
    }


_FIELDS = {
    "title": "title", "summary": "summary", "place": "place", "starts_at": "starts", "ends_at": "minutes",
    "seats": "seats", "audience": "audience", "policy": "policy", "restricted": "restricted", "host_id": "host",
    "promotion": "promotion", "together": "together", "closes_before": "closes",
}  # fmt: skip
"""The field of the form by the one of the plan."""


def _change(uow: UnitOfWork, visit: Visit) -> Go:
    card = _to_plan(uow, visit)
    vocabulary, hosts = visit.house.core.crafts.vocabulary, activity_lists.hosts_to_choose(uow, visit.by)
    able = [one for one in hosts if card.region_path.startswith(one.region_path)]
    reading = Reading(visit.form)
    wanted = fields.read_plan(reading, card.zone, vocabulary, able)
    reading.require_none()
    expected = fields.read_plan(Reading(visit.form, WAS), card.zone, vocabulary, hosts)
    done = activities.edit(uow, visit.by, card.id, expected, wanted, visit.house.core.rule, visit.now)
    if not done.fields:
        return Go(_path(card), "unchanged")
    return Go(_path(card), "promoted" if done.promoted else "edited", done.promoted or None)


def _publish(uow: UnitOfWork, visit: Visit) -> Go:
    card = _to_plan(uow, visit)
    activities.publish(uow, visit.by, card.id, visit.house.core.rule, visit.now)
    return Go(_path(card), "published")


def _to_plan(uow: UnitOfWork, visit: Visit) -> ActivityCard:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    if not visit.by.may(Permission.PLAN_ACTIVITIES, card.region_path):
        raise ActivityNotFound
    return card


def _kind(visit: Visit) -> ActivityKind:
    asked = visit.form.text("kind") or visit.asked("kind")
    return next((kind for kind in ActivityKind if kind.value == asked), ActivityKind.LECTURE)


def _choices(visit: Visit, form: Form) -> Mapping[str, Any]:
    audiences, more = fields.audience_boxes(visit.house.core.crafts.vocabulary, visit.lang, form)
    return {
        "audiences": audiences,
        "more_audiences": more,
        "labels": {name: visit.texts[name] for name in _FIELDS.values()},
        "promotions": [(one.value, visit.texts[f"promotion_{one.value}"]) for one in Promotion],
        "togethers": [("", visit.texts["together_kept"]), (fields.APART, visit.texts["together_apart"])],
        "closings": [(minutes, _closes(visit, minutes)) for minutes in fields.CLOSES],
        "policies": [(policy.value, visit.texts[f"policy_{policy.value}"]) for policy in SignUpPolicy],
    }


def _closes(visit: Visit, minutes: int) -> str:
    return visit.texts["closes_before"].format(hours=minutes // 60) if minutes else visit.texts["closes_at_start"]


def _readable(visit: Visit, name: str, values: Sequence[str]) -> str:
    """What stands in the field *name*, for people."""
    texts = visit.texts
    if name == "audience":
        return Telling(visit.lang, visit.now, visit.house).audiences(frozenset(values))
    value = next(iter(values), "")
    if name == "restricted":
        return texts["yes" if value else "no"]
    if name == "together":
        return texts["together_apart" if value else "together_kept"]
    if name == "closes":
        return _closes(visit, int(value)) if value.isdecimal() else ""
    return texts.get(f"{name}_{value}", value) if name in {"policy", "promotion"} else value.replace("T", " ")


def _path(card: ActivityCard) -> str:
    return f"/console/activities/{card.id}"
