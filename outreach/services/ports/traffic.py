"""What comes in and what goes out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from outreach.domain.delivery import DeliveryState, Rank
from outreach.domain.ids import (
    ActivityId,
    DeliveryId,
    InboxId,
    LaneName,
    ResidentId,
    SignUpId,
)
from outreach.domain.messages import Incoming, Language, Outgoing
from outreach.services.cards import Caller, InboxEntry, Mail, Unanswered
from outreach.services.cards_ledger import Draft, Fate, Letter
from outreach.services.cards_office import LaneHealth


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
        *,
        needed_by: datetime,
        helps_until: datetime,
        now: datetime,
    ) -> int:
        """One reminder for each seated sign-up that stands so since before *signed_up_before*, in one statement."""

    def withdraw_for_activity(self, activity_id: ActivityId, abouts: Iterable[str], now: datetime) -> int:
        """Take back what is still open about an activity and is one of *abouts* (``reminder``, ``moved`` …)."""

    def withdraw_for_sign_up(self, sign_up_id: SignUpId, now: datetime) -> int: ...

    def withdraw_kinds(self, resident_id: ResidentId, kinds: Iterable[str], now: datetime) -> int: ...

    def withdraw(self, key: str, now: datetime) -> int:
        """Take back what is still open under *key*."""

    def claim_due(
        self,
        lane: LaneName,
        *,
        epoch: int,
        limit: int,
        now: datetime,
        lease: timedelta,
        owed: Mapping[Rank, float] | None = None,
    ) -> list[Letter]:
        """Take up to *limit* due deliveries of *lane*, and hide them for *lease*: by `fairness.place`, oldest first."""

    def parked_for(self, caller: Caller, now: datetime, limit: int) -> list[Letter]:
        """What waits for this person's next word: parked or due now, by rank, then oldest first."""

    def went_another_way(self, key: str, now: datetime) -> None:
        """What is open under *key* was said without the ledger: sent. Unknown, or no longer open: left as it is."""

    def receipt(self, lane: LaneName, external_id: str, code: str, now: datetime) -> bool:
        """The platform tells what became of a message that it calls *external_id*: delivered, or *code* for why not.

        False if we know of no such message.
        """

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

    def go_elsewhere(self, delivery_id: DeliveryId, lanes: Collection[LaneName], now: datetime) -> bool:
        """Queue it for an address of the same resident on one of *lanes*; False: there is none that can be reached.

        A reply stays where the word came from.
        """

    def record(self, results: Sequence[tuple[Letter, Fate, int]], *, epoch: int, now: datetime) -> None:
        """Write what the calls came to (letter, fate, parts sent) with one attempt row for each that was made."""

    def recover(self, lane: LaneName, *, epoch: int, now: datetime) -> int:
        """Bring back what was left of the lane up to *epoch*: leased rows queued, calls in the air `unconfirmed`,
        and of those queued again the kinds that are better twice than never. For a holder with nothing in the air."""

    def next_due(self, lane: LaneName) -> datetime | None: ...

    def tidy(self, now: datetime, limit: int) -> int:
        """Look at up to *limit* deliveries whose time has come: delete, expire or put off; how many."""

    def counts(self) -> Mapping[str, int]:
        """Rows by state."""


class Lanes(Protocol):
    """Who drives a lane, and whether it is held up."""

    def take(self, lane: LaneName, adapter: str, owner: str, now: datetime, lease: timedelta) -> int | None:
        """The epoch under which *owner* now drives *lane*, or ``None`` if another holds it. Renews one's own."""

    def renew(self, lane: LaneName, owner: str, until: datetime) -> bool:
        """Go on driving until *until*; False if *owner* no longer does. Takes nothing that was handed back."""

    def release(self, lane: LaneName, owner: str) -> None: ...

    def expire(self, now: datetime) -> None:
        """Whoever drives a lane is known to be dead: its lease is over, and its epoch with it."""

    def abandoned(self, lane: LaneName, owner: str, now: datetime) -> bool:
        """Whether somebody other than *owner* drove *lane*, and neither handed it back nor renewed the lease."""

    def hold(self, lane: LaneName, until: datetime, code: str) -> None:
        """Nothing leaves before *until* (a flood limit, or trouble)."""

    def set_back(self, lane: LaneName, now: datetime) -> None:
        """The clock was set back to *now*: what was put off under the time before is looked at again."""

    def held_until(self, lane: LaneName) -> tuple[datetime, str] | None: ...

    def health(self, lanes: Sequence[LaneName], now: datetime) -> list[LaneHealth]:
        """How each of *lanes* stands: driven, held up, and how many deliveries wait or need a look, by state."""

    def people(self) -> Mapping[LaneName, int]:
        """How many people each lane reaches now. For a command: looks at every address."""


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

    def purge(self, answered_before: datetime, quarantined_before: datetime, limit: int) -> int:
        """Delete what was answered, quarantined, or never taken up (its lane is off) before these; how many."""


class Mailboxes(Protocol):
    """Messages for pages that we serve ourselves."""

    def append(self, caller: Caller, message: Outgoing, key: str, now: datetime) -> None: ...

    def read(self, caller: Caller, after: int, limit: int) -> list[Mail]: ...

    def acknowledge(self, caller: Caller, up_to: int) -> int: ...

    def purge(self, before: datetime, limit: int) -> int: ...
