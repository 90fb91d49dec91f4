"""Bad values: every problem at once, each with its place and remedy, exit code 2, nothing kept."""

from __future__ import annotations

import pytest
from cli_room import NEXT_WEEK, Room

BIG = "99999999999999999999"


def add(room: Room, **changes: str) -> str:
    """What `activity add` says to one bad value among good ones."""
    given = {"title": "T", "starts": NEXT_WEEK, "place": "P"} | changes
    return room.refused("activity", "add", *(part for name, value in given.items() for part in (f"--{name}", value)))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("title", "  ", "title"),
        ("title", "two\nlines", "one line"),
        ("title", "x" * 81, "80 fit"),
        ("place", "", "place"),
        ("summary", "x" * 1001, "1000 characters"),
        ("seats", "0", "seats: 0 is not between 1 and 100000"),
        ("seats", "1000000", "seats: 1000000"),
        ("seats", "-3", "seats"),
        ("seats", BIG, "seats"),
        ("seats", "many", "--seats"),
        ("minutes", "0", "--minutes: 0 is not between 1 and"),
        ("minutes", BIG, "--minutes"),
        ("kind", "party", "--kind"),
        ("policy", "perhaps", "--policy"),
        ("starts", "tomorrow", "write 2026-12-01T14:00"),
        ("starts", "2026-12-01T25:00", "is not a time"),
        ("starts", "2026-12-01T14:00+99:00", "is not a time"),
        ("starts", "", "is not a time"),
        ("starts", "2020-01-01T10:00", "in the past"),
        ("starts", "0001-01-01T00:00", "--starts"),
        ("starts", "9999-12-31T23:59", "starts"),
        ("starts", "2062-12-01T14:00", "10 years ahead"),
        ("region", "nowhere", "--region: there is no region with the code 'nowhere'"),
        ("audience", "martians", "--audience: there is no tag 'martians'; there are"),
    ],
)
def test_a_bad_value_is_told_with_its_name_and_nothing_is_kept(room: Room, name: str, value: str, said: str):
    told = add(room, **{name: value})

    assert said in " ".join(told.split())
    assert room.json("activity", "list") == []


def test_an_hour_that_the_clock_jumps_over_is_refused_and_one_that_comes_twice_is_not(room: Room):
    room.set(TIMEZONE="Europe/Berlin")

    told = add(room, starts="2030-03-31T02:30")

    assert "2030-03-31T02:30" in told
    assert "the clock jumps over it" in told
    assert room.run("activity", "add", "--title", "T", "--place", "P", "--starts", "2030-10-27T02:30").code == 0


def test_all_that_is_wrong_is_told_at_once(room: Room):
    told = add(room, title="", seats="0", minutes="0", starts="soon", region="nowhere", audience="martians")

    lines = told.splitlines()
    assert len(lines) == 6
    assert all(line.startswith("outreach: ") for line in lines)


def test_a_full_width_space_in_a_title_is_plain_text(room: Room):
    assert room.add(title="健康　讲座")["title"] == "健康　讲座"


@pytest.mark.parametrize("value", ["0", "-1", BIG, "abc"])
@pytest.mark.parametrize(
    "command",
    ["activity show", "activity roster", "activity accept", "thread show", "thread close", "safety alerts ack"],
)
def test_a_number_that_can_be_no_id_is_refused(room: Room, command: str, value: str):
    room.refused(*command.split(), "--", value)


@pytest.mark.parametrize(
    ("command", "look"),
    [
        ("activity show 9", "outreach activity list"),
        ("activity call-off 9", "outreach activity list"),
        ("activity roster 9", "outreach activity list"),
        ("activity accept 9", "outreach activity roster ID"),
        ("activity refuse 9", "outreach activity roster ID"),
        ("thread show 9", "outreach thread list --all"),
        ("thread answer 9 hello", "outreach thread list --all"),
        ("thread close 9", "outreach thread list --all"),
        ("safety alerts ack 9", "outreach safety alerts list --all"),
        ("content approve nothing --language zh", "outreach content list"),
    ],
)
def test_what_is_not_there_is_told_with_where_to_look(room: Room, command: str, look: str):
    told = room.refused(*command.split())

    assert f"`{look}` shows those there are" in told
    assert len(told.splitlines()) == 1


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("move 1", "--starts"),
        ("move 1 --starts 2020-01-01T10:00", "in the past"),
        ("move 1 --starts 9999-12-31T23:59", "starts"),
        ("move 1 --starts 0001-01-01T00:00", "--starts"),
        ("move 1 --place _", "place: it is empty"),
    ],
)
def test_a_bad_move_leaves_it_where_it_was(room: Room, command: str, said: str):
    before = room.add()

    told = room.refused("activity", *(part.replace("_", "  ") for part in command.split()))

    assert said in told
    assert room.json("activity", "show", "1") == before


def test_a_draft_can_neither_be_moved_nor_joined_and_staff_are_told_why(room: Room):
    room.add("--draft")

    assert "is a draft" in room.refused("activity", "move", "1", "--place", "Elsewhere")


def test_deciding_twice_says_how_it_stands(room: Room):
    sign_up = str(room.join(room.add("--kind", "group")["id"], "ann"))
    room.run("activity", "accept", sign_up)

    assert "a sign-up that is seated cannot be accepted" in room.refused("activity", "accept", sign_up)


def test_bytes_that_are_no_text_are_refused_on_the_command_line(room: Room):
    assert "write it in UTF-8" in add(room, title="\udcff\udcfe")
    assert "write it in UTF-8" in room.refused("feed", "--region", "x\udcff")


@pytest.mark.parametrize("command", ["nonsense", "activity nonsense", "run --only roof", "activity list --limit 0"])
def test_what_does_not_exist_is_not_guessed(room: Room, command: str):
    room.refused(*command.split())

    assert room.files() == set()


def test_a_feed_of_an_unknown_region_is_refused(room: Room):
    assert "--region" in room.refused("feed", "--region", "nowhere")


def test_a_kind_a_policy_and_a_time_that_are_all_wrong_are_told_together(room: Room):
    told = add(room, kind="party", policy="perhaps", starts="tomorrow")

    assert all(option in told for option in ("--kind: 'party'", "--policy: 'perhaps'", "--starts: 'tomorrow'"))
    assert "lecture" in told


def test_a_move_to_a_wrong_time_and_a_wrong_place_is_told_of_both(room: Room):
    number = str(room.add()["id"])

    told = room.refused("activity", "move", number, "--starts", "tomorrow", "--place", "two\nlines")

    assert "--starts: 'tomorrow'" in told
    assert "one line" in told
