"""Who knows the latest about an activity, and whom somebody has to call."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, exists, func, literal, or_, select

from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import MessageKind
from outreach.domain.people import ELDERLY
from outreach.domain.signup import Standing
from outreach.services.cards_broadcasts import CallLine
from outreach.services.cards_notices import NoticeCounts
from outreach.store.codec import packed
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_notices import NoticeRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.broadcast_reached import NOT_REACHED, line_of
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.shelves.sign_up_columns import SIGN_UP
from outreach.store.transaction import Shelf

NOT_CONFIRMED = "not_confirmed"
_RESIDENT, _NOTICE, _LATER = table_of(ResidentRow), table_of(NoticeRow), DELIVERY.alias("later")
_D, _R, _S, _N = DELIVERY.c, _RESIDENT.c, SIGN_UP.c, _NOTICE.c
_SENT = DeliveryState.SENT.value
_KINDS = [MessageKind.REMINDER.value, MessageKind.CHANGE.value]
_NEWS = [packed({"about": about}).decode() for about in ("moved", "called_off")]
_THEIRS = (_S.activity_id == bindparam("of"), _S.standing == Standing.SEATED.value)
_KNOWN = exists().where(_N.sign_up_id == _D.sign_up_id, _N.confirmed_at >= _D.changed_at)

_UNREACHED = (  # whoever got a later one knows
    select(func.max(_D.id).label("id"))
    .select_from(DELIVERY.join(SIGN_UP, _S.id == _D.sign_up_id))
    .where(*_THEIRS, _D.kind.in_(_KINDS), NOT_REACHED)
    .where(
        ~exists().where(
            _LATER.c.sign_up_id == _D.sign_up_id,
            _LATER.c.id > _D.id,
            _LATER.c.kind.in_(_KINDS),
            _LATER.c.state == _SENT,
        )
    )
    .group_by(_D.resident_id)
)
_LATEST_NEWS = and_(
    _D.subject.in_(_NEWS),
    ~exists().where(
        _LATER.c.sign_up_id == _D.sign_up_id, _LATER.c.id > _D.id, _LATER.c.subject.in_(_NEWS),
        _LATER.c.state != DeliveryState.WITHDRAWN.value,
    ),
)  # fmt: skip
_UNCONFIRMED = (
    select(func.max(_D.id).label("id"))
    .select_from(DELIVERY.join(SIGN_UP, _S.id == _D.sign_up_id))
    .where(*_THEIRS, _LATEST_NEWS, _D.state == _SENT, ~_KNOWN)
    .where(_D.changed_at <= bindparam("told_before", type_=_D.changed_at.type))
    .group_by(_D.resident_id)
)
_TO_CALL = _UNREACHED.union(_UNCONFIRMED).subquery()
_IS_ELDER = (literal(",") + _R.audiences + literal(",")).contains(f",{ELDERLY},", autoescape=True)
_LINES: Select[Any] = (
    select(
        _D.resident_id, _D.lane, _D.state, case((_D.state == _SENT, NOT_CONFIRMED), else_=_D.reason).label("reason"),
        _R.language, _R.key_sealed, _R.nickname_sealed, _S.number,
        case((_IS_ELDER, 0), else_=1).label("rank"),
        func.row_number().over(partition_by=_D.resident_id, order_by=_D.id.desc()).label("newest"),
    )
    .select_from(DELIVERY.join(_RESIDENT, _R.id == _D.resident_id).join(SIGN_UP, _S.id == _D.sign_up_id))
    .where(_D.id.in_(select(_TO_CALL.c.id)))
)  # fmt: skip
_EACH = _LINES.subquery()
_RANK_OF_LAST = (
    select(case((_IS_ELDER, 0), else_=1)).select_from(_RESIDENT).where(_R.id == bindparam("after")).scalar_subquery()
)
_BEHIND = or_(
    bindparam("after") == 0,
    _EACH.c.rank > _RANK_OF_LAST,
    and_(_EACH.c.rank == _RANK_OF_LAST, _EACH.c.resident_id > bindparam("after")),
)
_CALLS = (
    select(_EACH)
    .where(_EACH.c.newest == 1, _BEHIND)
    .order_by(_EACH.c.rank, _EACH.c.resident_id)
    .limit(bindparam("limit"))
)
_NUMBER = select(func.count()).select_from(select(_EACH.c.resident_id).where(_EACH.c.newest == 1).subquery())
_HAS_BEEN_HERE = exists().where(ADDRESS.c.resident_id == _D.resident_id, ADDRESS.c.last_word_at > _D.changed_at)
_COUNTS = (
    select(
        func.count(case((_D.state == _SENT, 1))),
        func.count(case((and_(_D.state == _SENT, or_(_KNOWN, _HAS_BEEN_HERE)), 1))),
        func.count(case((and_(_D.state == _SENT, _KNOWN), 1))),
        func.count(),
    )
    .select_from(DELIVERY.join(SIGN_UP, _S.id == _D.sign_up_id))
    .where(*_THEIRS, _LATEST_NEWS, _D.state != DeliveryState.WITHDRAWN.value)
)
_PLACES = select(_S.id).where(_S.activity_id == bindparam("of"), _S.resident_id == bindparam("who"))
_CONFIRM = ByDialect(
    _NOTICE,
    lambda new: new.on_conflict_do_update(
        index_elements=["sign_up_id"], set_={"confirmed_at": new.excluded.confirmed_at}
    ),
)


class NoticeShelf(Shelf):
    """Matches `services.ports.Notices`."""

    __slots__ = ()

    def confirm(self, resident_id: ResidentId, activity_id: ActivityId, now: datetime) -> int:
        """They know of all that they were told of that activity; of how many places of theirs."""
        places = self._at.connection.execute(_PLACES, {"of": activity_id, "who": resident_id}).scalars().all()
        if places:
            rows = [{"sign_up_id": sign_up_id, "confirmed_at": now} for sign_up_id in places]
            self._at.connection.execute(_CONFIRM.on(self._at.connection), rows)
        return len(places)

    def counts(self, activity_id: ActivityId) -> NoticeCounts:
        """What became of the latest news to each who has a place."""
        told, seen, confirmed, news = self._at.connection.execute(_COUNTS, {"of": activity_id}).one()
        return NoticeCounts(told, seen, confirmed, news - told)

    def to_call(self, activity_id: ActivityId, told_before: datetime, limit: int, after: ResidentId) -> list[CallLine]:
        """Who has a place and was not reached with the latest, or told before then and has not said that they know.

        Older people first, then by id; page on with the last of them.
        """
        values = {"of": activity_id, "told_before": told_before, "after": after, "limit": limit}
        rows = self._at.connection.execute(_CALLS, values)
        return [replace(line_of(self._at, row), number=row.number) for row in rows]

    def number_to_call(self, activity_id: ActivityId, told_before: datetime) -> int:
        """How many they are."""
        return int(self._at.connection.execute(_NUMBER, {"of": activity_id, "told_before": told_before}).scalar_one())
