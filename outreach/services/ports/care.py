"""Danger, notes to staff, the library, and what was done by whom."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from outreach.domain.actor import Actor
from outreach.domain.ids import (
    AlertId,
    LaneName,
    ResidentId,
    StaffId,
    ThreadId,
)
from outreach.domain.messages import Language
from outreach.domain.secret import Secret
from outreach.services.cards import ApprovedItem, Caller, TipDue
from outreach.services.cards_care import AlertCard, ThreadCard
from outreach.services.cards_content import ApprovedText, ContentVersion
from outreach.services.cards_office import AuditLine


class Alerts(Protocol):
    """People who may be in danger."""

    def raise_(
        self, caller: Caller, risk: str, subtype: str, rules: tuple[str, ...], lexicon: str, key: str, now: datetime
    ) -> AlertId:
        """Once per *key* (lane and message id)."""

    def get(self, alert_id: AlertId) -> AlertCard:
        """Raises `NotFound`."""

    def listed(
        self,
        limit: int,
        *,
        open_only: bool = True,
        region_path: str = "",
        below: bool = True,
        before: AlertId | None = None,
    ) -> list[AlertCard]:
        """Newest first, from before *before*; of one region or all below it."""

    def mark_sent(self, alert_id: AlertId) -> bool:
        """It has reached a member of staff, if a push about it (key ``duty:a…``) was sent; whether it had."""

    def close(self, alert_id: AlertId) -> AlertCard:
        """Nothing more is to be done. Raises `NotFound`, or `IllegalMove` for one that nobody has taken."""

    def count_open(self) -> int: ...

    def acknowledge(self, alert_id: AlertId, by: Actor, now: datetime) -> AlertCard: ...

    def last_for(self, caller: Caller, since: datetime) -> str | None:
        """The highest class raised for this person since then."""


class Threads(Protocol):
    """Residents talking with staff; the notes are sealed."""

    def write(self, resident_id: ResidentId, caller: Caller, text: str, now: datetime) -> ThreadCard:
        """Add to the resident's open thread or open one."""

    def is_open(self, resident_id: ResidentId) -> bool:
        """Whether staff owe this resident an answer."""

    def answer(self, thread_id: ThreadId, by: Actor, text: str, now: datetime) -> tuple[ThreadCard, int]:
        """The thread and the entry's id."""

    def close(self, thread_id: ThreadId, now: datetime) -> ThreadCard: ...

    def get(self, thread_id: ThreadId) -> ThreadCard:
        """With its entries. Raises `NotFound`."""

    def listed(
        self,
        limit: int,
        *,
        open_only: bool = True,
        region_path: str = "",
        below: bool = True,
        after: ThreadId | None = None,
    ) -> list[ThreadCard]:
        """Without their words; those that wait for an answer first, longest first; of one region or all below it."""

    def fresh(self, since: datetime, limit: int) -> list[tuple[ThreadId, datetime, str]]:
        """Open ones that a resident wrote in after *since*: id, when, and the lineage of their region."""

    def turns(self, thread_id: ThreadId) -> int:
        """How often staff have answered in it."""

    def purge(self, closed_before: datetime, limit: int) -> int:
        """Erase closed threads with all their words; how many."""


class Contents(Protocol):
    """Approved versions of library items."""

    def approve(
        self, item: ApprovedItem, by: Actor, now: datetime, *, path: str = "", source: str = ""
    ) -> ApprovedItem:
        """Freeze *item* and let it stand: also one that was withdrawn, or that another had followed."""

    def approved(self, language: Language | None = None, slug: str | None = None) -> list[ApprovedItem]:
        """The version of each item, or of that one, that stands: approved last, not withdrawn. By slug."""

    def get(self, slug: str, language: Language, version: str) -> ApprovedItem | None:
        """One approved version that may be sent; ``None`` for a withdrawn one."""

    def latest(self) -> list[ContentVersion]:
        """The version of each item that was approved last, also if it was withdrawn. By slug and language."""

    def texts(self) -> list[ApprovedText]:
        """What `approved` gives, with the files as they were approved."""

    def keep_source(self, item: ContentVersion, path: str, source: str) -> None:
        """The file of a version that was approved before files were kept."""

    def withdraw(self, slug: str, language: Language | None, by: Actor, now: datetime) -> None:
        """Every version of the item, in one language or in all, is sent no more."""

    def tips_due(self, now: datetime, limit: int) -> list[TipDue]: ...

    def mark_seen(self, resident_id: ResidentId, slug: str, now: datetime) -> None: ...

    def seen(self, resident_id: ResidentId) -> tuple[str, ...]:
        """Slugs, oldest first."""


class Audit(Protocol):
    """Who did or read what, when. Ids only."""

    def write(
        self, by: Actor, action: str, subject: str, subject_id: int | str, now: datetime, reason: str = ""
    ) -> None:
        """*reason*: what staff gave where one is asked for; never a resident's words."""

    def listed(
        self,
        limit: int,
        *,
        before: int | None = None,
        subject: str = "",
        subject_id: str = "",
        staff_id: StaffId | None = None,
    ) -> list[AuditLine]:
        """Newest first, from before the line *before*; narrowed to what is named."""


class Marks(Protocol):
    """Small facts about the database itself."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...

    def secret(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What the processes of *lane* share under *name*, sealed, and until when it is good."""

    def put_secret(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None: ...
