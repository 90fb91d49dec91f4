"""All tables at once: importing this page makes the metadata complete."""

from __future__ import annotations

from outreach.store import (
    rows_accounts,
    rows_activities,
    rows_attendance,
    rows_broadcasts,
    rows_content,
    rows_feeds,
    rows_inbound,
    rows_ledger,
    rows_notices,
    rows_people,
    rows_rooms,
    rows_staff,
)
from outreach.store.rows import Row

PAGES = (
    rows_accounts,
    rows_activities,
    rows_attendance,
    rows_broadcasts,
    rows_content,
    rows_feeds,
    rows_inbound,
    rows_ledger,
    rows_notices,
    rows_people,
    rows_rooms,
    rows_staff,
)
METADATA = Row.metadata
