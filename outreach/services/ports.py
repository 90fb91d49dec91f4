"""ONE page: all that is asked of the store. The shelves are read-only properties so that any store can match."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from outreach.domain.activity import Activity
from outreach.domain.actor import Actor
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import (
    ActivityId,
    AlertId,
    DeliveryId,
    InboxId,
    LaneName,
    RegionId,
    ResidentId,
    SignUpId,
    ThreadId,
)
from outreach.domain.messages import Incoming, Language, Outgoing
from outreach.domain.people import Consent, Purpose
from outreach.domain.secret import Secret
from outreach.domain.signup import SignUp, Standing
from outreach.services.cards import (
    ActivityCard,
    AlertCard,
    ApprovedItem,
    Caller,
    Draft,
    Fate,
    InboxEntry,
    Letter,
    Mail,
    MyPlace,
    NewActivity,
    PersonCard,
    Region,
    ReminderDue,
    RosterLine,
    ThreadCard,
    TipDue,
    Unanswered,
)


class Regions(Protocol):
    """The tree of the network."""

    def root(self) -> Region:
        """The top of the tree, made on first use."""

    def get(self, region_id: RegionId) -> Region: ...

    def by_code(self, code: str) -> Region | None: ...

    def matching(self, part: str, limit: int) -> list[Region]:
        """Regions whose name contains *part*, deepest level first."""

    def count(self) -> int: ...

    def add(self, code: str, name: str, parent: Region | None, zone: str | None = None) -> Region:
        """A new region below *parent*; without a zone it has its parent's."""


class People(Protocol):
    """Residents, their addresses and what they allowed."""

    def at(self, caller: Caller) -> PersonCard:
        """Who that is; an empty card for somebody we keep nothing of."""

    def card(self, resident_id: ResidentId) -> PersonCard: ...

    def enrol(
        self, caller: Caller, language: Language, region_id: RegionId, source: str | None, now: datetime
    ) -> PersonCard:
        """A new resident with this one address and a data key of their own."""

    def allow(self, resident_id: ResidentId, consent: Consent) -> None:
        """Keep *consent*; one that is in force already stays as it is."""

    def disallow(self, resident_id: ResidentId, purposes: Iterable[Purpose], now: datetime) -> None: ...

    def update(
        self,
        resident_id: ResidentId,
        *,
        language: Language | None = None,
        region_id: RegionId | None = None,
        audiences: frozenset[str] | None = None,
    ) -> None:
        """Change what is given, leave the rest."""

    def plan_tip(self, resident_id: ResidentId, at: datetime | None) -> None:
        """When this person's next tip is due; ``None``: never."""

    def heard(self, caller: Caller, now: datetime) -> None:
        """They wrote: reachable, and their reply window starts again."""

    def set_reach(self, caller: Caller, reach: str, at: datetime) -> bool:
        """``reachable``, ``muted`` or ``gone`` as of *at*; older news than what is known changes nothing (False)."""

    def moved(self, caller: Caller, new_ref: str) -> None: ...

    def erase(self, resident_id: ResidentId, now: datetime) -> None:
        """Destroy the data key and every row that tells of this person; past sign-ups stay as bare counts."""


class Conversations(Protocol):
    """What a dialogue remembers between two messages: sealed, short-lived."""

    def recall(self, caller: Caller, now: datetime) -> Mapping[str, object]:
        """The last state kept, or an empty mapping."""

    def keep(self, caller: Caller, state: Mapping[str, object], until: datetime) -> None: ...

    def forget(self, caller: Caller) -> None: ...

    def purge(self, now: datetime) -> int:
        """Delete what was kept until *now* at most; how many."""


class Activities(Protocol):
    """Activities, locked and loaded for a decision or shown as cards."""

    def locked(self, activity_id: ActivityId, resident_id: ResidentId | None = None) -> Activity:
        """Lock, then load: counts, this resident's sign-ups, the head of the queue. Raises `ActivityNotFound`."""

    def save(self, activity: Activity, now: datetime) -> None:
        """Write back counts, slot, place, status, revision; version + 1. `changed_at` moves with the revision only."""

    def add(self, new: NewActivity, next_reminder_at: datetime | None, now: datetime) -> ActivityCard: ...

    def card(self, activity_id: ActivityId) -> ActivityCard:
        """Raises `ActivityNotFound`."""

    def by_slug(self, slug: str) -> ActivityCard | None: ...

    def upcoming(
        self, now: datetime, limit: int, *, region_path: str = "", after: ActivityId | None = None, public: bool = True
    ) -> list[ActivityCard]:
        """By start, soonest first, those not yet over. *public*: published or called off, and not restricted."""

    def recent(self, limit: int, *, region_path: str = "", before: ActivityId | None = None) -> list[ActivityCard]:
        """For staff: newest first, all states."""

    def for_feed(self, since: datetime, limit: int, region_path: str = "") -> list[ActivityCard]:
        """Published or called off, not restricted, ending after *since*; by start."""

    def plan_reminder(self, activity_id: ActivityId, at: datetime | None) -> None: ...

    def reminders_due(self, now: datetime, limit: int) -> list[ReminderDue]:
        """Activities with a reminder due at *now*, oldest first, locked."""


class SignUps(Protocol):
    """Sign-ups."""

    def save(self, sign_up: SignUp) -> SignUp:
        """Insert or update; the stored one, with its id."""

    def get(self, sign_up_id: SignUpId) -> SignUp:
        """Raises `NotFound`."""

    def of_resident(self, resident_id: ResidentId, now: datetime, limit: int) -> list[MyPlace]:
        """Their active sign-ups for activities that are not over, soonest first."""

    def place(self, sign_up_id: SignUpId) -> MyPlace:
        """One sign-up with its activity and the people ahead. Raises `NotFound`."""

    def affected(self, activity_id: ActivityId, standings: Iterable[Standing]) -> list[SignUp]:
        """All sign-ups of an activity that stand so, in queue order."""

    def roster(self, activity_id: ActivityId, limit: int, after: int = 0) -> list[RosterLine]:
        """In order of number; page on with the last number seen."""

    def active_activities(self, resident_id: ResidentId) -> list[ActivityId]:
        """Where they still have an active sign-up, by id (the order in which to lock)."""


class Deliveries(Protocol):
    """The ledger: what is to be sent, what was, and what became of it."""

    def add(self, drafts: Sequence[Draft], now: datetime) -> int:
        """Queue for residents with a reachable address; a known key is left as it is. How many are new.

        Somebody with no address that can be reached gets a `failed` row, so that staff can see it.
        """

    def add_reply(
        self,
        caller: Caller,
        key: str,
        message: Outgoing,
        language: Language | None,
        now: datetime,
        *,
        due_at: datetime | None = None,
        helps_until: datetime | None = None,
    ) -> None:
        """Queue a reply to somebody who need not be known to us; body and address are sealed and erased when done.

        Due at once unless *due_at* says later.
        """

    def add_reminders(
        self,
        activity_id: ActivityId,
        activity_revision: int,
        lead: timedelta,
        signed_up_before: datetime,
        helps_until: datetime,
        now: datetime,
    ) -> int:
        """One reminder for each seated sign-up that stands so since before *signed_up_before*, in one statement."""

    def withdraw_for_activity(self, activity_id: ActivityId, now: datetime) -> int:
        """Take back what is still open about an activity: reminders, changes, confirmations."""

    def withdraw_for_sign_up(self, sign_up_id: SignUpId, now: datetime) -> int: ...

    def withdraw_kinds(self, resident_id: ResidentId, kinds: Iterable[str], now: datetime) -> int: ...

    def claim_due(self, lane: LaneName, *, epoch: int, limit: int, now: datetime, lease: timedelta) -> list[Letter]:
        """Take up to *limit* due deliveries of *lane*, by rank, then oldest first, and hide them for *lease*."""

    def parked_for(self, caller: Caller, now: datetime, limit: int) -> list[Letter]:
        """What waits for this person's next word: parked or due now, by rank, then oldest first."""

    def went_another_way(self, key: str, now: datetime) -> None:
        """What is open under *key* was said without the ledger: sent. Unknown, or no longer open: left as it is."""

    def hurry(self, key: str, now: datetime) -> None:
        """What waits in the queue under *key* is due now."""

    def unpark(self, caller: Caller, now: datetime) -> int:
        """What waited for this person's next word is due now; how many."""

    def advance(self, delivery_id: DeliveryId, parts_sent: int, now: datetime) -> None:
        """So many parts of it are out; it stays as it is with the rest."""

    def mark_calling(self, ids: Sequence[DeliveryId], *, epoch: int, now: datetime) -> list[DeliveryId]:
        """The moment before the wire: those that are still ours and still wanted."""

    def postpone(self, delivery_id: DeliveryId, at: datetime, now: datetime) -> None: ...

    def settle(self, delivery_id: DeliveryId, state: DeliveryState, reason: str, now: datetime) -> None:
        """Move to a state without a call: parked, expired, withdrawn, dead, sent (rode in a reply)."""

    def record(self, results: Sequence[tuple[Letter, Fate, int]], *, epoch: int, now: datetime) -> None:
        """Write what the calls came to (letter, fate, parts sent) with one attempt row for each that was made."""

    def recover(self, lane: LaneName, *, epoch: int, now: datetime) -> int:
        """Bring back what was left of the lane up to *epoch*: leased rows queued, calls in the air `unconfirmed`,
        and of those queued again the kinds that are better twice than never. For a holder with nothing in the air."""

    def next_due(self, lane: LaneName) -> datetime | None: ...

    def counts(self) -> Mapping[str, int]:
        """Rows by state."""


class Lanes(Protocol):
    """Who drives a lane, and whether it is held up."""

    def take(self, lane: LaneName, adapter: str, owner: str, now: datetime, lease: timedelta) -> int | None:
        """The epoch under which *owner* now drives *lane*, or ``None`` if another holds it. Renews one's own."""

    def release(self, lane: LaneName, owner: str) -> None: ...

    def hold(self, lane: LaneName, until: datetime, code: str) -> None:
        """Nothing leaves before *until* (a flood limit, or trouble)."""

    def held_until(self, lane: LaneName) -> tuple[datetime, str] | None: ...


class Inbox(Protocol):
    """Inbound messages: stored once, answered once."""

    def receive(self, caller: Caller | None, lane: LaneName, incoming: Incoming, now: datetime) -> InboxEntry:
        """Store at first sight, or find what was stored."""

    def answered(self, inbox_id: InboxId, answer: tuple[Outgoing, ...], now: datetime) -> None:
        """Keep the answer, erase the body."""

    def failed(self, inbox_id: InboxId, reason: str, most_tries: int, now: datetime) -> None:
        """One try more; quarantined after *most_tries*."""

    def unanswered(self, lanes: Iterable[LaneName], older_than: datetime, limit: int) -> list[Unanswered]:
        """Stored, not answered, and last tried before *older_than*, on these lanes; oldest first."""

    def forget(self, caller: Caller) -> None:
        """Erase bodies and answers of one person."""

    def purge(self, answered_before: datetime, quarantined_before: datetime, limit: int) -> int:
        """Delete what was answered, quarantined, or never taken up (its lane is off) before these; how many."""


class Mailboxes(Protocol):
    """Messages for pages that we serve ourselves."""

    def append(self, caller: Caller, message: Outgoing, key: str, now: datetime) -> None: ...

    def read(self, caller: Caller, after: int, limit: int) -> list[Mail]: ...

    def acknowledge(self, caller: Caller, up_to: int) -> int: ...

    def purge(self, before: datetime, limit: int) -> int: ...


class Alerts(Protocol):
    """People who may be in danger."""

    def raise_(
        self, caller: Caller, risk: str, subtype: str, rules: tuple[str, ...], lexicon: str, key: str, now: datetime
    ) -> AlertId:
        """Once per *key* (lane and message id)."""

    def listed(self, limit: int, *, open_only: bool = True) -> list[AlertCard]: ...

    def count_open(self) -> int: ...

    def acknowledge(self, alert_id: AlertId, by: Actor, now: datetime) -> AlertCard: ...

    def last_for(self, caller: Caller, since: datetime) -> str | None:
        """The highest class raised for this person since then."""


class Threads(Protocol):
    """Residents talking with staff; the notes are sealed."""

    def write(self, resident_id: ResidentId, caller: Caller, text: str, now: datetime) -> ThreadCard:
        """Add to the resident's open thread or open one."""

    def answer(self, thread_id: ThreadId, by: Actor, text: str, now: datetime) -> tuple[ThreadCard, int]:
        """The thread and the entry's id."""

    def close(self, thread_id: ThreadId, now: datetime) -> ThreadCard: ...

    def get(self, thread_id: ThreadId) -> ThreadCard:
        """With its entries. Raises `NotFound`."""

    def listed(self, limit: int, *, open_only: bool = True) -> list[ThreadCard]: ...


class Contents(Protocol):
    """Approved versions of library items."""

    def approve(self, item: ApprovedItem, by: Actor, now: datetime) -> ApprovedItem: ...

    def approved(self, language: Language | None = None) -> list[ApprovedItem]:
        """The newest approved version of each item, by slug."""

    def get(self, slug: str, language: Language, version: str) -> ApprovedItem | None: ...

    def tips_due(self, now: datetime, limit: int) -> list[TipDue]: ...

    def mark_seen(self, resident_id: ResidentId, slug: str, now: datetime) -> None: ...

    def seen(self, resident_id: ResidentId) -> tuple[str, ...]:
        """Slugs, oldest first."""


class Audit(Protocol):
    """Who did or read what, when. Ids only."""

    def write(self, by: Actor, action: str, subject: str, subject_id: int | str, now: datetime) -> None: ...


class Marks(Protocol):
    """Small facts about the database itself."""

    def get(self, name: str) -> str | None: ...

    def put(self, name: str, value: str) -> None: ...

    def secret(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What the processes of *lane* share under *name*, sealed, and until when it is good."""

    def put_secret(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None: ...


class UnitOfWork(Protocol):
    """One transaction. Whoever opened it commits; services never do."""

    @property
    def regions(self) -> Regions: ...
    @property
    def people(self) -> People: ...
    @property
    def conversations(self) -> Conversations: ...
    @property
    def activities(self) -> Activities: ...
    @property
    def sign_ups(self) -> SignUps: ...
    @property
    def deliveries(self) -> Deliveries: ...
    @property
    def lanes(self) -> Lanes: ...
    @property
    def inbox(self) -> Inbox: ...
    @property
    def mailboxes(self) -> Mailboxes: ...
    @property
    def alerts(self) -> Alerts: ...
    @property
    def threads(self) -> Threads: ...
    @property
    def contents(self) -> Contents: ...
    @property
    def audit(self) -> Audit: ...
    @property
    def marks(self) -> Marks: ...
    def wake(self, lane: LaneName) -> None:
        """Something became due for *lane*: its sender is woken after the commit."""


OpenUnitOfWork: TypeAlias = Callable[[], AbstractContextManager[UnitOfWork]]
"""Opens a transaction that commits on clean exit and rolls back on any exception."""
