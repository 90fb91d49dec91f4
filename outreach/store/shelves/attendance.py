"""Who came: the list of an activity, what is noted of each sign-up, and what is still to be said to people."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, delete, exists, func, literal, select, update

from outreach.domain.activity import ActivityStatus
from outreach.domain.attendance import CAME, CODE_DIGITS, MARKS, How, Note, Tally
from outreach.domain.errors import NotFound
from outreach.domain.ids import ActivityId, ResidentId, SignUpId, StaffId
from outreach.domain.signup import Standing
from outreach.services.cards import ActivityCard
from outreach.services.cards_attendance import (
    Aftermath,
    AttendanceLine,
    AttendanceList,
    Concerned,
    FigureLine,
    MyAttendance,
    Present,
)
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_attendance import AttendanceListRow, AttendanceRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves import attendance_counts
from outreach.store.shelves.activity_cards import ACTIVITY
from outreach.store.shelves.person_cards import nickname_of
from outreach.store.shelves.sign_up_columns import SIGN_UP, STANDINGS
from outreach.store.transaction import Shelf

_LIST, _NOTE, _RESIDENT = table_of(AttendanceListRow), table_of(AttendanceRow), table_of(ResidentRow)
_A, _L, _N, _R, _S = ACTIVITY.c, _LIST.c, _NOTE.c, _RESIDENT.c, SIGN_UP.c
_CAME = sorted(standing.value for standing in CAME)
_SEATED = Standing.SEATED.value
_MOMENT = _N.noted_at.type
_OF_ACTIVITY = _L.activity_id == bindparam("of")

_GET = select(_L.activity_id, _L.code, _L.walk_ins, _L.cancelled_late, _L.closed_at).where(_OF_ACTIVITY)
_OPEN = ByDialect(_LIST, lambda new: new.on_conflict_do_nothing(index_elements=["activity_id"]))
_LINES = (
    select(
        _S.id, _S.number, _S.standing, _S.party, _S.beneficiary, _N.standing, func.coalesce(_N.people, 0),
        _R.key_sealed, _R.nickname_sealed,
    )
    .select_from(
        SIGN_UP.outerjoin(_NOTE, _N.sign_up_id == _S.id).outerjoin(_RESIDENT, _R.id == _S.resident_id)
    )
    .where(_S.activity_id == bindparam("of"), _S.number > bindparam("after"))
    .order_by(_S.number)
    .limit(bindparam("limit"))
)  # fmt: skip
_NUMBERED = _LINES.where(_S.number.in_(bindparam("numbers", expanding=True)))
_PRESENCES = select(
    _S.id, _S.activity_id, _S.standing, _S.party, _S.number, _A.starts_at, _A.ends_at, _N.standing
).select_from(SIGN_UP.join(ACTIVITY, _A.id == _S.activity_id).outerjoin(_NOTE, _N.sign_up_id == _S.id))
_PRESENT = _PRESENCES.where(_S.id == bindparam("id"))
_PRESENT_BY_CODE = (
    _PRESENCES.join(_LIST, and_(_L.activity_id == _S.activity_id, _L.code == bindparam("code")))
    .where(
        _S.resident_id == bindparam("resident"),
        _S.standing.not_in([Standing.WITHDRAWN.value, Standing.REFUSED.value]),
        _A.status == ActivityStatus.PUBLISHED.value,
        _A.starts_at < bindparam("until", type_=_MOMENT),
        _A.ends_at > bindparam("since", type_=_MOMENT),
    )
    .order_by(_A.starts_at, _S.id)
)
_AGAIN = ("standing", "people", "how", "noted_at", "noted_by")
_PUT = ByDialect(_NOTE, lambda new: new.on_conflict_do_nothing(index_elements=["sign_up_id"]))
_PUT_OVER = ByDialect(
    _NOTE,
    lambda new: new.on_conflict_do_update(
        index_elements=["sign_up_id"], set_={name: new.excluded[name] for name in _AGAIN}
    ),
)
_REST = (
    select(
        _S.id,
        _S.activity_id,
        bindparam("mark", type_=_N.standing.type),
        case((bindparam("came") == 1, _S.party), else_=0),
        bindparam("how", type_=_N.how.type),
        bindparam("now", type_=_MOMENT),
        bindparam("by", type_=_N.noted_by.type),
        literal(value=False),
        literal(value=False),
    )
    .where(_S.activity_id == bindparam("of"), _S.standing == _SEATED)
    .where(~exists().where(_N.sign_up_id == _S.id))
)
_PUT_REST = ByDialect(
    _NOTE,
    lambda new: new.from_select(
        ["sign_up_id", "activity_id", "standing", "people", "how", "noted_at", "noted_by", "answered", "wished"], _REST
    ).on_conflict_do_nothing(index_elements=["sign_up_id"]),
)
_DROP = delete(_NOTE).where(_N.sign_up_id == bindparam("of"))
_HAD_A_SEAT = sorted({standing.value for standing in MARKS} | {_SEATED, Standing.OFFERED.value})
_NOTED = select(_N.standing).where(_N.sign_up_id == _S.id).scalar_subquery()
_SETTLE = (
    update(SIGN_UP)
    .where(_S.activity_id == bindparam("of"), _S.standing.in_(_HAD_A_SEAT))
    .where(exists().where(_N.sign_up_id == _S.id, _N.standing != _S.standing))
    .values(standing=_NOTED, since=bindparam("now", type_=_MOMENT), offered_until=None)
)
_WALK_INS = (
    update(_LIST)
    .where(_OF_ACTIVITY)
    .values(walk_ins=case((_L.walk_ins + bindparam("more") > 0, _L.walk_ins + bindparam("more")), else_=0))
    .returning(_L.walk_ins)
)
_SET_WALK_INS = update(_LIST).where(_OF_ACTIVITY).values(walk_ins=bindparam("number"))
_CLOSE = (
    update(_LIST)
    .where(_OF_ACTIVITY)
    .values(
        closed_at=func.coalesce(_L.closed_at, bindparam("now", type_=_MOMENT)),
        closed_by=func.coalesce(_L.closed_by, bindparam("by", type_=_N.noted_by.type)),
        cancelled_late=bindparam("cancelled"),
    )
)
_PLAN = update(_LIST).where(_OF_ACTIVITY).values(due_at=bindparam("at", type_=_MOMENT))
_DUE = (
    select(_L.activity_id, _A.ends_at, _L.closed_at, _A.status)
    .select_from(_LIST.join(ACTIVITY, _A.id == _L.activity_id))
    .where(_L.due_at <= bindparam("now", type_=_MOMENT))
    .order_by(_L.due_at, _L.activity_id)
    .limit(bindparam("limit"))
)
_ONCE = (  # who brought others came by the first sign-up that did
    select(func.min(_S.id), _S.resident_id)
    .select_from(_NOTE.join(SIGN_UP, _S.id == _N.sign_up_id))
    .where(_N.activity_id == bindparam("of"), _N.standing.in_(bindparam("marks", expanding=True)))
    .where(_S.resident_id.is_not(None))
    .group_by(_S.resident_id)
    .order_by(func.min(_S.id))
)
_MINE = (
    select(_N.sign_up_id, _N.standing, _N.answered, _N.wished)
    .select_from(_NOTE.join(SIGN_UP, _S.id == _N.sign_up_id))
    .where(_N.activity_id == bindparam("of"), _S.resident_id == bindparam("resident"))
    .order_by(case((_N.standing.in_(_CAME), 0), else_=1), _N.sign_up_id)
    .limit(1)
)
_EXCUSE = (
    update(_NOTE)
    .where(
        _N.standing == Standing.ABSENT.value,
        _N.sign_up_id.in_(
            select(_S.id).where(_S.activity_id == bindparam("of"), _S.resident_id == bindparam("resident"))
        ),
    )
    .values(standing=Standing.EXCUSED.value, noted_at=bindparam("now", type_=_MOMENT))
)
_ANSWERED = update(_NOTE).where(_N.sign_up_id == bindparam("of"), _N.answered.is_(False)).values(answered=True)
_WISHED = update(_NOTE).where(_N.sign_up_id == bindparam("of"), _N.wished.is_(False)).values(wished=True)
_LAST_NOTED = (
    select(_A.id)
    .select_from(_NOTE.join(SIGN_UP, _S.id == _N.sign_up_id).join(ACTIVITY, _A.id == _N.activity_id))
    .where(_S.resident_id == bindparam("resident"), _N.standing.in_(bindparam("marks", expanding=True)))
    .where(_A.ends_at > bindparam("since", type_=_MOMENT))
    .order_by(_A.ends_at.desc(), _A.id.desc())
    .limit(1)
)


class AttendanceShelf(Shelf):
    """Matches `services.ports.attendance.Attendances`."""

    __slots__ = ()

    def list_of(self, activity_id: ActivityId) -> AttendanceList | None:
        """The list of an activity; ``None``: it has none yet."""
        row = self._at.connection.execute(_GET, {"of": activity_id}).one_or_none()
        return None if row is None else AttendanceList(*row)

    def opened(self, activity_id: ActivityId) -> AttendanceList:
        """The list of an activity, with a fresh code if it had none."""
        found = self.list_of(activity_id)
        if found is not None:
            return found
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        row = {"activity_id": activity_id, "code": code, "walk_ins": 0, "cancelled_late": 0}
        self._at.connection.execute(_OPEN.on(self._at.connection), row)
        return AttendanceList(*self._at.connection.execute(_GET, {"of": activity_id}).one())

    def lines(
        self, activity_id: ActivityId, limit: int, after: int = 0, numbers: Collection[int] = ()
    ) -> list[AttendanceLine]:
        """Sign-ups with what is noted of them, in order of number; page on with the last. *numbers*: only those."""
        values: dict[str, Any] = {"of": activity_id, "after": after, "limit": limit}
        if numbers:
            found = self._at.connection.execute(_NUMBERED, values | {"numbers": sorted(numbers)})
        else:
            found = self._at.connection.execute(_LINES, values)
        return [self._line(row) for row in found]

    def present(self, sign_up_id: SignUpId) -> Present:
        """One sign-up. Raises `NotFound`."""
        row = self._at.connection.execute(_PRESENT, {"id": sign_up_id}).one_or_none()
        if row is None:
            raise NotFound("sign_up", sign_up_id)
        return _present(row)

    def present_by_code(self, resident_id: ResidentId, code: str, since: datetime, until: datetime) -> list[Present]:
        """The resident's own sign-ups for activities with that code that begin before *until* and end after *since*."""
        values = {"resident": resident_id, "code": code, "since": since, "until": until}
        return [_present(row) for row in self._at.connection.execute(_PRESENT_BY_CODE, values)]

    def put(self, notes: Mapping[Present, Note], how: How, by: StaffId | None, now: datetime, *, over: bool) -> int:
        """Note them; where something was noted, it stays unless *over*. How many are new or changed."""
        rows = [
            {
                "sign_up_id": whose.sign_up_id,
                "activity_id": whose.activity_id,
                "standing": note.standing.value,
                "people": note.people,
                "how": how.value,
                "noted_at": now,
                "noted_by": by,
                "answered": False,
                "wished": False,
            }
            for whose, note in notes.items()
        ]
        if not rows:
            return 0
        statement = (_PUT_OVER if over else _PUT).on(self._at.connection)
        return self._at.connection.execute(statement, rows if len(rows) > 1 else rows[0]).rowcount

    def put_rest(self, activity_id: ActivityId, mark: Standing, how: How, by: StaffId | None, now: datetime) -> int:
        """Note *mark* of everybody with a seat of whom nothing is noted, in one statement; how many."""
        values = {"of": activity_id, "mark": mark.value, "came": int(mark in CAME), "how": how.value}
        statement = _PUT_REST.on(self._at.connection)
        return self._at.connection.execute(statement, values | {"by": by, "now": now}).rowcount

    def drop(self, sign_up_id: SignUpId) -> bool:
        """Nothing is noted of it any more; whether something was."""
        return self._at.connection.execute(_DROP, {"of": sign_up_id}).rowcount > 0

    def settle(self, activity_id: ActivityId, now: datetime) -> int:
        """Have each sign-up with a seat stand as is noted of it, in one statement; how many changed."""
        return self._at.connection.execute(_SETTLE, {"of": activity_id, "now": now}).rowcount

    def walk_ins(self, activity_id: ActivityId, more: int) -> int:
        """Count so many more who came without a sign-up, or fewer; how many there are. Never less than none."""
        return int(self._at.connection.execute(_WALK_INS, {"of": activity_id, "more": more}).scalar_one())

    def set_walk_ins(self, activity_id: ActivityId, number: int) -> None:
        """So many came without a sign-up."""
        self._at.connection.execute(_SET_WALK_INS, {"of": activity_id, "number": number})

    def close(self, activity_id: ActivityId, cancelled_late: int, by: StaffId | None, now: datetime) -> None:
        """The list is complete. Closing it again changes nothing but *cancelled_late*."""
        values = {"of": activity_id, "cancelled": cancelled_late, "by": by, "now": now}
        self._at.connection.execute(_CLOSE, values)

    def cancelled_late(self, activity_id: ActivityId, since: datetime) -> int:
        """How many people gave up a seat after *since*."""
        return attendance_counts.cancelled_late(self._at, activity_id, since)

    def tallies(self, activity_id: ActivityId) -> list[Tally]:
        """Sign-ups that stand and are noted alike, counted."""
        return attendance_counts.tallies(self._at, [activity_id]).get(activity_id, [])

    def figures(
        self, path: str, *, below: bool, since: datetime, until: datetime, limit: int, skip: int = 0
    ) -> list[FigureLine]:
        """Activities of that region (and those *below*) that began in between and were not called off, by start."""
        return attendance_counts.figures(self._at, path, below, since, until, limit, skip)

    def plan(self, activity_id: ActivityId, at: datetime | None) -> None:
        """When something may have to be said to those who signed up; ``None``: nothing more."""
        self._at.connection.execute(_PLAN, {"of": activity_id, "at": at})

    def due(self, now: datetime, limit: int) -> list[Aftermath]:
        """Activities where that moment has come, oldest first."""
        rows = self._at.connection.execute(_DUE, {"now": now, "limit": limit})
        off = ActivityStatus.CALLED_OFF.value
        return [
            Aftermath(ActivityId(of), ends_at, closed is not None, status == off)
            for of, ends_at, closed, status in rows
        ]

    def standing_so(self, activity_id: ActivityId, marks: Iterable[Standing]) -> Sequence[Concerned]:
        """Residents of whom one of *marks* is noted, each once."""
        values = {"of": activity_id, "marks": [mark.value for mark in marks]}
        rows = self._at.connection.execute(_ONCE, values)
        return [Concerned(SignUpId(sign_up), ResidentId(resident)) for sign_up, resident in rows]

    def mine(self, activity_id: ActivityId, resident_id: ResidentId) -> MyAttendance | None:
        """What is noted of this resident there; ``None``: nothing."""
        row = self._at.connection.execute(_MINE, {"of": activity_id, "resident": resident_id}).one_or_none()
        return None if row is None else MyAttendance(SignUpId(row[0]), STANDINGS[row[1]], bool(row[2]), bool(row[3]))

    def excuse(self, activity_id: ActivityId, resident_id: ResidentId, now: datetime) -> int:
        """All of their sign-ups there that were noted as absent are excused; how many."""
        values = {"of": activity_id, "resident": resident_id, "now": now}
        return self._at.connection.execute(_EXCUSE, values).rowcount

    def take_answer(self, sign_up_id: SignUpId) -> bool:
        """They have said how it was; False if they had before."""
        return self._at.connection.execute(_ANSWERED, {"of": sign_up_id}).rowcount > 0

    def take_wish(self, sign_up_id: SignUpId) -> bool:
        """They have said what they wish for; False if they had before."""
        return self._at.connection.execute(_WISHED, {"of": sign_up_id}).rowcount > 0

    def count(self, activity_id: ActivityId, answers: Mapping[str, str]) -> None:
        """One more person gave each of these answers, by question."""
        attendance_counts.count(self._at, activity_id, answers)

    def answers(self, activity_id: ActivityId) -> Mapping[str, Mapping[str, int]]:
        """How many gave which answer, by question."""
        return attendance_counts.answers(self._at, activity_id)

    def wishes(self, path: str, *, below: bool, since: datetime, until: datetime) -> Mapping[str, int]:
        """How many wished for which topic after activities there and then."""
        return attendance_counts.wishes(self._at, path, below, since, until)

    def last_noted(self, resident_id: ResidentId, marks: Iterable[Standing], since: datetime) -> ActivityId | None:
        """The last where one of *marks* is noted of them, if it ended after *since*."""
        values = {"resident": resident_id, "since": since, "marks": [mark.value for mark in marks]}
        found = self._at.connection.execute(_LAST_NOTED, values).scalar_one_or_none()
        return None if found is None else ActivityId(found)

    def next_like(self, activity_id: ActivityId, now: datetime) -> ActivityCard | None:
        """The next that anybody may join, of the same kind and unit; ``None``: there is none, or it was restricted."""
        return attendance_counts.next_like(self._at, activity_id, now)

    def _line(self, row: Sequence[Any]) -> AttendanceLine:
        found, number, standing, party, beneficiary, mark, people, key, nickname = row
        noted = None if mark is None else STANDINGS[mark]
        called = nickname_of(self._at.ring, key, nickname)
        return AttendanceLine(found, number, STANDINGS[standing], party, beneficiary, noted, people, called)


def _present(row: Sequence[Any]) -> Present:
    found, activity_id, standing, party, number, starts_at, ends_at, mark = row
    noted = None if mark is None else STANDINGS[mark]
    return Present(found, activity_id, STANDINGS[standing], party, number, starts_at, ends_at, noted)
