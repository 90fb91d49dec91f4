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
    """Five empty columns."""
    op.add_column("region", sa.Column("quiet_hours", sa.String(), nullable=True))
    op.add_column("region", sa.Column("opening_hours", sa.String(), nullable=True))
    op.add_column("region", sa.Column("helplines", sa.String(), nullable=True))
    op.add_column("region", sa.Column("second_person", sa.Boolean(), nullable=True))
    op.add_column("region", sa.Column("weekly_cap", sa.Integer(), nullable=True))
