"""What an entry accepts, and by which name it is known."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from calendar_entries import LECTURE, lecture

from outreach.calendar.entry import HIGHEST_SEQUENCE, sequence, uid_of


def test_moments_come_out_in_utc_to_the_second():
    shanghai = timezone(timedelta(hours=8))

    entry = lecture(starts_at=datetime(2026, 12, 1, 14, 0, 0, 999, tzinfo=shanghai))

    assert entry == LECTURE
    assert entry.starts_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"starts_at": datetime(2026, 12, 1, 6)},  # noqa: DTZ001
        {"ends_at": LECTURE.starts_at},
        {"uid": "short"},
        {"uid": "a-long-enough-one\r\nATTENDEE:x"},
        {"uid": "a-long,enough;one"},
        {"uid": "活动活动活动活动活动"},
        {"sequence": -1},
        {"sequence": HIGHEST_SEQUENCE + 1},
        {"alarm": timedelta(0)},
        {"alarm": timedelta(seconds=90)},
    ],
)
def test_what_no_calendar_would_take_is_refused(wrong: dict[str, object]):
    with pytest.raises(ValueError):
        lecture(**wrong)


def test_a_key_makes_one_uid_for_ever():
    assert uid_of("5d3c9a7e") == uid_of("5d3c9a7e") == "activity-5d3c9a7e@outreach.invalid"


@pytest.mark.parametrize(
    "key", ["", "short", "with space", "a@outreach.invalid", "活动活动活动活动", "x" * 101, "12345678\n"]
)
def test_a_key_that_is_none_is_refused(key: str):
    with pytest.raises(ValueError):
        uid_of(key)


def test_the_sequence_rises_with_either_revision_and_is_never_negative():
    assert [sequence(3), sequence(3, 1), sequence(4, 1)] == [3, 4, 5]
    with pytest.raises(ValueError):
        sequence(-1)


def test_a_repr_shows_no_title_place_address_or_description():
    shown = repr(LECTURE)

    assert LECTURE.uid in shown
    assert not [text for text in (LECTURE.title, LECTURE.place, LECTURE.url, LECTURE.description) if text in shown]
