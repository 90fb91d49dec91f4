"""Who has said that they know of a change."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger
from sqlmodel import Field

from outreach.store.rows import Row
from outreach.store.types import Moment


class NoticeRow(Row, table=True):
    """That whoever has a place knew at *confirmed_at* what they had been told until then."""

    __tablename__ = "notice"

    sign_up_id: int = Field(primary_key=True, foreign_key="sign_up.id", sa_type=BigInteger)
    confirmed_at: datetime = Field(sa_type=Moment)
