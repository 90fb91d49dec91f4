"""Tables about residents: their region, their addresses, what they allowed, what a dialogue remembers of them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, String, UniqueConstraint
from sqlmodel import Field

from outreach.store.rows import NEVER_REUSED, Row, partial_index
from outreach.store.types import SERIAL, Moment


class RegionRow(Row, table=True):
    """A part of the network. *path* is its lineage of ids, such as ``/1/4/``.

    What is empty of *own_zone* … *weekly_cap* holds as it does in the region above. *zone* is what holds there: every
    moment is shown by it, so it is worked out when a zone is set and not at each look. *version* counts changes.
    """

    __tablename__ = "region"
    __table_args__ = (UniqueConstraint("code"), Index("ix_region_path", "path"))

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    parent_id: int | None = Field(default=None, foreign_key="region.id", sa_type=BigInteger)
    path: str
    level: int
    code: str
    name: str
    zone: str
    quiet_hours: str | None = None
    opening_hours: str | None = None
    helplines: str | None = None
    second_person: bool | None = None
    weekly_cap: int | None = None
    own_zone: str | None = None
    version: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))


class ResidentRow(Row, table=True):
    """Somebody who agreed that we keep something of them. *key_sealed*: the key of what is sealed for them alone."""

    __tablename__ = "resident"
    __table_args__ = (
        partial_index("ix_resident_next_tip_at", "next_tip_at", where="next_tip_at IS NOT NULL"),
        Index("ix_resident_region_id", "region_id"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    language: str
    region_id: int = Field(foreign_key="region.id", sa_type=BigInteger)
    audiences: str
    key_sealed: bytes = Field(sa_type=LargeBinary)
    next_tip_at: datetime | None = Field(default=None, sa_type=Moment)
    created_at: datetime = Field(sa_type=Moment)
    nickname_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    rhythm: str = Field(sa_column=Column(String, nullable=False, server_default="weekly"))


class RegionMuteRow(Row, table=True):
    """A resident wants no announcements or tips for that part of the network, and all below it."""

    __tablename__ = "region_mute"
    __table_args__ = (Index("ix_region_mute_region_id", "region_id"),)

    resident_id: int = Field(sa_type=BigInteger, foreign_key="resident.id", primary_key=True)
    region_id: int = Field(sa_type=BigInteger, foreign_key="region.id", primary_key=True)
    since: datetime = Field(sa_type=Moment)


class AddressRow(Row, table=True):
    """One way to a resident. *ref_sealed* opens with the resident's own key; *person* is the blind index over it.

    *reach_at* is by the platform's clock: when they did or wrote what we last heard of. *last_word_at* is by ours.
    *preferred_at*: set at the one address, of several, where they want their messages. *window_…*: until when the
    platform lets how many messages of ours through, and by which act of theirs.
    """

    __tablename__ = "address"
    __table_args__ = (
        UniqueConstraint("lane", "person"),
        Index("ix_address_resident_id", "resident_id"),
        CheckConstraint("reach IN ('reachable', 'muted', 'gone')", name="reach"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    resident_id: int = Field(foreign_key="resident.id", sa_type=BigInteger)
    lane: str
    person: bytes = Field(sa_type=LargeBinary)
    ref_sealed: bytes = Field(sa_type=LargeBinary)
    reach: str
    reach_at: datetime = Field(sa_type=Moment)
    last_word_at: datetime = Field(sa_type=Moment)
    source: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    preferred_at: datetime | None = Field(default=None, sa_type=Moment)
    window_until: datetime | None = Field(default=None, sa_type=Moment)
    window_left: int | None = None
    window_by: str | None = None
    mass_month: str | None = None
    mass_used: int | None = None


class ConsentRow(Row, table=True):
    """One purpose, allowed under one wording; at most one in force at a time."""

    __tablename__ = "consent"
    __table_args__ = (
        partial_index("uq_consent_in_force", "resident_id", "purpose", where="withdrawn_at IS NULL", unique=True),
        Index("ix_consent_resident_id", "resident_id"),
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    resident_id: int = Field(foreign_key="resident.id", sa_type=BigInteger)
    purpose: str
    text_version: str
    text_hash: str
    channel: str
    language: str
    given_at: datetime = Field(sa_type=Moment)
    withdrawn_at: datetime | None = Field(default=None, sa_type=Moment)


class ConversationRow(Row, table=True):
    """What a dialogue remembers between two messages, sealed; worthless after *until*."""

    __tablename__ = "conversation"
    __table_args__ = (Index("ix_conversation_until", "until"),)

    lane: str = Field(primary_key=True)
    person: bytes = Field(sa_column=Column(LargeBinary, primary_key=True))
    state_sealed: bytes = Field(sa_type=LargeBinary)
    until: datetime = Field(sa_type=Moment)


class TipSeenRow(Row, table=True):
    """An item that a resident has had."""

    __tablename__ = "tip_seen"

    resident_id: int = Field(sa_type=BigInteger, foreign_key="resident.id", primary_key=True)
    slug: str = Field(primary_key=True)
    seen_at: datetime = Field(sa_type=Moment)


class LinkOfferRow(Row, table=True):
    """One chat that asks to become one with another, for minutes.

    *door* and *other_door* are blind indexes of the two, references are sealed. *code* is the blind index of what is
    typed at the other door, gone once it was. *agreed_at*: when that door said yes; from then on the first is asked.
    """

    __tablename__ = "link_offer"
    __table_args__ = (
        UniqueConstraint("lane", "door"),
        UniqueConstraint("code"),
        Index("ix_link_offer_other_door", "other_lane", "other_door"),
        Index("ix_link_offer_until", "until"),
        NEVER_REUSED,
    )

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    lane: str
    door: bytes = Field(sa_type=LargeBinary)
    ref_sealed: bytes = Field(sa_type=LargeBinary)
    language: str
    code: bytes | None = Field(default=None, sa_type=LargeBinary)
    other_lane: str | None = None
    other_door: bytes | None = Field(default=None, sa_type=LargeBinary)
    other_ref_sealed: bytes | None = Field(default=None, sa_type=LargeBinary)
    other_language: str | None = None
    agreed_at: datetime | None = Field(default=None, sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


class LinkMissRow(Row, table=True):
    """A code that was wrong. *who* is an index of its own that leads to no other table, so that it may outlive them."""

    __tablename__ = "link_miss"
    __table_args__ = (Index("ix_link_miss_who", "who", "at"), Index("ix_link_miss_at", "at"))

    id: int | None = Field(default=None, sa_column=Column(SERIAL, primary_key=True))
    who: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=Moment)
