"""`outreach channels …`: what each account can do, and what to do when it stands badly."""

from __future__ import annotations

from cli_room import Room

WECHAT = {
    "CHANNELS__WECHAT__APPID": "wx0000000000000000",
    "CHANNELS__WECHAT__TOKEN": "abcdefgh",
    "CHANNELS__WECHAT__AES_KEY": "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
}


def test_the_list_says_who_can_write_first_and_where_the_platform_calls(room: Room):
    room.set(BASE_URL="https://outreach.example.org", **WECHAT)

    rows = {row["lane"]: row for row in room.json("channels", "list")}

    assert rows["wechat"]["writes_first"] == "no"
    assert rows["wechat"]["hook"] == "https://outreach.example.org/hooks/wechat"
    assert rows["webchat"]["writes_first"] == "yes"


def test_people_of_a_channel_that_is_not_switched_on_are_counted_too(room: Room):
    number = room.add()["number"]
    for name in ("ann", "bob"):
        room.run("chat", "--as", name, stdin=f"join {number}\n1\n")

    rows = {row["lane"]: row for row in room.json("channels", "list")}

    assert rows["webchat"]["people"] == 0
    assert (rows["terminal"]["people"], rows["terminal"]["writes_first"]) == (2, "not switched on")


def test_an_account_that_nobody_can_look_at_is_in_order(room: Room):
    done = room.run("channels", "check")

    assert done.code == 0
    assert "webchat (webchat): in order" in done.out


def test_a_check_of_a_channel_that_is_not_there_names_those_that_are(room: Room):
    assert "webchat" in room.refused("channels", "check", "pigeon")


def test_in_the_mainland_profile_telegram_stays_shut_whatever_its_section_says(room: Room):
    room.set(PROFILE="mainland", CHANNELS__TELEGRAM__TOKEN="not even a token", CHANNELS__BOT__ADAPTER="telegram")

    assert [row["lane"] for row in room.json("channels", "list")] == ["webchat"]


def test_what_was_given_up_is_listed_and_tried_again(room: Room):
    for name in ("ann", "bob", "cho"):
        room.join(room.add(title=name)["id"], name)
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'dead', reason = '500', tries = 8")

    listed = room.json("channels", "undelivered")
    page = room.json("channels", "undelivered", "--limit", "1", "--after", str(listed[0]["id"]))
    one = room.json("channels", "retry", str(listed[0]["id"]))
    refused = room.refused("channels", "retry", str(listed[0]["id"]))
    rest = room.json("channels", "retry", "--all")

    assert [(row["lane"], row["kind"], row["reason"]) for row in listed] == [("webchat", "confirmation", "500")] * 3
    assert [row["id"] for row in page] == [listed[1]["id"]]
    assert (one, rest) == ({"queued": 1}, {"queued": 2})
    assert "dead delivery" in refused
    assert room.json("channels", "undelivered") == []


def test_a_retry_is_of_one_or_of_all(room: Room):
    assert "--all" in room.refused("channels", "retry")
    assert "--all" in room.refused("channels", "retry", "1", "--all")
