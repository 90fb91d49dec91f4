"""Broadcasts, their words, and the deliveries that belong to one; the files of what is approved, and withdrawing it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TOLD = "kind IN ('announcement', 'education') AND state IN ('calling', 'sent', 'unconfirmed')"


def upgrade() -> None:
    """Two tables, five columns."""
    op.create_table(
        "broadcast",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("about", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=True),
        sa.Column("slug", sa.String(), nullable=True),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("audience", sa.String(), nullable=False),
        sa.Column("languages", sa.String(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=True),
        sa.Column("planned_up_to", sa.BigInteger(), nullable=False),
        sa.Column("planned", sa.Integer(), nullable=False),
        sa.Column("left_out", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("drafted_by", sa.String(), nullable=False),
        sa.Column("drafted_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_by", sa.String(), nullable=True),
        sa.Column("approved_by_id", sa.BigInteger(), nullable=True),
        sa.Column("approved_at", MOMENT, nullable=True),
        sa.Column("stopped_at", MOMENT, nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"], name=op.f("fk_broadcast_activity_id")),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_broadcast_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_broadcast_region_id", "broadcast", ["region_id"], unique=False)
    op.create_index(
        "ix_broadcast_running",
        "broadcast",
        ["state", "starts_at"],
        unique=False,
        sqlite_where=sa.text("settled_at IS NULL AND state <> 'draft'"),
        postgresql_where=sa.text("settled_at IS NULL AND state <> 'draft'"),
    )
    op.create_table(
        "broadcast_text",
        sa.Column("broadcast_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("body", sa.String(), nullable=False),
        sa.Column("version", sa.String(), nullable=False),
        sa.Column("hash", sa.String(), nullable=False),
        sa.Column("fields", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_text_broadcast_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name=op.f("pk_broadcast_text")),
    )
    op.add_column("delivery", sa.Column("broadcast_id", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_delivery_broadcast",
        "delivery",
        ["broadcast_id", "state"],
        unique=False,
        sqlite_where=sa.text("broadcast_id IS NOT NULL"),
        postgresql_where=sa.text("broadcast_id IS NOT NULL"),
    )
    for name in ("path", "source"):
        op.add_column("content_version", sa.Column(name, sa.String(), server_default="", nullable=False))
    op.add_column("content_version", sa.Column("withdrawn_at", MOMENT, nullable=True))
    op.add_column("content_version", sa.Column("withdrawn_by", sa.String(), nullable=True))
    op.create_index(
        "ix_delivery_told",
        "delivery",
        ["resident_id", "changed_at"],
        unique=False,
        sqlite_where=sa.text(TOLD),
        postgresql_where=sa.text(TOLD),
    )
