"""Tables of what staff handle: alerts, threads, the audit, and small facts about the database itself."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, String, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment

OPEN_ALERT = "state IN ('raised', 'sent')"
"""Those that nobody has acknowledged. As text, in statements too: with bound values no partial index would be used."""


class AlertRow(Row, table=True):
    """Somebody may be in danger: class, subtype, rule ids, and the blind index of the person; no word of theirs."""

    __tablename__ = "alert"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_alert_person", "person", "raised_at"),
        partial_index("ix_alert_open", "raised_at", where=OPEN_ALERT),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    key: bytes = Field(sa_type=LargeBinary)
    lane: str
    person: bytes = Field(sa_type=LargeBinary)
    risk: str
    subtype: str
    rules: str
    lexicon: str
    state: str
    raised_at: datetime = Field(sa_type=Moment)
    acknowledged_at: datetime | None = Field(default=None, sa_type=Moment)
    acknowledged_by: str | None = None
    region_id: int | None = Field(default=None, sa_type=BigInteger)


class ThreadRow(Row, table=True):
    """A resident talking with staff; one at a time."""

    __tablename__ = "thread"
    __table_args__ = (
        partial_index("uq_thread_in_progress", "resident_id", where="state <> 'closed'", unique=True),
        Index("ix_thread_state", "state", "changed_at"),
        Index("ix_thread_resident_id", "resident_id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    resident_id: int = Field(foreign_key="resident.id", sa_type=BigInteger)
    lane: str
    state: str
    opened_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class ThreadEntryRow(Row, table=True):
    """One note, sealed with the resident's own key."""

    __tablename__ = "thread_entry"
    __table_args__ = (
        Index("ix_thread_entry_thread_id", "thread_id"),
        CheckConstraint("author IN ('resident', 'staff')", name="author"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    thread_id: int = Field(foreign_key="thread.id", sa_type=BigInteger)
    author: str
    actor: str | None = None
    at: datetime = Field(sa_type=Moment)
    text_sealed: bytes = Field(sa_type=LargeBinary)


class AuditRow(Row, table=True):
    """Who did or read what, when."""

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_subject", "subject", "subject_id"),
        Index("ix_audit_staff_id", "staff_id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    at: datetime = Field(sa_type=Moment)
    role: str
    actor: str
    staff_id: int | None = Field(default=None, sa_type=BigInteger)
    action: str
    subject: str
    subject_id: str
    reason: str = Field(sa_column=Column(String, nullable=False, server_default=""))


class MarkRow(Row, table=True):
    """A small fact about the database: the fingerprint of its key, whether it is a demo."""

    __tablename__ = "mark"

    name: str = Field(primary_key=True)
    value: str
