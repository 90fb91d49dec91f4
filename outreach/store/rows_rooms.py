"""Tables about rooms, leaders, and when they are taken."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row
from outreach.store.types import SERIAL, Moment


class RoomRow(Row, table=True):
    """A room, our own or *borrowed*. *hours* are as `OpeningHours.parse` reads them; buffers are in minutes."""

    __tablename__ = "room"
    __table_args__ = (
        Index("ix_room_region_id", "region_id"),
        CheckConstraint("capacity >= 1 AND minutes_before >= 0 AND minutes_after >= 0", name="counts"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    name: str
    place: str
    capacity: int
    borrowed: bool
    hours: str
    access: str
    privacy: str
    minutes_before: int
    minutes_after: int
    active: bool
    version: int


class LeaderRow(Row, table=True):
    """Somebody who leads activities, with the *kinds* they may lead; *hours* are when they are available."""

    __tablename__ = "leader"
    __table_args__ = (
        Index("ix_leader_region_id", "region_id"),
        CheckConstraint("minutes_before >= 0 AND minutes_after >= 0", name="counts"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    name: str
    kinds: str
    hours: str
    minutes_before: int
    minutes_after: int
    active: bool
    version: int


class LeaderQualificationRow(Row, table=True):
    """What a leader has shown. *expires_on* is an ISO date; *verified_by* of our staff has seen it."""

    __tablename__ = "leader_qualification"
    __table_args__ = (Index("ix_leader_qualification_leader_id", "leader_id"), NEVER_REUSED)

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    leader_id: int = Field(foreign_key="leader.id", sa_type=BigInteger)
    title: str
    issuer: str
    clinical: bool
    expires_on: str | None = None
    verified_by: str


class BookingRow(Row, table=True):
    """A room or leader taken by an activity, with the time around it. *reason*: somebody let it clash."""

    __tablename__ = "booking"
    __table_args__ = (
        UniqueConstraint("activity_id", "what", "which"),
        # All dates of a series are asked about at once: one range of one room, from the index alone.
        Index("ix_booking_range", "what", "which", "ends_at", "starts_at", "activity_id"),
        CheckConstraint("what IN ('room', 'leader')", name="what"),
        CheckConstraint("ends_at > starts_at", name="slot"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    activity_id: int = Field(foreign_key="activity.id", sa_type=BigInteger)
    what: str
    which: int = Field(sa_type=BigInteger)
    starts_at: datetime = Field(sa_type=Moment)
    ends_at: datetime = Field(sa_type=Moment)
    reason: str
