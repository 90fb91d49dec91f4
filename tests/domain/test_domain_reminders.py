"""When reminders are due, and how quiet hours shift them: later if that still helps, else earlier."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_scene import MINUTES
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.reminders import DueReminder, next_reminder, reminder_moment, reminders_of
from outreach.domain.times import QuietHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(21, 30), time(7, 30))
DAY, TWO_HOURS = timedelta(hours=24), timedelta(hours=2)


def shanghai(day: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026, given by Shanghai's clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("starts_at", "lead", "due"),
    [
        pytest.param(shanghai(26, 14), DAY, shanghai(25, 14), id="by day: just the lead"),
        pytest.param(shanghai(26, 9, 30), TWO_HOURS, shanghai(26, 7, 30), id="at the very end of the night: at once"),
        pytest.param(shanghai(26, 9), TWO_HOURS, shanghai(26, 7, 30), id="07:00: waits, 90 min are left"),
        pytest.param(shanghai(26, 8), TWO_HOURS, shanghai(26, 7, 30), id="06:00: exactly half an hour is left"),
        pytest.param(shanghai(26, 7, 59), TWO_HOURS, shanghai(25, 21, 29), id="29 min are too few: the evening before"),
        pytest.param(shanghai(26, 6), TWO_HOURS, shanghai(25, 21, 29), id="a walk at dawn: the evening before"),
        pytest.param(shanghai(26, 23), TWO_HOURS, shanghai(26, 21), id="21:00 is before the night"),
        pytest.param(
            shanghai(26, 23, 30), TWO_HOURS, shanghai(26, 21, 29), id="21:30 begins the night: a minute before"
        ),
        pytest.param(
            shanghai(26, 22), DAY, shanghai(26, 7, 30), id="the evening before is night: the morning of the day"
        ),
        pytest.param(shanghai(26, 7, 40), timedelta(minutes=10), shanghai(26, 7, 30), id="07:30 is day again"),
        pytest.param(
            shanghai(26, 7, 35), timedelta(minutes=10), shanghai(25, 21, 29), id="5 min are less than its lead"
        ),
    ],
)
def test_a_reminder_leaves_the_night_on_the_side_that_still_helps(starts_at, lead, due):
    assert reminder_moment(starts_at, lead, NIGHT, SHANGHAI) == due


def test_without_quiet_hours_a_reminder_is_due_at_its_lead():
    assert reminder_moment(shanghai(26, 6), TWO_HOURS, None, SHANGHAI) == shanghai(26, 4)


def test_an_activity_has_one_reminder_a_lead_earliest_first():
    reminders = reminders_of(shanghai(26, 14), [TWO_HOURS, DAY], NIGHT, SHANGHAI)

    assert reminders == (DueReminder(shanghai(25, 14), DAY), DueReminder(shanghai(26, 12), TWO_HOURS))


def test_of_two_reminders_pushed_to_one_moment_the_shorter_lead_stays():
    three = timedelta(hours=3)

    reminders = reminders_of(shanghai(26, 9), [three, TWO_HOURS], NIGHT, SHANGHAI)

    assert reminders == (DueReminder(shanghai(26, 7, 30), TWO_HOURS),)


def test_no_leads_are_no_reminders():
    assert reminders_of(shanghai(26, 14), [], NIGHT, SHANGHAI) == ()


def test_the_next_reminder_is_later_than_now_even_by_a_moment():
    reminders = reminders_of(shanghai(26, 14), [DAY, TWO_HOURS], NIGHT, SHANGHAI)

    assert next_reminder(reminders, shanghai(25, 14)) == reminders[1]
    assert next_reminder(reminders, shanghai(25, 13, 59)) == reminders[0]
    assert next_reminder(reminders, shanghai(26, 12)) is None


LEADS = st.lists(st.integers(1, 72 * 60).map(lambda minutes: timedelta(minutes=minutes)), max_size=5)


@given(MINUTES, LEADS)
def test_no_reminder_falls_into_the_night_or_after_the_beginning(starts_at, leads):
    for due in reminders_of(starts_at, leads, NIGHT, SHANGHAI):
        assert not NIGHT.covers(due.at.astimezone(SHANGHAI).time())
        assert due.at < starts_at
        assert due.lead in leads


@given(MINUTES, LEADS)
def test_reminders_come_in_order_and_each_moment_once(starts_at, leads):
    moments = [due.at for due in reminders_of(starts_at, leads, NIGHT, SHANGHAI)]

    assert moments == sorted(set(moments))
