"""Who does something: a role and the part of the network it is for. Checked in the services, written to the audit."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from outreach.domain.ids import StaffId


class Role(StrEnum):
    """What a member of staff may do; more arrive with the staff console."""

    OPERATOR = "operator"  # whoever holds the machine: the command line
    SYSTEM = "system"  # the program itself: ticks
    EDITOR = "editor"
    ADMIN = "admin"
    DUTY = "duty"


class Permission(StrEnum):
    """What can be asked of an actor."""

    PLAN_ACTIVITIES = "plan_activities"
    SEE_ROSTER = "see_roster"
    DECIDE_REQUESTS = "decide_requests"
    ANSWER_PEOPLE = "answer_people"
    HANDLE_ALERTS = "handle_alerts"
    APPROVE_CONTENT = "approve_content"


_GRANTED: dict[Role, frozenset[Permission]] = {
    Role.OPERATOR: frozenset(Permission),
    Role.SYSTEM: frozenset(),
    Role.EDITOR: frozenset({Permission.APPROVE_CONTENT}),
    Role.ADMIN: frozenset({Permission.PLAN_ACTIVITIES, Permission.SEE_ROSTER, Permission.DECIDE_REQUESTS}),
    Role.DUTY: frozenset({Permission.ANSWER_PEOPLE, Permission.HANDLE_ALERTS}),
}

WHOLE_NETWORK = ""


@dataclass(frozen=True, slots=True)
class Actor:
    """A member of staff at work. *region_path* is the lineage of their unit, such as ``/1/4/``; empty: everywhere."""

    role: Role
    name: str
    staff_id: StaffId | None = None
    region_path: str = WHOLE_NETWORK

    @classmethod
    def operator(cls) -> Actor:
        """The command line: whoever holds the machine holds the root role."""
        return cls(Role.OPERATOR, "operator")

    @classmethod
    def system(cls) -> Actor:
        """The program itself."""
        return cls(Role.SYSTEM, "system")

    def may(self, permission: Permission, region_path: str = WHOLE_NETWORK) -> bool:
        """Whether this actor has *permission* over the region whose lineage is *region_path*."""
        return permission in _GRANTED[self.role] and region_path.startswith(self.region_path)
