"""Who comes to what."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, insert, or_, select, update

from outreach.domain.errors import NotFound
from outreach.domain.ids import ActivityId, ResidentId, SignUpId
from outreach.domain.signup import SignUp, Standing
from outreach.services.cards import MyPlace, RosterLine
from outreach.store.keys import KeyRing
from outreach.store.rows import table_of
from outreach.store.rows_people import AddressRow, ResidentRow
from outreach.store.shelves.activity_cards import ACTIVITY, CARD_COLUMNS, CARD_WIDTH, REGION, activity_card
from outreach.store.shelves.person_cards import nickname_of
from outreach.store.shelves.sign_up_columns import SIGN_UP, SIGN_UP_COLUMNS, STANDINGS, sign_up_of
from outreach.store.transaction import Shelf

_S, _A = SIGN_UP.c, ACTIVITY.c
_ADDRESS, _RESIDENT = table_of(AddressRow), table_of(ResidentRow)
_ACTIVE = [standing.value for standing in Standing if standing.is_active]

_INSERT = insert(SIGN_UP)
_UPDATE = (
    update(SIGN_UP)
    .where(_S.id == bindparam("of"))
    .values(
        party=bindparam("party"),
        standing=bindparam("standing"),
        number=bindparam("number"),
        since=bindparam("since"),
        revision=bindparam("revision"),
        turn=bindparam("turn"),
        offered_until=bindparam("until", type_=_S.offered_until.type),
    )
)
_GET = select(*SIGN_UP_COLUMNS).where(_S.id == bindparam("id"), _S.resident_id.is_not(None))
_EARLIER = SIGN_UP.alias("earlier")
_GOES_BEFORE = or_(_EARLIER.c.turn < _S.turn, and_(_EARLIER.c.turn == _S.turn, _EARLIER.c.number < _S.number))
_AHEAD = (
    select(func.coalesce(func.sum(_EARLIER.c.party), 0))
    .where(
        _EARLIER.c.activity_id == _S.activity_id,
        _EARLIER.c.standing == Standing.WAITING.value,
        _GOES_BEFORE,
    )
    .scalar_subquery()
)
_PLACES = select(
    *CARD_COLUMNS,
    _S.id,
    _S.beneficiary,
    _S.standing,
    _S.number,
    _S.party,
    _S.revision,
    _S.since,
    _S.offered_until,
    case((_S.standing == Standing.WAITING.value, _AHEAD), else_=0),
).select_from(SIGN_UP.join(ACTIVITY, _A.id == _S.activity_id).join(REGION, REGION.c.id == _A.region_id))
_PLACE = _PLACES.where(_S.id == bindparam("id"), _S.resident_id.is_not(None))
_OF_RESIDENT = (
    _PLACES.where(_S.resident_id == bindparam("resident"), _S.standing.in_(_ACTIVE), _A.ends_at > bindparam("now"))
    .order_by(_A.starts_at, _A.id, _S.beneficiary)
    .limit(bindparam("limit"))
)
_AFFECTED = (
    select(*SIGN_UP_COLUMNS)
    .where(_S.activity_id == bindparam("activity"), _S.standing.in_(bindparam("standings", expanding=True)))
    .where(_S.resident_id.is_not(None))
    .order_by(_S.number)
)
_LANE = (
    select(_ADDRESS.c.lane)
    .where(_ADDRESS.c.resident_id == _S.resident_id)
    .order_by(_ADDRESS.c.last_word_at.desc(), _ADDRESS.c.id)
    .limit(1)
    .scalar_subquery()
)
_PLACE_IN_QUEUE = (
    select(func.count() + 1)
    .select_from(_EARLIER)
    .where(_EARLIER.c.activity_id == _S.activity_id, _EARLIER.c.standing == Standing.WAITING.value, _GOES_BEFORE)
    .scalar_subquery()
)
_ROSTER = (
    select(
        _S.id,
        _S.number,
        _S.standing,
        _S.party,
        _S.beneficiary,
        func.coalesce(_LANE, ""),
        _S.since,
        case((_S.standing == Standing.WAITING.value, _PLACE_IN_QUEUE)),
        _RESIDENT.c.key_sealed,
        _RESIDENT.c.nickname_sealed,
    )
    .select_from(SIGN_UP.outerjoin(_RESIDENT, _RESIDENT.c.id == _S.resident_id))
    .where(_S.activity_id == bindparam("activity"), _S.number > bindparam("after"))
    .order_by(_S.number)
    .limit(bindparam("limit"))
)
_ACTIVE_IN = (
    select(_S.activity_id)
    .where(_S.resident_id == bindparam("resident"), _S.standing.in_(_ACTIVE))
    .distinct()
    .order_by(_S.activity_id)
)


class SignUpShelf(Shelf):
    """Matches `services.ports.SignUps`."""

    __slots__ = ()

    def save(self, sign_up: SignUp) -> SignUp:
        """Insert or update; the stored one, with its id."""
        values: dict[str, object] = {
            "party": sign_up.party,
            "standing": sign_up.standing.value,
            "number": sign_up.number,
            "since": sign_up.since,
            "revision": sign_up.revision,
            "turn": sign_up.turn,
        }
        if sign_up.id:
            self._at.connection.execute(_UPDATE, values | {"of": sign_up.id, "until": sign_up.until})
            return sign_up
        whose: dict[str, object] = {
            "activity_id": sign_up.activity_id,
            "resident_id": sign_up.resident_id,
            "beneficiary": sign_up.beneficiary,
        }
        return replace(sign_up, id=SignUpId(self._at.insert(_INSERT, values | whose)))

    def get(self, sign_up_id: SignUpId) -> SignUp:
        """Raises `NotFound`, also for one whose resident has been forgotten."""
        row = self._at.connection.execute(_GET, {"id": sign_up_id}).one_or_none()
        if row is None:
            raise NotFound("sign_up", sign_up_id)
        return sign_up_of(row)

    def of_resident(self, resident_id: ResidentId, now: datetime, limit: int) -> list[MyPlace]:
        """Their active sign-ups for activities that are not over, soonest first."""
        values = {"resident": resident_id, "now": now, "limit": limit}
        return [_place(row) for row in self._at.connection.execute(_OF_RESIDENT, values)]

    def place(self, sign_up_id: SignUpId) -> MyPlace:
        """One sign-up with its activity and the people ahead. Raises `NotFound`, as `get` does."""
        row = self._at.connection.execute(_PLACE, {"id": sign_up_id}).one_or_none()
        if row is None:
            raise NotFound("sign_up", sign_up_id)
        return _place(row)

    def affected(self, activity_id: ActivityId, standings: Iterable[Standing]) -> list[SignUp]:
        """All sign-ups of an activity that stand so, in queue order."""
        values = {"activity": activity_id, "standings": [standing.value for standing in standings]}
        return [sign_up_of(row) for row in self._at.connection.execute(_AFFECTED, values)]

    def roster(self, activity_id: ActivityId, limit: int, after: int = 0) -> list[RosterLine]:
        """In order of number, which is that of the queue; page on with the last number seen."""
        values = {"activity": activity_id, "after": after, "limit": limit}
        return list(_lines(self._at.ring, self._at.connection.execute(_ROSTER, values)))

    def active_activities(self, resident_id: ResidentId) -> list[ActivityId]:
        """Where they still have an active sign-up, by id (the order in which to lock)."""
        return list(self._at.connection.execute(_ACTIVE_IN, {"resident": resident_id}).scalars())


def _place(row: Sequence[Any]) -> MyPlace:
    found, beneficiary, standing, number, party, revision, since, until, ahead = row[CARD_WIDTH:]
    return MyPlace(
        sign_up_id=found,
        beneficiary=beneficiary,
        standing=STANDINGS[standing],
        number=number,
        party=party,
        revision=revision,
        since=since,
        ahead=int(ahead),
        activity=activity_card(row),
        until=until,
    )


def _lines(ring: KeyRing, rows: Iterable[Sequence[Any]]) -> Iterator[RosterLine]:
    for row in rows:
        found, number, standing, party, beneficiary, lane, since, place, key, nickname = row
        yield RosterLine(
            found,
            number,
            STANDINGS[standing],
            party,
            beneficiary,
            lane,
            since,
            place,
            nickname_of(ring, key, nickname),
        )
