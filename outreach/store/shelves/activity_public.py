"""Finding activities for residents: near a place, in a span of days, for an audience; only what everybody may see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, literal, or_, select

from outreach.domain.activity import ActivityStatus
from outreach.domain.people import GENERAL
from outreach.services.cards import ActivityCard
from outreach.services.cards_public import Nearby
from outreach.store.shelves.activity_cards import ACTIVITY, ON_LISTS, REGION, activity_card, select_cards
from outreach.store.transaction import Transaction

_A = ACTIVITY.c
_SHOWN = (ActivityStatus.PUBLISHED.value, ActivityStatus.CALLED_OFF.value)
_LONGEST = timedelta(days=31)  # of an activity: what begins within a span ends at most so long after it


def listed(at: Transaction, wanted: Nearby, limit: int) -> list[ActivityCard]:
    """By start, soonest first, in one statement."""
    statement = select_cards().where(*_conditions(wanted)).order_by(_A.starts_at, _A.id).limit(limit)
    return [activity_card(row) for row in at.connection.execute(statement)]


def _conditions(wanted: Nearby) -> Iterator[ColumnElement[bool]]:
    yield from (_A.status.in_(_SHOWN), ON_LISTS, _A.ends_at > wanted.now)
    if wanted.path:
        yield _near(wanted.path)
    if wanted.since is not None:
        yield and_(_A.starts_at >= wanted.since, _A.ends_at > wanted.since)
    if wanted.until is not None:  # the bound on the end says nothing new, but the index is over the end
        yield and_(_A.starts_at < wanted.until, _A.ends_at < wanted.until + _LONGEST)
    if wanted.audience is not None:
        yield or_(_has(wanted.audience), _has(GENERAL))
    if wanted.after is not None:
        yield _behind(wanted.after)


def _near(path: str) -> ColumnElement[bool]:
    """In the region or below, or in one that holds it: what a city offers is for its villages too."""
    lineage = [int(part) for part in path.strip("/").split("/")]
    return or_(REGION.c.path.startswith(path, autoescape=True), REGION.c.id.in_(lineage))


def _has(tag: str) -> ColumnElement[bool]:
    return (literal(",") + _A.audience + ",").contains(f",{tag},", autoescape=True)


def _behind(last: int) -> ColumnElement[bool]:
    start: Any = select(_A.starts_at).where(_A.id == last).scalar_subquery()
    return or_(_A.starts_at > start, and_(_A.starts_at == start, _A.id > last))
