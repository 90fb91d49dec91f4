"""Who came, and what they said afterwards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")


def upgrade() -> None:
    """Three tables."""
    op.create_table(
        "attendance_list",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("walk_ins", sa.Integer(), nullable=False),
        sa.Column("cancelled_late", sa.Integer(), nullable=False),
        sa.Column("closed_at", MOMENT, nullable=True),
        sa.Column("closed_by", sa.BigInteger(), nullable=True),
        sa.Column("due_at", MOMENT, nullable=True),
        sa.CheckConstraint("walk_ins >= 0 AND cancelled_late >= 0", name="counts"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.PrimaryKeyConstraint("activity_id"),
    )
    due = sa.text("due_at IS NOT NULL")
    op.create_index("ix_attendance_list_due_at", "attendance_list", ["due_at"], sqlite_where=due, postgresql_where=due)
    op.create_table(
        "attendance",
        sa.Column("sign_up_id", sa.BigInteger(), nullable=False),
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("how", sa.String(), nullable=False),
        sa.Column("noted_at", MOMENT, nullable=False),
        sa.Column("noted_by", sa.BigInteger(), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("wished", sa.Boolean(), nullable=False),
        sa.CheckConstraint("people >= 0", name="people"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.ForeignKeyConstraint(["sign_up_id"], ["sign_up.id"]),
        sa.PrimaryKeyConstraint("sign_up_id"),
    )
    op.create_index("ix_attendance_activity_id", "attendance", ["activity_id", "standing"])
    op.create_table(
        "attendance_answer",
        sa.Column("activity_id", sa.BigInteger(), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.CheckConstraint("people >= 0", name="people"),
        sa.ForeignKeyConstraint(["activity_id"], ["activity.id"]),
        sa.PrimaryKeyConstraint("activity_id", "question", "answer"),
    )
