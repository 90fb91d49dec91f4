"""Residents: agree, subscribe, stop, change what one wants, be forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.facts import Erased, Withdrawn
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.nickname import as_nickname
from outreach.domain.people import Consent, Purpose, Rhythm
from outreach.services import signups
from outreach.services.cards import Caller, PersonCard, Region
from outreach.services.ports import UnitOfWork
from outreach.services.tips import TipRhythm

SUBSCRIPTION = (Purpose.TIPS, Purpose.NEWS)
_SENT_FOR = {Purpose.TIPS: MessageKind.EDUCATION, Purpose.NEWS: MessageKind.ANNOUNCEMENT}


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
    nickname: str | None = field(default=None, repr=False)


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
    if arrival.nickname is not None and person.nickname is None:
        name(uow, resident_id, arrival.nickname)
    for purpose in purposes:
        uow.people.allow(resident_id, _consent(purpose, notice, caller, arrival.language, now))
    return uow.people.at(caller)


def subscribe(
    uow: UnitOfWork,
    caller: Caller,
    notice: Notice,
    arrival: Arrival,
    slots: TipRhythm,
    now: datetime,
    purposes: Iterable[Purpose] = SUBSCRIPTION,
    often: Rhythm | None = None,
) -> PersonCard:
    """Tips and announcements from now on, or *purposes* alone. Who gets tips already keeps their slot.

    *often*: how often they want tips, if they said so.
    """
    wanted = tuple(purposes)
    had = Purpose.TIPS in uow.people.at(caller).consents
    person = agree(uow, caller, wanted, notice, arrival, now)
    if Purpose.TIPS in wanted:
        if often is not None:
            uow.people.set_rhythm(_known(person), often)
        if not had:
            uow.people.plan_tip(_known(person), slots.first(now))
    return uow.people.at(caller)


def unsubscribe(uow: UnitOfWork, person: PersonCard, now: datetime, purposes: Iterable[Purpose] = SUBSCRIPTION) -> bool:
    """Ends tips and announcements, or *purposes* alone; not reminders of what one joined. False: nothing to end."""
    ended = person.consents & set(purposes) & set(SUBSCRIPTION)
    if person.resident_id is None or not ended:
        return False
    uow.people.disallow(person.resident_id, ended, now)
    if Purpose.TIPS in ended:
        uow.people.plan_tip(person.resident_id, None)
    uow.deliveries.withdraw_kinds(person.resident_id, [_SENT_FOR[purpose] for purpose in sorted(ended)], now)
    return True


def choose_rhythm(uow: UnitOfWork, person: PersonCard, often: Rhythm, slots: TipRhythm, now: datetime) -> bool:
    """Tips as often as that from now on. False for somebody who has not agreed to tips."""
    if Purpose.TIPS not in person.consents:
        return False
    uow.people.set_rhythm(_known(person), often)
    if often is not person.rhythm:
        uow.people.plan_tip(_known(person), slots.following(now, often))
    return True


def name(uow: UnitOfWork, resident_id: ResidentId, nickname: str | None) -> str | None:
    """What they want to be called from now on, as it is kept; ``None``: nothing. Raises `BadNickname`."""
    kept = None if nickname is None else as_nickname(nickname)
    uow.people.name(resident_id, kept)
    return kept


def mute(uow: UnitOfWork, resident_id: ResidentId, region_id: RegionId, now: datetime) -> Region:
    """No announcements and tips from that region and below. Raises `NotFound` where there is none."""
    region = uow.regions.get(region_id)
    uow.people.mute(resident_id, region.id, now)
    return region


def unmute(uow: UnitOfWork, resident_id: ResidentId, region_id: RegionId) -> Region:
    """From there again, as far as no region above is muted. Raises `NotFound` where there is none."""
    region = uow.regions.get(region_id)
    uow.people.unmute(resident_id, region.id)
    return region


def muted(uow: UnitOfWork, resident_id: ResidentId) -> list[Region]:
    """The regions that they muted, by path."""
    return uow.people.muted(resident_id)


def erase(uow: UnitOfWork, caller: Caller, now: datetime) -> Erased | None:
    """Forget the person at *caller*: give their places back, destroy their key, delete what leads to them.

    ``None``: they never agreed to anything; what was under way to them and what they had written is gone all the same.
    """
    person = uow.people.at(caller)
    uow.people.forget(caller)
    return None if person.resident_id is None else erase_resident(uow, person.resident_id, now)


def erase_resident(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> Erased:
    """Forget that resident, whichever chats they have: the same as `erase` from one of them."""
    left = tuple(_leave_everything(uow, resident_id, now))
    uow.people.erase(resident_id, now)
    return Erased(resident_id, left)


def _leave_everything(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> Iterable[Withdrawn]:
    for activity_id in uow.sign_ups.active_activities(resident_id):
        if now < uow.activities.card(activity_id).ends_at:
            yield from signups.withdraw_all(uow, resident_id, activity_id, now)


def _known(person: PersonCard) -> ResidentId:
    if person.resident_id is None:
        raise LookupError("this person has not agreed to anything yet")
    return person.resident_id


def _consent(purpose: Purpose, notice: Notice, caller: Caller, language: Language, now: datetime) -> Consent:
    return Consent(purpose, notice.version, notice.text_hash, caller.lane, language, now)
