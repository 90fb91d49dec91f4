"""Finding activities for staff: by unit, kind, state, words and days; what they may not see is not there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from outreach.domain.activity import ActivityStatus
from outreach.domain.actor import Reach
from outreach.services.cards import ActivityCard
from outreach.services.cards_planning import Beginning, Scope, Wanted
from outreach.store.shelves.activity_cards import ACTIVITY, REGION, activity_card, select_cards
from outreach.store.transaction import Transaction

_A = ACTIVITY.c
LONGEST = timedelta(days=31)  # of an activity: what begins within a span ends at most so long after it


def listed(at: Transaction, scope: Scope, wanted: Wanted, limit: int) -> list[ActivityCard]:
    """By start: forwards those that are not over at ``since``, backwards (*past*) those that are."""
    order = (_A.starts_at.desc(), _A.id.desc()) if wanted.past else (_A.starts_at, _A.id)
    statement = select_cards().where(*_conditions(scope, wanted)).order_by(*order).limit(limit)
    return [activity_card(row) for row in at.connection.execute(statement)]


def beginnings(at: Transaction, scope: Scope, wanted: Wanted) -> list[Beginning]:
    """Activities counted by the moment at which they begin: hundreds of rows for a month of thousands."""
    off = func.sum(case((_A.status == ActivityStatus.CALLED_OFF.value, 1), else_=0))
    statement = (
        select(_A.starts_at, func.count(), off)
        .select_from(ACTIVITY.join(REGION, REGION.c.id == _A.region_id))
        .where(*_conditions(scope, wanted))
        .group_by(_A.starts_at)
        .order_by(_A.starts_at)
    )
    return [Beginning(moment, int(count), int(called)) for moment, count, called in at.connection.execute(statement)]


def _conditions(scope: Scope, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    yield within(scope)
    yield from _when(wanted)
    if wanted.below:
        yield REGION.c.path.startswith(wanted.below, autoescape=True)
    if wanted.kind is not None:
        yield _A.kind == wanted.kind.value
    if wanted.status is not None:
        yield _A.status == wanted.status.value
    if wanted.text:
        yield _A.title.icontains(wanted.text, autoescape=True)
    if wanted.after is not None:
        yield _behind(wanted)


def within(scope: Scope) -> ColumnElement[bool]:
    """Whether an activity, joined with its region, is in *scope*."""
    found: list[ColumnElement[bool]] = [false()]
    here_or_below = REGION.c.path.startswith(scope.unit, autoescape=True)
    if scope.reach is not None:
        found.append(here_or_below if scope.reach is Reach.BELOW else REGION.c.path == scope.unit)
    if scope.own is not None:
        found.append(and_(here_or_below, or_(_A.planned_by == scope.own, _A.host_id == scope.own)))
    return or_(*found)


def _when(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.until is not None:  # the bounds on the end say nothing new, but the index is over the end
        yield and_(_A.starts_at >= wanted.since, _A.starts_at < wanted.until)
        yield and_(_A.ends_at > wanted.since, _A.ends_at < wanted.until + LONGEST)
    elif wanted.past:
        yield _A.ends_at <= wanted.since
    else:
        yield _A.ends_at > wanted.since


def _behind(wanted: Wanted) -> ColumnElement[bool]:
    last: Any = select(_A.starts_at).where(_A.id == wanted.after).scalar_subquery()
    if wanted.past:
        return or_(_A.starts_at < last, and_(_A.starts_at == last, _A.id < wanted.after))
    return or_(_A.starts_at > last, and_(_A.starts_at == last, _A.id > wanted.after))
