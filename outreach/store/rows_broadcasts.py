"""Tables of broadcasts: what is sent to many, in which words, and how far the planning has come."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment

RUNNING = "settled_at IS NULL AND state <> 'draft'"
"""Those with something left to do. As text, in statements too: with bound values no partial index would be used."""


class BroadcastRow(Row, table=True):
    """An announcement of an activity, a library item or a free text, for an audience in a part of the network.

    *planned_up_to* is the id of the last resident who was looked at; saved with the deliveries it stands for.
    *left_out* counts by reason those who get nothing, as JSON. *settled_at*: since when nothing of it is open any more.
    """

    __tablename__ = "broadcast"
    __table_args__ = (
        Index("ix_broadcast_region_id", "region_id"),
        partial_index("ix_broadcast_running", "state", "starts_at", where=RUNNING),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    about: str
    state: str
    activity_id: int | None = Field(default=None, foreign_key="activity.id", sa_type=BigInteger)
    slug: str | None = None
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    audience: str
    languages: str
    starts_at: datetime | None = Field(default=None, sa_type=Moment)
    planned_up_to: int = Field(sa_type=BigInteger)
    planned: int
    left_out: str
    version: int
    drafted_by: str
    drafted_by_id: int | None = Field(default=None, sa_type=BigInteger)
    approved_by: str | None = None
    approved_by_id: int | None = Field(default=None, sa_type=BigInteger)
    approved_at: datetime | None = Field(default=None, sa_type=Moment)
    stopped_at: datetime | None = Field(default=None, sa_type=Moment)
    settled_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class BroadcastTextRow(Row, table=True):
    """The words of a broadcast in one language. *hash* names them to the letter; frozen once it is approved.

    *fields*: the same facts by name, as JSON, for channels that fill templates.
    """

    __tablename__ = "broadcast_text"

    broadcast_id: int = Field(sa_type=BigInteger, foreign_key="broadcast.id", ondelete="CASCADE", primary_key=True)
    language: str = Field(primary_key=True)
    title: str
    body: str
    version: str
    hash: str
    fields: str
