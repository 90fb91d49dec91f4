"""Rooms, leaders, and when they are taken."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Four tables."""
    _resource(
        "room",
        "capacity >= 1 AND minutes_before >= 0 AND minutes_after >= 0",
        sa.Column("place", sa.String(), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("borrowed", sa.Boolean(), nullable=False),
        sa.Column("access", sa.String(), nullable=False),
        sa.Column("privacy", sa.String(), nullable=False),
    )
    _resource("leader", "minutes_before >= 0 AND minutes_after >= 0", sa.Column("kinds", sa.String(), nullable=False))
    op.create_table(
        "leader_qualification",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("leader_id", sa.BigInteger(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("issuer", sa.String(), nullable=False),
        sa.Column("clinical", sa.Boolean(), nullable=False),
        sa.Column("expires_on", sa.String(), nullable=True),
        sa.Column("verified_by", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["leader_id"], ["leader.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_leader_qualification_leader_id", "leader_qualification", ["leader_id"])
    op.create_table(
        "booking",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("which", sa.BigInteger(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("ends_at", MOMENT, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.CheckConstraint("what IN ('room', 'leader')", name="what"),
        sa.CheckConstraint("ends_at > starts_at", name="slot"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("activity_id", "what", "which"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_booking_range", "booking", ["what", "which", "ends_at", "starts_at", "activity_id"])


def _resource(name: str, counts: str, *own: sa.Column[object]) -> None:
    op.create_table(
        name,
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        *own,
        sa.Column("hours", sa.String(), nullable=False),
        sa.Column("minutes_before", sa.Integer(), nullable=False),
        sa.Column("minutes_after", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(counts, name="counts"),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"]),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_region_id", name, ["region_id"])
