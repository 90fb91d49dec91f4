"""Whether an actor may do something there; refused in one place, the same way everywhere."""

from __future__ import annotations

from outreach.domain.actor import WHOLE_NETWORK, Actor, Permission, Reach
from outreach.domain.errors import Forbidden
from outreach.domain.ids import StaffId
from outreach.services.cards import ActivityCard


def require(by: Actor, permission: Permission, region_path: str = WHOLE_NETWORK) -> None:
    """Raise `Forbidden` unless *by* has *permission* over the region with that lineage."""
    if not by.may(permission, region_path):
        raise Forbidden(f"{by.role} may not {permission} in region {region_path or 'of the whole network'}")


def require_somewhere(by: Actor, permission: Permission) -> tuple[str, bool]:
    """Where *by* has *permission*: the lineage to list by, and whether the units below belong to it.

    Raises `Forbidden` for somebody who has it nowhere. For lists: what lies elsewhere is simply not in them.
    """
    reach = by.reach(permission)
    if reach is None:
        raise Forbidden(f"{by.role} may not {permission} anywhere")
    return by.region_path, reach is Reach.BELOW


def require_for_people(by: Actor, permission: Permission, card: ActivityCard) -> None:
    """Raise `Forbidden` unless *by* may have to do with the people who come to *card*.

    In the region by their role; or because they planned or lead this very activity, whatever unit it is for.
    """
    if not may_see_people(by, permission, card):
        require(by, permission, card.region_path)


def may_see_people(by: Actor, permission: Permission, card: ActivityCard) -> bool:
    """Whether `require_for_people` lets them."""
    own = by.staff_id is not None and StaffId(by.staff_id) in (card.planned_by, card.host_id)
    covers = card.region_path.startswith(by.region_path)
    return by.may(permission, card.region_path) or (own and covers and permission in _OF_ONES_OWN)


_OF_ONES_OWN = frozenset({Permission.SEE_ROSTER, Permission.DECIDE_REQUESTS})
