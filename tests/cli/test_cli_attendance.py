"""`outreach activity check-in` and `attendance`: numbers in, figures out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cli_room import Room

from outreach.domain.ids import ActivityId


@pytest.fixture
def begun(room: Room) -> int:
    """The id of an activity that began a minute ago, with three people on the list."""
    made = room.add()
    for name in ("ann", "bob", "cho"):
        room.join(made["id"], name)
    with room.core() as core, core.database.unit_of_work() as uow:
        starts = datetime.now(UTC) - timedelta(minutes=1)
        activity = uow.activities.locked(ActivityId(made["id"]))
        activity.slot = activity.slot.moved_to(starts)
        uow.activities.save(activity, starts)
    return int(made["id"])


def test_who_is_there_is_noted_by_number_and_the_list_is_closed(room: Room, begun: int):
    room.run("activity", "check-in", str(begun), "1", "3")
    found = room.run(*f"activity check-in {begun} --walk-ins 2 --close --json".split()).json

    assert found["closed_at"]
    assert {"came": 4, "attended": 2, "late": 0, "absent": 1, "walk_ins": 2, "open": 0}.items() <= found.items()
    assert found == room.run(*f"activity attendance {begun} --json".split()).json


def test_a_paper_list_is_one_line(room: Room, begun: int):
    found = room.run(*f"activity check-in {begun} --all --but 2 --late 3 --walk-ins 1 --json".split()).json

    assert {"came": 3, "attended": 1, "late": 1, "absent": 1, "walk_ins": 1, "expected": 3}.items() <= found.items()
    assert "ATTENDED" in room.run("activity", "attendance", str(begun)).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("1 --as seated", "attended"),
        ("", "name the numbers"),
        ("1 --all", "--all goes with"),
        ("1 --but 2", "--but, --late and --excused go with --all"),
        ("1 99 98", "98, 99"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_way_out(room: Room, begun: int, words: str, said: str):
    done = room.run(*f"activity check-in {begun} {words}".split())

    assert done.code == 2
    assert said in done.err


def test_before_the_door_opens_there_is_nothing_to_note(room: Room):
    done = room.run("activity", "check-in", str(room.add()["id"]), "--walk-ins", "1")

    assert done.code == 2
    assert "closed" in done.err
