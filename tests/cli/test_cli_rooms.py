"""`outreach room` and `outreach leader`: entered, listed, booked, found free."""

from __future__ import annotations

import pytest
from cli_room import Room


@pytest.fixture
def hall(room: Room) -> int:
    """The id of a room that is open in the mornings."""
    words = "room add --name Hall --place Street --capacity 20 --borrowed --privacy door_closes --access lift --json"
    made = room.run(*words.split(), "--hours", "mon-sun 08:00-12:00").json
    assert made[0]["borrowed"]
    return int(made[0]["id"])


def test_a_room_and_a_leader_are_entered_and_listed(room: Room, hall: int):
    made = room.run(
        *["leader", "add", "--name", "Lin", "--kind", "group", "--kind", "lecture", "--json", "--qualification"],
        "Therapist|the board|clinical|2027-12-31|Wang",
    ).json

    assert made[0]["qualifications"][0]["expires_on"] == "2027-12-31"
    assert [one["id"] for one in room.run(*["room", "list", "--json"]).json] == [hall]
    assert "Lin" in room.run("leader", "list").out


def test_the_next_free_hours_are_inside_opening_hours(room: Room, hall: int):
    found = room.run(*f"room free --room {hall} --minutes 120 --from 2026-12-01T11:00 --limit 2 --json".split()).json

    assert [one["starts_at"] for one in found] == ["2026-12-02T00:00:00+00:00", "2026-12-02T02:00:00+00:00"]


def test_what_stands_against_a_booking_is_told_and_a_reason_lets_it_be(room: Room, hall: int):
    made = room.add()
    refused = room.run("room", "book", str(made["id"]), "--room", str(hall))

    assert "Hall is free only mon-sun 08:00-12:00" in refused.err
    assert (
        "mind: Hall" in room.run(*f"room book {made['id']} --room {hall} --reason".split(), "the caretaker opens").out
    )


def test_a_qualification_that_is_none_is_refused_with_how_to_write_it(room: Room):
    refused = room.run(*["leader", "add", "--name", "Lin", "--kind", "group", "--qualification", "a|b|c|d"])

    assert "TITLE|ISSUER|clinical|2027-12-31|SEEN BY" in refused.err
