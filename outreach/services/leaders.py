"""Who leads activities: kept with what they have shown, for their unit and all below it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import NotFound, StaleVersion
from outreach.services.access import require, require_somewhere
from outreach.services.cards_rooms import LeaderCard, LeaderForm, LeaderId
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.services.rooms import LONGEST_NAME, about_shared, may_use

MOST_QUALIFICATIONS = 20


def add(uow: UnitOfWork, by: Actor, form: LeaderForm, now: datetime) -> LeaderCard:
    """A new leader. Raises `BadInput` with all problems, or `Forbidden`."""
    require(by, Permission.PLAN_ACTIVITIES, uow.regions.get(form.region_id).path)
    _require_none(form)
    leader_id = uow.rooms.add_leader(form)
    uow.audit.write(by, "add", "leader", leader_id, now)
    return uow.rooms.leader(leader_id)


def change(
    uow: UnitOfWork, by: Actor, leader_id: LeaderId, form: LeaderForm, version: int, now: datetime
) -> LeaderCard:
    """The leader as *form* says, which was opened at *version*; what is booked stays booked.

    Raises `NotFound`, `BadInput`, `StaleVersion` if somebody changed it meanwhile, or `Forbidden`.
    """
    require(by, Permission.PLAN_ACTIVITIES, uow.rooms.leader(leader_id).region_path)
    require(by, Permission.PLAN_ACTIVITIES, uow.regions.get(form.region_id).path)
    _require_none(form)
    if not uow.rooms.change_leader(leader_id, form, version):
        raise StaleVersion(f"leader {leader_id} was changed meanwhile: open it again")
    uow.audit.write(by, "change", "leader", leader_id, now)
    return uow.rooms.leader(leader_id)


def get(uow: UnitOfWork, by: Actor, leader_id: LeaderId) -> LeaderCard:
    """A leader whom *by* may plan with. Raises `NotFound`, also for one elsewhere, or `Forbidden`."""
    card = uow.rooms.leader(leader_id)
    if not may_use(by, card):
        raise NotFound("leader", leader_id)
    return card


def listed(uow: UnitOfWork, by: Actor, limit: int, after: LeaderId | None = None) -> list[LeaderCard]:
    """Leaders whom *by* may plan with: of their unit, of those it lies in, of those below if they plan there. By id.

    Raises `Forbidden` for somebody who plans nothing.
    """
    path, below = require_somewhere(by, Permission.PLAN_ACTIVITIES)
    return uow.rooms.leaders(path, limit, after, below=below)


def _require_none(form: LeaderForm) -> None:
    found = [*about_shared(form), *_about_shown(form)]
    if not form.kinds:
        found.append(Problem("kinds", "no_kind", "name at least one kind of activity that they may lead"))
    if found:
        raise BadFields(found)


def _about_shown(form: LeaderForm) -> Iterator[Problem]:
    if len(form.qualifications) > MOST_QUALIFICATIONS:
        said = f"more than {MOST_QUALIFICATIONS}: keep those that matter here"
        yield Problem("qualifications", "too_many", said, {"most": MOST_QUALIFICATIONS})
    for one in form.qualifications:
        for text in (one.title, one.issuer):
            if not text.strip() or not text.isprintable() or len(text) > LONGEST_NAME:
                said = f"each needs a title and who issued it, of at most {LONGEST_NAME} characters"
                yield Problem("qualifications", "qualification", said, {"most": LONGEST_NAME})
