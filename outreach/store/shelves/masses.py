"""Mass messages: gathered from those who wait, given to the platform under one name, and what became of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, exists, func, insert, literal, or_, select, text, update

from outreach.domain.broadcast import BroadcastId, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import DeliveryId, LaneName
from outreach.domain.mass import GATHERED, MassId, MassState
from outreach.domain.may_send import Why
from outreach.domain.messages import Language
from outreach.services.cards_mass import Lot, Mass
from outreach.store.rows import table_of
from outreach.store.rows_broadcasts import BroadcastRow
from outreach.store.rows_ledger import OPEN_MASS, AttemptRow, MassRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY, LETTERS, REF_COLUMN, letters_of
from outreach.store.shelves.ledger_outcomes import ERASED, FINISHED
from outreach.store.transaction import Shelf, Transaction

BY_MASS = "by_mass"
_S = DeliveryState
_MASS, _BROADCAST, _RESIDENT = table_of(MassRow), table_of(BroadcastRow), table_of(ResidentRow)
_M, _D, _A, _B = _MASS.c, DELIVERY.c, ADDRESS.c, _BROADCAST.c
_NOW = bindparam("now", type_=_M.due_at.type)
_OTHER = DELIVERY.alias("other")

_OPEN = select(_MASS).where(_M.lane == bindparam("on"), text(OPEN_MASS)).order_by(_M.id).limit(1).with_for_update()
_ACCEPTED = (
    select(func.count())
    .select_from(_MASS)
    .where(_M.lane == bindparam("on"), _M.called_at >= bindparam("since", type_=_M.due_at.type), _M.external_id != "")
)
_RESTS = select(func.max(_M.due_at)).where(
    _M.lane == bindparam("on"), _M.called_at >= bindparam("since", type_=_M.due_at.type)
)
_WAITS = (
    _D.lane == bindparam("on"),
    _D.state == _S.PARKED.value,
    _D.broadcast_id.is_not(None),
    _D.reason.in_(sorted(GATHERED)),
    _D.parts_sent == 0,
    or_(_A.mass_month.is_(None), _A.mass_month != bindparam("month"), _A.mass_used < bindparam("a_month")),
)
_SOMEBODY_WAITS = (
    select(literal(1))
    .select_from(DELIVERY.join(ADDRESS, _A.id == _D.address_id))
    .where(_D.broadcast_id == _B.id, *_WAITS)
)
_ABOUT_TO_BE_TOLD = exists().where(
    _OTHER.c.broadcast_id == _B.id,
    _OTHER.c.broadcast_id.is_not(None),
    _OTHER.c.state.in_([_S.QUEUED.value, _S.LEASED.value]),
    _OTHER.c.lane == bindparam("on"),
    _OTHER.c.due_at <= _NOW,
)
_RIPE = (
    select(_B.id)
    .where(_B.settled_at.is_(None), _B.state == BroadcastState.SENDING.value)
    .where(_B.id >= bindparam("from"), _SOMEBODY_WAITS.exists(), ~_ABOUT_TO_BE_TOLD)
    .order_by(_B.id)
    .limit(bindparam("limit"))
)
_PAGE = (
    LETTERS.where(_D.broadcast_id == bindparam("of"), *_WAITS, _D.id > bindparam("after"))
    .order_by(None)
    .order_by(_D.id)
    .limit(bindparam("limit"))
)
_BEGIN = insert(_MASS).returning(_M.id)
_TAKE = (
    update(DELIVERY)
    .where(_D.id.in_(bindparam("ids", expanding=True)), _D.state == _S.PARKED.value)
    .values(state=_S.CALLING.value, tries=_D.tries + 1, mass_id=bindparam("into"), changed_at=_NOW)
)
_TOOK = (
    update(_MASS)
    .where(_M.id == bindparam("into"))
    .values(people=_M.people + bindparam("more"), up_to=bindparam("to"), changed_at=_NOW)
)
_CHECKED = update(_MASS).where(_M.id == bindparam("into")).values(up_to=bindparam("to"), changed_at=_NOW)
_IN_IT = (_D.mass_id == bindparam("of"), _D.mass_id.is_not(None), _D.state == _S.CALLING.value)
_MEMBERS = select(func.count()).select_from(DELIVERY).where(*_IN_IT)
_SOME = select(_D.id).where(*_IN_IT).order_by(_D.id).limit(bindparam("limit"))
_OF_MEMBERS = (
    LETTERS.where(*_IN_IT, _D.id > bindparam("after")).order_by(None).order_by(_D.id).limit(bindparam("limit"))
)
_REFS = (
    select(_D.id, _A.ref_sealed, _RESIDENT.c.key_sealed)
    .select_from(DELIVERY.join(ADDRESS, _A.id == _D.address_id).join(_RESIDENT, _RESIDENT.c.id == _D.resident_id))
    .where(*_IN_IT, _D.id > bindparam("after"), _A.lane == _D.lane, _A.reach == "reachable")
    .order_by(_D.id)
    .limit(bindparam("limit"))
)
_MOVE = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(
        state=bindparam("to"),
        code=bindparam("why"),
        external_id=bindparam("external"),
        due_at=bindparam("due", type_=_M.due_at.type),
        up_to=0,
        changed_at=_NOW,
    )
)
_REFUSED_AFTER_ALL = (
    update(_MASS)
    .where(_M.lane == bindparam("on"), _M.external_id == bindparam("external"), text(OPEN_MASS))
    .values(code=bindparam("why"), changed_at=_NOW)
)
_DONE = update(_MASS).where(_M.id == bindparam("of")).values(state=MassState.DONE.value, changed_at=_NOW)
_CALL = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(
        state=MassState.CALLING.value,
        tries=_M.tries + 1,
        called_at=func.coalesce(_M.called_at, _NOW),
        due_at=bindparam("again", type_=_M.due_at.type),
        changed_at=_NOW,
    )
)
_POSTPONE = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(due_at=bindparam("until", type_=_M.due_at.type), changed_at=_NOW)
)
_THESE = _D.id.in_(bindparam("ids", expanding=True))
_NOTE = insert(table_of(AttemptRow)).from_select(
    ["delivery_id", "lane", "epoch", "outcome", "code", "parts_sent", "at"],
    select(_D.id, _D.lane, _D.epoch, bindparam("outcome"), bindparam("why"), literal(1), _NOW).where(_THESE),
)
_COUNT_MONTH = (
    update(ADDRESS)
    .where(_A.id.in_(select(_D.address_id).where(_THESE)))
    .values(
        mass_used=case((_A.mass_month == bindparam("month"), _A.mass_used + 1), else_=1), mass_month=bindparam("month")
    )
)
_TOLD = (
    update(DELIVERY)
    .where(_THESE)
    .values(
        state=bindparam("became"),
        reason=bindparam("why"),
        external_id=bindparam("external"),
        parts_sent=1,
        changed_at=_NOW,
        **ERASED,
    )
)


def _letting_go(state: DeliveryState) -> Update:
    erased = ERASED if state in FINISHED else {}
    kept = _D.mass_id if state is not _S.PARKED else None  # whoever waits on may be in another
    values = {"state": state.value, "reason": bindparam("why"), "mass_id": kept, "changed_at": _NOW, **erased}
    return update(DELIVERY).where(_THESE).values(**values)


_LET_GO = {state: _letting_go(state) for state in (_S.PARKED, _S.UNCONFIRMED)}


class MassShelf(Shelf):
    """Matches `services.ports.Masses`."""

    __slots__ = ()

    def open_on(self, lane: LaneName) -> Mass | None:
        """The oldest with something left to do; locked."""
        row = self._at.connection.execute(_OPEN, {"on": lane}).one_or_none()
        return None if row is None else _mass(row)

    def accepted_since(self, lane: LaneName, since: datetime) -> int:
        """How many of those first given away since then the platform took."""
        return int(self._at.connection.execute(_ACCEPTED, {"on": lane, "since": since}).scalar_one())

    def rests_until(self, lane: LaneName, since: datetime) -> datetime | None:
        """Until when the platform wants no more, by what came of those first given away since then."""
        until: datetime | None = self._at.connection.execute(_RESTS, {"on": lane, "since": since}).scalar_one()
        return until

    def ripe(
        self, lane: LaneName, month: str, a_month: int, begin: BroadcastId, now: datetime, limit: int
    ) -> list[BroadcastId]:
        """Broadcasts from *begin* on of which somebody waits, and nobody is about to be told otherwise."""
        values = {"on": lane, "month": month, "a_month": a_month, "from": begin, "now": now, "limit": limit}
        return [BroadcastId(each) for each in self._at.connection.execute(_RIPE, values).scalars()]

    def page(
        self,
        lane: LaneName,
        broadcast_id: BroadcastId,
        month: str,
        a_month: int,
        after: DeliveryId,
        limit: int,
        now: datetime,
    ) -> Lot:
        """Those who wait and have not had their *a_month* of *month*, by id."""
        values = {"on": lane, "of": broadcast_id, "month": month, "a_month": a_month, "after": after, "limit": limit}
        return self._lot(self._at.connection.execute(_PAGE, values).all(), after, limit, now)

    def members_page(self, mass_id: MassId, after: DeliveryId, limit: int, now: datetime) -> Lot:
        """Those who are in it, by id."""
        values = {"of": mass_id, "after": after, "limit": limit}
        return self._lot(self._at.connection.execute(_OF_MEMBERS, values).all(), after, limit, now)

    def _lot(self, rows: Sequence[Any], after: DeliveryId, limit: int, now: datetime) -> Lot:
        letters, _, _ = letters_of(self._at, rows, now)
        return Lot(letters, DeliveryId(rows[-1].id) if rows else after, len(rows) < limit)

    def begin(
        self, lane: LaneName, broadcast_id: BroadcastId, language: Language, place: str, text: str, now: datetime
    ) -> MassId:
        """A new one, without people yet."""
        name = f"b{broadcast_id}-{language.value}-{now.timestamp():.6f}"
        values = {"lane": lane, "broadcast_id": broadcast_id, "language": language.value, "place": place, "text": text}
        fresh = {"state": MassState.GATHERING.value, "people": 0, "tries": 0, "up_to": 0, "external_id": "", "code": ""}
        dates = {"due_at": now, "called_at": None, "created_at": now, "changed_at": now}
        return MassId(self._at.connection.execute(_BEGIN, {**values, "name": name, **fresh, **dates}).scalar_one())

    def take(self, mass_id: MassId, letters: Sequence[DeliveryId], up_to: DeliveryId, now: datetime) -> int:
        """Put those of *letters* into it who still wait; how many. The next look begins after *up_to*."""
        values = {"ids": sorted(letters), "into": mass_id, "now": now}
        taken = self._at.connection.execute(_TAKE, values).rowcount if letters else 0
        self._at.connection.execute(_TOOK, {"into": mass_id, "more": taken, "to": up_to, "now": now})
        return taken

    def checked(self, mass_id: MassId, dropped: Sequence[DeliveryId], up_to: DeliveryId, now: datetime) -> None:
        """Let *dropped* wait again; the next look begins after *up_to*."""
        if dropped:
            values = {"ids": sorted(dropped), "why": Why.WINDOW_CLOSED.value, "now": now}
            self._at.connection.execute(_LET_GO[_S.PARKED], values)
        self._at.connection.execute(_CHECKED, {"into": mass_id, "to": up_to, "now": now})

    def members(self, mass_id: MassId) -> int:
        """How many are in it of whom it is not known yet what became of it."""
        return int(self._at.connection.execute(_MEMBERS, {"of": mass_id}).scalar_one())

    def refs(self, mass_id: MassId, after: DeliveryId, limit: int) -> list[tuple[DeliveryId, str]]:
        """The addresses of those, by id of their delivery."""
        rows = self._at.connection.execute(_REFS, {"of": mass_id, "after": after, "limit": limit})
        ring = self._at.ring
        return [
            (DeliveryId(row.id), ring.person(row.key_sealed).open(row.ref_sealed, REF_COLUMN).decode()) for row in rows
        ]

    def move(
        self,
        mass_id: MassId,
        state: MassState,
        now: datetime,
        code: str = "",
        external_id: str = "",
        rest: datetime | None = None,
    ) -> None:
        """It stands so from now on, for *code*; the platform wants no other before *rest*."""
        values = {
            "of": mass_id,
            "to": state.value,
            "why": code,
            "external": external_id,
            "due": rest or now,
            "now": now,
        }
        self._at.connection.execute(_MOVE, {**values, "now": now})

    def done(self, mass_id: MassId, now: datetime) -> None:
        """There is nothing left to do with it."""
        self._at.connection.execute(_DONE, {"of": mass_id, "now": now})

    def called(self, mass_id: MassId, again: datetime, now: datetime) -> None:
        """It is about to be given to the platform; nobody else does so before *again*."""
        self._at.connection.execute(_CALL, {"of": mass_id, "again": again, "now": now})

    def postpone(self, mass_id: MassId, until: datetime, now: datetime) -> None:
        """Not before *until*."""
        self._at.connection.execute(_POSTPONE, {"of": mass_id, "until": until, "now": now})

    def told(self, found: Mass, limit: int, month: str, now: datetime) -> int:
        """Up to *limit* of them have got it, and it counts towards their month; how many."""
        ids = self._some(found, limit)
        if ids:
            self._at.connection.execute(_NOTE, {"ids": ids, "outcome": "Sent", "why": BY_MASS, "now": now})
            self._at.connection.execute(_COUNT_MONTH, {"ids": ids, "month": month})
            state, why = (_S.FAILED.value, found.code) if found.code else (_S.SENT.value, BY_MASS)
            values = {"ids": ids, "external": found.external_id, "became": state, "why": why, "now": now}
            self._at.connection.execute(_TOLD, values)
        return len(ids)

    def let_go(self, found: Mass, state: DeliveryState, limit: int, now: datetime) -> int:
        """Up to *limit* of them have not got it, or nobody knows: they are *state*, with its code; how many."""
        ids = self._some(found, limit)
        if ids:
            self._at.connection.execute(_LET_GO[state], {"ids": ids, "why": found.code, "now": now})
        return len(ids)

    def _some(self, found: Mass, limit: int) -> list[int]:
        return list(self._at.connection.execute(_SOME, {"of": found.id, "limit": limit}).scalars())


def refused_after_all(at: Transaction, lane: LaneName, external_id: str, code: str, now: datetime) -> bool:
    """What was taken is kept back for *code*, before all who are in it were written down; False: there is no such."""
    values = {"on": lane, "external": external_id, "why": code, "now": now}
    return at.connection.execute(_REFUSED_AFTER_ALL, values).rowcount > 0


def _mass(row: Any) -> Mass:
    return Mass(
        id=MassId(row.id),
        lane=LaneName(row.lane),
        broadcast_id=BroadcastId(row.broadcast_id),
        language=Language(row.language),
        place=row.place,
        name=row.name,
        text=row.text,
        state=MassState(row.state),
        people=row.people,
        tries=row.tries,
        up_to=DeliveryId(row.up_to),
        due_at=row.due_at,
        called_at=row.called_at,
        changed_at=row.changed_at,
        external_id=row.external_id,
        code=row.code,
    )
