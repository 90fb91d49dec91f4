"""Activities as staff look for them: what they may not see is simply not there."""

from __future__ import annotations

from outreach.domain.actor import Actor, Permission, Reach
from outreach.domain.errors import ActivityNotFound, Forbidden
from outreach.domain.ids import ActivityId, StaffId
from outreach.services.access import require_somewhere
from outreach.services.cards import ActivityCard, Region
from outreach.services.cards_planning import Beginning, HostChoice, Scope, Wanted
from outreach.services.ports import UnitOfWork

MOST_UNITS, MOST_HOSTS = 500, 200  # in a list to choose from: more is for the search of a later page
_LOOKING = (Permission.PLAN_ACTIVITIES, Permission.SEE_COUNTS)


def scope_of(by: Actor) -> Scope:
    """Which activities *by* sees. Raises `Forbidden` for somebody who has nothing to do with them."""
    reaches = [reach for reach in map(by.reach, _LOOKING) if reach is not None]
    if not reaches and by.staff_id is None:
        raise Forbidden(f"{by.role} has nothing to do with activities")
    return Scope(by.region_path, max(reaches, key=[Reach.UNIT, Reach.BELOW].index, default=None), by.staff_id)


def may_see(by: Actor, card: ActivityCard) -> bool:
    """Whether `scope_of` holds *card*."""
    own = by.staff_id is not None and StaffId(by.staff_id) in (card.planned_by, card.host_id)
    return any(by.may(one, card.region_path) for one in _LOOKING) or (
        own and card.region_path.startswith(by.region_path)
    )


def seen(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> ActivityCard:
    """That activity. Raises `ActivityNotFound`, also for one that *by* may not see."""
    card = uow.activities.card(activity_id)
    if not may_see(by, card):
        raise ActivityNotFound(f"no activity {activity_id}")
    return card


def listed(uow: UnitOfWork, by: Actor, wanted: Wanted, limit: int) -> list[ActivityCard]:
    """By start: those that are not over; or, *past*, those that are, the last first."""
    return uow.activities.search(scope_of(by), wanted, limit)


def beginnings(uow: UnitOfWork, by: Actor, wanted: Wanted) -> list[Beginning]:
    """How many begin at which moment from ``since`` up to ``until``."""
    return uow.activities.beginnings(scope_of(by), wanted)


def units_to_plan_for(uow: UnitOfWork, by: Actor) -> list[Region]:
    """Where *by* may plan, each after the unit that holds it. Raises `Forbidden` for somebody who may nowhere."""
    unit, below = require_somewhere(by, Permission.PLAN_ACTIVITIES)
    return uow.activities.units(unit, Reach.BELOW if below else Reach.UNIT, MOST_UNITS)


def hosts_to_choose(uow: UnitOfWork, by: Actor) -> list[HostChoice]:
    """Who may lead an activity that *by* plans."""
    unit, _ = require_somewhere(by, Permission.PLAN_ACTIVITIES)
    return uow.activities.hosts(unit, MOST_HOSTS)
