"""The table of approved content: frozen, word for word, as it was approved."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Column, String, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row
from outreach.store.types import SERIAL, Moment


class ContentVersionRow(Row, table=True):
    """One approved version of a library item in one language.

    *path* and *source*: the file it was approved from, below the library and byte for byte; empty for what was
    approved before they were kept.
    """

    __tablename__ = "content_version"
    __table_args__ = (UniqueConstraint("slug", "language", "version"), NEVER_REUSED)

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    slug: str
    language: str
    version: str
    title: str
    body: str
    audience: str
    approved_by: str
    approved_at: datetime = Field(sa_type=Moment)
    path: str = Field(sa_column=Column(String, nullable=False, server_default=""))
    source: str = Field(sa_column=Column(String, nullable=False, server_default=""))
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)
    withdrawn_by: str | None = None
