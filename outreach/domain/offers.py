"""Offers of a place that has come free: how long somebody has to say yes, and when it goes to whoever is first to.

Somebody who is offered a place has time to sleep over it, elders longer; the nearer the activity, the less. In its last
hours nobody can wait for an answer any more: then all who wait are told, and the first who says yes has it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from outreach.domain.times import QuietHours

TO_ANSWER = timedelta(hours=24)
FOR_ELDERS = timedelta(hours=48)
SHORTEST = timedelta(hours=2)
LAST_HOURS = timedelta(hours=12)
"""So long before it begins the first who says yes has the place."""
_SHARE_OF_WHAT_IS_LEFT = 4
_AFTER_WAKING = timedelta(hours=1)
_OFFICE_OPENS = time(10)
_FARTHEST_WORKDAY = 16  # days; no holidays with their weekends last longer


class Promotion(StrEnum):
    """How whoever waited longest gets a place that has come free: it is theirs at once, or they are asked first."""

    DIRECT = "direct"
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class OfferTerms:
    """When people may be expected to answer: the nights in *zone*, and its workdays, make-up workdays among them."""

    quiet: QuietHours | None
    zone: ZoneInfo
    is_workday: Callable[[date], bool]


def last_offer(starts_at: datetime) -> datetime:
    """From when on nobody is offered a place for themself alone."""
    return starts_at - LAST_HOURS


def answer_until(starts_at: datetime, now: datetime, terms: OfferTerms, *, elder: bool = False) -> datetime | None:
    """Until when somebody who is offered a place at *now* has time; ``None``: too little is left for an offer.

    The time begins in the morning if it is night. It does not end at night, nor on a free day, unless the last hours
    begin by then: an offer never outlasts `last_offer`.
    """
    begins, last = _awake(now, terms), last_offer(starts_at)
    if begins + SHORTEST > last:
        return None
    wanted = FOR_ELDERS if elder else TO_ANSWER
    length = min(wanted, max(SHORTEST, (last - begins) / _SHARE_OF_WHAT_IS_LEFT))
    return min(_at_a_good_time(begins + length, terms), last)


def _at_a_good_time(moment: datetime, terms: OfferTerms) -> datetime:
    awake = _awake(moment, terms)
    if awake != moment:
        awake += _AFTER_WAKING
    local = awake.astimezone(terms.zone)
    if terms.is_workday(local.date()):
        return awake
    coming = (local.date() + timedelta(days=ahead) for ahead in range(1, _FARTHEST_WORKDAY))
    workday = next((day for day in coming if terms.is_workday(day)), None)
    if workday is None:
        return awake
    return _awake(datetime.combine(workday, _OFFICE_OPENS, terms.zone).astimezone(moment.tzinfo), terms)


def _awake(moment: datetime, terms: OfferTerms) -> datetime:
    """*moment*, or the end of the night that it falls into."""
    window = None if terms.quiet is None else terms.quiet.window_around(moment, terms.zone)
    return moment if window is None else window[1]
