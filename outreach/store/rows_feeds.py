"""Tables about calendars: in which edition the words of an activity are, and the secret addresses of feeds."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, table_of
from outreach.store.rows_activities import ActivityRow
from outreach.store.types import SERIAL, Moment

_ACTIVITY = table_of(ActivityRow).c
# Every answer of a feed begins with a count over what it may hold: from this index alone, without the table.
FEED_INDEX = Index("ix_activity_feed", _ACTIVITY.ends_at, _ACTIVITY.revision, _ACTIVITY.changed_at)


class ActivityEditionRow(Row, table=True):
    """An activity whose words, audience or topics were changed after it was made: how often, and when last.

    Without a row: never. Time, place and status are not counted here, they have the activity's revision.
    *topics* of the vocabulary, for feeds about one.
    """

    __tablename__ = "activity_edition"

    activity_id: int = Field(primary_key=True, foreign_key="activity.id", sa_type=BigInteger)
    edition: int
    changed_at: datetime = Field(sa_type=Moment)
    topics: str


class FeedTokenRow(Row, table=True):
    """One secret address of a feed, of which a *digest* is kept; with *salt* and the key file it can be said again.

    *kind* and *owner_id*: whose feed it is. Somebody whose two chats became one has two that work.
    """

    __tablename__ = "feed_token"
    __table_args__ = (
        UniqueConstraint("digest"),
        Index("ix_feed_token_owner_id", "owner_id", "kind"),
        CheckConstraint("kind IN ('person', 'leader', 'room')", name="kind"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    kind: str
    owner_id: int = Field(sa_type=BigInteger)
    salt: bytes = Field(sa_type=LargeBinary)
    digest: bytes = Field(sa_type=LargeBinary)
    created_at: datetime = Field(sa_type=Moment)
