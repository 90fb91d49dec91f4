"""The one decision as a table of more than two hundred rows: message, person, door, clock, answer.

They stand in ``may_send_table.txt``, which says how they are read. They were written by hand, not by the decision.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from outreach.domain.may_send import Decision, Door, Later, No, Now, Recipient, Subject, Why, may_send
from outreach.domain.messages import MessageKind
from outreach.domain.people import Audience, Purpose
from outreach.domain.quiet_days import QuietDays
from outreach.domain.times import QuietHours

TABLE = Path(__file__).with_name("may_send_table.txt")
MONDAY = date(2026, 11, 23)
WAITING = frozenset({MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION})
DAYS = (
    QuietDays("mourning", date(2027, 4, 5), date(2027, 4, 5), WAITING, topics=frozenset({"grief"})),
    QuietDays(
        "exam", date(2027, 6, 7), date(2027, 6, 10), WAITING, frozenset({"youth", "parent_teen"}), frozenset({"exam"})
    ),
    QuietDays("one", date(2028, 6, 10), date(2028, 6, 10), WAITING),
    QuietDays("news", date(2027, 9, 15), date(2027, 9, 15), frozenset({MessageKind.ANNOUNCEMENT})),
    QuietDays("other", date(2028, 6, 11), date(2028, 6, 11), WAITING, frozenset({"youth"})),
)
ANN = Recipient(
    frozenset(Purpose),
    frozenset({"elderly"}),
    QuietHours(time(21, 30), time(7, 30)),
    ZoneInfo("Asia/Shanghai"),
    quiet_days=DAYS,
)


def rows() -> list[tuple[str, ...]]:
    """The rows of the table, as their five cells."""
    lines = TABLE.read_text("utf-8").splitlines()
    return [tuple(cell.strip() for cell in line.split("|")) for line in lines if line and not line.startswith("#")]


def flags(cell: str) -> Iterator[tuple[str, str]]:
    """``chose:youth gone`` as (chose, youth) and (gone, "")."""
    for word in cell.removeprefix("-").split():
        name, _, value = word.partition(":")
        yield name, value


def tags(value: str) -> frozenset[str]:
    return frozenset(filter(None, value.split(",")))


def moment(text: str, zone: ZoneInfo) -> datetime:
    """``10:00``, ``d+1 07:30``, ``2027-04-05 10:00`` or ``2026-10-25 02:30b`` as it reads in *zone*."""
    day, clock = text.rsplit(" ", 1) if " " in text else ("d+0", text)
    local = MONDAY + timedelta(int(day[2:])) if day.startswith("d+") else date.fromisoformat(day)
    second = clock.endswith("b")
    at = datetime.combine(local, time.fromisoformat(clock.removesuffix("b")), tzinfo=zone)
    return at.replace(fold=int(second)).astimezone(UTC)


def person_of(cell: str, clock: str) -> tuple[Recipient, datetime]:
    given = dict(flags(cell))
    zone = ZoneInfo(given.get("in", "Asia/Shanghai"))
    now, ann = moment(clock, zone), replace(ANN, zone=zone)
    read = {
        "in": lambda _: {},
        "gone": lambda _: {"reachable": False},
        "any-day": lambda _: {"quiet_days": ()},
        "allows": lambda value: {"consents": frozenset(map(Purpose, tags(value)))},
        "chose": lambda value: {"audiences": tags(value)},
        "likes": lambda value: {"topics": tags(value)},
        "mutes": lambda value: {"muted_kinds": frozenset(map(MessageKind, tags(value)))},
        "silences": lambda value: {"muted_regions": frozenset(map(int, tags(value)))},
        "sleeps": lambda value: {"quiet": QuietHours.parse(value)},
        "cap": lambda value: {"weekly_cap": int(value)},
        "had": lambda value: {"told": tuple(now - timedelta(int(each[:-1])) for each in value.split(","))},
    }
    for name, value in given.items():
        ann = replace(ann, **read[name](value))
    return ann, now


def subject_of(cell: str, zone: ZoneInfo) -> Subject:
    kind, _, rest = cell.partition(" ")
    read = {
        "for": lambda value: {"audience": Audience(tags(value))},
        "from": lambda value: {"region_lineage": frozenset(map(int, tags(value)))},
        "about": lambda value: {"topics": tags(value)},
        "only": lambda value: {"restricted_to": tags(value)},
        "until": lambda value: {"helps_until": moment(value.replace(",", " "), zone)},
        "by": lambda value: {"needed_by": moment(value.replace(",", " "), zone)},
    }
    subject = Subject(MessageKind(kind))
    for name, value in flags(rest):
        subject = replace(subject, **read[name](value))
    return subject


def door_of(cell: str, now: datetime) -> Door:
    hours = timedelta(hours=48)
    read = {
        "pull": lambda _: {"may_push": False},
        "public": lambda _: {"public": True},
        "silent": lambda _: {"reply_window": hours},
        "wrote": lambda value: {"reply_window": hours, "last_word": now - timedelta(hours=int(value[:-1]))},
        "left": lambda value: {"quota_left": int(value)},
        "kept": lambda value: {"reserved": int(value)},
    }
    door = Door()
    for name, value in flags(cell):
        door = replace(door, **read[name](value))
    return door


def decision_of(cell: str, zone: ZoneInfo) -> Decision:
    word, _, rest = cell.partition(" ")
    match word:
        case "now":
            return Now()
        case "later":
            return Later(moment(rest, zone))
        case _:
            assert word == "no"
            return No(Why(rest))


@pytest.mark.parametrize("row", rows(), ids=" | ".join)
def test_one_row(row: tuple[str, ...]):
    message, person, door, clock, answer = row
    ann, now = person_of(person, clock)
    assert isinstance(ann.zone, ZoneInfo)

    decided = may_send(ann, subject_of(message, ann.zone), door_of(door, now), now)

    assert decided == decision_of(answer, ann.zone)


def test_the_table_has_more_than_two_hundred_rows_and_none_twice():
    found = rows()

    assert len(found) == len(set(found)) > 200


def test_every_answer_and_every_kind_has_a_row():
    found = rows()

    assert {answer.split()[-1] for *_, answer in found if answer.startswith("no ")} == set(Why)
    assert {message.split()[0] for message, *_ in found} == set(MessageKind)
