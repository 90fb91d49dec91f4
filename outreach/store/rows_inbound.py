"""Tables of what people write to us and of what waits for an open page of theirs: sealed, and not for long."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment


class InboxRow(Row, table=True):
    """One inbound message. *message* is the blind index of its id, for some platforms' ids name the sender."""

    __tablename__ = "inbox"
    __table_args__ = (
        UniqueConstraint("lane", "message"),
        Index("ix_inbox_state", "state", "changed_at"),
        partial_index("ix_inbox_person", "person", where="person IS NOT NULL"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    lane: str
    message: bytes = Field(sa_type=LargeBinary)
    person: bytes | None = Field(default=None, sa_type=LargeBinary)
    state: str
    tries: int
    reason: str
    body_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    answer_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    received_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class MailRow(Row, table=True):
    """A message for a page that we serve; its id is the cursor."""

    __tablename__ = "mail"
    __table_args__ = (
        UniqueConstraint("lane", "person", "key"),
        Index("ix_mail_created_at", "created_at"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    lane: str
    person: bytes = Field(sa_type=LargeBinary)
    key: str
    body_sealed: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Moment)
