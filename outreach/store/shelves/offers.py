"""Places that were offered and not taken yet."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select, text, update

from outreach.domain.activity import ActivityStatus
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.offers import Promotion
from outreach.domain.people import ELDERLY
from outreach.domain.signup import TURNS_APART, SignUp, Standing
from outreach.services.cards_offers import Asked
from outreach.store.rows import table_of
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.activity_cards import ACTIVITY
from outreach.store.shelves.sign_up_columns import SIGN_UP, SIGN_UP_COLUMNS, sign_up_of
from outreach.store.transaction import Shelf
from outreach.store.types import split

_S, _A = SIGN_UP.c, ACTIVITY.c
_RESIDENT = table_of(ResidentRow)
_IS_OFFERED = text("standing = 'offered'")  # to the letter, as the index has it
_UNTOLD = (
    select(*SIGN_UP_COLUMNS, _RESIDENT.c.audiences)
    .select_from(SIGN_UP.join(_RESIDENT, _RESIDENT.c.id == _S.resident_id))
    .where(_IS_OFFERED, _S.offered_until.is_(None))
    .order_by(_S.since, _S.id)
    .limit(bindparam("limit"))
)
_TELL = (
    update(SIGN_UP)
    .where(_S.id == bindparam("of"), _IS_OFFERED, _S.offered_until.is_(None))
    .values(offered_until=bindparam("until", type_=_S.offered_until.type))
)
_UNTELL = (
    update(SIGN_UP)
    .where(_S.activity_id == bindparam("of"), _S.standing == Standing.OFFERED.value)
    .values(offered_until=None)
)
_OVER = (
    select(*SIGN_UP_COLUMNS)
    .where(_IS_OFFERED, _S.offered_until <= bindparam("now", type_=_S.offered_until.type))
    .where(_S.resident_id.is_not(None))
    .order_by(_S.offered_until, _S.id)
    .limit(bindparam("limit"))
)
_FIRST_COME = (
    select(_A.id)
    .where(text(f"promotion = '{Promotion.OFFER.value}' AND waiting > 0"), _A.seats > _A.seated)
    .where(_A.status == ActivityStatus.PUBLISHED.value)
    .where(_A.starts_at > bindparam("now", type_=_A.starts_at.type))
    .where(_A.starts_at <= bindparam("begins", type_=_A.starts_at.type))
    .order_by(_A.starts_at, _A.id)
    .limit(bindparam("limit"))
)
_WAITING = (
    select(*SIGN_UP_COLUMNS)
    .where(_S.activity_id == bindparam("of"), _S.standing == Standing.WAITING.value, _S.party <= bindparam("most"))
    .where(_S.resident_id.is_not(None))
    .order_by(_S.turn, _S.number)
    .limit(bindparam("limit"))
)


_QUEUE = (
    select(_S.turn)
    .where(_S.activity_id == bindparam("of"), _S.standing == Standing.WAITING.value, _S.id != bindparam("without"))
    .order_by(_S.turn, _S.number)
    .limit(2)
    .offset(bindparam("before"))
)
_LAST = select(func.max(_S.turn)).where(
    _S.activity_id == bindparam("of"), _S.standing == Standing.WAITING.value, _S.id != bindparam("without")
)
_OTHER = SIGN_UP.alias("other")
_PLACED = (
    select(_OTHER.c.id, func.row_number().over(order_by=(_OTHER.c.turn, _OTHER.c.number)).label("place"))
    .where(_OTHER.c.activity_id == bindparam("of"), _OTHER.c.standing == Standing.WAITING.value)
    .subquery()
)
_SPREAD = update(SIGN_UP).where(_S.id == _PLACED.c.id).values(turn=_PLACED.c.place * TURNS_APART)


class OfferShelf(Shelf):
    """Matches `services.ports.Offers`."""

    __slots__ = ()

    def untold(self, limit: int) -> list[Asked]:
        """Who has been given an offer and has not been told until when it is kept, longest ago first."""
        rows = self._at.connection.execute(_UNTOLD, {"limit": limit})
        return [Asked(sign_up_of(row[:-1]), ELDERLY in split(row.audiences)) for row in rows]

    def tell(self, sign_up_id: SignUpId, until: datetime) -> bool:
        """It is kept until then. False: it is no offer any more, or they have been told."""
        return self._at.connection.execute(_TELL, {"of": sign_up_id, "until": until}).rowcount == 1

    def untell(self, activity_id: ActivityId) -> int:
        """The activity moved: all offers of it are told anew."""
        return self._at.connection.execute(_UNTELL, {"of": activity_id}).rowcount

    def over(self, now: datetime, limit: int) -> list[SignUp]:
        """Offers that nobody answered in time, longest over first."""
        return [sign_up_of(row) for row in self._at.connection.execute(_OVER, {"now": now, "limit": limit})]

    def first_come(self, begins: datetime, now: datetime, limit: int) -> list[ActivityId]:
        """Activities that begin between *now* and *begins*, with free seats and people who wait, soonest first."""
        values = {"begins": begins, "now": now, "limit": limit}
        return list(self._at.connection.execute(_FIRST_COME, values).scalars())

    def turns_at(self, activity_id: ActivityId, place: int, without: SignUpId) -> tuple[int | None, int | None]:
        """The turns of those between whom *place* (from 1) is, in the queue *without* somebody; ``None``: nobody."""
        values = {"of": activity_id, "without": without, "before": max(place - 2, 0)}
        found = list(self._at.connection.execute(_QUEUE, values).scalars())
        if place <= 1:
            return None, found[0] if found else None
        if not found:
            return self._at.connection.execute(_LAST, values).scalar_one(), None
        return found[0], found[1] if len(found) > 1 else None

    def spread(self, activity_id: ActivityId) -> None:
        """Make room between all who wait; their order stays."""
        self._at.connection.execute(_SPREAD, {"of": activity_id})

    def waiting(self, activity_id: ActivityId, most: int, limit: int) -> list[SignUp]:
        """Who waits with at most *most* people, in the order of the queue."""
        values = {"of": activity_id, "most": most, "limit": limit}
        return [sign_up_of(row) for row in self._at.connection.execute(_WAITING, values)]
