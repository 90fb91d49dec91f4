"""What receipts need: a delivery is found by the name that the platform gave it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One index, over the rows that have such a name."""
    op.create_index(
        "ix_delivery_external",
        "delivery",
        ["lane", "external_id"],
        unique=False,
        sqlite_where=sa.text("external_id <> ''"),
        postgresql_where=sa.text("external_id <> ''"),
    )
