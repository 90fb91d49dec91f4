"""Mass messages: gathered from those who wait, given to the platform under one name, and what became of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, case, exists, func, insert, literal, select, text, update

from outreach.domain.broadcast import BroadcastId, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import AddressId, DeliveryId, LaneName
from outreach.domain.mass import GATHERED, MassId, MassState
from outreach.domain.messages import Language
from outreach.services.cards import Letter
from outreach.services.cards_mass import Mass
from outreach.store.rows import table_of
from outreach.store.rows_broadcasts import BroadcastRow
from outreach.store.rows_ledger import OPEN_MASS, AttemptRow, MassRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY, LETTERS, REF_COLUMN, letters_of
from outreach.store.shelves.ledger_outcomes import ERASED, FINISHED
from outreach.store.transaction import Shelf

BY_MASS = "by_mass"
_S = DeliveryState
_MASS, _BROADCAST, _RESIDENT = table_of(MassRow), table_of(BroadcastRow), table_of(ResidentRow)
_M, _D, _A, _B = _MASS.c, DELIVERY.c, ADDRESS.c, _BROADCAST.c
_NOW = bindparam("now", type_=_M.due_at.type)
_OTHER = DELIVERY.alias("other")

_OPEN = select(_MASS).where(_M.lane == bindparam("on"), text(OPEN_MASS)).order_by(_M.id).limit(1).with_for_update()
_CALLED = select(_M.code).where(_M.lane == bindparam("on"), _M.called_at >= bindparam("since", type_=_M.due_at.type))
_WAITS = (
    _D.lane == bindparam("on"),
    _D.state == _S.PARKED.value,
    _D.broadcast_id.is_not(None),
    _D.reason.in_(sorted(GATHERED)),
    _D.parts_sent == 0,
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
    .where(exists().where(_D.broadcast_id == _B.id, *_WAITS), ~_ABOUT_TO_BE_TOLD)
    .order_by(_B.id)
    .limit(bindparam("limit"))
)
_PAGE = (
    LETTERS.where(_D.broadcast_id == bindparam("of"), *_WAITS, _D.id > bindparam("after"))
    .order_by(None)
    .order_by(_D.id)
    .limit(bindparam("limit"))
)
_USED = select(_A.id, _A.mass_used).where(
    _A.id.in_(bindparam("addresses", expanding=True)), _A.mass_month == bindparam("month"), _A.mass_used > 0
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
_IN_IT = (_D.mass_id == bindparam("of"), _D.mass_id.is_not(None), _D.state == _S.CALLING.value)
_MEMBERS = select(func.count()).select_from(DELIVERY).where(*_IN_IT)
_SOME = select(_D.id).where(*_IN_IT).order_by(_D.id).limit(bindparam("limit"))
_REFS = (
    select(_D.id, _A.ref_sealed, _RESIDENT.c.key_sealed)
    .select_from(DELIVERY.join(ADDRESS, _A.id == _D.address_id).join(_RESIDENT, _RESIDENT.c.id == _D.resident_id))
    .where(*_IN_IT, _D.id > bindparam("after"))
    .order_by(_D.id)
    .limit(bindparam("limit"))
)
_MOVE = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(
        state=bindparam("to"),
        code=case((bindparam("why") != "", bindparam("why")), else_=_M.code),
        external_id=case((bindparam("external") != "", bindparam("external")), else_=_M.external_id),
        changed_at=_NOW,
    )
)
_CALL = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(
        state=MassState.CALLING.value, tries=_M.tries + 1, called_at=func.coalesce(_M.called_at, _NOW), changed_at=_NOW
    )
)
_POSTPONE = (
    update(_MASS)
    .where(_M.id == bindparam("of"))
    .values(due_at=bindparam("until", type_=_M.due_at.type), code=bindparam("why"), changed_at=_NOW)
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
        state=_S.SENT.value,
        reason=BY_MASS,
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

    def called_since(self, lane: LaneName, since: datetime) -> Sequence[str]:
        """The codes, empty where all went well, of those first tried since then."""
        return self._at.connection.execute(_CALLED, {"on": lane, "since": since}).scalars().all()

    def ripe(self, lane: LaneName, now: datetime, limit: int) -> list[BroadcastId]:
        """Broadcasts of which somebody waits who may be told this way, and nobody is about to be told otherwise."""
        found = self._at.connection.execute(_RIPE, {"on": lane, "now": now, "limit": limit})
        return [BroadcastId(each) for each in found.scalars()]

    def page(
        self, lane: LaneName, broadcast_id: BroadcastId, after: DeliveryId, limit: int, now: datetime
    ) -> list[Letter]:
        """Those who wait, by id. What cannot be opened is left out."""
        values = {"on": lane, "of": broadcast_id, "after": after, "limit": limit}
        return letters_of(self._at, self._at.connection.execute(_PAGE, values).all(), now)[0]

    def used(self, addresses: Iterable[AddressId | None], month: str) -> Mapping[AddressId | None, int]:
        """How many each got in *month*; 0 is left out."""
        ids = sorted({each for each in addresses if each is not None})
        found = self._at.connection.execute(_USED, {"addresses": ids, "month": month})
        return {AddressId(address_id): number for address_id, number in found}

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

    def move(self, mass_id: MassId, state: MassState, now: datetime, code: str = "", external_id: str = "") -> None:
        """It stands so from now on."""
        values = {"of": mass_id, "to": state.value, "why": code, "external": external_id, "now": now}
        self._at.connection.execute(_MOVE, values)

    def called(self, mass_id: MassId, now: datetime) -> None:
        """It is about to be given to the platform, once more."""
        self._at.connection.execute(_CALL, {"of": mass_id, "now": now})

    def postpone(self, mass_id: MassId, until: datetime, code: str, now: datetime) -> None:
        """Not before *until*."""
        self._at.connection.execute(_POSTPONE, {"of": mass_id, "until": until, "why": code, "now": now})

    def told(self, found: Mass, limit: int, month: str, now: datetime) -> int:
        """Up to *limit* of them have got it, and it counts towards their month; how many."""
        ids = self._some(found, limit)
        if ids:
            self._at.connection.execute(_NOTE, {"ids": ids, "outcome": "Sent", "why": BY_MASS, "now": now})
            self._at.connection.execute(_COUNT_MONTH, {"ids": ids, "month": month})
            self._at.connection.execute(_TOLD, {"ids": ids, "external": found.external_id, "now": now})
        return len(ids)

    def let_go(self, found: Mass, state: DeliveryState, limit: int, now: datetime) -> int:
        """Up to *limit* of them have not got it, or nobody knows: they are *state*, with its code; how many."""
        ids = self._some(found, limit)
        if ids:
            self._at.connection.execute(_LET_GO[state], {"ids": ids, "why": found.code, "now": now})
        return len(ids)

    def _some(self, found: Mass, limit: int) -> list[int]:
        return list(self._at.connection.execute(_SOME, {"of": found.id, "limit": limit}).scalars())


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
