"""When rooms and leaders are free: hours across clock changes, time around bookings, slots, who may lead."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.activity import ActivityKind
from outreach.domain.bookings import Buffers, Taken, common, free_slots, overlapping
from outreach.domain.leaders import Fitness, Qualification, fitness
from outreach.domain.opening_hours import OpeningHours
from outreach.domain.rooms import Privacy, missing_privacy
from outreach.domain.times import Slot

SHANGHAI, BERLIN = ZoneInfo("Asia/Shanghai"), ZoneInfo("Europe/Berlin")
MONDAY = datetime(2026, 11, 23, 0, 0, tzinfo=SHANGHAI)
HOUR = timedelta(hours=1)
DAY = date(2026, 12, 1)


def at(hour: float, length: float = 1, start: datetime = MONDAY) -> Slot:
    return Slot(start + hour * HOUR, start + (hour + length) * HOUR)


def test_opening_hours_hold_by_day_with_a_break_at_noon():
    hours = OpeningHours.parse("mon-fri 08:30-12:00 14:00-17:30; sat 09:00-12:00")

    assert hours.covers(at(9, 3), SHANGHAI)
    assert not hours.covers(at(11, 2), SHANGHAI)
    assert not hours.covers(at(11.5, 3), SHANGHAI)
    assert hours.covers(at(5 * 24 + 9), SHANGHAI)
    assert not hours.covers(at(6 * 24 + 9), SHANGHAI)


def test_no_hours_are_always_open_and_an_evening_may_run_over_midnight_where_the_next_day_goes_on():
    assert OpeningHours.parse("").covers(at(3), SHANGHAI)
    assert OpeningHours.parse("mon 20:00-24:00; tue 00:00-02:00").covers(at(23, 2), SHANGHAI)
    assert not OpeningHours.parse("mon 20:00-24:00").covers(at(23, 2), SHANGHAI)


@pytest.mark.parametrize(
    "text", ["mo 9-12", "mon 12:00-09:00", "mon 09:60-12:00", "xyz 09:00-12:00", "mon 09:00-25:00"]
)
def test_hours_that_are_none_are_refused(text):
    with pytest.raises(ValueError, match=r"hours|days|after it begins"):
        OpeningHours.parse(text)


@pytest.mark.parametrize(("day", "length"), [(date(2026, 3, 29), 3), (date(2026, 10, 25), 5), (date(2026, 3, 28), 4)])
def test_where_a_clock_changes_the_night_is_as_long_as_it_is(day, length):
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)

    (window,) = OpeningHours.parse("sun 00:00-04:00; sat 00:00-04:00").windows(midnight, midnight + 10 * HOUR, BERLIN)

    assert window.ends_at - window.starts_at == length * HOUR


def test_time_around_bookings_may_touch_and_not_overlap():
    around = Buffers.of_minutes(15, 30).around(at(10))
    before, touching = at(8.75), Taken(at(8).starts_at, around.starts_at, 1)

    assert around == (at(9.75).starts_at, at(11.5).starts_at)
    assert overlapping(around, [touching]) == []
    assert overlapping(around, [Taken(before.starts_at, around.starts_at + timedelta(minutes=1), 2)])


def test_the_next_free_slots_lie_in_opening_hours_and_beside_what_is_taken():
    windows = [at(9, 3), at(14, 3)]
    busy = [at(9, 1.1), at(14, 1)]

    found = list(free_slots(windows, busy, 1.5 * HOUR, step=timedelta(minutes=15)))

    assert found == [at(hour, 1.5) for hour in (10.25, 10.5, 15, 15.25, 15.5)]


SLOTS = st.builds(lambda start, length: at(start / 4, length / 4), st.integers(0, 200), st.integers(1, 30))


@given(st.lists(SLOTS, max_size=12), st.integers(1, 12))
def test_what_is_said_to_be_free_is_free_and_the_first_of_it_is_not_missed(busy, quarters):
    whole, length = at(0, 80), quarters / 4 * HOUR

    found = list(free_slots([whole], busy, length))

    expected = [
        slot
        for slot in (at(quarter / 4, quarters / 4) for quarter in range(320 - quarters + 1))
        if all(slot.ends_at <= other.starts_at or slot.starts_at >= other.ends_at for other in busy)
    ]
    assert found == expected


def test_windows_of_two_are_common_where_both_are_open():
    found = common([at(8, 4), at(14, 4)], [at(10, 5), at(17, 3)])

    assert [Slot(*window) for window in found] == [at(10, 2), at(14), at(17)]


def test_group_counselling_needs_a_clinical_qualification_that_somebody_has_seen_and_that_holds_that_day():
    group = {ActivityKind.GROUP}
    good = Qualification("Therapist", "the board", True, DAY, "lin")
    old = Qualification("Therapist", "the board", True, DAY - timedelta(days=1), "lin")
    unseen = Qualification("Therapist", "the board", True, None, "")
    lay = Qualification("Tai chi", "the club", False, None, "lin")

    assert fitness(ActivityKind.GROUP, DAY, group, [good]) is Fitness.FIT
    for shown in ([], [old], [unseen], [lay]):
        assert fitness(ActivityKind.GROUP, DAY, group, shown) is Fitness.UNQUALIFIED


def test_what_needs_no_clinical_qualification_needs_none_but_an_expired_one_is_told():
    lecture, kinds = ActivityKind.LECTURE, {ActivityKind.LECTURE}
    old = Qualification("Trainer", "the board", False, DAY - timedelta(days=1), "lin")

    assert fitness(lecture, DAY, kinds, []) is Fitness.FIT
    assert fitness(lecture, DAY, kinds, [old]) is Fitness.EXPIRED
    assert fitness(ActivityKind.SALON, DAY, kinds, []) is Fitness.KIND


def test_a_room_in_which_people_speak_of_themselves_passes_the_whole_checklist():
    assert missing_privacy(ActivityKind.GROUP, frozenset({Privacy.DOOR_CLOSES})) == frozenset(Privacy) - {
        Privacy.DOOR_CLOSES
    }
    assert not missing_privacy(ActivityKind.LECTURE, frozenset())
