"""`outreach activity …`: the shapes that stay fixed, and what people are counted as."""

from __future__ import annotations

from cli_room import NEXT_WEEK, Room


def test_the_line_of_the_handbook_plans_a_lecture_in_its_region(room: Room):
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.regions.add("CODE", "柳河镇", uow.regions.root())
    line = f"activity add --kind lecture --title T --starts {NEXT_WEEK} --minutes 90 --seats 30 --place P"

    found = room.run(*f"{line} --region CODE --audience elderly --json".split()).json

    assert {"id": 1, "title": "T", "place": "P", "seats": 30, "revision": 0}.items() <= found.items()
    assert (found["kind"], found["status"], found["region_name"]) == ("lecture", "published", "柳河镇")
    assert found["audience"] == ["elderly"]
    assert found["slug"]
    assert found["uid"]
    assert found["starts_at"].endswith("06:00:00+00:00")  # 14:00 in Shanghai
    assert found["ends_at"].endswith("07:30:00+00:00")


def test_without_a_region_it_belongs_to_the_root_of_an_empty_database(room: Room):
    found = room.add()

    assert (found["region_path"], found["audience"], found["seats"]) == ("/1/", ["general"], 30)


def test_a_draft_is_kept_and_not_shown(room: Room):
    assert room.add("--draft")["status"] == "draft"
    assert "BEGIN:VEVENT" not in room.run("feed").out


def test_what_is_planned_openly_is_in_the_feed_and_what_is_restricted_is_not(room: Room):
    room.add(title="Open")
    room.add("--restricted", title="Hidden")

    feed = room.run("feed").out

    assert "SUMMARY:Open" in feed
    assert "Hidden" not in feed


def test_group_counselling_is_talked_over_first_unless_staff_say_otherwise(room: Room):
    assert room.add("--kind", "group")["policy"] == "request"
    assert room.add("--kind", "group", "--policy", "open")["policy"] == "open"


def test_an_offset_of_ones_own_goes_before_the_region_s_zone(room: Room):
    found = room.json(
        "activity", "add", "--title", "T", "--starts", f"{NEXT_WEEK}+01:00", "--place", "P", "--minutes", "30"
    )

    assert found["starts_at"].endswith("13:00:00+00:00")


def test_show_and_list_count_people_not_sign_ups(room: Room):
    one = room.add("--seats", "3")["id"]
    room.join(one, "ann", party=2)
    room.join(one, "bob", party=2)

    shown = room.json("activity", "show", str(one))

    assert (shown["seated"], shown["waiting"]) == (2, 2)
    assert room.json("activity", "list") == [shown]


def test_the_list_turns_pages_from_the_newest_on(room: Room):
    ids = [room.add()["id"] for _ in range(3)]

    first = room.json("activity", "list", "--limit", "2")
    rest = room.json("activity", "list", "--before", str(first[-1]["id"]))

    assert [card["id"] for card in first + rest] == ids[::-1]


def test_the_roster_tells_number_standing_party_and_channel_and_no_name(room: Room):
    one = str(room.add("--seats", "2")["id"])
    room.join(int(one), "ann-the-name", party=2)
    room.join(int(one), "bob-the-name")

    lines = room.json("activity", "roster", one)

    assert [(line["number"], line["standing"], line["party"], line["channel"]) for line in lines] == [
        (1, "seated", 2, "webchat"),
        (2, "waiting", 1, "webchat"),
    ]
    assert "the-name" not in str(lines)
    assert [line["number"] for line in room.json("activity", "roster", one, "--after", "1")] == [2]


def test_a_request_is_accepted_or_refused_from_the_roster(room: Room):
    one = room.add("--kind", "group")["id"]
    ann, bob = room.join(one, "ann"), room.join(one, "bob")

    assert room.json("activity", "accept", str(ann)) == {"sign_up": ann, "standing": "seated"}
    assert room.json("activity", "refuse", str(bob)) == {"sign_up": bob, "standing": "refused"}

    assert [line["standing"] for line in room.json("activity", "roster", str(one))] == ["seated", "refused"]


def test_moving_keeps_uid_and_length_and_raises_the_revision(room: Room):
    before = room.add("--minutes", "45")

    after = room.json("activity", "move", str(before["id"]), "--starts", NEXT_WEEK.replace("T14", "T16"))

    assert (after["uid"], after["slug"], after["revision"]) == (before["uid"], before["slug"], 1)
    assert after["ends_at"].endswith("08:45:00+00:00")


def test_moving_to_where_it_is_already_changes_nothing(room: Room):
    before = room.add()

    after = room.json("activity", "move", str(before["id"]), "--starts", NEXT_WEEK, "--place", "Hall")

    assert after == before


def test_calling_off_is_kept_and_reaches_the_feed(room: Room):
    one = str(room.add()["id"])

    assert room.json("activity", "call-off", one)["status"] == "called_off"

    assert "STATUS:CANCELLED" in room.run("feed").out
    assert "called off already" in room.refused("activity", "call-off", one)


def test_people_read_local_times_in_columns(room: Room):
    room.add(title="睡得好一点")
    room.add(title="T")

    lines = room.run("activity", "list").out.splitlines()
    shown = room.run("activity", "show", "1").out

    assert NEXT_WEEK.replace("T", " ") in lines[1]
    assert lines[1].index("T") == lines[0].index("TITLE")
    assert f"starts_at      {NEXT_WEEK.replace('T', ' ')}" in shown
    assert room.run("activity", "roster", "1").out == "(none)\n"
