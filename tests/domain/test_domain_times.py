"""Durations, slots, quiet hours over midnight and over clock changes, weekly moments."""

from datetime import UTC, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from domain_scene import MOMENTS
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.times import (
    QuietHours,
    Slot,
    earliest,
    next_slot,
    parse_duration,
    parse_leads,
    parse_weekly,
    require_aware,
)

SHANGHAI = ZoneInfo("Asia/Shanghai")
BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(21, 30), time(7, 30))
NOON = QuietHours(time(12, 0), time(14, 0))
CLOCKS = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, given by Shanghai's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


# --- aware moments --------------------------------------------------------------------------------------------


def test_a_moment_is_kept_in_utc():
    moment = require_aware(shanghai(23, 9))

    assert moment == datetime(2026, 11, 23, 1, tzinfo=UTC)
    assert moment.tzinfo is UTC


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        require_aware(datetime(2026, 11, 23, 9))  # noqa: DTZ001 (the point of the test)


# --- durations ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("90s", 90),
        ("10m", 600),
        ("24h", 86_400),
        ("2d", 172_800),
        (" 2 H ", 7_200),
        ("1 D", 86_400),
        ("99999s", 99_999),
    ],
)
def test_a_duration_is_a_number_and_a_unit(text, seconds):
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", "10", "h", "0m", "-5m", "1.5h", "1h30m", "10 min", "１０m", "100000s", "1w", "10m\n5"]
)
def test_what_is_no_duration_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="such as 24h"):
        parse_duration(text)


def test_lead_times_come_longest_first_and_once():
    assert parse_leads("2h, 24h,120m,") == (timedelta(hours=24), timedelta(hours=2))


@pytest.mark.parametrize("text", ["", " ", ","])
def test_no_lead_times_are_no_reminders(text):
    assert parse_leads(text) == ()


# --- slots ----------------------------------------------------------------------------------------------------


def test_a_slot_knows_its_length_and_keeps_it_when_moved():
    slot = Slot.of_minutes(shanghai(26, 14), 90)

    moved = slot.moved_to(shanghai(27, 9))

    assert (slot.minutes, moved.minutes) == (90, 90)
    assert moved.starts_at == datetime(2026, 11, 27, 1, tzinfo=UTC)


def test_two_spellings_of_one_moment_are_one_slot():
    assert Slot.of_minutes(shanghai(26, 14), 90) == Slot.of_minutes(datetime(2026, 11, 26, 6, tzinfo=UTC), 90)


@pytest.mark.parametrize("minutes", [0, -1, 31 * 24 * 60 + 1])
def test_a_slot_ends_after_it_starts_and_within_a_month(minutes):
    with pytest.raises(ValueError, match="it must"):
        Slot.of_minutes(shanghai(26, 14), minutes)


# --- quiet hours ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["21:30-07:30", " 21:30 - 07:30 "])
def test_quiet_hours_are_read(text):
    assert QuietHours.parse(text) == NIGHT


@pytest.mark.parametrize("text", ["", "off", "None", "08:00-08:00"])
def test_quiet_hours_can_be_off(text):
    assert QuietHours.parse(text) is None


@pytest.mark.parametrize("text", ["21:30", "24:00-07:00", "9-5-3", "late-early", "-"])
def test_what_are_no_quiet_hours_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="21:30-07:30"):
        QuietHours.parse(text)


@pytest.mark.parametrize(
    ("quiet", "clock", "covered"),
    [
        (NIGHT, time(21, 29, 59), False),
        (NIGHT, time(21, 30), True),
        (NIGHT, time(23, 59, 59), True),
        (NIGHT, time(0, 0), True),
        (NIGHT, time(7, 29, 59), True),
        (NIGHT, time(7, 30), False),
        (NOON, time(11, 59), False),
        (NOON, time(12, 0), True),
        (NOON, time(14, 0), False),
    ],
)
def test_a_window_holds_its_beginning_and_not_its_end(quiet, clock, covered):
    assert quiet.covers(clock) is covered


@pytest.mark.parametrize("moment", [shanghai(23, 21, 30), shanghai(23, 23), shanghai(24, 0), shanghai(24, 7, 29)])
def test_a_night_is_one_window_on_both_sides_of_midnight(moment):
    assert NIGHT.window_around(moment, SHANGHAI) == (shanghai(23, 21, 30), shanghai(24, 7, 30))


def test_the_day_is_not_quiet():
    assert NIGHT.window_around(shanghai(23, 12), SHANGHAI) is None


def test_a_window_within_the_day_stays_within_the_day():
    assert NOON.window_around(shanghai(23, 13), SHANGHAI) == (shanghai(23, 12), shanghai(23, 14))


def test_the_same_moment_is_quiet_in_one_zone_and_not_in_another():
    moment = shanghai(23, 23)

    assert NIGHT.window_around(moment, SHANGHAI) is not None
    assert NIGHT.window_around(moment, BERLIN) is None


@pytest.mark.parametrize(
    ("night", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=BERLIN), 9), (datetime(2026, 10, 24, 23, tzinfo=BERLIN), 11)],
    ids=["clocks go forward", "clocks go back"],
)
def test_a_night_in_which_the_clocks_change_ends_by_the_wall_clock(night, hours):
    window = NIGHT.window_around(night, BERLIN)

    assert window is not None
    assert window[1].astimezone(BERLIN).time() == time(7, 30)
    assert window[1] - window[0] == timedelta(hours=hours)


def test_a_moment_in_the_hour_that_comes_twice_is_quiet_both_times():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0)
    second = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=1)

    assert NIGHT.window_around(first, BERLIN) == NIGHT.window_around(second, BERLIN)


@given(MOMENTS, CLOCKS, CLOCKS)
def test_a_window_holds_the_moment_it_was_asked_for(moment, begins, ends):
    quiet = QuietHours(begins, ends)

    window = quiet.window_around(moment, SHANGHAI) if begins != ends else None

    if window is not None:
        assert window[0] <= moment < window[1]
        assert window[1] - window[0] < timedelta(days=1)
        assert quiet.window_around(window[1], SHANGHAI) is None


# --- weekly moments -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["tue 10:00", "Tuesday 10:00", " TUE  10:00 "])
def test_a_weekly_time_is_a_day_and_a_clock(text):
    assert parse_weekly(text) == (1, time(10))


@pytest.mark.parametrize("text", ["", "tue", "10:00", "someday 10:00", "tue 25:00", "tue at 10:00"])
def test_what_is_no_weekly_time_is_refused_with_an_example(text):
    with pytest.raises(ValueError, match="tue 10:00"):
        parse_weekly(text)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        (shanghai(23, 9), shanghai(24, 10)),
        (shanghai(24, 9, 59), shanghai(24, 10)),
        (shanghai(24, 10), datetime(2026, 12, 1, 10, tzinfo=SHANGHAI)),
        (shanghai(24, 0, 30), shanghai(24, 10)),  # Tuesday there is still Monday in UTC
    ],
)
def test_the_next_weekly_moment_is_later_than_now(after, expected):
    assert next_slot(after, 1, time(10), SHANGHAI) == expected


@given(MOMENTS, st.integers(0, 6), CLOCKS)
def test_the_next_weekly_moment_is_at_most_a_week_and_a_clock_change_away(after, weekday, clock):
    found = next_slot(after, weekday, clock, SHANGHAI)

    local = found.astimezone(SHANGHAI)
    assert after < found <= after + timedelta(days=7)
    assert (local.weekday(), local.time()) == (weekday, clock)


def test_the_earliest_of_moments_and_of_none():
    assert earliest([shanghai(24, 1), shanghai(23, 1)]) == shanghai(23, 1)
    assert earliest([]) is None


@given(MOMENTS, st.integers(-14, 14))
def test_being_in_utc_changes_no_moment(moment, hours):
    elsewhere = moment.astimezone(timezone(timedelta(hours=hours)))

    assert require_aware(elsewhere) == moment
