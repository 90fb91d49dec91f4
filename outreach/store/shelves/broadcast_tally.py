"""The dry run in SQL: everybody in a region, counted by what would become of a broadcast to them. Reads only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, and_, case, exists, false, func, literal, or_, select, text, true

from outreach.domain.ids import LaneName
from outreach.domain.may_send import WEEK, Why
from outreach.domain.messages import Language
from outreach.domain.quiet_days import QuietDays
from outreach.services.cards_broadcasts import Aim, OpenLane, Tally
from outreach.store.rows_ledger import TOLD
from outreach.store.shelves.broadcast_meant import (
    MEANT,
    PEOPLE,
    PEOPLE_AND_WAYS,
    REGION,
    RESIDENT,
    chose_one_of,
    lives_in,
    why_not,
)
from outreach.store.shelves.ledger_entry import NO_ADDRESS
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.shelves.ledger_people import region_rules
from outreach.store.transaction import Transaction

_R, _A, _D, _G = RESIDENT.c, ADDRESS.c, DELIVERY.c, REGION.c
_ABOVE, _OTHER = REGION.alias("above"), ADDRESS.alias("elsewhere")
_JUST_BEFORE = timedelta(microseconds=1)


def tally(
    at: Transaction,
    aim: Aim,
    lanes: Sequence[OpenLane],
    weekly_cap: int | None,
    now: datetime,
    days: Sequence[QuietDays],
) -> list[Tally]:
    """So many people by reason, lane, language and days. Two statements, however many people there are."""
    cap = _cap_of_region(at, weekly_cap)
    # Told so lately that it still counts in the last moment in which this one helps: there is no room before the end.
    full = _told_since(max(now - WEEK + _JUST_BEFORE, aim.helps_until - WEEK)) >= cap
    why = why_not(aim)
    decided = case(
        (why != MEANT, why),
        (_A.id.is_(None), literal(NO_ADDRESS)),
        (_A.lane.not_in([lane.lane for lane in lanes]), literal(Why.UNREACHABLE.value)),
        (_is_shut(lanes, now), literal(Why.WINDOW_CLOSED.value)),
        (and_(cap.is_not(None), full), literal(Why.CAPPED.value)),
        else_=literal(MEANT),
    ).label("why")
    had_theirs = and_(cap.is_not(None), _told_since(now - WEEK + _JUST_BEFORE) >= cap)
    found = (
        select(
            decided,
            case((had_theirs, true()), else_=false()).label("later"),
            _A.lane.label("lane"),
            _R.language.label("language"),
            (_G.zone if days else literal("")).label("zone"),
            _days_of_theirs(days).label("days"),
        )
        .select_from(PEOPLE_AND_WAYS)
        .where(lives_in(aim))
        .subquery()
    )
    columns = (found.c.why, found.c.later, found.c.lane, found.c.language, found.c.zone, found.c.days)
    rows = at.connection.execute(select(*columns, func.count()).group_by(*columns).order_by(*columns))
    return [
        Tally(
            why,
            bool(later),
            None if lane is None else LaneName(lane),
            Language(language),
            people,
            zone,
            tuple(days[int(place)] for place in theirs.split()),
        )
        for why, later, lane, language, zone, theirs, people in rows
    ]


def people_in(at: Transaction, region_path: str, most: int) -> int:
    """How many live there, up to *most*."""
    lives = _G.path.startswith(region_path, autoescape=True)
    some = select(literal(1)).select_from(PEOPLE).where(lives).limit(most).subquery()
    return at.connection.execute(select(func.count()).select_from(some)).scalar_one()


def _told_since(since: datetime) -> ColumnElement[int]:
    """How many announcements and tips somebody has got from *since* on."""
    told: ColumnElement[int] = (
        select(func.count())
        .select_from(DELIVERY)
        .where(_D.resident_id == _R.id, text(TOLD), _D.changed_at >= literal(since, _D.changed_at.type))
        .scalar_subquery()
    )
    return told


def _cap_of_region(at: Transaction, weekly_cap: int | None) -> ColumnElement[Any]:
    """The cap that holds where somebody lives: of the nearest region that sets one, else *weekly_cap*."""
    otherwise: ColumnElement[Any] = literal(weekly_cap, Integer)
    set_here = [(_G.path.startswith(path, autoescape=True), cap) for path, cap in region_rules(at).caps]
    return case(*set_here, else_=otherwise) if set_here else otherwise


def _days_of_theirs(days: Sequence[QuietDays]) -> ColumnElement[str]:
    """The places in *days*, parted by spaces, of those that hold where somebody lives, for what they chose."""
    theirs: ColumnElement[str] = literal("")
    for place, each in enumerate(days):
        theirs = theirs + case((and_(*_is_theirs(each)), f"{place} "), else_="")
    return theirs


def _is_theirs(days: QuietDays) -> Iterator[ColumnElement[bool]]:
    yield true()
    if days.audiences:
        yield chose_one_of(days.audiences)
    if days.regions:
        named = _ABOVE.c.path == func.substr(_G.path, 1, func.length(_ABOVE.c.path))
        yield exists().where(_ABOVE.c.code.in_(sorted(days.regions)), named)


def _is_shut(lanes: Sequence[OpenLane], now: datetime) -> ColumnElement[bool]:
    """Whether we may not write first on somebody's lane just now, and on no other of theirs."""
    mute = [lane.lane for lane in lanes if not lane.may_push]
    windows = [_is_closed(lane, now) for lane in lanes if lane.may_push and lane.closed_before is not None]
    return or_(_A.lane.in_(mute), *windows)


def _is_closed(lane: OpenLane, now: datetime) -> ColumnElement[bool]:
    closed: ColumnElement[bool] = _A.last_word_at <= literal(lane.closed_before, _A.last_word_at.type)
    if lane.counted:  # as the run itself goes by it, once we know it
        used_up = or_(_A.window_until <= literal(now, _A.window_until.type), _A.window_left <= 0)
        closed = case((_A.window_until.is_(None), closed), else_=used_up)
    if not lane.always:
        return and_(_A.lane == lane.lane, closed)
    another = exists().where(
        _OTHER.c.resident_id == _A.resident_id, _OTHER.c.lane.in_(sorted(lane.always)), _OTHER.c.reach == "reachable"
    )
    return and_(_A.lane == lane.lane, closed, ~another)
