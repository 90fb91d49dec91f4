"""Tables of the people who work here: their accounts, and who is signed in."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment


class StaffRow(Row, table=True):
    """A member of staff. *password_hash* is argon2's; *door_…* is the chat where they get their pushes, sealed.

    *link_code* is the blind index of what they type there to make it theirs, good until *link_until*.
    """

    __tablename__ = "staff"
    __table_args__ = (
        UniqueConstraint("login"),
        UniqueConstraint("link_code"),
        Index("ix_staff_region_id", "region_id"),
        partial_index("ix_staff_door", "door_lane", "door_person", where="door_person IS NOT NULL"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    login: str
    name: str
    role: str
    on_duty: bool
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    language: str
    password_hash: str
    must_change: bool
    failures: int
    locked_until: datetime | None = Field(default=None, sa_type=Moment)
    disabled_at: datetime | None = Field(default=None, sa_type=Moment)
    seen_at: datetime | None = Field(default=None, sa_type=Moment)
    door_lane: str | None = None
    door_person: bytes | None = Field(default=None, sa_type=LargeBinary)
    door_ref_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    link_code: bytes | None = Field(default=None, sa_type=LargeBinary)
    link_until: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class StaffSessionRow(Row, table=True):
    """One browser that somebody signed in with. *token* is a hash: what the browser holds is not kept."""

    __tablename__ = "staff_session"
    __table_args__ = (
        UniqueConstraint("token"),
        Index("ix_staff_session_staff_id", "staff_id"),
        Index("ix_staff_session_until", "until"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    token: bytes = Field(sa_type=LargeBinary)
    staff_id: int = Field(foreign_key="staff.id", sa_type=BigInteger, ondelete="CASCADE")
    created_at: datetime = Field(sa_type=Moment)
    seen_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
