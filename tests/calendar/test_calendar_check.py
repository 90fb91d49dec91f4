"""The strict checker: a good file passes, and each defect that is known to break a client is named."""

from __future__ import annotations

import pytest
from calendar_entries import LECTURE, lecture
from hypothesis import given
from hypothesis import strategies as st

from outreach.calendar.check import problems
from outreach.calendar.check_history import regressions
from outreach.calendar.feed import calendar_file

GOOD = calendar_file([LECTURE], name="社区活动", refresh=True)
ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Asia/Shanghai\r\nBEGIN:STANDARD\r\nDTSTART:19920101T000000\r\nTZOFFSETFROM:+0800\r\n"
    "TZOFFSETTO:+0800\r\nTZNAME:+08\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\n"
)
START, END = "DTSTART:20261201T060000Z\r\n", "DTEND:20261201T073000Z\r\n"
ZONED = "DTSTART;TZID=Asia/Shanghai:20261201T140000\r\n"
ZONED_END = "DTEND;TZID=Asia/Shanghai:20261201T153000\r\n"
EVENT = "BEGIN:VEVENT\r\n"


def altered(*changes: tuple[str, str]) -> bytes:
    """The good file with each first text replaced by the second, everywhere; each must occur."""
    text = GOOD.decode()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return text.encode()


def zoned(*more: str) -> bytes:
    """The good file in Shanghai time with its VTIMEZONE, and *more* lines in its VEVENT."""
    return altered((EVENT, ZONE + EVENT), (START, ZONED + "".join(f"{line}\r\n" for line in more)), (END, ZONED_END))


def test_a_good_file_has_no_problem():
    assert problems(GOOD) == []


def test_a_good_weekly_group_in_local_time_has_no_problem():
    rule = "RRULE:FREQ=WEEKLY;UNTIL=20261231T000000Z"

    assert problems(zoned(rule, "EXDATE;TZID=Asia/Shanghai:20261208T140000,20261215T140000")) == []


def test_a_good_request_by_mail_has_no_problem():
    named = "ORGANIZER:mailto:team@outreach.example\r\nATTENDEE:mailto:a@outreach.example\r\n"

    assert problems(altered(("METHOD:PUBLISH", "METHOD:REQUEST"), (END, END + named))) == []


@pytest.mark.parametrize(
    ("data", "named"),
    [
        (b"\xef\xbb\xbf" + GOOD, "byte order mark"),
        (GOOD.replace(b"\r\n", b"\n"), "LF alone"),
        (GOOD.removesuffix(b"\r\n"), "last line"),
        (altered((END, END + f"COMMENT:{'太' * 23}\r\n")), "longer than 75 octets"),
        (GOOD.replace("压力".encode(), b"\xe5\x8e\r\n \x8b\xe5\x8a\x9b"), "folded inside a character"),
        (altered(("压力", "压\x0b力")), "control character"),
        (altered(("压力", "压\rATTENDEE:x\r力")), "control character"),
        (altered(("压力", "压\u2028力")), "control character"),
        (altered((END, END + "\r\n")), "empty"),
        (altered((END, END + "no colon here\r\n")), "NAME:value"),
        (b" x\r\n" + GOOD, "continues a line that is not there"),
        (altered(("END:VALARM\r\n", "")), "END without its BEGIN"),
        (GOOD[: GOOD.index(b"END:VALARM")], "never closed"),
        (GOOD + GOOD, "exactly one VCALENDAR"),
        (b"", "exactly one VCALENDAR"),
        (altered(("END:VCALENDAR\r\n", "END:VCALENDAR\r\nX-A:1\r\n")), "outside of any component"),
        (altered(("VALARM", "VTODO")), "no place here"),
        (altered((f"UID:{LECTURE.uid}\r\n", "")), "without UID"),
        (altered((LECTURE.uid, " ")), "UID is empty"),
        (altered((END, END + f"UID:{LECTURE.uid}\r\n")), "UID more than once"),
        (altered(("END:VCALENDAR", GOOD[GOOD.index(b"BEGIN:VEVENT") :].decode().strip())), "UID is used twice"),
        (altered(("DTSTAMP:20261120T010203Z\r\n", "")), "without DTSTAMP"),
        (altered(("PRODID:-//Outreach//Calendar//EN\r\n", "")), "without PRODID"),
        (altered(("VERSION:2.0\r\n", "")), "without VERSION"),
        (altered(("DTSTAMP:20261120T010203Z", "DTSTAMP:20261120T010203")), "not in UTC"),
        (altered(("DTEND:20261201", "DTEND:20261130")), "not after DTSTART"),
        (altered((END, "DTEND;VALUE=DATE:20261202\r\n")), "another kind than DTSTART"),
        (altered((END, END + "DURATION:PT1H\r\n")), "DTEND beside DURATION"),
        (altered(("DTSTART:20261201", "DTSTART:20261301")), "not a date or time"),
        (altered((START, "DTSTART:20261201\r\n")), "VALUE disagree"),
        (altered((START, ZONED), (END, ZONED_END)), "TZID without its VTIMEZONE"),
        (altered((START, "DTSTART;TZID=Asia/Shanghai:20261201T060000Z\r\n")), "both TZID and Z"),
        (zoned().replace(b"STANDARD", b"DAYLIGHT"), "VTIMEZONE without STANDARD"),
        (zoned("RRULE:FREQ=WEEKLY;UNTIL=20261231T000000"), "UNTIL is of another kind"),
        (zoned("EXDATE;VALUE=DATE:20261208"), "EXDATE is of another kind"),
        (altered(("SEQUENCE:0", "SEQUENCE:1767225600000")), "below 2^31"),
        (altered(("SEQUENCE:0", "SEQUENCE:-1")), "below 2^31"),
        (altered((END, END + "ATTENDEE:mailto:a@outreach.example\r\n")), "ATTENDEE under PUBLISH"),
        (altered((END, END + "ORGANIZER:mailto:a@outreach.example\r\n")), "ORGANIZER under PUBLISH"),
        (altered(("METHOD:PUBLISH", "METHOD:REQUEST"), (END, END + "ORGANIZER:Team\r\n")), "not a mailto: address"),
        (altered(("METHOD:PUBLISH", "METHOD:REQUEST")), "REQUEST without ORGANIZER"),
        (
            altered(("METHOD:PUBLISH", "METHOD:REQUEST"), (END, END + "ATTENDEE:mailto:a@b.c\r\n" * 2)),
            "more than one ATTENDEE",
        ),
        (altered(("METHOD:PUBLISH", "METHOD:CANCEL")), "CANCEL without STATUS:CANCELLED"),
        (altered(("METHOD:PUBLISH", "METHOD:SHOUT")), "METHOD has an unknown value"),
        (altered(("VALUE=DURATION:PT1H", "VALUE=DURATION:P1H")), "REFRESH-INTERVAL is not a duration"),
        (altered(("TTL:PT1H", "TTL:P1H")), "X-PUBLISHED-TTL is not a duration"),
        (altered(("REFRESH-INTERVAL;VALUE=DURATION", "REFRESH-INTERVAL")), "without VALUE=DURATION"),
        (altered(("TRIGGER:-PT2H", "TRIGGER:-P2H")), "TRIGGER is not a duration"),
        (altered(("TRIGGER:-PT2H\r\n", "")), "without TRIGGER"),
        (altered(("DESCRIPTION:压力与睡眠\r\n", "")), "VALARM without DESCRIPTION"),
        (altered(("STATUS:CONFIRMED", "STATUS:CALLED-OFF")), "STATUS has an unknown value"),
        (altered(("社区中心二楼", "社区中心,二楼")), "LOCATION is not escaped"),
        (altered(("请带水杯。\\n", "请带水杯。\\x")), "DESCRIPTION is not escaped"),
    ],
)
def test_each_known_defect_is_named(data: bytes, named: str):
    found = problems(data)

    assert [problem for problem in found if named in problem], found


def test_a_problem_repeats_no_text_of_the_calendar():
    found = problems(altered(("压力", "压\x0b力,"), ("社区中心二楼", "社区中心,二楼"), ("睡眠", "睡;眠")))

    assert found
    assert "".join(found).isascii()


@given(st.binary(max_size=400))
def test_any_bytes_are_judged_without_an_error(data: bytes):
    assert problems(data)


@given(
    st.integers(0, len(GOOD) - 1), st.sampled_from([b"", b"\r", b"\n", b"\x00", b"\xff", b":", b";", b"BEGIN:", b" "])
)
def test_a_damaged_file_is_judged_without_an_error(at: int, damage: bytes):
    assert isinstance(problems(GOOD[:at] + damage + GOOD[at + 1 :]), list)


def test_endless_nesting_is_judged_without_an_error():
    assert problems(b"BEGIN:VEVENT\r\n" * 20_000)


def test_a_sequence_that_falls_is_seen():
    older, newer = (calendar_file([lecture(sequence=number)], name="x") for number in (2, 1))

    assert [found for found in regressions(older, newer) if "fell from 2 to 1" in found]


@pytest.mark.parametrize("change", [{"status": "cancelled"}, {"ends_at": LECTURE.ends_at.replace(hour=9)}])
def test_a_material_change_under_the_same_sequence_is_seen(change: dict[str, object]):
    older, newer = (calendar_file([state], name="x") for state in (LECTURE, lecture(**change)))

    assert [found for found in regressions(older, newer) if "did not rise" in found]
