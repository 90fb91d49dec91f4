"""Sign up, leave; for staff: say yes or no to a request."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from outreach.domain.activity import Activity
from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import ActivityNotFound, NotSignedUp, TooManyPlaces
from outreach.domain.facts import Accepted, Refused, Reordered, SignedUp, Withdrawn
from outreach.domain.ids import ActivityId, ResidentId, SignUpId
from outreach.domain.notices import told_before
from outreach.domain.signup import COMPANION, MOST_PLACES, SELF, TURNS_APART, SignUp
from outreach.services import consequences
from outreach.services.access import require_for_people
from outreach.services.activity_checks import about_reason
from outreach.services.cards import RosterLine
from outreach.services.cards_broadcasts import CallLine
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem


def sign_up(
    uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, now: datetime, party: int = 1
) -> SignedUp:
    """Give the resident a seat, a place in the queue or a request. Asking twice gives the first answer again.

    Raises `ActivityNotFound`, `ActivityClosed`, `ActivityCalledOff` or `PartyTooLarge`.
    """
    activity = uow.activities.locked(activity_id, resident_id)
    along = 0 if activity.together else max(party - 1, 0)
    if along:
        activity.require_party(party)
    fact = activity.sign_up(resident_id, party - along, now)
    if fact.again:
        return fact
    coming = [activity.sign_up(resident_id, 1, now, COMPANION + each).sign_up for each in range(along)]
    companions = tuple(uow.sign_ups.save(each) for each in coming)
    stored = _store(uow, activity, fact.sign_up, now)
    fact = SignedUp(fact.activity_id, stored, again=False, companions=companions)
    consequences.of_signed_up(uow, fact, now)
    return fact


def sign_up_themselves(
    uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, now: datetime, party: int = 1
) -> SignedUp:
    """`sign_up` as residents do it, one by one. Raises `TooManyPlaces` too, but never for what they are in already."""
    mine = uow.sign_ups.of_resident(resident_id, now, MOST_PLACES)
    if len(mine) == MOST_PLACES and all(place.activity.id != activity_id for place in mine):
        raise TooManyPlaces(MOST_PLACES)
    return sign_up(uow, resident_id, activity_id, now, party)


def withdraw(
    uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, now: datetime, beneficiary: int = SELF
) -> Withdrawn:
    """Give the resident's place back. Raises `ActivityNotFound` or `NotSignedUp`."""
    activity = uow.activities.locked(activity_id, resident_id)
    fact = activity.withdraw(now, beneficiary)
    along = [each for each, theirs in activity.mine.items() if each >= COMPANION and theirs.standing.is_active]
    facts = [activity.withdraw(now, each) for each in along if beneficiary == SELF]
    companions = tuple(each.sign_up for each in facts)
    moved_up = {each.id: each for one in (fact, *facts) for each in one.promoted if each.standing.holds_seat}
    fact = Withdrawn(fact.activity_id, fact.sign_up, tuple(moved_up.values()), companions)
    for each in companions:
        uow.sign_ups.save(each)
    _store(uow, activity, fact.sign_up, now)
    _store_promoted(uow, fact.promoted)
    consequences.of_withdrawn(uow, fact, now)
    return fact


def withdraw_all(
    uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, now: datetime
) -> Iterator[Withdrawn]:
    """Give back all places that the resident has there, for whomever."""
    mine = uow.activities.locked(activity_id, resident_id).mine
    for beneficiary in sorted(each for each, sign_up in mine.items() if sign_up.standing.is_active):
        with suppress(NotSignedUp):  # a companion left with the one before
            yield withdraw(uow, resident_id, activity_id, now, beneficiary)


def accept(uow: UnitOfWork, by: Actor, sign_up_id: SignUpId, now: datetime) -> Accepted:
    """Say yes to a request. Raises `NotFound`, `IllegalMove`, `ActivityClosed` or `Forbidden`."""
    activity, chosen = _locked_for_staff(uow, by, sign_up_id, Permission.DECIDE_REQUESTS)
    fact = activity.accept(chosen, now)
    _store(uow, activity, fact.sign_up, now)
    consequences.of_accepted(uow, fact, now)
    uow.audit.write(by, "accept", "sign_up", sign_up_id, now)
    return fact


def refuse(uow: UnitOfWork, by: Actor, sign_up_id: SignUpId, now: datetime, reason: str = "") -> Refused:
    """Say no to a request, or take a place back. Raises `NotFound`, `IllegalMove` or `Forbidden`.

    *reason*: why, in the words of staff, for the audit alone.
    """
    activity, chosen = _locked_for_staff(uow, by, sign_up_id, Permission.DECIDE_REQUESTS)
    fact = activity.refuse(chosen, now)
    _store(uow, activity, fact.sign_up, now)
    _store_promoted(uow, fact.promoted)
    consequences.of_refused(uow, fact, now)
    uow.audit.write(by, "refuse", "sign_up", sign_up_id, now, reason)
    return fact


def reorder(uow: UnitOfWork, by: Actor, sign_up_id: SignUpId, place: int, reason: str, now: datetime) -> Reordered:
    """Put somebody who waits at *place* of the queue, from 1; the *reason* is audited, and nobody else learns of it.

    Raises `NotFound`, `IllegalMove` for who does not wait, `BadFields` without a reason or a place, or `Forbidden`.
    """
    problems = [Problem("place", "not_a_number", "a place in the queue begins with 1")] if place < 1 else []
    problems += about_reason(reason)
    if problems:
        raise BadFields(problems)
    activity, chosen = _locked_for_staff(uow, by, sign_up_id, Permission.DECIDE_REQUESTS)
    fact = activity.reorder(chosen, _turn_at(uow, chosen, place), now)
    _store_promoted(uow, (fact.sign_up, *fact.promoted))
    uow.activities.save(activity, now)
    consequences.of_reordered(uow, fact, now)
    uow.audit.write(by, "reorder", "sign_up", sign_up_id, now, reason)
    return fact


def _turn_at(uow: UnitOfWork, sign_up: SignUp, place: int) -> int:
    before, after = uow.offers.turns_at(sign_up.activity_id, place, sign_up.id)
    if before is not None and after is not None and after - before < 2:
        uow.offers.spread(sign_up.activity_id)
        before, after = uow.offers.turns_at(sign_up.activity_id, place, sign_up.id)
    if after is None:
        return sign_up.turn if before is None else max(sign_up.turn, before + TURNS_APART)
    return (after + (before if before is not None else after - 2 * TURNS_APART)) // 2


def roster(
    uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime, limit: int = 500, after: int = 0
) -> list[RosterLine]:
    """Who comes, in order of number; page on with the last number seen. The look is audited."""
    card = uow.activities.card(activity_id)
    require_for_people(by, Permission.SEE_ROSTER, card)
    uow.audit.write(by, "see_roster", "activity", activity_id, now)
    return uow.sign_ups.roster(activity_id, limit, after)


def call_list(
    uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime, limit: int = 500, after: int = 0
) -> list[CallLine]:
    """Who has a seat and does not know the latest, as far as we know, for those who call. The look is audited.

    They were not reached, or were told of a change and have not said that they know. Older people come first.
    """
    card = uow.activities.card(activity_id)
    require_for_people(by, Permission.SEE_ROSTER, card)
    uow.audit.write(by, "read_call_list", "activity", activity_id, now)
    return uow.notices.to_call(activity_id, told_before(card.starts_at, now), limit, ResidentId(after))


def _locked_for_staff(
    uow: UnitOfWork, by: Actor, sign_up_id: SignUpId, permission: Permission
) -> tuple[Activity, SignUp]:
    found = uow.sign_ups.get(sign_up_id)
    require_for_people(by, permission, uow.activities.card(found.activity_id))
    activity = uow.activities.locked(found.activity_id, found.resident_id)
    mine = activity.mine.get(found.beneficiary)
    if mine is None:  # erased between the two looks
        raise ActivityNotFound
    return activity, mine


def _store(uow: UnitOfWork, activity: Activity, sign_up: SignUp, now: datetime) -> SignUp:
    stored = uow.sign_ups.save(sign_up)
    uow.activities.save(activity, now)
    return stored


def _store_promoted(uow: UnitOfWork, promoted: tuple[SignUp, ...]) -> None:
    for moved_up in promoted:
        uow.sign_ups.save(moved_up)
