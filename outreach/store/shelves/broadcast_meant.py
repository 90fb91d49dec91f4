"""The twin of `domain.may_send` in SQL: whom a broadcast is meant for, and why somebody is not. Stated once, here.

It says what does not hang on the moment: region, language, consent in force, mute by lineage, audience, an address.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, case, exists, false, literal, not_, or_, select

from outreach.domain.may_send import NEEDS, Why
from outreach.domain.people import GENERAL
from outreach.services.cards_broadcasts import Aim
from outreach.store.rows import table_of
from outreach.store.rows_people import ConsentRow, RegionMuteRow, RegionRow, ResidentRow
from outreach.store.shelves.ledger_letters import ADDRESS

WRONG_LANGUAGE = "wrong_language"
MEANT = ""
_ELSEWHERE = "elsewhere"

RESIDENT, REGION = table_of(ResidentRow), table_of(RegionRow)
_CONSENT, _MUTE = table_of(ConsentRow), table_of(RegionMuteRow)
_R, _G, _A = RESIDENT.c, REGION.c, ADDRESS.c

_OTHER = ADDRESS.alias("other")
_WAY = (  # as `ledger_entry.add_drafts` chooses: preferred, else where they wrote last; a test compares
    select(_OTHER.c.id)
    .where(_OTHER.c.resident_id == _R.id, _OTHER.c.reach == "reachable")
    .order_by(_OTHER.c.preferred_at.is_not(None).desc(), _OTHER.c.last_word_at.desc(), _OTHER.c.id)
    .limit(1)
    .scalar_subquery()
)
PEOPLE: Any = RESIDENT.join(REGION, _G.id == _R.region_id)
PEOPLE_AND_WAYS: Any = PEOPLE.outerjoin(ADDRESS, _A.id == _WAY)
RESIDENTS_AND_WAYS: Any = RESIDENT.outerjoin(ADDRESS, _A.id == _WAY)
_PART = REGION.alias("part")


def lives_in(aim: Aim) -> ColumnElement[bool]:
    """Whether a resident lives in the region of *aim*, or below it."""
    return _R.region_id.in_(select(_PART.c.id).where(_PART.c.path.startswith(aim.region_path, autoescape=True)))


def why_not(aim: Aim) -> ColumnElement[str]:
    """Why a resident of the region is not meant, in the order of `may_send`; `MEANT` if they are."""
    steps: list[tuple[ColumnElement[bool], ColumnElement[str]]] = [
        (_R.language.not_in(sorted(aim.languages)), _said(WRONG_LANGUAGE)),
        (~_has_consent(aim), _said(Why.NO_CONSENT)),
    ]
    if aim.lineage:
        steps.append((_has_muted(aim.lineage), _said(Why.MUTED)))
    if aim.restricted_to is not None:
        steps.append((~chose_one_of(aim.restricted_to), _said(Why.RESTRICTED)))
    if GENERAL not in aim.audience:
        steps.append((~chose_one_of(aim.audience), _said(Why.NOT_FOR_THEM)))
    return case(*steps, else_=_said(MEANT))


def is_meant(aim: Aim) -> ColumnElement[bool]:
    """Whether a resident lives in the region and is meant: all of it in one CASE, which PostgreSQL asks row by row.

    What it can take apart it joins by whole tables, for it cannot guess how many will be meant: with the region as a
    join it compared each of a thousand residents with each of 500 regions, and with conditions of their own it read
    every consent there is. Asked row by row, a portion costs the same however large the network is.
    """
    return case((not_(lives_in(aim)), _said(_ELSEWHERE)), else_=why_not(aim)) == MEANT


def _has_consent(aim: Aim) -> ColumnElement[bool]:
    purpose = NEEDS[aim.kind].value
    return exists().where(
        _CONSENT.c.resident_id == _R.id, _CONSENT.c.purpose == purpose, _CONSENT.c.withdrawn_at.is_(None)
    )


def _has_muted(lineage: Iterable[int]) -> ColumnElement[bool]:
    return exists().where(_MUTE.c.resident_id == _R.id, _MUTE.c.region_id.in_(sorted(lineage)))


def chose_one_of(tags: Iterable[str]) -> ColumnElement[bool]:
    """Whether a resident chose one of the audiences *tags*; of none: nobody did."""
    chosen = literal(",") + _R.audiences + literal(",")
    return or_(false(), *(chosen.contains(f",{tag},", autoescape=True) for tag in sorted(tags)))


def _said(reason: str) -> ColumnElement[str]:
    return literal(str(reason))
