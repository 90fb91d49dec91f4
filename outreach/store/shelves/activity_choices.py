"""What can be chosen for an activity: the unit that it is for, and who leads it."""

from __future__ import annotations

from sqlalchemy import String, bindparam, or_, select

from outreach.domain.actor import Reach
from outreach.domain.ids import StaffId
from outreach.services.cards import Region
from outreach.services.cards_planning import HostChoice
from outreach.store.rows import table_of
from outreach.store.rows_accounts import StaffRow
from outreach.store.shelves.activity_cards import REGION
from outreach.store.transaction import Transaction

_R, _S = REGION.c, table_of(StaffRow).c

_UNITS = (
    select(_R.id, _R.parent_id, _R.path, _R.level, _R.code, _R.name, _R.zone)
    .order_by(_R.path)
    .limit(bindparam("limit"))
)
_BY_REACH = {
    Reach.UNIT: _UNITS.where(_R.path == bindparam("unit")),
    Reach.BELOW: _UNITS.where(_R.path.startswith(bindparam("unit"))),
}
_HOSTS = (
    select(_S.id, _S.name, _R.path)
    .select_from(table_of(StaffRow).join(REGION, _R.id == _S.region_id))
    .where(_S.disabled_at.is_(None))
    # Below the unit, or above it: whoever leads an activity must be of its unit or of one that holds it.
    .where(or_(_R.path.startswith(bindparam("unit")), bindparam("unit", type_=String).startswith(_R.path)))
    .order_by(_S.name, _S.id)
    .limit(bindparam("limit"))
)

_HOST = select(_S.name).where(_S.id == bindparam("id"))


def host_name(at: Transaction, staff_id: StaffId) -> str | None:
    """What that member of staff is called, whether or not they still work here."""
    return at.connection.execute(_HOST, {"id": staff_id}).scalar_one_or_none()


def units(at: Transaction, unit: str, reach: Reach, limit: int) -> list[Region]:
    """The region with that lineage, and with `Reach.BELOW` those below it, each after the one that holds it."""
    return [Region(*row) for row in at.connection.execute(_BY_REACH[reach], {"unit": unit, "limit": limit})]


def hosts(at: Transaction, unit: str, limit: int) -> list[HostChoice]:
    """Staff of that lineage, above and below, by name; nobody whose account is closed."""
    return [HostChoice(*row) for row in at.connection.execute(_HOSTS, {"unit": unit, "limit": limit})]
