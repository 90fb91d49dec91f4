"""What residents choose: what they are called, and which parts of the network they want to hear nothing of."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, case, delete, select, update

from outreach.domain.errors import NotFound
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.people import Rhythm
from outreach.services.cards import Region
from outreach.store.dialect import ByDialect
from outreach.store.keys import Seal
from outreach.store.rows import table_of
from outreach.store.rows_people import RegionMuteRow, RegionRow, ResidentRow
from outreach.store.shelves.person_cards import NICKNAME_COLUMN
from outreach.store.transaction import Transaction

_RESIDENT, _MUTE, _REGION = table_of(ResidentRow), table_of(RegionMuteRow), table_of(RegionRow)
_R, _M, _G = _RESIDENT.c, _MUTE.c, _REGION.c
_INTO = bindparam("into", type_=_M.resident_id.type)
_FROM: BindParameter[int] = bindparam("other")

_KEY = select(_R.key_sealed).where(_R.id == bindparam("id"))
_NAME = update(_RESIDENT).where(_R.id == bindparam("of")).values(nickname_sealed=bindparam("sealed"))
_ADD_MUTE = ByDialect(_MUTE, lambda new: new.on_conflict_do_nothing(index_elements=["resident_id", "region_id"]))
_DROP_MUTE = delete(_MUTE).where(_M.resident_id == bindparam("of"), _M.region_id == bindparam("region"))
_MUTED = (
    select(_G.id, _G.parent_id, _G.path, _G.level, _G.code, _G.name, _G.zone)
    .select_from(_MUTE.join(_REGION, _G.id == _M.region_id))
    .where(_M.resident_id == bindparam("of"))
    .order_by(_G.path)
)
_CARRY_MUTES = ByDialect(
    _MUTE,
    lambda new: new.from_select(
        ["resident_id", "region_id", "since"], select(_INTO, _M.region_id, _M.since).where(_M.resident_id == _FROM)
    ).on_conflict_do_nothing(index_elements=["resident_id", "region_id"]),
)
_NICKNAME = select(_R.nickname_sealed).where(_R.id == bindparam("id"))
_OTHER = _RESIDENT.alias("other")
_THEIRS_IS_RARER = select(_OTHER.c.rhythm == Rhythm.MONTHLY.value).where(_OTHER.c.id == _FROM).scalar_subquery()
_CARRY_RHYTHM = (  # whoever asked to hear less often anywhere does
    update(_RESIDENT)
    .where(_R.id == _INTO)
    .values(rhythm=case((_THEIRS_IS_RARER, Rhythm.MONTHLY.value), else_=_R.rhythm))
)


def name(at: Transaction, resident_id: ResidentId, nickname: str | None) -> None:
    """Keep what they want to be called, sealed with their own key; ``None`` deletes it. Raises `NotFound`."""
    key_sealed = at.connection.execute(_KEY, {"id": resident_id}).scalar_one_or_none()
    if key_sealed is None:
        raise NotFound("resident", resident_id)
    sealed = None if nickname is None else at.ring.person(key_sealed).seal(nickname.encode(), NICKNAME_COLUMN)
    at.connection.execute(_NAME, {"of": resident_id, "sealed": sealed})


def mute(at: Transaction, resident_id: ResidentId, region_id: RegionId, now: datetime) -> None:
    """No announcements and tips from *region_id* and below; again changes nothing."""
    values = {"resident_id": resident_id, "region_id": region_id, "since": now}
    at.connection.execute(_ADD_MUTE.on(at.connection), values)


def unmute(at: Transaction, resident_id: ResidentId, region_id: RegionId) -> bool:
    """Take that back. False if it was not muted itself."""
    return at.connection.execute(_DROP_MUTE, {"of": resident_id, "region": region_id}).rowcount > 0


def muted(at: Transaction, resident_id: ResidentId) -> list[Region]:
    """The regions that they muted, by path."""
    return [Region(*row) for row in at.connection.execute(_MUTED, {"of": resident_id})]


def carry(at: Transaction, into: ResidentId, other: ResidentId, ours: Seal, theirs: Seal) -> None:
    """Give *into* the choices of *other*: every muted region, the rarer rhythm, the nickname where there is none.

    *ours* and *theirs* are their data keys at work.
    """
    both = {"into": into, "other": other}
    at.connection.execute(_CARRY_MUTES.on(at.connection), both)
    at.connection.execute(_CARRY_RHYTHM, both)
    mine = at.connection.execute(_NICKNAME, {"id": into}).scalar_one()
    sealed = at.connection.execute(_NICKNAME, {"id": other}).scalar_one()
    if mine is None and sealed is not None:
        nickname = ours.seal(theirs.open(sealed, NICKNAME_COLUMN), NICKNAME_COLUMN)
        at.connection.execute(_NAME, {"of": into, "sealed": nickname})
