"""Residents: agree, subscribe, stop, change what one wants, be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from outreach.domain.facts import Erased, Withdrawn
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.people import Consent, Purpose
from outreach.services import signups
from outreach.services.cards import Caller, PersonCard
from outreach.services.ports import UnitOfWork
from outreach.services.tips import TipRhythm

SUBSCRIPTION = (Purpose.TIPS, Purpose.NEWS)


@dataclass(frozen=True, slots=True)
class Notice:
    """The text under which somebody agrees: its version, and the hash of the very words that were shown."""

    version: str
    text_hash: str


@dataclass(frozen=True, slots=True)
class Arrival:
    """What somebody told us before they agreed, held for a day: where they live, what they want, how they came."""

    language: Language
    region_id: RegionId | None = None
    audiences: frozenset[str] = frozenset()
    source: str | None = None


def agree(
    uow: UnitOfWork,
    caller: Caller,
    purposes: Iterable[Purpose],
    notice: Notice,
    arrival: Arrival,
    now: datetime,
) -> PersonCard:
    """Keep the consent, and from the first one on the person. Agreeing again changes nothing."""
    person = uow.people.at(caller)
    if not person.is_known:
        region_id = arrival.region_id or uow.regions.root().id
        person = uow.people.enrol(caller, arrival.language, region_id, arrival.source, now)
    resident_id = _known(person)
    if arrival.audiences:
        uow.people.update(resident_id, audiences=arrival.audiences | person.audiences)
    for purpose in purposes:
        uow.people.allow(resident_id, _consent(purpose, notice, caller, arrival.language, now))
    return uow.people.at(caller)


def subscribe(
    uow: UnitOfWork, caller: Caller, notice: Notice, arrival: Arrival, rhythm: TipRhythm, now: datetime
) -> PersonCard:
    """Tips and announcements from now on. Who gets them already keeps their slot."""
    had = Purpose.TIPS in uow.people.at(caller).consents
    person = agree(uow, caller, SUBSCRIPTION, notice, arrival, now)
    if not had:
        uow.people.plan_tip(_known(person), rhythm.first(now))
    return person


def unsubscribe(uow: UnitOfWork, person: PersonCard, now: datetime) -> bool:
    """Ends tips and announcements, not reminders of what one joined. False if there was nothing to end."""
    if person.resident_id is None or not person.consents & set(SUBSCRIPTION):
        return False
    uow.people.disallow(person.resident_id, SUBSCRIPTION, now)
    uow.people.plan_tip(person.resident_id, None)
    uow.deliveries.withdraw_kinds(person.resident_id, (MessageKind.EDUCATION, MessageKind.ANNOUNCEMENT), now)
    return True


def erase(uow: UnitOfWork, caller: Caller, now: datetime) -> Erased | None:
    """Forget the person at *caller*: give their places back, destroy their key, delete what leads to them.

    ``None``: they never agreed to anything; what was under way to them and what they had written is gone all the same.
    """
    person = uow.people.at(caller)
    uow.people.forget(caller)
    if person.resident_id is None:
        return None
    left = tuple(_leave_everything(uow, person.resident_id, now))
    uow.people.erase(person.resident_id, now)
    return Erased(person.resident_id, left)


def _leave_everything(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> Iterable[Withdrawn]:
    for activity_id in uow.sign_ups.active_activities(resident_id):
        if now < uow.activities.card(activity_id).ends_at:
            yield signups.withdraw(uow, resident_id, activity_id, now)


def _known(person: PersonCard) -> ResidentId:
    if person.resident_id is None:
        raise LookupError("this person has not agreed to anything yet")
    return person.resident_id


def _consent(purpose: Purpose, notice: Notice, caller: Caller, language: Language, now: datetime) -> Consent:
    return Consent(purpose, notice.version, notice.text_hash, caller.lane, language, now)
