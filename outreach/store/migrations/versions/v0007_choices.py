"""What residents choose: a nickname, how often, and which places they want to hear nothing of."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two columns, one table."""
    op.add_column("resident", sa.Column("nickname_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("resident", sa.Column("rhythm", sa.String(), server_default="weekly", nullable=False))
    op.create_table(
        "region_mute",
        sa.Column("resident_id", sa.BigInteger(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_region_mute_region_id")),
        sa.ForeignKeyConstraint(["resident_id"], ["resident.id"], name=op.f("fk_region_mute_resident_id")),
        sa.PrimaryKeyConstraint("resident_id", "region_id", name=op.f("pk_region_mute")),
    )
    op.create_index("ix_region_mute_region_id", "region_mute", ["region_id"], unique=False)
