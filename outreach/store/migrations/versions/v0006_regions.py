"""What a part of the network may set for itself and all below it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """An index to count by, and columns that are empty, but for zones: one that differs from that of the region above was set there."""
    op.add_column("region", sa.Column("quiet_hours", sa.String(), nullable=True))
    op.add_column("region", sa.Column("opening_hours", sa.String(), nullable=True))
    op.add_column("region", sa.Column("helplines", sa.String(), nullable=True))
    op.add_column("region", sa.Column("second_person", sa.Boolean(), nullable=True))
    op.add_column("region", sa.Column("weekly_cap", sa.Integer(), nullable=True))
    op.add_column("region", sa.Column("own_zone", sa.String(), nullable=True))
    op.add_column("region", sa.Column("version", sa.Integer(), nullable=False, server_default="0"))
    op.execute(
        "UPDATE region SET own_zone = zone "
        "WHERE zone <> (SELECT above.zone FROM region AS above WHERE above.id = region.parent_id)"
    )
    op.create_index("ix_resident_region_id", "resident", ["region_id"])
