"""Who there is, what they come to, and what was agreed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from outreach.domain.activity import Activity
from outreach.domain.actor import Reach
from outreach.domain.ids import (
    ActivityId,
    RegionId,
    ResidentId,
    SignUpId,
    StaffId,
)
from outreach.domain.messages import Language
from outreach.domain.people import Consent, Purpose, Rhythm
from outreach.domain.signup import SignUp, Standing
from outreach.services.cards import (
    ActivityCard,
    Caller,
    LinkId,
    LinkOffer,
    MyPlace,
    NewActivity,
    PersonCard,
    Region,
    ReminderDue,
    RosterLine,
)
from outreach.services.cards_planning import ActivityPlan, Beginning, HostChoice, Ripple, Scope, Wanted
from outreach.services.cards_public import Nearby
from outreach.services.cards_regions import ChangedRegion, NewRegion, RegionLine, RegionOwn, RegionSettings


class Regions(Protocol):
    """The tree of the network."""

    def root(self) -> Region:
        """The top of the tree, made on first use."""

    def get(self, region_id: RegionId) -> Region: ...

    def by_code(self, code: str) -> Region | None: ...

    def matching(self, part: str, limit: int) -> list[Region]:
        """Regions whose name contains *part*, deepest level first."""

    def count(self) -> int: ...

    def children(self, region_id: RegionId | None, limit: int, after: RegionId | None = None) -> list[Region]:
        """Those right below that one, oldest first, behind *after*; with ``None`` the top of the tree, if any."""

    def names(self, region_ids: Iterable[RegionId]) -> Mapping[RegionId, str]:
        """What those are called, in one statement."""

    def branching(self, region_ids: Iterable[RegionId]) -> frozenset[RegionId]:
        """Which of those hold others, in one statement."""

    def add(self, code: str, name: str, parent: Region | None, zone: str | None = None) -> Region:
        """A new region below *parent*; without a zone it has its parent's."""

    def hold(self) -> None:
        """Nobody else makes regions until the end of the transaction: codes that are free now stay so."""

    def settings_of(self, region_id: RegionId) -> RegionSettings:
        """What holds there. Raises `NotFound`."""

    def settings_at(self, paths: Iterable[str]) -> Mapping[str, RegionSettings]:
        """What holds where those lineages end, by lineage, in one statement for up to thousands of regions.

        Where a lineage leads nowhere, nothing is set and the zone is the house's.
        """

    def line(self, region_id: RegionId) -> RegionLine:
        """One of them as in a list. Raises `NotFound`."""

    def listed(self, above: RegionId, limit: int, after: RegionId | None = None) -> list[RegionLine]:
        """Those right below that one, oldest first, behind *after*."""

    def tree(self, path: str, limit: int, after: str = "") -> list[RegionLine]:
        """The region with that lineage and all below it, each behind the one that holds it; page on by lineage."""

    def found(self, part: str, path: str, limit: int) -> list[RegionLine]:
        """Of that region and those below it, whose name contains *part* or whose code begins with it, deepest first."""

    def coded(self, codes: Iterable[str]) -> Mapping[str, RegionLine]:
        """Those with these codes, by code; set-based, for thousands."""

    def change(self, region_id: RegionId, own: RegionOwn, *, version: int | None = None) -> None:
        """It sets this and nothing else from now on; zones follow below it.

        Raises `NotFound`, or `StaleVersion` if it was changed since *version*.
        """

    def rename(self, region_id: RegionId, name: str) -> None:
        """Raises `NotFound`."""

    def plant(self, new: Iterable[NewRegion]) -> None:
        """Make them all: each right below one that is there or among them. Codes are new, circles there are none."""

    def change_all(self, changed: Iterable[ChangedRegion]) -> None:
        """Name and settings of many at once."""


class People(Protocol):
    """Residents, their addresses and what they allowed."""

    def at(self, caller: Caller) -> PersonCard:
        """Who that is; an empty card for somebody we keep nothing of."""

    def card(self, resident_id: ResidentId) -> PersonCard: ...

    def enrol(
        self, caller: Caller, language: Language, region_id: RegionId, source: str | None, now: datetime
    ) -> PersonCard:
        """A new resident with this one address and a data key of their own."""

    def hold(self, *resident_ids: ResidentId) -> bool:
        """Lock them until the end of the transaction; False if one of them is no longer there."""

    def doors(self, resident_id: ResidentId) -> int:
        """How many addresses they have."""

    def add_door(self, resident_id: ResidentId, caller: Caller, last_word_at: datetime, now: datetime) -> bool:
        """*caller* is a further address of that resident. False if it is somebody's already. Raises `NotFound`."""

    def let_go(self, caller: Caller, now: datetime) -> bool:
        """A stranger again; what was under way to them takes another way, or is withdrawn. False for a stranger."""

    def prefer(self, caller: Caller, now: datetime) -> bool:
        """Of several addresses this one comes first while it can be reached. False for a stranger."""

    def take_in(self, into: ResidentId, other: ResidentId) -> None:
        """*other* becomes the same person as *into*: doors, consents in force, items read and muted regions are
        carried over, the nickname if *into* has none, and of two rhythms the rarer.

        The rest of *other* is erased with their key; past sign-ups stay as bare counts. Lock both first.
        """

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

    def name(self, resident_id: ResidentId, nickname: str | None) -> None:
        """What they want to be called, sealed with their own key; ``None``: nothing. Raises `NotFound`."""

    def set_rhythm(self, resident_id: ResidentId, rhythm: Rhythm) -> None:
        """How often they get tips, if they want any; `plan_tip` says when the next one is due."""

    def mute(self, resident_id: ResidentId, region_id: RegionId, now: datetime) -> None:
        """No announcements and tips from *region_id* and below; again changes nothing."""

    def unmute(self, resident_id: ResidentId, region_id: RegionId) -> bool:
        """From there again, unless a region above is muted. False if it was not muted itself."""

    def muted(self, resident_id: ResidentId) -> list[Region]:
        """The regions that they muted, by path."""

    def plan_tip(self, resident_id: ResidentId, at: datetime | None) -> None:
        """When this person's next tip is due; ``None``: never."""

    def heard(self, caller: Caller, sent_at: datetime | None, now: datetime) -> bool:
        """They wrote, at *sent_at* by the platform's clock if it says so; False for somebody we keep nothing of.

        Reachable, and their reply window starts again.
        """

    def set_reach(self, caller: Caller, reach: str, at: datetime) -> bool:
        """``reachable``, ``muted`` or ``gone`` as of *at* by the platform's clock.

        Older news than what is known changes nothing (False).
        """

    def moved(self, caller: Caller, new_ref: str) -> None: ...

    def forget(self, caller: Caller) -> None:
        """Delete what is kept under their address, agreed or not: messages to them, answers, mail, dialogue.

        What was not answered yet never will be. An alert keeps its class and time and leads to nobody.
        """

    def erase(self, resident_id: ResidentId, now: datetime) -> None:
        """Destroy the data key and every row that tells of this person; past sign-ups stay as bare counts."""


class Links(Protocol):
    """Offers to link two chats of one person."""

    def offer(self, caller: Caller, language: Language, until: datetime) -> str:
        """A fresh code of eight digits that works once, until then, instead of what they offered before."""

    def claim(self, code: str, caller: Caller, language: Language, now: datetime) -> LinkOffer | None:
        """The offer behind *code*, used up by this call; ``None`` for any code that does not work for them."""

    def is_own(self, code: str, caller: Caller, now: datetime) -> bool:
        """Whether *caller* has typed the code that they were given themselves."""

    def of(self, caller: Caller, now: datetime) -> list[LinkOffer]:
        """The offers that stand and have *caller* on either side, their own first."""

    def agree(self, link_id: LinkId, caller: Caller, until: datetime, now: datetime) -> LinkOffer | None:
        """The other door, *caller*, said yes: the offer as it stands now, until then. ``None``: it no longer does."""

    def end(self, link_id: LinkId) -> bool:
        """It is decided, or given up. True for one caller only."""

    def note_miss(self, caller: Caller, now: datetime) -> None:
        """Somebody typed a code that does not work. Kept through an erasure, or that would be a way to guess on."""

    def misses(self, caller: Caller, since: datetime) -> int:
        """How often they did after *since*."""

    def purge(self, now: datetime, misses_before: datetime) -> int:
        """Delete offers past their time and misses that count no more; how many."""


class Conversations(Protocol):
    """What a dialogue remembers between two messages: sealed, short-lived."""

    def recall(self, caller: Caller, now: datetime) -> Mapping[str, object]:
        """The last state kept, or an empty mapping."""

    def keep(self, caller: Caller, state: Mapping[str, object], until: datetime) -> None: ...

    def purge(self, now: datetime) -> int:
        """Delete what was kept until *now* at most; how many."""


class Activities(Protocol):
    """Activities, locked and loaded for a decision or shown as cards."""

    def locked(
        self, activity_id: ActivityId, resident_id: ResidentId | None = None, seats: int | None = None
    ) -> Activity:
        """Lock, then load: counts, this resident's sign-ups, the head of the queue. Raises `ActivityNotFound`.

        *seats*: how many there are about to be; the head is as long as could move up by them.
        """

    def save(self, activity: Activity, now: datetime) -> None:
        """Write back counts, slot, place, status, revision; version + 1. `changed_at` moves with the revision only."""

    def add(
        self,
        new: NewActivity,
        next_reminder_at: datetime | None,
        now: datetime,
        planned_by: StaffId | None = None,
        uid: str | None = None,
    ) -> ActivityCard:
        """A new activity under an address and a UID of its own, *uid* if one is given."""

    def describe(self, activity_id: ActivityId, plan: ActivityPlan, now: datetime) -> None:
        """Write what `save` leaves alone: title, summary, audience, restricted, host."""

    def by_uid(self, uid: str) -> ActivityCard | None: ...

    def ripple(self, activity_id: ActivityId, standings: Iterable[Standing]) -> Ripple:
        """What a change would set in motion for those who stand so, counted in one statement."""

    def search(self, scope: Scope, wanted: Wanted, limit: int) -> list[ActivityCard]:
        """By start; what lies outside *scope* is not there."""

    def units(self, unit: str, reach: Reach, limit: int) -> list[Region]:
        """The region with that lineage, and with `Reach.BELOW` those below it, each after the one that holds it."""

    def hosts(self, unit: str, limit: int) -> list[HostChoice]:
        """Who may lead an activity there, by name."""

    def host_name(self, staff_id: StaffId) -> str | None:
        """What whoever leads it is called."""

    def beginnings(self, scope: Scope, wanted: Wanted) -> list[Beginning]:
        """Of the same, all that begin between ``since`` and ``until``, counted by the moment; by start."""

    def card(self, activity_id: ActivityId) -> ActivityCard:
        """Raises `ActivityNotFound`."""

    def by_slug(self, slug: str) -> ActivityCard | None: ...

    def upcoming(
        self, now: datetime, limit: int, *, region_path: str = "", after: ActivityId | None = None, public: bool = True
    ) -> list[ActivityCard]:
        """By start, soonest first, those not yet over. *public*: published or called off, and not restricted."""

    def nearby(self, wanted: Nearby, limit: int) -> list[ActivityCard]:
        """What residents may come to near a place, by start, soonest first."""

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
        """In order of number, which is that of the queue; page on with the last number seen."""

    def active_activities(self, resident_id: ResidentId) -> list[ActivityId]:
        """Where they still have an active sign-up, by id (the order in which to lock)."""
