"""Tables about who came, and what they said afterwards."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from outreach.store.rows import Row, partial_index
from outreach.store.types import Moment


class AttendanceListRow(Row, table=True):
    """The list of one activity. *code*: of four digits, on the door. *walk_ins* came without a sign-up.

    *cancelled_late* is counted when the list is closed and stays, whoever is forgotten later. *due_at*: when those
    who came are asked how it was, and those who did not are told that they were missed.
    """

    __tablename__ = "attendance_list"
    __table_args__ = (
        partial_index("ix_attendance_list_due_at", "due_at", where="due_at IS NOT NULL"),
        CheckConstraint("walk_ins >= 0 AND cancelled_late >= 0", name="counts"),
    )

    activity_id: int = Field(primary_key=True, foreign_key="activity.id", sa_type=BigInteger)
    code: str
    walk_ins: int
    cancelled_late: int
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    closed_by: int | None = Field(default=None, sa_type=BigInteger)
    due_at: datetime | None = Field(default=None, sa_type=Moment)


class AttendanceRow(Row, table=True):
    """What is noted of one sign-up. *answered*, *wished*: that they said how it was and what they wish for."""

    __tablename__ = "attendance"
    __table_args__ = (
        Index("ix_attendance_activity_id", "activity_id", "standing"),
        CheckConstraint("people >= 0", name="people"),
    )

    sign_up_id: int = Field(primary_key=True, foreign_key="sign_up.id", sa_type=BigInteger)
    activity_id: int = Field(foreign_key="activity.id", sa_type=BigInteger)
    standing: str
    people: int
    how: str
    noted_at: datetime = Field(sa_type=Moment)
    noted_by: int | None = Field(default=None, sa_type=BigInteger)
    answered: bool
    wished: bool


class AttendanceAnswerRow(Row, table=True):
    """How many people gave that *answer* to that *question* about an activity. Who did is not kept anywhere."""

    __tablename__ = "attendance_answer"
    __table_args__ = (CheckConstraint("people >= 0", name="people"),)

    activity_id: int = Field(primary_key=True, foreign_key="activity.id", sa_type=BigInteger)
    question: str = Field(primary_key=True)
    answer: str = Field(primary_key=True)
    people: int
