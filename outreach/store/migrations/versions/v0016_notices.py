"""Who has said that they know of a change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0014"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """One table."""
    op.create_table(
        "notice",
        sa.Column("sign_up_id", sa.BigInteger(), nullable=False),
        sa.Column("confirmed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"]),
        sa.PrimaryKeyConstraint("sign_up_id"),
    )
