"""What one entry looks like on the wire, and what readers make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from calendar_entries import LECTURE, lecture
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Event

from outreach.calendar.check import problems
from outreach.calendar.clean import clean_line, clean_text
from outreach.calendar.feed import calendar_file
from outreach.calendar.vevent import NAMELESS, vevent_block

ANY_TEXT = st.text(alphabet=st.characters(codec=None), max_size=300)
HARD = "；,;:\\\"'\r\n\t \x00\x0b\x0c\x1c\x85\u2028\u202e\ufeffＮ\\N\\n太极👨‍👩‍👧é"
NASTY = st.one_of(ANY_TEXT, st.text(alphabet=HARD, max_size=300))
PROPERTIES = {
    "BEGIN",
    "END",
    "SUMMARY",
    "DTSTART",
    "DTEND",
    "DTSTAMP",
    "UID",
    "SEQUENCE",
    "CLASS",
    "CREATED",
    "LAST-MODIFIED",
    "DESCRIPTION",
    "LOCATION",
    "STATUS",
    "URL",
    "ACTION",
    "TRIGGER",
}


def names(block: bytes) -> set[str]:
    """The property names of *block*, as a reader sees them that takes any kind of line break for one."""
    return {line.split(":")[0].split(";")[0] for line in block.decode().splitlines() if not line.startswith(" ")}


def test_a_block_states_everything_in_utc():
    block = vevent_block(LECTURE).decode()

    assert block.startswith("BEGIN:VEVENT\r\n")
    assert block.endswith("END:VEVENT\r\n")
    for line in (
        "SUMMARY:压力与睡眠",
        "DTSTART:20261201T060000Z",
        "DTEND:20261201T073000Z",
        "DTSTAMP:20261120T010203Z",
        "LAST-MODIFIED:20261120T010203Z",
        "CREATED:20261119T000000Z",
        "UID:activity-5d3c9a7e41b84f0e9c2ab6d1@outreach.invalid",
        "SEQUENCE:0",
        "STATUS:CONFIRMED",
        "CLASS:PUBLIC",
        "LOCATION:社区中心二楼",
        "DESCRIPTION:请带水杯。\\n可以提前离开。",
        "URL:https://outreach.example/a/sleep",
        "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:压力与睡眠\r\nTRIGGER:-PT2H\r\nEND:VALARM",
    ):
        assert f"\r\n{line}\r\n" in block


def test_the_same_state_gives_the_same_bytes():
    assert vevent_block(LECTURE) == vevent_block(lecture())


@given(title=NASTY, place=NASTY, description=NASTY, url=NASTY)
def test_any_text_gives_a_good_file_of_the_same_meaning(title: str, place: str, description: str, url: str):
    entry = lecture(title=title, place=place, description=description, url=url, private=True)

    file = calendar_file([entry], name=title)
    read = Event.from_ical(vevent_block(entry))

    assert problems(file) == []
    assert read["SUMMARY"] == (clean_line(title) or NAMELESS)
    assert read.get("LOCATION", "") == clean_line(place)
    assert read.get("DESCRIPTION", "") == clean_text(description)
    assert (read.start, read.end, read["UID"]) == (entry.starts_at, entry.ends_at, entry.uid)


@given(NASTY)
def test_no_text_can_add_a_property(text: str):
    injected = f"{text}\rATTENDEE:mailto:x@y.z\r\nORGANIZER:mailto:x@y.z\x0bX-A:1\u2028X-B:1\x85X-C:1{text}"

    block = vevent_block(lecture(title=injected, place=injected, description=injected, url=injected))

    assert names(block) <= PROPERTIES


@pytest.mark.parametrize("title", ["太极" * 60, "👨‍👩‍👧‍👦" * 25, "é" * 180, "a,;" * 60, "🏳️‍🌈太a" * 30])
def test_a_long_title_is_folded_between_characters(title: str):
    lines = vevent_block(lecture(title=title)).split(b"\r\n")

    assert max(map(len, lines)) <= 75
    assert [line.decode() for line in lines]
    assert Event.from_ical(b"\r\n".join(lines))["SUMMARY"] == clean_line(title)


def test_what_was_cancelled_says_so_and_rings_no_more():
    block = vevent_block(lecture(status="cancelled", sequence=1))

    assert b"\r\nSTATUS:CANCELLED\r\n" in block
    assert b"\r\nSEQUENCE:1\r\n" in block
    assert b"VALARM" not in block


def test_what_is_not_there_is_left_out():
    block = vevent_block(lecture(place=None, url=None, description="\x00 ", alarm=None))

    assert names(block).isdisjoint({"LOCATION", "URL", "DESCRIPTION", "ACTION"})


def test_a_private_entry_is_marked():
    assert b"\r\nCLASS:PRIVATE\r\n" in vevent_block(lecture(private=True))


@given(st.integers(1, 60 * 24 * 28), st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)))  # noqa: DTZ001
def test_every_alarm_and_moment_is_well_formed(minutes: int, start: datetime):
    starts_at = start.replace(tzinfo=UTC)
    entry = lecture(starts_at=starts_at, ends_at=starts_at + timedelta(minutes=5), alarm=timedelta(minutes=minutes))

    read = Event.from_ical(vevent_block(entry))

    assert problems(calendar_file([entry], name="x")) == []
    assert read.alarms.times[0].trigger == entry.starts_at - timedelta(minutes=minutes)
