"""Tables of the ledger: deliveries, what each try came to, and who drives a lane."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment

OPEN_DELIVERY = "state IN ('queued', 'leased', 'parked')"
"""Those that may still be withdrawn. As text, in statements too: with bound values no partial index would be used."""

TOLD = "kind IN ('announcement', 'education') AND state IN ('calling', 'sent', 'unconfirmed')"
"""What counts towards the most that somebody gets in a week. As text, for the same reason."""


DEAD = "state = 'dead'"
"""Those that were given up; few, and looked for by themselves. As text, for the same reason."""


OPEN_MASS = "state <> 'done'"
"""Mass messages with something left to do. As text, for the same reason."""


class DeliveryRow(Row, table=True):
    """One row per (why, resident). *subject* holds ids only.

    *person* is the blind index of the one it is for, gone once it is finished; *tidy_at* is when housekeeping looks.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("ix_delivery_due", "lane", "state", "rank", "due_at"),
        partial_index("ix_delivery_person", "lane", "person", where="person IS NOT NULL"),
        Index("ix_delivery_resident_id", "resident_id"),
        Index("ix_delivery_address_id", "address_id"),
        Index("ix_delivery_sign_up_id", "sign_up_id"),
        partial_index("ix_delivery_open_activity", "activity_id", where=OPEN_DELIVERY),
        Index("ix_delivery_tidy_at", "tidy_at"),
        partial_index("ix_delivery_broadcast", "broadcast_id", "state", where="broadcast_id IS NOT NULL"),
        partial_index("ix_delivery_told", "resident_id", "changed_at", where=TOLD),
        partial_index("ix_delivery_external", "lane", "external_id", where="external_id <> ''"),
        partial_index("ix_delivery_dead", "changed_at", where=DEAD),
        partial_index("ix_delivery_mass", "mass_id", "state", where="mass_id IS NOT NULL"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    key: str
    lane: str
    kind: str
    rank: int
    state: str
    due_at: datetime = Field(sa_type=Moment)
    helps_until: datetime | None = Field(default=None, sa_type=Moment)
    epoch: int
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    tries: int
    parts_sent: int
    resident_id: int | None = Field(default=None, foreign_key="resident.id", sa_type=BigInteger)
    address_id: int | None = Field(default=None, foreign_key="address.id", sa_type=BigInteger)
    person: bytes | None = Field(default=None, sa_type=LargeBinary)
    to_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    body_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    language: str | None = None
    subject: str
    activity_id: int | None = Field(default=None, foreign_key="activity.id", sa_type=BigInteger)
    sign_up_id: int | None = Field(default=None, foreign_key="sign_up.id", sa_type=BigInteger)
    reason: str
    external_id: str
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)
    needed_by: datetime | None = Field(default=None, sa_type=Moment)
    tidy_at: datetime | None = Field(default=None, sa_type=Moment)
    broadcast_id: int | None = Field(default=None, sa_type=BigInteger)
    mass_id: int | None = Field(default=None, sa_type=BigInteger)


class MassRow(Row, table=True):
    """One text that goes to many at once, under a name by which the platform knows it again.

    *text* is that of a broadcast, no words of a resident. *up_to*: the last delivery looked at while it is gathered.
    """

    __tablename__ = "mass_message"
    __table_args__ = (
        UniqueConstraint("name"),
        partial_index("ix_mass_message_open", "lane", "state", where=OPEN_MASS),
        Index("ix_mass_message_called_at", "lane", "called_at"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    lane: str
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=BigInteger)
    language: str
    place: str
    name: str
    text: str
    state: str
    people: int
    tries: int
    up_to: int = Field(sa_type=BigInteger)
    due_at: datetime = Field(sa_type=Moment)
    called_at: datetime | None = Field(default=None, sa_type=Moment)
    external_id: str
    code: str
    created_at: datetime = Field(sa_type=Moment)
    changed_at: datetime = Field(sa_type=Moment)


class AttemptRow(Row, table=True):
    """What one try of a delivery came to."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_delivery_id", "delivery_id"),)

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    delivery_id: int = Field(foreign_key="delivery.id", sa_type=BigInteger, ondelete="CASCADE")
    lane: str
    epoch: int
    outcome: str
    code: str
    parts_sent: int
    at: datetime = Field(sa_type=Moment)


class LaneRow(Row, table=True):
    """One channel account: who drives it until when, under which epoch, and whether it is held up."""

    __tablename__ = "lane"

    name: str = Field(primary_key=True)
    adapter: str
    owner: str | None = None
    epoch: int
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    held_until: datetime | None = Field(default=None, sa_type=Moment)
    hold_code: str
