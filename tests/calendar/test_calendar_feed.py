"""Files and feeds: their head, their order, their ETag and their name."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote

import pytest
from calendar_entries import LECTURE, lecture
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from outreach.calendar.check import problems
from outreach.calendar.check_history import regressions
from outreach.calendar.entry import uid_of
from outreach.calendar.feed import calendar_file, content_disposition, etag, file_name
from outreach.calendar.vevent import vevent_block
from outreach.domain.messages import Language

SALON = lecture(uid=uid_of("00000000aaaa"), title="茶话会")


def test_a_feed_says_its_name_and_to_come_back_hourly():
    feed = calendar_file([LECTURE], name="社区, 活动", refresh=True).decode()

    assert feed.startswith("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:")
    assert feed.endswith("END:VEVENT\r\nEND:VCALENDAR\r\n")
    for line in (
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "NAME:社区\\, 活动",
        "X-WR-CALNAME:社区\\, 活动",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ):
        assert f"\r\n{line}\r\n" in feed


def test_a_single_file_asks_nobody_to_come_back_and_names_nobody():
    file = calendar_file([LECTURE], name="x")

    assert not re.search(rb"REFRESH|TTL|ORGANIZER|ATTENDEE", file)
    assert problems(file) == []


def test_a_file_is_its_blocks_under_one_head():
    file = calendar_file([LECTURE, SALON], name="x")

    assert vevent_block(SALON) + vevent_block(LECTURE) + b"END:VCALENDAR\r\n" == file[file.index(b"BEGIN:VEVENT") :]


def test_an_empty_feed_is_a_good_file():
    feed = calendar_file([], name="x", refresh=True)

    assert problems(feed) == []
    assert Calendar.from_ical(feed).events == []


def test_the_order_of_asking_does_not_change_a_byte():
    one = calendar_file([LECTURE, SALON], name="x", refresh=True)
    other = calendar_file(iter([SALON, LECTURE]), name="x", refresh=True)

    assert one == other


def test_of_two_entries_with_one_uid_the_later_state_is_shown():
    moved = lecture(sequence=1, place="院子里")

    file = calendar_file([moved, LECTURE], name="x")

    assert file == calendar_file([moved], name="x")


def test_a_nasty_name_stays_one_line():
    file = calendar_file([LECTURE], name="a\r\nEND:VCALENDAR\r\nATTENDEE:mailto:x@y.z")

    assert problems(file) == []
    assert Calendar.from_ical(file)["X-WR-CALNAME"] == "a END:VCALENDAR ATTENDEE:mailto:x@y.z"


def test_through_its_life_an_activity_keeps_its_uid_and_its_sequence_only_rises():
    later = {"starts_at": lecture().starts_at.replace(day=8), "ends_at": lecture().ends_at.replace(day=8)}
    life = [
        lecture(),
        lecture(sequence=1, **later),
        lecture(sequence=1, title="压力、睡眠与你", **later),
        lecture(sequence=2, status="cancelled", **later),
    ]

    files = [calendar_file([state], name="x") for state in life]

    assert [problems(file) for file in files] == [[], [], [], []]
    assert [regressions(older, newer) for older, newer in pairwise(files)] == [[], [], []]
    assert len({etag(file) for file in files}) == 4


def test_an_etag_is_strong_quoted_and_follows_the_bytes():
    assert etag(b"a") == etag(b"a") != etag(b"b")
    assert re.fullmatch(r'"[0-9a-f]{32}"', etag(b"a"))


@pytest.mark.parametrize(
    ("title", "language", "plain", "full"),
    [
        ("压力与睡眠", Language.ZH, "activity.ics", "压力与睡眠.ics"),
        ("Tai Chi 太极 é", Language.EN, "tai-chi-e.ics", "Tai Chi 太极 é.ics"),
        ("../../etc/passwd", Language.EN, "etc-passwd.ics", "etc passwd.ics"),
        ("\x00", Language.ZH, "activity.ics", "活动.ics"),
        ("", Language.EN, "activity.ics", "activity.ics"),
    ],
)
def test_a_file_is_named_after_its_activity(title: str, language: Language, plain: str, full: str):
    assert file_name(title, language) == (plain, full)


@given(st.text(alphabet=st.characters(codec=None)))
def test_any_title_makes_a_header_that_is_ascii_and_cannot_be_broken_out_of(title: str):
    header = content_disposition(title)

    match = re.fullmatch(r"inline; filename=\"([a-z0-9-]+\.ics)\"; filename\*=UTF-8''([A-Za-z0-9._~%-]+)", header)
    assert match
    assert unquote(match[2]) == file_name(title)[1]
    assert len(unquote(match[2]).encode()) <= 255
