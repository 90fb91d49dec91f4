"""What was given up is found without a search."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

DEAD = "state = 'dead'"


def upgrade() -> None:
    """One index."""
    op.create_index(
        "ix_delivery_dead",
        "delivery",
        ["changed_at"],
        unique=False,
        sqlite_where=sa.text(DEAD),
        postgresql_where=sa.text(DEAD),
    )
