"""Who does something: a role and the part of the network it is for. Checked in the services, written to the audit.

The table of what each role may do is least privilege by the facts of domain.md 4.5: whoever stands higher sees more
places but fewer people.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.ids import StaffId


class Role(StrEnum):
    """What a member of staff is in the network."""

    OPERATOR = "operator"  # whoever holds the machine: the command line
    SYSTEM = "system"  # the program itself: ticks
    NETWORK_ADMIN = "network_admin"  # city: accounts, regions, counts; no person
    AREA_ADMIN = "area_admin"  # county or township: plans for the units below, sees people of its own unit only
    VILLAGE_ADMIN = "village_admin"  # one village or community: plans, sees who comes, answers
    DUTY = "duty"  # answers people and takes safety alerts, also for the units below
    HOST = "host"  # leads activities: sees who comes to their own
    LIAISON = "liaison"  # volunteer: sees counts, raises a concern
    EDITOR = "editor"  # writes and approves the library
    AUDITOR = "auditor"  # reads what was done by whom, everywhere


class Permission(StrEnum):
    """What can be asked of an actor."""

    PLAN_ACTIVITIES = "plan_activities"
    SEE_ROSTER = "see_roster"
    DECIDE_REQUESTS = "decide_requests"
    ANSWER_PEOPLE = "answer_people"
    HANDLE_ALERTS = "handle_alerts"
    SEE_ALERTS = "see_alerts"  # class, times and who took it; never a word
    APPROVE_CONTENT = "approve_content"
    BROADCAST = "broadcast"
    APPROVE_BROADCAST = "approve_broadcast"
    SEE_COUNTS = "see_counts"
    MANAGE_STAFF = "manage_staff"
    MANAGE_REGIONS = "manage_regions"
    SEE_CHANNELS = "see_channels"
    SEE_AUDIT = "see_audit"


class Reach(StrEnum):
    """How far a permission goes from the actor's own unit."""

    UNIT = "unit"  # this unit and no other
    BELOW = "below"  # this unit and all below it


_P, _UNIT, _BELOW = Permission, Reach.UNIT, Reach.BELOW

_GRANTED: Mapping[Role, Mapping[Permission, Reach]] = {
    Role.OPERATOR: dict.fromkeys(Permission, _BELOW),
    Role.SYSTEM: {},
    Role.NETWORK_ADMIN: {
        _P.PLAN_ACTIVITIES: _UNIT,
        _P.BROADCAST: _BELOW,
        _P.APPROVE_BROADCAST: _BELOW,
        _P.SEE_COUNTS: _BELOW,
        _P.MANAGE_STAFF: _BELOW,
        _P.MANAGE_REGIONS: _BELOW,
        _P.SEE_CHANNELS: _BELOW,
    },
    Role.AREA_ADMIN: {
        _P.PLAN_ACTIVITIES: _BELOW,
        _P.SEE_ROSTER: _UNIT,
        _P.DECIDE_REQUESTS: _UNIT,
        _P.ANSWER_PEOPLE: _UNIT,
        _P.SEE_ALERTS: _BELOW,
        _P.BROADCAST: _BELOW,
        _P.APPROVE_BROADCAST: _BELOW,
        _P.SEE_COUNTS: _BELOW,
        _P.MANAGE_STAFF: _BELOW,
        _P.MANAGE_REGIONS: _BELOW,
        _P.SEE_CHANNELS: _BELOW,
    },
    Role.VILLAGE_ADMIN: {
        _P.PLAN_ACTIVITIES: _UNIT,
        _P.SEE_ROSTER: _UNIT,
        _P.DECIDE_REQUESTS: _UNIT,
        _P.ANSWER_PEOPLE: _UNIT,
        _P.BROADCAST: _UNIT,
        _P.APPROVE_BROADCAST: _UNIT,
        _P.SEE_COUNTS: _UNIT,
        _P.SEE_CHANNELS: _UNIT,
    },
    Role.DUTY: {_P.ANSWER_PEOPLE: _BELOW, _P.HANDLE_ALERTS: _BELOW, _P.SEE_ALERTS: _BELOW},
    Role.HOST: {},  # their own activities alone: `services.access.require_for_people`
    Role.LIAISON: {_P.SEE_COUNTS: _UNIT},
    Role.EDITOR: {_P.APPROVE_CONTENT: _BELOW},
    Role.AUDITOR: {_P.SEE_AUDIT: _BELOW, _P.SEE_COUNTS: _BELOW},
}
_ON_DUTY: Mapping[Permission, Reach] = _GRANTED[Role.DUTY]

WHOLE_NETWORK = ""
LIBRARY_WIDE = frozenset({Permission.APPROVE_CONTENT})
"""The library is one for all: who may work on it somewhere may do so as a whole."""


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff at work. *region_path* is the lineage of their unit, such as ``/1/4/``; empty: everywhere.

    *on_duty*: beside their role they answer people and take alerts, in their unit and those below.
    """

    role: Role
    name: str
    staff_id: StaffId | None = None
    region_path: str = WHOLE_NETWORK
    on_duty: bool = False

    @classmethod
    def operator(cls) -> Actor:
        """The command line: whoever holds the machine holds the root role."""
        return cls(Role.OPERATOR, "operator")

    @classmethod
    def system(cls) -> Actor:
        """The program itself."""
        return cls(Role.SYSTEM, "system")

    def reach(self, permission: Permission) -> Reach | None:
        """How far *permission* goes from their unit; ``None``: they do not have it."""
        own = _GRANTED[self.role].get(permission)
        by_duty = _ON_DUTY.get(permission) if self.on_duty else None
        return Reach.BELOW if Reach.BELOW in (own, by_duty) else own or by_duty

    def may(self, permission: Permission, region_path: str = WHOLE_NETWORK) -> bool:
        """Whether this actor has *permission* over the region whose lineage is *region_path*."""
        reach = self.reach(permission)
        if reach is None:
            return False
        if permission in LIBRARY_WIDE:
            return True
        return region_path == self.region_path if reach is Reach.UNIT else region_path.startswith(self.region_path)
