"""What was given up is found without a search; what platforms still let through to each address."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
DEAD = "state = 'dead'"


def upgrade() -> None:
    """One index, three columns."""
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["changed_at"],
        unique=False,
        sqlite_where=sa.text(DEAD),
        postgresql_where=sa.text(DEAD),
    )
    op.add_column("address", sa.Column("window_until", MOMENT, nullable=True))
    op.add_column("address", sa.Column("window_left", sa.Integer(), nullable=True))
    op.add_column("address", sa.Column("window_by", sa.String(), nullable=True))
