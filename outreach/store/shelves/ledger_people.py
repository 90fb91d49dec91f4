"""What a batch of letters needs to know beside its own rows: a region's rules, mutes, what was told, frozen words.

Each is one look for the whole batch, however many letters it has; one without announcements and tips needs the first.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, text

from outreach.domain.activity import ActivityStatus
from outreach.domain.broadcast import About, BroadcastId, BroadcastState
from outreach.domain.ids import ActivityId
from outreach.domain.may_send import BY_AUDIENCE, WEEK
from outreach.domain.messages import Language
from outreach.domain.times import NEVER_QUIET, QuietHours
from outreach.services.cards_broadcasts import BroadcastText, Posted
from outreach.store.prepared import Prepared, PreparedMany
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow
from outreach.store.rows_broadcasts import BroadcastRow, BroadcastTextRow
from outreach.store.rows_content import ContentVersionRow
from outreach.store.rows_ledger import TOLD, DeliveryRow
from outreach.store.rows_people import RegionMuteRow, RegionRow
from outreach.store.transaction import Transaction
from outreach.store.types import split

_BROADCAST, _TEXT, _REGION = table_of(BroadcastRow), table_of(BroadcastTextRow), table_of(RegionRow)
_ACTIVITY, _VERSION = table_of(ActivityRow), table_of(ContentVersionRow)
_B, _T, _A, _G, _V = _BROADCAST.c, _TEXT.c, _ACTIVITY.c, _REGION.c, _VERSION.c
_D, _M = table_of(DeliveryRow).c, table_of(RegionMuteRow).c
_PLACE = _REGION.alias("place")
_KINDS = frozenset(kind.value for kind in BY_AUDIENCE)

_MUTES = PreparedMany("residents", lambda some: select(_M.resident_id, _M.region_id).where(_M.resident_id.in_(some)))
_TOLD = PreparedMany(
    "residents",
    lambda some: select(_D.resident_id, _D.changed_at).where(
        _D.resident_id.in_(some),
        text(TOLD),
        _D.changed_at > bindparam("since", type_=_D.changed_at.type),
    ),
)
_OWN_RULES = Prepared(
    select(_G.path, _G.weekly_cap, _G.quiet_hours, _G.helplines)
    .where(or_(_G.weekly_cap.is_not(None), _G.quiet_hours.is_not(None), _G.helplines.is_not(None)))
    .order_by(func.length(_G.path).desc(), _G.path)
)
_POSTED = PreparedMany(
    "broadcasts", lambda some: select(
        _B.id, _B.about, _B.state, _B.audience, _B.activity_id, _G.path, _PLACE.c.path.label("place_path"),
        _A.status, _A.revision, _A.restricted, _A.audience.label("activity_audience"), _B.slug,
        _V.audience.label("item_audience"), _V.withdrawn_at,
        _T.language, _T.title, _T.body, _T.version, _T.hash, _T.fields,
    )
    .select_from(
        _BROADCAST.join(_TEXT, _T.broadcast_id == _B.id)
        .join(_REGION, _G.id == _B.region_id)
        .outerjoin(_ACTIVITY, _A.id == _B.activity_id)
        .outerjoin(_PLACE, _PLACE.c.id == _A.region_id)
        .outerjoin(_VERSION, (_V.slug == _B.slug) & (_V.language == _T.language) & (_V.version == _T.version))
    )
    .where(_B.id.in_(some)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RegionRules:
    """Where a region says otherwise than the house: by lineage, the deepest first."""

    caps: Sequence[tuple[str, int]] = ()
    quiet: Sequence[tuple[str, QuietHours]] = ()
    helplines: Sequence[tuple[str, str]] = ()

    def cap_at(self, region_path: str) -> int | None:
        """The weekly cap that the nearest region sets; ``None``: none does."""
        return next((cap for path, cap in self.caps if region_path.startswith(path)), None)

    def quiet_at(self, region_path: str) -> QuietHours | None:
        """The quiet hours that the nearest region sets; ``None``: none does."""
        return next((quiet for path, quiet in self.quiet if region_path.startswith(path)), None)

    def helplines_at(self, region_path: str) -> str:
        """Where the helplines are that the nearest region names; empty: none does."""
        return next((place for path, place in self.helplines if region_path.startswith(path)), "")


@dataclass(frozen=True, slots=True)
class Beside:
    """What was found, by region, by resident, and by broadcast and language."""

    rules: RegionRules
    mutes: Mapping[int, frozenset[int]] = field(default_factory=dict)
    told: Mapping[int, tuple[datetime, ...]] = field(default_factory=dict)
    posted: Mapping[tuple[int, str], Posted] = field(default_factory=dict)


def look_beside(at: Transaction, rows: Sequence[Any], now: datetime) -> Beside:
    """What *rows* (of `ledger_letters.LETTERS`) need."""
    rules = region_rules(at) if rows else RegionRules()
    residents = sorted({row.resident_id for row in rows if row.kind in _KINDS and row.resident_id is not None})
    if not residents:
        return Beside(rules)
    mutes: dict[int, list[int]] = {}
    for resident_id, region_id in _MUTES.rows(at.connection, {"residents": residents}):
        mutes.setdefault(resident_id, []).append(region_id)
    told: dict[int, list[datetime]] = {}
    for resident_id, moment in _TOLD.rows(at.connection, {"residents": residents, "since": now - WEEK}):
        told.setdefault(resident_id, []).append(moment)
    return Beside(
        rules,
        {resident: frozenset(regions) for resident, regions in mutes.items()},
        {resident: tuple(moments) for resident, moments in told.items()},
        posted(at, {row.broadcast_id for row in rows if row.broadcast_id is not None}),
    )


def region_rules(at: Transaction) -> RegionRules:
    """The regions that set a weekly cap, quiet hours or helplines of their own."""
    found = _OWN_RULES.rows(at.connection, {})
    return RegionRules(
        [(path, cap) for path, cap, *_ in found if cap is not None],
        [(path, QuietHours.parse(quiet) or NEVER_QUIET) for path, _, quiet, _ in found if quiet is not None],
        [(path, place) for path, *_, place in found if place is not None],
    )


def posted(at: Transaction, broadcasts: Iterable[int]) -> dict[tuple[int, str], Posted]:
    """The words of *broadcasts*, by broadcast and language."""
    wanted = sorted(broadcasts)
    if not wanted:
        return {}
    rows = _POSTED.rows(at.connection, {"broadcasts": wanted})
    return {(row.id, row.language): _posted(row) for row in rows}


def _posted(row: Any) -> Posted:
    return Posted(
        id=BroadcastId(row.id),
        about=About(row.about),
        text=text_of(row),
        audience=split(row.audience),
        lineage=lineage_of(row.path) | lineage_of(row.place_path or ""),
        activity_id=None if row.activity_id is None else ActivityId(row.activity_id),
        overtaken=_overtaken(row),
        slug=row.slug,
        filed_under=split(row.item_audience or row.activity_audience or ""),
        restricted=bool(row.restricted),
    )


def text_of(row: Any) -> BroadcastText:
    """The words in a row of `broadcast_text`."""
    fields = json.loads(row.fields)
    return BroadcastText(Language(row.language), row.title, row.body, row.version, row.hash, fields)


def lineage_of(path: str) -> frozenset[int]:
    """The ids of a region and of all above it, of a path such as ``/1/4/``."""
    return frozenset(int(part) for part in path.split("/") if part)


def _overtaken(row: Any) -> str:
    if row.state == BroadcastState.STOPPED.value:
        return "stopped"
    if row.withdrawn_at is not None:
        return "item_withdrawn"
    if row.about != About.ACTIVITY.value:
        return ""
    if row.status != ActivityStatus.PUBLISHED.value:
        return "activity_not_open"
    return "" if row.version == str(row.revision) else "activity_changed"
