"""What the console leads to: one line a page in the navigation, for those who may."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.domain.actor import Actor, Permission, Role
from outreach.services.regions import READERS

ROOT = "/console/"


@dataclass(frozen=True, slots=True)
class Door:
    """A line of the navigation: the word for it is ``nav_`` and *key*. Whoever has one of *needs* sees it."""

    key: str
    path: str
    needs: frozenset[Permission]
    roles: frozenset[Role] = frozenset()

    def is_open_to(self, by: Actor) -> bool:
        """Whether *by* has any use for it. The services decide anew for each thing that is done behind it."""
        return not (self.needs or self.roles) or by.role in self.roles or any(map(by.reach, self.needs))


_P = Permission
DOORS = (
    Door("today", ROOT, frozenset()),
    Door("activities", "/console/activities", frozenset({_P.PLAN_ACTIVITIES, _P.SEE_COUNTS}), frozenset({Role.HOST})),
    Door("figures", "/console/figures", frozenset({_P.SEE_COUNTS})),
    Door("announce", "/console/announce", frozenset({_P.BROADCAST})),
    Door("threads", "/console/threads", frozenset({_P.ANSWER_PEOPLE})),
    Door("alerts", "/console/alerts", frozenset({_P.SEE_ALERTS, _P.HANDLE_ALERTS})),
    Door("library", "/console/library", frozenset({_P.APPROVE_CONTENT, _P.BROADCAST})),
    Door("staff", "/console/staff", frozenset({_P.MANAGE_STAFF})),
    Door("regions", "/console/regions", READERS),
    Door("channels", "/console/channels", frozenset({_P.SEE_CHANNELS})),
    Door("audit", "/console/audit", frozenset({_P.SEE_AUDIT})),
)


def doors_for(by: Actor) -> tuple[Door, ...]:
    """The lines that *by* sees, in their order."""
    return tuple(door for door in DOORS if door.is_open_to(by))


def current(path: str) -> str:
    """The key of the line that *path* lies behind."""
    behind = (door for door in DOORS if path == door.path or (door.path != ROOT and path.startswith(f"{door.path}/")))
    return next((door.key for door in behind), "")
