"""Offers of places: told once it is known until when they are kept, passed on when nobody answers.

Derived from what stands in the queue, a tick behind it: whoever gave a place back waits for none of this.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from outreach.domain.ids import ActivityId
from outreach.domain.offers import LAST_HOURS, OfferTerms, answer_until
from outreach.domain.signup import SignUp, Standing
from outreach.domain.times import QuietHours
from outreach.services import consequences
from outreach.services.cards_offers import Asked
from outreach.services.ports import UnitOfWork

AT_ONCE = 50  # offers a transaction: a few milliseconds
CALLED = 50  # people told that the first of them has the place

Workday = Callable[[date, str], bool]
"""Whether people work on a day in a time zone, make-up workdays among them."""


@dataclass(frozen=True, slots=True)
class OfferRule:
    """When people may be expected to answer, where a region does not say otherwise."""

    quiet: QuietHours | None
    is_workday: Workday


def tell(uow: UnitOfWork, rule: OfferRule, now: datetime) -> int:
    """Tell those who are offered a place, and until when; how many were looked at.

    Where too little time is left they wait on, and the place is for whoever says yes first.
    """
    found = uow.offers.untold(AT_ONCE)
    for asked in found:
        _tell(uow, rule, asked, now)
    return len(found)


def pass_on(uow: UnitOfWork, now: datetime) -> int:
    """Pass on what nobody answered in time; how many that were. Whoever said yes meanwhile keeps it."""
    found = uow.offers.over(now, AT_ONCE)
    for sign_up in found:
        activity = uow.activities.locked(sign_up.activity_id, sign_up.resident_id)
        theirs = activity.mine.get(sign_up.beneficiary)
        if theirs is None or theirs.standing is not Standing.OFFERED:
            continue
        fact = activity.lapse(theirs, now)
        for each in (fact.sign_up, *fact.promoted):
            uow.sign_ups.save(each)
        uow.activities.save(activity, now)
        consequences.of_lapsed(uow, fact, now)
    return len(found)


def call(uow: UnitOfWork, now: datetime, limit: int = AT_ONCE) -> int:
    """In the last hours, tell those who wait that a place is free; of how many activities."""
    found = uow.offers.first_come(now + LAST_HOURS, now, limit)
    for activity_id in found:
        card = uow.activities.card(activity_id)
        waiting = uow.offers.waiting(activity_id, card.seats - card.seated, CALLED)
        consequences.of_first_come(uow, card, waiting, now)
    return len(found)


def _tell(uow: UnitOfWork, rule: OfferRule, asked: Asked, now: datetime) -> None:
    until = _until(uow, rule, asked, now)
    if until is None:
        _wait_on(uow, asked.sign_up, now)
    elif uow.offers.tell(asked.sign_up.id, until):
        consequences.of_offered(uow, asked.sign_up, until, now)


def _until(uow: UnitOfWork, rule: OfferRule, asked: Asked, now: datetime) -> datetime | None:
    card = uow.activities.card(ActivityId(asked.sign_up.activity_id))
    there = uow.regions.settings_of(card.region_id)

    def is_workday(day: date) -> bool:
        return rule.is_workday(day, card.zone)

    terms = OfferTerms(there.quiet or rule.quiet, ZoneInfo(card.zone), is_workday)
    return answer_until(card.starts_at, now, terms, elder=asked.elder)


def _wait_on(uow: UnitOfWork, sign_up: SignUp, now: datetime) -> None:
    activity = uow.activities.locked(sign_up.activity_id, sign_up.resident_id)
    theirs = activity.mine.get(sign_up.beneficiary)
    if theirs is not None and theirs.standing is Standing.OFFERED:
        activity.wait_on(theirs, now)
        uow.sign_ups.save(theirs)
        uow.activities.save(activity, now)
