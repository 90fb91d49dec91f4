"""What needs somebody now: their work, and nothing else."""

from __future__ import annotations

from datetime import datetime

from outreach.content import Library
from outreach.domain.actor import Actor, Permission, Reach
from outreach.domain.broadcast import BroadcastState
from outreach.services import contents
from outreach.services.activity_lists import scope_of
from outreach.services.cards import ActivityCard
from outreach.services.cards_broadcasts import BroadcastCard
from outreach.services.cards_content import ItemState
from outreach.services.cards_overview import Overview, Reachable, Requests
from outreach.services.cards_planning import Scope, Wanted
from outreach.services.ports import UnitOfWork

MOST = 10  # lines of a kind: a first page that scrolls is no overview
MOST_ITEMS = 1_000  # of the library
RECENT = 50  # broadcasts looked at for those that run
_RUNNING = frozenset({BroadcastState.APPROVED, BroadcastState.PLANNING, BroadcastState.SENDING})
_P = Permission


def of(uow: UnitOfWork, by: Actor, library: Library, midnight: datetime, until: datetime, now: datetime) -> Overview:
    """What waits for *by*, and what takes place from *midnight* up to *until*. A constant number of statements."""
    waiting = uow.overviews.waiting(_reachable(by, _P.SEE_ALERTS), _reachable(by, _P.ANSWER_PEOPLE), by.region_path)
    sees_alerts, answers = by.reach(_P.SEE_ALERTS) is not None, by.reach(_P.ANSWER_PEOPLE) is not None
    return Overview(
        alerts=waiting.alerts if sees_alerts else None,
        notes=waiting.notes if answers else None,
        nobody_on_duty=waiting.on_duty == 0 and (sees_alerts or answers or by.reach(_P.MANAGE_STAFF) is not None),
        requests=_requests(uow, by, now),
        days=_days(uow, by, midnight, until),
        broadcasts=_broadcasts(uow, by),
        in_review=_in_review(uow, by, library),
    )


def _reachable(by: Actor, permission: Permission) -> Reachable:
    return Reachable(by.region_path, by.reach(permission) is Reach.BELOW)


def _requests(uow: UnitOfWork, by: Actor, now: datetime) -> list[Requests] | None:
    reach = by.reach(_P.DECIDE_REQUESTS)
    if reach is None and by.staff_id is None:
        return None
    return uow.overviews.requests(Scope(by.region_path, reach, by.staff_id), now, MOST)


def _days(uow: UnitOfWork, by: Actor, midnight: datetime, until: datetime) -> list[ActivityCard] | None:
    return uow.activities.search(scope_of(by), Wanted(since=midnight, until=until), MOST)


def _broadcasts(uow: UnitOfWork, by: Actor) -> list[BroadcastCard] | None:
    reach = by.reach(_P.BROADCAST)
    if reach is None:
        return None
    recent = uow.broadcasts.listed(by.region_path, RECENT, below=reach is Reach.BELOW)
    return [card for card in recent if card.state in _RUNNING][:MOST]


def _in_review(uow: UnitOfWork, by: Actor, library: Library) -> int | None:
    if by.reach(_P.APPROVE_CONTENT) is None:
        return None
    lines = contents.listed(uow, by, library, limit=MOST_ITEMS)
    return sum(line.state in (ItemState.IN_REVIEW, ItemState.APPROVED_OLDER) for line in lines)
