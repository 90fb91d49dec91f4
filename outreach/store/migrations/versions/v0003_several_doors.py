"""What several doors of one person need: the one they prefer, offers to link two, and wrong codes counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """One empty column, two tables."""
    op.add_column("address", sa.Column("preferred_at", MOMENT, nullable=True))
    op.create_table(
        "link_offer",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("door", sa.LargeBinary(), nullable=False),
        sa.Column("ref_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("code", sa.LargeBinary(), nullable=True),
        sa.Column("other_lane", sa.String(), nullable=True),
        sa.Column("other_door", sa.LargeBinary(), nullable=True),
        sa.Column("other_ref_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("other_language", sa.String(), nullable=True),
        sa.Column("agreed_at", MOMENT, nullable=True),
        sa.Column("until", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_offer")),
        sa.UniqueConstraint("code", name=op.f("uq_link_offer_code")),
        sa.UniqueConstraint("lane", "door", name=op.f("uq_link_offer_lane_door")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_offer_other_door", "link_offer", ["other_lane", "other_door"], unique=False)
    op.create_index("ix_link_offer_until", "link_offer", ["until"], unique=False)
    op.create_table(
        "link_miss",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_miss")),
    )
    op.create_index("ix_link_miss_at", "link_miss", ["at"], unique=False)
    op.create_index("ix_link_miss_who", "link_miss", ["who", "at"], unique=False)
