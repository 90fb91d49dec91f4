"""Accounts of staff, who is signed in, and what an activity, an alert and an audit line say of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

MOMENT = sa.BigInteger().with_variant(sa.DateTime(timezone=True), "postgresql")
SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Two tables, four columns."""
    op.create_table(
        "staff",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("on_duty", sa.Boolean(), nullable=False),
        sa.Column("region_id", sa.BigInteger(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT, nullable=True),
        sa.Column("disabled_at", MOMENT, nullable=True),
        sa.Column("seen_at", MOMENT, nullable=True),
        sa.Column("door_lane", sa.String(), nullable=True),
        sa.Column("door_person", sa.LargeBinary(), nullable=True),
        sa.Column("door_ref_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("link_code", sa.LargeBinary(), nullable=True),
        sa.Column("link_until", MOMENT, nullable=True),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["region_id"], ["region.id"], name=op.f("fk_staff_region_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff")),
        sa.UniqueConstraint("link_code", name=op.f("uq_staff_link_code")),
        sa.UniqueConstraint("login", name=op.f("uq_staff_login")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_staff_region_id", "staff", ["region_id"], unique=False)
    op.create_index(
        "ix_staff_door",
        "staff",
        ["door_lane", "door_person"],
        unique=False,
        sqlite_where=sa.text("door_person IS NOT NULL"),
        postgresql_where=sa.text("door_person IS NOT NULL"),
    )
    op.create_table(
        "staff_session",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("token", sa.LargeBinary(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("seen_at", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.ForeignKeyConstraint(
            ["staff_id"], ["staff.id"], name=op.f("fk_staff_session_staff_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_session")),
        sa.UniqueConstraint("token", name=op.f("uq_staff_session_token")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_staff_session_staff_id", "staff_session", ["staff_id"], unique=False)
    op.create_index("ix_staff_session_until", "staff_session", ["until"], unique=False)
    op.add_column("activity", sa.Column("planned_by", sa.BigInteger(), nullable=True))
    op.add_column("activity", sa.Column("host_id", sa.BigInteger(), nullable=True))
    op.add_column("alert", sa.Column("region_id", sa.BigInteger(), nullable=True))
    op.add_column("audit", sa.Column("reason", sa.String(), server_default="", nullable=False))
    op.create_index("ix_audit_staff_id", "audit", ["staff_id"], unique=False)
