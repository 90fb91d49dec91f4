"""Announce to many: draft, see, approve, schedule, stop, and follow what becomes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from outreach.domain.actor import Actor, Permission
from outreach.domain.broadcast import About, Broadcast, BroadcastId, BroadcastState, wants_second_person
from outreach.domain.errors import IllegalMove, StaleVersion
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language
from outreach.services import broadcast_drafts, broadcast_outlook, broadcast_words
from outreach.services.access import require, require_somewhere
from outreach.services.broadcast_words import Newsroom
from outreach.services.cards_broadcasts import (
    BroadcastCard,
    BroadcastText,
    CallLine,
    DryRun,
    NewBroadcast,
    Preview,
    Status,
)
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields

WITHDRAWN_AT_ONCE = 1_000  # rows a transaction: about 20 ms on SQLite, so that no sign-up waits longer than that
COUNTED_AT_ONCE = 5_000


def draft(uow: UnitOfWork, by: Actor, room: Newsroom, new: NewBroadcast, now: datetime) -> BroadcastCard:
    """Keep a draft. Raises `BadInput` with all problems, `Forbidden` or `NotFound`."""
    whole, texts = broadcast_drafts.written(uow, by, room, new, now)
    broadcast_id = uow.broadcasts.add(whole, texts.values(), by, now)
    uow.audit.write(by, "draft", "broadcast", broadcast_id, now)
    return _card(uow, broadcast_id)


def preview(uow: UnitOfWork, by: Actor, room: Newsroom, what: BroadcastId | NewBroadcast, now: datetime) -> Preview:
    """The very messages that each channel would be handed. Raises as `draft` does for what is not yet kept."""
    whole, texts = _words(uow, by, room, what, now)
    return broadcast_outlook.preview(uow, room, whole, texts, now)


def dry_run(uow: UnitOfWork, by: Actor, room: Newsroom, what: BroadcastId | NewBroadcast, now: datetime) -> DryRun:
    """Whom it would reach on which lane, who is left out and why, and when it would be through; stores nothing."""
    whole, texts = _words(uow, by, room, what, now)
    return broadcast_outlook.dry_run(uow, room, whole, texts, now)


def is_counted_at_once(uow: UnitOfWork, card: BroadcastCard) -> bool:
    """Whether so few live there that a `dry_run` does not keep a page waiting; each thousand takes some 3 ms."""
    path = uow.regions.get(card.region_id).path
    return uow.broadcasts.people_in(path, COUNTED_AT_ONCE + 1) <= COUNTED_AT_ONCE


def approve(
    uow: UnitOfWork,
    by: Actor,
    room: Newsroom,
    broadcast_id: BroadcastId,
    now: datetime,
    *,
    fingerprint: str | None = None,
) -> BroadcastCard:
    """Freeze the words and let them go out, at once or at the time set.

    *fingerprint*: of the preview that was looked at; other words by now raise `StaleVersion`. Raises `IllegalMove`,
    `SecondPersonNeeded`, `BadInput`, `NotFound` or `Forbidden`.
    """
    card = uow.broadcasts.locked(broadcast_id)
    require(by, Permission.APPROVE_BROADCAST, card.region_path)
    fact = _broadcast(card).approve(by, second_person=uow.broadcasts.second_person(card.region_id))
    # Written once more: the activity may have been moved, the item approved anew, since the draft was kept.
    _, texts = broadcast_drafts.written_again(uow, by, room, card, uow.broadcasts.texts(broadcast_id), now)
    if fingerprint is not None and fingerprint != broadcast_words.fingerprint(texts):
        raise StaleVersion(f"broadcast {broadcast_id} says something else by now; look at it once more")
    uow.broadcasts.put_texts(broadcast_id, texts.values())
    uow.broadcasts.approve(fact, by, now)
    reason = " ".join([broadcast_words.fingerprint(texts), *(["alone"] if fact.alone else [])])
    uow.audit.write(by, "approve", "broadcast", broadcast_id, now, reason)
    return _card(uow, broadcast_id)


def schedule(
    uow: UnitOfWork, by: Actor, broadcast_id: BroadcastId, starts_at: datetime | None, now: datetime
) -> BroadcastCard:
    """Begin at another time; ``None``: at once. Raises `IllegalMove` once it has begun, `BadInput`, `Forbidden`."""
    card = uow.broadcasts.locked(broadcast_id)
    require(by, Permission.BROADCAST, card.region_path)
    if card.state not in (BroadcastState.DRAFT, BroadcastState.APPROVED):
        raise IllegalMove("broadcast", card.state, "scheduled")
    problems = broadcast_drafts.about_start(uow, card.activity_id, starts_at, now)
    if problems:
        raise BadFields(problems)
    uow.broadcasts.schedule(broadcast_id, starts_at, now)
    uow.audit.write(by, "schedule", "broadcast", broadcast_id, now)
    return _card(uow, broadcast_id)


def stop(uow: UnitOfWork, by: Actor, broadcast_id: BroadcastId, now: datetime) -> BroadcastCard:
    """Nothing more of it goes out: the senders see it before their next call, the rest is taken back in portions.

    Raises `IllegalMove` if it is over, `NotFound` or `Forbidden`.
    """
    card = uow.broadcasts.locked(broadcast_id)
    require(by, Permission.BROADCAST, card.region_path)
    fact = _broadcast(card).stop()
    uow.broadcasts.move(broadcast_id, BroadcastState.STOPPED, now)
    taken_back = uow.broadcasts.withdraw(broadcast_id, "stopped", WITHDRAWN_AT_ONCE, now)
    if taken_back < WITHDRAWN_AT_ONCE and not uow.broadcasts.is_open(broadcast_id):
        uow.broadcasts.settle(broadcast_id, BroadcastState.STOPPED, now)
    uow.audit.write(by, "stop", "broadcast", broadcast_id, now, fact.was.value)
    return _card(uow, broadcast_id)


def status(uow: UnitOfWork, by: Actor, broadcast_id: BroadcastId) -> Status:
    """How far it is, and people by what became of it. Raises `NotFound` or `Forbidden`."""
    card = _card(uow, broadcast_id)
    require(by, Permission.BROADCAST, card.region_path)
    return Status(card, tuple(uow.broadcasts.outcomes(broadcast_id)))


def call_list(
    uow: UnitOfWork, by: Actor, broadcast_id: BroadcastId, now: datetime, limit: int, after: int = 0
) -> list[CallLine]:
    """Whom it did not reach, for those who know them: of the unit whose people *by* may see. The look is audited."""
    require(by, Permission.BROADCAST, uow.broadcasts.get(broadcast_id).region_path)
    path, below = require_somewhere(by, Permission.SEE_ROSTER)
    uow.audit.write(by, "read_call_list", "broadcast", broadcast_id, now)
    return uow.broadcasts.unreached(broadcast_id, path, limit, ResidentId(after), below=below)


def listed(uow: UnitOfWork, by: Actor, limit: int, before: BroadcastId | None = None) -> list[BroadcastCard]:
    """Newest first, those within reach; page on with the last id seen."""
    path, below = require_somewhere(by, Permission.BROADCAST)
    return uow.broadcasts.listed(path, limit, below=below, before=before)


def _words(
    uow: UnitOfWork, by: Actor, room: Newsroom, what: BroadcastId | NewBroadcast, now: datetime
) -> tuple[NewBroadcast, Mapping[Language, BroadcastText]]:
    if isinstance(what, NewBroadcast):
        return broadcast_drafts.written(uow, by, room, what, now)
    card = uow.broadcasts.get(what)
    require(by, Permission.BROADCAST, card.region_path)
    kept = uow.broadcasts.texts(what)
    if card.state is not BroadcastState.DRAFT:
        return broadcast_drafts.as_entered(card, kept), kept
    return broadcast_drafts.written_again(uow, by, room, card, kept, now)


def _card(uow: UnitOfWork, broadcast_id: BroadcastId) -> BroadcastCard:
    card = uow.broadcasts.get(broadcast_id)
    wants = wants_second_person(card.about) and uow.broadcasts.second_person(card.region_id)
    return replace(card, needs_second=wants)


def _broadcast(card: BroadcastCard) -> Broadcast:
    return Broadcast(card.id, About(card.about), card.state, card.drafted_by, card.drafted_by_id)
