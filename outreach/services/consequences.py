"""THE page to read for "what happens when": from a fact to what follows, in the same transaction."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from outreach.domain.delivery import change_key, confirmation_key
from outreach.domain.facts import (
    Accepted,
    CalledOff,
    Lapsed,
    Refused,
    Reordered,
    Rescheduled,
    Resized,
    SignedUp,
    Withdrawn,
    needed_by,
)
from outreach.domain.messages import MessageKind
from outreach.domain.signup import SignUp, Standing
from outreach.services.cards import ActivityCard
from outreach.services.cards_ledger import Draft
from outreach.services.ports import UnitOfWork

_OVERTAKEN_BY_A_MOVE = ("reminder", "moved", "offered", "first_come")
"""The rest is written out at the last moment, with the new time, and is still true: who has a place must hear of it."""
_OVERTAKEN_BY_THE_END = (*_OVERTAKEN_BY_A_MOVE, "confirmation", "promoted", "offered", "first_come", "lapsed")
"""All but that somebody was refused: they would not hear that it is called off."""
_CALLED_AGAIN = 3 * 3600  # seconds
EXPECTANT = (Standing.SEATED, Standing.OFFERED, Standing.WAITING, Standing.REQUESTED)
"""Who counts on an activity and must hear of its changes."""


def of_signed_up(uow: UnitOfWork, fact: SignedUp, now: datetime) -> None:
    """A confirmation goes out. Who asked again has had theirs."""
    if not fact.again:
        card = uow.activities.card(fact.activity_id)
        each = (fact.sign_up, *fact.companions)
        uow.deliveries.add([_confirmation(card, sign_up, now) for sign_up in each], now)


def of_accepted(uow: UnitOfWork, fact: Accepted, now: datetime) -> None:
    """The person is told whether they are seated or waiting."""
    uow.deliveries.add([_confirmation(uow.activities.card(fact.activity_id), fact.sign_up, now)], now)


def of_withdrawn(uow: UnitOfWork, fact: Withdrawn, now: datetime) -> None:
    """What was still to be said to them about it is taken back; who moved up is told."""
    for sign_up in (fact.sign_up, *fact.companions):
        uow.deliveries.withdraw_for_sign_up(sign_up.id, now)
    _tell_promoted(uow, fact.promoted, now)


def of_lapsed(uow: UnitOfWork, fact: Lapsed, now: datetime) -> None:
    """Who did not answer is told that the place went on, and how to come back; who moved up is told or asked."""
    uow.deliveries.withdraw_for_sign_up(fact.sign_up.id, now)
    card = uow.activities.card(fact.activity_id)
    key = confirmation_key(fact.sign_up.id, fact.sign_up.revision, "lapsed")
    uow.deliveries.add([_draft(MessageKind.CHANGE, key, card, fact.sign_up, "lapsed", now)], now)
    _tell_promoted(uow, fact.promoted, now)


def of_offered(uow: UnitOfWork, sign_up: SignUp, until: datetime, now: datetime) -> None:
    """They are asked, and told until when the place is kept."""
    key = confirmation_key(sign_up.id, sign_up.revision, f"offered:{int(until.timestamp())}")
    draft = _draft(MessageKind.CHANGE, key, uow.activities.card(sign_up.activity_id), sign_up, "offered", now)
    uow.deliveries.add([replace(draft, helps_until=until, needed_by=until)], now)


def of_first_come(uow: UnitOfWork, card: ActivityCard, waiting: Iterable[SignUp], now: datetime) -> None:
    """All of them hear that a place is free for whoever says so first; the same people again after three hours."""
    call = int(now.timestamp()) // _CALLED_AGAIN
    drafts = []
    for sign_up in waiting:
        key = confirmation_key(sign_up.id, sign_up.revision, f"first_come:{call}")
        draft = _draft(MessageKind.CHANGE, key, card, sign_up, "first_come", now)
        drafts.append(replace(draft, helps_until=card.starts_at, needed_by=needed_by(card.starts_at)))
    uow.deliveries.add(drafts, now)


def of_refused(uow: UnitOfWork, fact: Refused, now: datetime) -> None:
    """The person is told kindly; who moved up is told."""
    uow.deliveries.withdraw_for_sign_up(fact.sign_up.id, now)
    card = uow.activities.card(fact.activity_id)
    uow.deliveries.add([_change(card, fact.sign_up, "refused", needed_by(card.starts_at), now)], now)
    _tell_promoted(uow, fact.promoted, now)


def of_reordered(uow: UnitOfWork, fact: Reordered, now: datetime) -> None:
    """Who moved up by it is told."""
    _tell_promoted(uow, fact.promoted, now)


def of_resized(uow: UnitOfWork, fact: Resized, now: datetime) -> None:
    """Who moved up by the new seats is told."""
    _tell_promoted(uow, fact.promoted, now)


def of_rescheduled(uow: UnitOfWork, fact: Rescheduled, now: datetime) -> None:
    """Open notices of the old time are taken back; everybody who counts on it is told; reminders derive themselves."""
    uow.deliveries.withdraw_for_activity(fact.activity_id, _OVERTAKEN_BY_A_MOVE, now)
    _tell_everybody(uow, uow.activities.card(fact.activity_id), "moved", fact.needed_by, now)


def of_called_off(uow: UnitOfWork, fact: CalledOff, now: datetime) -> None:
    """Open notices are taken back, and everybody who counts on it is told."""
    uow.deliveries.withdraw_for_activity(fact.activity_id, _OVERTAKEN_BY_THE_END, now)
    _tell_everybody(uow, uow.activities.card(fact.activity_id), "called_off", fact.needed_by, now)


def _tell_everybody(uow: UnitOfWork, card: ActivityCard, about: str, needed: datetime, now: datetime) -> None:
    affected = uow.sign_ups.affected(card.id, EXPECTANT)
    uow.deliveries.add([_change(card, sign_up, about, needed, now) for sign_up in affected], now)


def _tell_promoted(uow: UnitOfWork, promoted: Iterable[SignUp], now: datetime) -> None:
    drafts = []
    for sign_up in promoted:
        if sign_up.standing is Standing.OFFERED:
            continue  # asked as soon as it is known until when: `services.offers`
        card = uow.activities.card(sign_up.activity_id)
        key = confirmation_key(sign_up.id, sign_up.revision, "promoted")
        draft = _draft(MessageKind.CHANGE, key, card, sign_up, "promoted", now)
        drafts.append(replace(draft, needed_by=needed_by(card.starts_at)))
    uow.deliveries.add(drafts, now)


def _confirmation(card: ActivityCard, sign_up: SignUp, now: datetime) -> Draft:
    key = confirmation_key(sign_up.id, sign_up.revision, sign_up.standing)
    return _draft(MessageKind.CONFIRMATION, key, card, sign_up, "confirmation", now)


def _change(card: ActivityCard, sign_up: SignUp, about: str, needed: datetime, now: datetime) -> Draft:
    key = change_key(sign_up.id, sign_up.revision, card.revision) + f":{about}"
    return replace(_draft(MessageKind.CHANGE, key, card, sign_up, about, now), needed_by=needed)


def _draft(kind: MessageKind, key: str, card: ActivityCard, sign_up: SignUp, about: str, now: datetime) -> Draft:
    return Draft(
        kind=kind,
        key=key,
        resident_id=sign_up.resident_id,
        due_at=now,
        subject={"about": about, "activity": card.id, "sign_up": sign_up.id},
        helps_until=card.ends_at,
    )
