"""What is counted of attendance: figures, late cancellations, answers and wishes. No person in any of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, String, bindparam, cast, exists, func, literal, select

from outreach.domain.activity import ActivityStatus, SignUpPolicy
from outreach.domain.attendance import CAME, Tally, numbers
from outreach.domain.ids import ActivityId
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard
from outreach.services.cards_attendance import FigureLine
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_attendance import AttendanceAnswerRow, AttendanceListRow, AttendanceRow
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.shelves.activity_cards import ACTIVITY, REGION, activity_card, select_cards
from outreach.store.shelves.sign_up_columns import SIGN_UP, STANDINGS
from outreach.store.transaction import Transaction

WISH = "wish"
_LIST, _NOTE, _ANSWER = table_of(AttendanceListRow), table_of(AttendanceRow), table_of(AttendanceAnswerRow)
_DELIVERY = table_of(DeliveryRow)
_A, _L, _N, _S, _W = ACTIVITY.c, _LIST.c, _NOTE.c, SIGN_UP.c, _ANSWER.c
_MOMENT = _A.starts_at.type
_SINCE, _UNTIL = bindparam("since", type_=_MOMENT), bindparam("until", type_=_MOMENT)
_TALLIES = (
    select(_S.activity_id, _S.standing, _N.standing, func.sum(_S.party), func.sum(func.coalesce(_N.people, 0)))
    .select_from(SIGN_UP.outerjoin(_NOTE, _N.sign_up_id == _S.id))
    .where(_S.activity_id.in_(bindparam("activities", expanding=True)))
    .group_by(_S.activity_id, _S.standing, _N.standing)
)
_OWN = literal("confirmation:s") + cast(_S.id, String) + "." + cast(_S.revision, String)
_HAD_A_SEAT = exists().where(_DELIVERY.c.key.in_([_OWN + ":seated", _OWN + ":promoted"]))
"""What is withdrawn says no more whether it had a seat or waited for one; that they were told so does."""
_CANCELLED_LATE = (
    select(func.coalesce(func.sum(_S.party), 0))
    .where(_S.activity_id == bindparam("of"), _S.standing == Standing.WITHDRAWN.value, _S.since > _SINCE, _HAD_A_SEAT)
    .where(~exists().where(_N.sign_up_id == _S.id, _N.standing.in_([mark.value for mark in CAME])))
)
_COUNT = ByDialect(
    _ANSWER,
    lambda new: new.on_conflict_do_update(
        index_elements=["activity_id", "question", "answer"], set_={"people": _W.people + 1}
    ),
)
_ANSWERS = select(_W.question, _W.answer, _W.people).where(_W.activity_id == bindparam("of"))


def tallies(at: Transaction, activities: Sequence[ActivityId]) -> Mapping[ActivityId, list[Tally]]:
    """By activity: sign-ups that stand and are noted alike, counted; one statement."""
    found: dict[ActivityId, list[Tally]] = defaultdict(list)
    if not activities:
        return found
    for of, standing, mark, party, people in at.connection.execute(_TALLIES, {"activities": list(activities)}):
        noted = None if mark is None else STANDINGS[mark]
        found[ActivityId(of)].append(Tally(STANDINGS[standing], noted, int(party), int(people)))
    return found


def cancelled_late(at: Transaction, activity_id: ActivityId, since: datetime) -> int:
    """How many people gave up a seat after *since*; who left the queue, or came all the same, is none of them."""
    return int(at.connection.execute(_CANCELLED_LATE, {"of": activity_id, "since": since}).scalar_one())


def figures(
    at: Transaction, path: str, below: bool, since: datetime, until: datetime, limit: int, skip: int
) -> list[FigureLine]:
    """How the activities there and then went: two statements, however many they are."""
    statement = (
        select(_A.id, _A.title, _A.starts_at, REGION.c.zone, _A.seats, _L.closed_at, _L.walk_ins, _L.cancelled_late)
        .select_from(ACTIVITY.join(REGION, REGION.c.id == _A.region_id).outerjoin(_LIST, _L.activity_id == _A.id))
        .where(_there(path, below), _A.starts_at >= _SINCE, _A.starts_at < _UNTIL)
        .where(_A.status.in_([ActivityStatus.PUBLISHED.value, ActivityStatus.HELD.value]))
        .order_by(_A.starts_at, _A.id)
        .limit(limit)
        .offset(skip)
    )
    rows = at.connection.execute(statement, {"since": since, "until": until}).all()
    counted = tallies(at, [ActivityId(row[0]) for row in rows])
    return [
        FigureLine(
            of, title, starts_at, zone, seats, closed is not None, numbers(counted.get(of, ()), walked or 0, late or 0)
        )
        for of, title, starts_at, zone, seats, closed, walked, late in rows
    ]


def count(at: Transaction, activity_id: ActivityId, answers: Mapping[str, str]) -> None:
    """One more person gave each of these answers."""
    rows = [
        {"activity_id": activity_id, "question": question, "answer": answer, "people": 1}
        for question, answer in sorted(answers.items())
    ]
    if rows:
        at.connection.execute(_COUNT.on(at.connection), rows)


def answers(at: Transaction, activity_id: ActivityId) -> Mapping[str, Mapping[str, int]]:
    """How many gave which answer, by question."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for question, answer, people in at.connection.execute(_ANSWERS, {"of": activity_id}):
        found[question][answer] = people
    return found


def wishes(at: Transaction, path: str, below: bool, since: datetime, until: datetime) -> Mapping[str, int]:
    """How many wished for which topic after activities there and then."""
    statement = (
        select(_W.answer, func.sum(_W.people))
        .select_from(_ANSWER.join(ACTIVITY, _A.id == _W.activity_id).join(REGION, REGION.c.id == _A.region_id))
        .where(_W.question == WISH, _there(path, below), _A.starts_at >= _SINCE, _A.starts_at < _UNTIL)
        .group_by(_W.answer)
    )
    rows = at.connection.execute(statement, {"since": since, "until": until})
    return {topic: int(people) for topic, people in rows}


def next_like(at: Transaction, activity_id: ActivityId, now: datetime) -> ActivityCard | None:
    """The next that anybody may join, of the same kind and unit; ``None``: there is none, or it was restricted."""
    like = ACTIVITY.alias("like_it")
    statement = (
        select_cards()
        .join(like, (like.c.kind == _A.kind) & (like.c.region_id == _A.region_id))
        .where(like.c.id == activity_id, like.c.restricted.is_(False), _A.id != like.c.id)
        .where(_A.restricted.is_(False), _A.status == ActivityStatus.PUBLISHED.value)
        .where(_A.policy != SignUpPolicy.INVITATION.value, _A.starts_at > bindparam("now", type_=_MOMENT))
        .order_by(_A.starts_at, _A.id)
        .limit(1)
    )
    row: Any = at.connection.execute(statement, {"now": now}).one_or_none()
    return None if row is None else activity_card(row)


def _there(path: str, below: bool) -> ColumnElement[bool]:
    return REGION.c.path.startswith(path, autoescape=True) if below else REGION.c.path == path
