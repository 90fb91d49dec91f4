"""Tables about activities and who comes."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Boolean, CheckConstraint, Column, Index, Integer, String, UniqueConstraint, true
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment


class ActivityRow(Row, table=True):
    """What people join. *seated*, *waiting* and *next_number* are counted along under the lock.

    *planned_by* and *host_id* are members of staff. *together*: parties get their seats together or not at all.
    *closes_before*: sign-ups end so many minutes before it begins.
    """

    __tablename__ = "activity"
    __table_args__ = (
        UniqueConstraint("slug"),
        UniqueConstraint("uid"),
        Index("ix_activity_ends_at", "ends_at"),
        partial_index("ix_activity_next_reminder_at", "next_reminder_at", where="next_reminder_at IS NOT NULL"),
        partial_index("ix_activity_first_come", "starts_at", where="promotion = 'offer' AND waiting > 0"),
        CheckConstraint("ends_at > starts_at", name="slot"),
        CheckConstraint("seats >= 1 AND seated >= 0 AND waiting >= 0 AND next_number >= 1", name="counts"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    slug: str
    uid: str
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    kind: str
    title: str
    summary: str
    place: str
    starts_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    seats: int
    seated: int
    waiting: int
    next_number: int
    policy: str
    status: str
    restricted: bool
    audience: str
    revision: int
    version: int
    next_reminder_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)
    planned_by: int | None = Field(default=None, sa_type=BigInteger)
    host_id: int | None = Field(default=None, sa_type=BigInteger)
    promotion: str = Field(sa_column=Column(String, nullable=False, server_default="direct"))
    together: bool = Field(sa_column=Column(Boolean, nullable=False, server_default=true()))
    closes_before: int = Field(sa_column=Column(Integer, nullable=False, server_default="0"))


class SignUpRow(Row, table=True):
    """A place or a wish for one. Without a resident: somebody who has been forgotten, kept as a bare count."""

    __tablename__ = "sign_up"
    __table_args__ = (
        UniqueConstraint("activity_id", "resident_id", "beneficiary"),
        Index("ix_sign_up_queue", "activity_id", "standing", "turn"),
        partial_index("ix_sign_up_offered", "offered_until", where="standing = 'offered'"),
        Index("ix_sign_up_resident_id", "resident_id"),
        CheckConstraint("party BETWEEN 1 AND 6", name="party"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    activity_id: int = Field(foreign_key="activity.id", sa_type=BigInteger)
    resident_id: int | None = Field(default=None, foreign_key="resident.id", sa_type=BigInteger)
    beneficiary: int
    party: int
    standing: str
    number: int
    since: datetime = Field(sa_type=Moment)
    revision: int
    turn: int = Field(sa_column=Column(BigInteger, nullable=False, server_default="0"))
    offered_until: datetime | None = Field(default=None, sa_type=Moment)
