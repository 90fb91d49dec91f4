"""What was given up is found without a search; what platforms still let through to each address; mass messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Indexes, columns of addresses and deliveries, a table."""
    _index("ix_delivery_dead", "delivery", ["changed_at"], "state = 'dead'")
    op.add_column("address", sa.Column("window_until", MOMENT, nullable=True))
    op.add_column("address", sa.Column("window_left", sa.Integer(), nullable=True))
    op.add_column("address", sa.Column("window_by", sa.String(), nullable=True))
    op.add_column("address", sa.Column("mass_month", sa.String(), nullable=True))
    op.add_column("address", sa.Column("mass_used", sa.Integer(), nullable=True))
    op.add_column("delivery", sa.Column("mass_id", sa.BigInteger(), nullable=True))
    _index("ix_delivery_mass", "delivery", ["mass_id", "state"], "mass_id IS NOT NULL")
    op.create_table(
        "mass_message",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("lane", sa.String(), nullable=False),
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("up_to", sa.BigInteger(), nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("called_at", MOMENT, nullable=True),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["broadcast_id"], ["broadcast.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("name"),
        sqlite_autoincrement=True,
    )
    _index("ix_mass_message_open", "mass_message", ["lane", "state"], "state <> 'done'")
    op.create_index("ix_mass_message_called_at", "mass_message", ["lane", "called_at"])


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
