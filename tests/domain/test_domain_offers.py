"""Offers of a place: how long somebody has, what an answer does, and who is first in the last hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_scene import ANN, BOB, CHO, DAN, MOMENTS, MONDAY_9AM, STARTS, signed, tai_chi
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.errors import ActivityClosed, IllegalMove
from outreach.domain.offers import LAST_HOURS, SHORTEST, OfferTerms, Promotion, answer_until, last_offer
from outreach.domain.signup import Standing
from outreach.domain.times import QuietHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(21, 30), time(7, 30))
FREE_DAYS = frozenset({date(2026, 11, 28), date(2026, 11, 29)})  # a weekend
HOURS = timedelta(hours=1)


def terms(free: frozenset[date] = FREE_DAYS, quiet: QuietHours | None = NIGHT) -> OfferTerms:
    return OfferTerms(quiet, SHANGHAI, lambda day: day not in free)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "starts", "elder", "until"),
    [
        ("2026-11-23T09:00", "2026-12-20T14:00", False, "2026-11-24T09:00"),  # a day to sleep over it
        ("2026-11-23T09:00", "2026-12-20T14:00", True, "2026-11-25T09:00"),  # an elder: two
        (
            "2026-11-23T23:00",
            "2026-12-20T14:00",
            False,
            "2026-11-25T07:30",
        ),  # asked in the morning, so it counts from then
        ("2026-11-27T09:00", "2026-12-20T14:00", False, "2026-11-30T10:00"),  # Friday: not on Saturday
        ("2026-11-23T09:00", "2026-11-24T21:00", False, "2026-11-23T15:00"),  # nearer: a quarter of what is left
        ("2026-11-23T09:00", "2026-11-24T01:00", False, "2026-11-23T11:00"),  # never less than two hours
        ("2026-11-23T18:00", "2026-11-24T18:00", False, "2026-11-23T21:00"),
        ("2026-11-23T21:00", "2026-11-24T21:00", False, "2026-11-24T08:30"),  # an hour after waking
        ("2026-11-23T09:00", "2026-11-23T22:59", False, None),  # the last hours begin too soon
        ("2026-11-23T23:00", "2026-11-24T19:00", False, None),  # by the time that they wake up it is too late
    ],
)
def test_how_long_somebody_has(now: str, starts: str, elder: bool, until: str | None):
    found = answer_until(local(starts), local(now), terms(), elder=elder)

    assert found == (None if until is None else local(until))


@given(
    now=MOMENTS,
    ahead=st.timedeltas(timedelta(0), timedelta(days=60)),
    elder=st.booleans(),
    free=st.sets(st.dates(date(2025, 10, 1), date(2029, 3, 1)), max_size=40),
)
def test_an_offer_ends_by_day_on_a_workday_and_before_the_last_hours(now, ahead, elder, free):
    starts, rules = now + ahead, terms(frozenset(free))

    until = answer_until(starts, now, rules, elder=elder)

    if until is None:
        awake = NIGHT.window_around(now, SHANGHAI)
        assert (now if awake is None else awake[1]) + SHORTEST > starts - LAST_HOURS
        return
    assert now < until <= last_offer(starts)
    if until < last_offer(starts):
        assert not NIGHT.covers(until.astimezone(SHANGHAI).time())
        assert rules.is_workday(until.astimezone(SHANGHAI).date())
        assert until - now >= SHORTEST


@given(now=MOMENTS, ahead=st.timedeltas(timedelta(hours=15), timedelta(days=60)))
def test_an_elder_never_has_less_time_and_a_later_activity_never_leaves_less(now, ahead):
    rules = terms(frozenset())
    mine, elders = (answer_until(now + ahead, now, rules, elder=elder) for elder in (False, True))
    later = answer_until(now + 2 * ahead, now, rules)

    if mine is not None:
        assert elders is not None
        assert later is not None
        assert mine <= elders
        assert mine <= later


def offering(seats=1, book=(), **more):
    activity = tai_chi(seats=seats, sign_ups=book, **more)
    activity.promotion = Promotion.OFFER
    return activity


def test_a_place_that_comes_free_is_kept_for_whoever_waited_longest_until_they_answer():
    ann, bob, cho = signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2), signed(CHO, Standing.WAITING, 3)
    activity = offering(book=[ann, bob, cho])

    fact = activity.withdraw(MONDAY_9AM)

    assert fact.promoted == (bob,)
    assert (bob.standing, cho.standing, activity.free) == (Standing.OFFERED, Standing.WAITING, 0)
    assert activity.sign_up(DAN, 1, MONDAY_9AM, 5).sign_up.standing is Standing.WAITING  # nobody takes it meanwhile


def test_joining_again_is_the_yes_and_says_so_once():
    ann = signed(ANN, Standing.OFFERED, 1)
    activity = offering(book=[ann])

    first, second = (activity.sign_up(ANN, 1, MONDAY_9AM) for _ in range(2))

    assert (first.again, second.again, ann.standing, activity.seated) == (False, True, Standing.SEATED, 1)


def test_whoever_gives_the_offer_back_lets_the_next_one_be_asked():
    ann, bob = signed(ANN, Standing.OFFERED, 1), signed(BOB, Standing.WAITING, 2)
    activity = offering(book=[ann, bob])

    assert activity.withdraw(MONDAY_9AM).promoted == (bob,)
    assert (ann.standing, bob.standing) == (Standing.WITHDRAWN, Standing.OFFERED)


def test_an_offer_that_nobody_answered_goes_to_the_next_one():
    ann, bob = signed(ANN, Standing.OFFERED, 1, party=2), signed(BOB, Standing.WAITING, 2)
    activity = offering(seats=2, book=[ann, bob])

    fact = activity.lapse(ann, MONDAY_9AM)

    assert (fact.sign_up.standing, fact.promoted, activity.seated, activity.waiting) == (
        Standing.WITHDRAWN,
        (bob,),
        1,
        0,
    )
    with pytest.raises(IllegalMove):
        activity.lapse(ann, MONDAY_9AM)


def test_in_the_last_hours_the_first_who_says_yes_has_the_place_and_nobody_from_outside():
    ann, bob, cho = signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2), signed(CHO, Standing.WAITING, 3)
    activity = offering(book=[ann, bob, cho])
    late = last_offer(STARTS)

    assert activity.withdraw(late).promoted == ()
    assert activity.sign_up(DAN, 1, late, 5).sign_up.standing is Standing.WAITING
    activity.mine[7] = cho
    assert not activity.sign_up(CHO, 1, late, 7).again
    activity.mine[8] = bob
    assert activity.sign_up(BOB, 1, late, 8).again

    assert (cho.standing, bob.standing, activity.seated, activity.waiting) == (Standing.SEATED, Standing.WAITING, 1, 2)
    with pytest.raises(ActivityClosed):
        activity.sign_up(BOB, 1, STARTS, 8)


def test_a_party_is_not_squeezed_into_one_place():
    bob = signed(BOB, Standing.WAITING, 2, party=2)
    activity = offering(seats=1, book=[bob], mine_of=BOB)

    assert activity.sign_up(BOB, 2, last_offer(STARTS)).again
    assert bob.standing is Standing.WAITING


def test_what_cannot_be_offered_any_more_waits_on_in_its_old_turn():
    ann = signed(ANN, Standing.OFFERED, 1)
    activity = offering(book=[ann])

    activity.wait_on(ann, MONDAY_9AM)

    assert (ann.standing, ann.turn, activity.seated, activity.waiting) == (
        Standing.WAITING,
        signed(ANN, Standing.WAITING, 1).turn,
        0,
        1,
    )


def test_sign_ups_end_when_staff_say_so_but_a_promise_is_kept():
    activity = offering(book=[signed(ANN, Standing.OFFERED, 1)])
    activity.closes_before = 24 * HOURS
    late = STARTS - 23 * HOURS

    assert not activity.sign_up(ANN, 1, late).again
    with pytest.raises(ActivityClosed):
        activity.sign_up(DAN, 1, late, 5)
