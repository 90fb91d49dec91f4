"""Residents as cards: who is at an address, and one by id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import and_, bindparam, select

from outreach.domain.errors import Fault
from outreach.domain.messages import Language
from outreach.domain.people import Purpose, Rhythm
from outreach.services.cards import PersonCard
from outreach.store.keys import KeyRing
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_people import AddressRow, ConsentRow, RegionRow, ResidentRow
from outreach.store.types import split

NICKNAME_COLUMN = "resident.nickname"

_RESIDENT, _ADDRESS = table_of(ResidentRow), table_of(AddressRow)
_CONSENT, _REGION = table_of(ConsentRow), table_of(RegionRow)
_R, _A, _K = _RESIDENT.c, _ADDRESS.c, _CONSENT.c
_IN_FORCE = and_(_K.resident_id == _R.id, _K.withdrawn_at.is_(None))
_HOME = _REGION.c.id == _R.region_id
_COLUMNS = (
    _R.id,
    _A.id,
    _R.language,
    _R.region_id,
    _R.audiences,
    _R.rhythm,
    _REGION.c.name,
    _R.key_sealed,
    _R.nickname_sealed,
    _K.purpose,
)

AT = Prepared(
    select(*_COLUMNS)
    .select_from(_ADDRESS.join(_RESIDENT, _R.id == _A.resident_id).join(_REGION, _HOME).outerjoin(_CONSENT, _IN_FORCE))
    .where(_A.lane == bindparam("lane"), _A.person == bindparam("person"))
)
"""The rows of the person at an address, one for each purpose that is allowed."""
OF_RESIDENT = (
    select(*_COLUMNS)
    .select_from(
        _RESIDENT.join(_REGION, _HOME).outerjoin(_ADDRESS, _A.resident_id == _R.id).outerjoin(_CONSENT, _IN_FORCE)
    )
    .where(_R.id == bindparam("id"))
    .order_by(_A.last_word_at.desc(), _A.id)
)
"""The rows of one resident, for all their addresses, that of their last word first."""


def card_of(ring: KeyRing, rows: Iterable[Sequence[Any]]) -> PersonCard | None:
    """One card from the rows of one address; ``None`` without any."""
    found = list(rows)
    if not found:
        return None
    resident_id, address_id, language, region_id, audiences, rhythm, region_name, key, nickname, _ = found[0]
    return PersonCard(
        resident_id,
        address_id,
        Language(language),
        region_id,
        split(audiences),
        frozenset(Purpose(row[-1]) for row in found if row[-1] is not None),
        nickname_of(ring, key, nickname),
        Rhythm(rhythm),
        region_name,
    )


def nickname_of(ring: KeyRing, key_sealed: bytes | None, sealed: bytes | None) -> str | None:
    """What somebody wants to be called; ``None`` also for one that does not open any more."""
    if key_sealed is None or sealed is None:
        return None
    try:
        return ring.person(key_sealed).open(sealed, NICKNAME_COLUMN).decode()
    except Fault:  # a courtesy: one damaged row must not keep somebody from their places, or staff from a roster
        return None
