"""Read models of broadcasts: what staff write, see before they approve, and see afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.broadcast import About, BroadcastId, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import ActivityId, LaneName, RegionId, ResidentId, StaffId
from outreach.domain.messages import Language, MessageKind, Outgoing
from outreach.domain.people import Rhythm
from outreach.domain.quiet_days import QuietDays


@dataclass(frozen=True, slots=True)
class NewBroadcast:
    """What staff enter; checked by `services.broadcasts.draft`.

    *activity_id* for an activity, *slug* for an item, *texts* (plain words by language) for free text. *languages*
    empty: all there are. *audience* empty: that of the activity or item, else everybody. *starts_at* ``None``: at once.
    """

    about: About
    region_id: RegionId
    activity_id: ActivityId | None = None
    slug: str | None = None
    texts: Mapping[Language, str] = field(default_factory=dict)
    audience: frozenset[str] = frozenset()
    languages: frozenset[Language] = frozenset()
    starts_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BroadcastText:
    """The words in one language. *body* may hold ``{crisis_line}`` and ``{emergency}``, filled in when it is sent.

    *version*: of the item, or the revision of the activity. *hash*: 16 hex digits over title, body and fields.
    """

    language: Language
    title: str
    body: str
    version: str
    hash: str
    fields: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BroadcastCard:
    """A broadcast as staff see it. *title*: of its activity or item, or how its words begin. Moments are aware (UTC).

    *planned* counts the people for whom something was queued, *left_out* the others in the region, by reason.
    *needs_second*: whether its region wants somebody else than the drafter to approve it.
    """

    id: BroadcastId
    about: About
    state: BroadcastState
    title: str
    activity_id: ActivityId | None
    slug: str | None
    region_id: RegionId
    region_path: str
    region_name: str
    zone: str
    audience: frozenset[str]
    languages: frozenset[Language]
    starts_at: datetime | None
    planned_up_to: int
    planned: int
    left_out: Mapping[str, int]
    version: int
    drafted_by: str
    drafted_by_id: StaffId | None
    approved_by: str | None
    approved_by_id: StaffId | None
    approved_at: datetime | None
    stopped_at: datetime | None
    settled_at: datetime | None
    created_at: datetime
    changed_at: datetime
    needs_second: bool = False


@dataclass(frozen=True, slots=True)
class Posted:
    """What a letter of a broadcast carries: the frozen words, what decides on them, and whether they still hold.

    *overtaken*: it was stopped, its item withdrawn, or its activity moved, called off or begun: why it no longer goes.
    *filed_under*: the audience of its item or activity itself. *restricted*: whether its activity is, by now.
    """

    id: BroadcastId
    about: About
    text: BroadcastText | None
    audience: frozenset[str]
    lineage: frozenset[int]
    activity_id: ActivityId | None
    overtaken: str = ""
    slug: str | None = None
    filed_under: frozenset[str] = frozenset()
    restricted: bool = False


@dataclass(frozen=True, slots=True)
class Aim:
    """Whom a broadcast is meant for, in the terms of `may_send`. *lineage*: the regions whose mute ends it.

    *restricted_to*: the audiences that alone may be told of it; ``None``: it is not restricted.
    """

    kind: MessageKind
    region_path: str
    lineage: frozenset[int]
    audience: frozenset[str]
    languages: frozenset[Language]
    helps_until: datetime
    restricted_to: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class OpenLane:
    """What decides on one lane whether somebody can be written to of our own accord.

    *closed_before*: whose last word is older cannot be, just now; ``None``: everybody can. *may_push* False: nobody.
    *counted*: the platform counts what it lets through to each, so their window decides where we know it. *always*:
    other lanes on which somebody can be written to at any time instead.
    """

    lane: LaneName
    may_push: bool
    closed_before: datetime | None
    counted: bool = False
    always: frozenset[LaneName] = frozenset()


@dataclass(frozen=True, slots=True)
class Tally:
    """So many people of one lane and language. *why*: the reason they are left out, empty if they get it.

    *later*: they have had their share of this week, or keep a quiet day, and get it when it still helps.
    *quiet_days*: those of the days asked about that are theirs. *zone*: an IANA name, where any days were asked about.
    """

    why: str
    later: bool
    lane: LaneName | None
    language: Language
    people: int
    zone: str = ""
    quiet_days: tuple[QuietDays, ...] = ()


@dataclass(frozen=True, slots=True)
class Cell:
    """So many people on one lane who read one language get it."""

    lane: LaneName
    language: Language
    people: int


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a broadcast would come to, counted now; nothing is stored.

    *left_out* by reason: those of `Why`, and ``no_address`` and ``wrong_language``. *later*: so many of *people* have
    had their share of this week, or keep a quiet day, and get it later. *finishes*: when each lane would be through,
    quiet hours and quiet days left aside. *by_mass*: so many more wait for a mass message, if their month and the
    account's day have one left.
    """

    cells: tuple[Cell, ...]
    left_out: Mapping[str, int]
    later: int
    begins: datetime
    finishes: Mapping[LaneName, datetime]
    by_mass: int = 0

    @property
    def people(self) -> int:
        """How many get it, without those by mass."""
        return sum(cell.people for cell in self.cells)

    @property
    def all(self) -> int:
        """How many live in the region."""
        return self.people + self.by_mass + sum(self.left_out.values())


@dataclass(frozen=True, slots=True)
class Sample:
    """The very messages that a lane is handed in one language. *rides*: there it goes in front of people's replies."""

    lane: LaneName
    language: Language
    parts: tuple[Outgoing, ...] = field(repr=False)
    rides: bool = False


@dataclass(frozen=True, slots=True)
class Preview:
    """What would be sent, per lane and language. *fingerprint* names the words to the letter: `approve` can ask for it.

    *missing*: languages of the broadcast in which there is nothing to say.
    """

    samples: tuple[Sample, ...]
    fingerprint: str
    missing: frozenset[Language] = frozenset()


@dataclass(frozen=True, slots=True)
class Outcome:
    """So many deliveries of a broadcast stand so, for that reason (empty: none is needed)."""

    state: DeliveryState
    reason: str
    people: int


@dataclass(frozen=True, slots=True)
class Status:
    """How far a broadcast is."""

    card: BroadcastCard
    outcomes: tuple[Outcome, ...]

    @property
    def by_state(self) -> Mapping[str, int]:
        """People by the state of their delivery."""
        found: dict[str, int] = {}
        for outcome in self.outcomes:
            found[outcome.state.value] = found.get(outcome.state.value, 0) + outcome.people
        return found


@dataclass(frozen=True, slots=True)
class CallLine:
    """Somebody whom a message did not reach, for those who know them: no address, ever. *number*: of their sign-up."""

    resident_id: ResidentId
    nickname: str | None = field(repr=False)
    lane: LaneName | None
    language: Language
    reason: str
    number: int | None = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """What one step of planning did: up to which resident, how many were queued, who was left out; the last one?"""

    up_to: int
    planned: int
    left_out: Mapping[str, int]
    is_last: bool


@dataclass(frozen=True, slots=True)
class Told:
    """The last announcement or tip that somebody got. *posted* for a broadcast; *subject* as in `cards.Letter`."""

    about: str
    at: datetime
    subject: Mapping[str, str | int]
    posted: Posted | None = None
    region_name: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """Why somebody got what they got last.

    *about*: ``broadcast``, ``tip`` or ``digest``. *region_name*: the place it was announced for, where they live in.
    *chosen*: the audiences of theirs that it is meant for; empty: it is for everybody. *rhythm*: how often they asked
    for tips; ``None`` for an announcement.
    """

    about: str
    at: datetime
    title: str
    region_name: str | None
    chosen: frozenset[str]
    rhythm: Rhythm | None
