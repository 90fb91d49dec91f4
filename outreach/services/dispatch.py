"""Outbound, a batch at a time: record what became of the last one, take the next, decide, write out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from outreach.content import fit
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import LaneName
from outreach.domain.may_send import Door, Later, No, Recipient, Subject, Why, may_send
from outreach.domain.messages import Capabilities, Language, Outgoing
from outreach.domain.people import Audience
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
class Outlet:
    """What it takes to send on one lane."""

    lane: LaneName
    capabilities: Capabilities
    desk: Desk
    quiet: QuietHours | None


def exchange(
    uow: UnitOfWork, outlet: Outlet, results: Sequence[Result], *, epoch: int, limit: int, now: datetime
) -> list[Ready]:
    """Record *results*, then take up to *limit* due deliveries and make them ready to go on the wire.

    What may not go now is put off, parked, expired or withdrawn, with its reason. One transaction for both.
    Raises `LaneLost` if *epoch* is no longer the lane's.
    """
    if results:
        uow.deliveries.record(results, epoch=epoch, now=now)
    if limit < 1:
        return []
    letters = uow.deliveries.claim_due(outlet.lane, epoch=epoch, limit=min(limit, MOST_AT_ONCE), now=now, lease=LEASE)
    ready = [made for letter in letters if (made := _make_ready(uow, outlet, letter, now)) is not None]
    ours = set(uow.deliveries.mark_calling([made.letter.id for made in ready], epoch=epoch, now=now))
    return [made for made in ready if made.letter.id in ours]


def _make_ready(uow: UnitOfWork, outlet: Outlet, letter: Letter, now: datetime) -> Ready | None:
    decision = may_send(_recipient(outlet, letter), _subject(uow, letter), _door(outlet, letter), now)
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
    return Ready(letter, _parts(outlet, messages)[letter.parts_sent :])


def _parts(outlet: Outlet, messages: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    able = outlet.capabilities
    # A push's choices are buttons or nothing: numbers would clash with those of the conversation.
    shown = messages if able.buttons else tuple(replace(message, choices=()) for message in messages)
    return tuple(piece for message in shown for piece in fit(message, able))


def _state_for(why: Why) -> DeliveryState:
    match why:
        case Why.WINDOW_CLOSED:
            return DeliveryState.PARKED
        case Why.TOO_LATE:
            return DeliveryState.EXPIRED
        case Why.NO_CONSENT | Why.NOT_FOR_THEM | Why.MUTED | Why.UNREACHABLE:
            return DeliveryState.WITHDRAWN


def _recipient(outlet: Outlet, letter: Letter) -> Recipient:
    return Recipient(
        consents=letter.consents,
        audiences=letter.audiences,
        quiet=outlet.quiet,
        zone=ZoneInfo(letter.zone),
        reachable=letter.reachable,
    )


def _subject(uow: UnitOfWork, letter: Letter) -> Subject:
    audience = Audience(frozenset({"general"}))
    if letter.subject.get("about") == "tip":
        language = Language(str(letter.subject["language"]))
        item = uow.contents.get(str(letter.subject["slug"]), language, str(letter.subject["version"]))
        audience = Audience(item.audience) if item is not None else audience
    return Subject(letter.kind, audience, helps_until=letter.helps_until, needed_by=letter.needed_by)


def _door(outlet: Outlet, letter: Letter) -> Door:
    able = outlet.capabilities
    window = None if letter.kind in able.any_time else able.reply_window
    return Door(able.may_push, letter.last_word_at, window)
