"""Activities as cards: the columns every list shows, and one row of them as a card."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.offers import Promotion
from outreach.services.cards import ActivityCard
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow
from outreach.store.rows_people import RegionRow
from outreach.store.types import split

ACTIVITY = table_of(ActivityRow)
REGION = table_of(RegionRow)
_A = ACTIVITY.c

CARD_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _A.id,
    _A.slug,
    _A.uid,
    _A.region_id,
    REGION.c.path,
    REGION.c.name,
    REGION.c.zone,
    _A.kind,
    _A.title,
    _A.summary,
    _A.place,
    _A.starts_at,
    _A.ends_at,
    _A.seats,
    _A.seated,
    _A.waiting,
    _A.policy,
    _A.status,
    _A.restricted,
    _A.audience,
    _A.revision,
    _A.version,
    _A.created_at,
    _A.changed_at,
    _A.planned_by,
    _A.host_id,
    _A.promotion,
    _A.together,
    _A.closes_before,
)
CARD_WIDTH = len(CARD_COLUMNS)
ON_LISTS = and_(_A.restricted.is_(False), _A.policy != SignUpPolicy.INVITATION.value)
"""What stands on lists and in feeds; the rest is for those who were told of it."""

_KIND, _POLICY, _STATUS, _AUDIENCE, _PROMOTION = (
    CARD_COLUMNS.index(column) for column in (_A.kind, _A.policy, _A.status, _A.audience, _A.promotion)
)
_KINDS = {kind.value: kind for kind in ActivityKind}
_POLICIES = {policy.value: policy for policy in SignUpPolicy}
_PROMOTIONS = {promotion.value: promotion for promotion in Promotion}
_STATUSES = {status.value: status for status in ActivityStatus}


def select_cards() -> Select[Any]:
    """Activities with their region, ready for conditions."""
    return select(*CARD_COLUMNS).select_from(ACTIVITY.join(REGION, REGION.c.id == _A.region_id))


def activity_card(row: Sequence[Any]) -> ActivityCard:
    """The card of the first `CARD_WIDTH` values of *row*, in the order of `CARD_COLUMNS`."""
    values = list(row[:CARD_WIDTH])
    values[_KIND] = _KINDS[values[_KIND]]
    values[_POLICY] = _POLICIES[values[_POLICY]]
    values[_STATUS] = _STATUSES[values[_STATUS]]
    values[_AUDIENCE] = split(values[_AUDIENCE])
    values[_PROMOTION] = _PROMOTIONS[values[_PROMOTION]]
    return ActivityCard(*values)
