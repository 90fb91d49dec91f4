"""How a place that came free is given away: the order of the queue, offers, and until when they are kept."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Columns of activities and sign-ups, and what makes the due ones quick to find."""
    op.add_column("activity", sa.Column("promotion", sa.String(), server_default="direct", nullable=False))
    op.add_column("activity", sa.Column("together", sa.Boolean(), server_default=sa.true(), nullable=False))
    op.add_column("activity", sa.Column("closes_before", sa.Integer(), server_default="0", nullable=False))
    op.add_column("sign_up", sa.Column("turn", sa.BigInteger(), server_default="0", nullable=False))
    op.add_column("sign_up", sa.Column("offered_until", MOMENT, nullable=True))
    op.execute("UPDATE sign_up SET turn = number * 1048576")
    op.drop_index("ix_sign_up_queue", "sign_up")
    op.create_index("ix_sign_up_queue", "sign_up", ["activity_id", "standing", "turn"])
    _index("ix_sign_up_offered", "sign_up", ["offered_until"], "standing = 'offered'")
    _index("ix_activity_first_come", "activity", ["starts_at"], "promotion = 'offer' AND waiting > 0")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
