"""Outbound, a batch at a time: record what became of the last one, take the next, decide, write out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from outreach.content import fit
from outreach.domain.delivery import DeliveryState, rank_of
from outreach.domain.fairness import Shares
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.may_send import BY_AUDIENCE, Door, Later, No, Recipient, Subject, Why, may_send
from outreach.domain.messages import Capabilities, Language, Outgoing
from outreach.domain.people import GENERAL, Audience
from outreach.domain.times import QuietHours
from outreach.services.cards import Fate, Letter
from outreach.services.letters import Desk, write_out
from outreach.services.ports import UnitOfWork

LEASE = timedelta(seconds=60)
MOST_AT_ONCE = 500

Result: TypeAlias = tuple[Letter, Fate, int]
"""A letter, what became of it, and how many of its parts are out."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A delivery that is `calling`: its parts, cut to the channel, from the first that is not out yet."""

    letter: Letter
    parts: tuple[Outgoing, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Batch:
    """What came of taking what is due: the *ready* to be called, of so many *claimed*. 0: nothing more is due.

    The others were put off, parked or ended: behind them may be some that can go now.
    """

    ready: tuple[Ready, ...] = ()
    claimed: int = 0


@dataclass(frozen=True, slots=True)
class Outlet:
    """What it takes to send on one lane."""

    lane: LaneName
    capabilities: Capabilities
    desk: Desk
    quiet: QuietHours | None
    """When nothing is sent that can wait, and:"""
    weekly_cap: int | None = None
    """The most announcements and tips a week, each where a region does not say otherwise; ``None``: no limit."""
    shares: Shares = field(default_factory=Shares, compare=False)
    """What the ranks that wait for each other are owed; it lasts as long as the lane is ours."""


def exchange(
    uow: UnitOfWork, outlet: Outlet, results: Sequence[Result], *, epoch: int, limit: int, now: datetime
) -> Batch:
    """Record *results*, then take up to *limit* due deliveries and make them ready to go on the wire.

    What may not go now is put off, parked, expired or withdrawn, with its reason. One transaction for both.
    Raises `LaneLost` if *epoch* is no longer the lane's.
    """
    if results:
        uow.deliveries.record(results, epoch=epoch, now=now)
    if limit < 1:
        return Batch()
    most, owed = min(limit, MOST_AT_ONCE), outlet.shares.owed
    letters = uow.deliveries.claim_due(outlet.lane, epoch=epoch, limit=most, now=now, lease=LEASE, owed=owed)
    outlet.shares.took(rank_of(letter.kind) for letter in letters)
    ready = _make_ready(uow, outlet, letters, now)
    ours = set(uow.deliveries.mark_calling([made.letter.id for made in ready], epoch=epoch, now=now))
    return Batch(tuple(made for made in ready if made.letter.id in ours), len(letters))


def _make_ready(uow: UnitOfWork, outlet: Outlet, letters: Sequence[Letter], now: datetime) -> list[Ready]:
    ready: list[Ready] = []
    told: Counter[ResidentId | None] = Counter()  # what goes out with this batch counts towards their week, too
    for letter in letters:
        made = _decide(uow, outlet, letter, (now,) * told[letter.resident_id], now)
        if made is not None:
            ready.append(made)
            told[letter.resident_id] += letter.kind in BY_AUDIENCE
    return ready


def _decide(uow: UnitOfWork, outlet: Outlet, letter: Letter, told: Sequence[datetime], now: datetime) -> Ready | None:
    if letter.posted is not None and letter.posted.overtaken:
        uow.deliveries.settle(letter.id, DeliveryState.WITHDRAWN, letter.posted.overtaken, now)
        return None
    decision = may_send(_recipient(outlet, letter, told), _subject(uow, letter), _door(outlet, letter), now)
    if isinstance(decision, Later):
        uow.deliveries.postpone(letter.id, decision.at, now)
        return None
    if isinstance(decision, No):
        uow.deliveries.settle(letter.id, _state_for(decision.why), decision.why, now)
        return None
    messages = write_out(uow, outlet.desk, letter, now)
    if messages is None:
        uow.deliveries.settle(letter.id, DeliveryState.EXPIRED, "nothing_to_say", now)
        return None
    return Ready(letter, parts(outlet.capabilities, messages)[letter.parts_sent :])


def parts(able: Capabilities, messages: Sequence[Outgoing]) -> tuple[Outgoing, ...]:
    """*messages* as a channel that is *able* to so much is handed them, cut to it. What a preview shows, too."""
    # A push's choices are buttons or nothing: numbers would clash with those of the conversation.
    shown = tuple(messages) if able.buttons else tuple(replace(message, choices=()) for message in messages)
    return tuple(piece for message in shown for piece in fit(message, able))


def _state_for(why: Why) -> DeliveryState:
    match why:
        case Why.WINDOW_CLOSED | Why.QUOTA_USED:
            return DeliveryState.PARKED
        case Why.TOO_LATE | Why.QUIET_DAY:
            return DeliveryState.EXPIRED
        case Why.NO_CONSENT | Why.NOT_FOR_THEM | Why.RESTRICTED | Why.MUTED | Why.UNREACHABLE | Why.CAPPED:
            return DeliveryState.WITHDRAWN


def _recipient(outlet: Outlet, letter: Letter, told: Sequence[datetime]) -> Recipient:
    cap = outlet.weekly_cap if letter.weekly_cap is None else letter.weekly_cap
    return Recipient(
        consents=letter.consents,
        audiences=letter.audiences,
        quiet=letter.quiet or outlet.quiet,
        zone=ZoneInfo(letter.zone),
        reachable=letter.reachable,
        muted_regions=letter.muted_regions,
        weekly_cap=None if letter.parts_sent else cap,  # what has begun is said to its end
        told=(*letter.told, *told),
    )


def _subject(uow: UnitOfWork, letter: Letter) -> Subject:
    audience, lineage = Audience(frozenset({GENERAL})), frozenset[int]()
    if letter.posted is not None:
        audience, lineage = Audience(letter.posted.audience), letter.posted.lineage
    elif letter.subject.get("about") == "tip":
        language = Language(str(letter.subject["language"]))
        item = uow.contents.get(str(letter.subject["slug"]), language, str(letter.subject["version"]))
        audience = Audience(item.audience) if item is not None else audience
    return Subject(letter.kind, audience, lineage, letter.helps_until, letter.needed_by)


def _door(outlet: Outlet, letter: Letter) -> Door:
    able = outlet.capabilities
    window = None if letter.kind in able.any_time else able.reply_window
    return Door(able.may_push, letter.last_word_at, window)
