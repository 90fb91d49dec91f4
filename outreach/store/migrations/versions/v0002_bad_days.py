"""What bad days need: until when a delivery is needed, when to tidy it away, and nobody behind what is finished."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Two columns, filled; one index instead of another. No table is copied: the ledger may be large."""
    op.add_column("delivery", sa.Column("needed_by", MOMENT, nullable=True))
    op.add_column("delivery", sa.Column("tidy_at", MOMENT, nullable=True))
    op.execute("UPDATE delivery SET tidy_at = changed_at")
    op.execute("UPDATE delivery SET person = NULL WHERE state IN ('sent', 'failed', 'withdrawn', 'expired')")
    op.create_index("ix_delivery_tidy_at", "delivery", ["tidy_at"], unique=False)
    op.drop_index("ix_delivery_open_person", "delivery")
    op.create_index(
        "ix_delivery_person",
        "delivery",
        ["lane", "person"],
        unique=False,
        sqlite_where=sa.text("person IS NOT NULL"),
        postgresql_where=sa.text("person IS NOT NULL"),
    )
