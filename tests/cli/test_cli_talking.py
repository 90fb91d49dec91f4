"""`outreach chat`, `thread …`, `safety …`: a resident in a terminal, staff who answer, people in danger."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cli_room import Done, Room

DANGER = "我不想活了"


def test_a_whole_sign_up_can_be_typed_into_the_terminal(room: Room):
    number = room.add(title="太极晨练")["number"]

    said = room.run("chat", stdin=f"报名 {number}\n1\n我的\n").out

    card = room.json("activity", "show", "1")
    (line,) = room.json("activity", "roster", "1")
    assert card["seated"] == 1
    assert (line["standing"], line["channel"]) == ("seated", "terminal")
    assert said.count("太极晨练") >= 2


def test_another_name_is_another_person_and_the_same_name_the_same(room: Room):
    number = room.add()["number"]

    for name in ("ann", "bob", "ann"):
        room.run("chat", "--as", name, stdin=f"join {number}\n1\n")

    assert room.json("activity", "show", "1")["seated"] == 2


def test_bytes_that_are_no_text_stop_neither_chat_nor_screen(room: Room):
    assert room.run("chat", stdin=b"\xff\xfe\n").code == 0
    assert room.run("safety", "screen", "--json", stdin=b"\xff\n").json["class"] == "none"


def answers(room: Room, name: str, text: str) -> Done:
    """What a stranger reads after *text*, without the welcome."""
    welcome = room.run("chat", "--as", f"{name}'s twin").out
    done = room.run("chat", "--as", name, stdin=f"{text}\n")
    assert done.out.startswith(welcome)
    return replace(done, out=done.out.removeprefix(welcome))


def test_who_may_be_in_danger_is_answered_in_their_script_and_an_alert_is_kept(room: Room):
    zh = answers(room, "ann", DANGER).out
    en = answers(room, "bob", "I want to die").out

    found = room.json("safety", "alerts", "list")
    assert "12356" in zh
    assert "12356" in en
    assert "您" not in en
    assert {alert["lane"] for alert in found} == {"terminal"}
    assert len({alert["person"] for alert in found}) == 2
    assert DANGER not in json.dumps(found, ensure_ascii=False)


def test_who_may_be_in_danger_is_answered_though_the_alert_cannot_be_kept(room: Room):
    room.add()
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "CREATE TRIGGER full BEFORE INSERT ON alert BEGIN SELECT RAISE(ABORT, 'full'); END"
        )

    done = answers(room, "ann", DANGER)

    assert "12356" in done.out
    assert done.code == 1


def test_the_screen_gives_one_line_a_text_keeps_nothing_and_repeats_nothing(room: Room):
    done = room.run("safety", "screen", "--json", stdin=f"今天天气很好\n\n{DANGER}\n")

    verdicts = [json.loads(line) for line in done.out.splitlines()]
    assert [verdict["class"] for verdict in verdicts] == ["none", "none", "risk"]
    assert all(list(verdict) == ["class", "subtype", "rules"] for verdict in verdicts)
    assert verdicts[2]["rules"]
    assert DANGER not in done.out + done.err
    assert room.files() == set()


def test_the_screen_speaks_plainly_too(room: Room):
    assert room.run("safety", "screen", stdin=DANGER).out.split()[:2] == ["risk", "self"]


def test_an_alert_is_taken_once_and_leaves_the_list(room: Room):
    room.run("chat", stdin=f"{DANGER}\n")
    (alert,) = room.json("safety", "alerts", "list")

    taken = room.json("safety", "alerts", "ack", str(alert["id"]))

    assert (taken["state"], taken["acknowledged_by"]) == ("acknowledged", "operator")
    assert room.json("safety", "alerts", "list") == []
    assert [each["state"] for each in room.json("safety", "alerts", "list", "--all")] == ["acknowledged"]
    assert str(alert["id"]) in room.run("safety", "alerts", "list", "--all").out


@pytest.fixture
def thread(room: Room) -> str:
    """The id of a thread that a resident has opened in the terminal."""
    room.run("chat", stdin="人工\n请回电话\n1\n")
    (card,) = room.json("thread", "list")
    return str(card["id"])


def test_a_note_reaches_staff_and_their_answer_the_resident(room: Room, thread: str):
    shown = room.json("thread", "show", thread)
    answered = room.json("thread", "answer", thread, "明天上午给您打电话")

    heard = room.run("chat", stdin="我的\n").out
    assert shown["state"] == "open"
    assert [entry["by"] for entry in shown["entries"]] == ["resident"] * len(shown["entries"])
    assert shown["entries"][0]["text"] == "请回电话"
    assert answered["state"] == "answered"
    assert "明天上午给您打电话" in heard


def test_the_list_of_threads_tells_no_words(room: Room, thread: str):
    assert "请回电话" not in room.run("thread", "list", "--json").out + room.run("thread", "list").out
    assert thread in room.run("thread", "list").out


def test_a_closed_thread_takes_no_answer(room: Room, thread: str):
    assert room.json("thread", "close", thread)["state"] == "closed"

    assert "closed" in room.refused("thread", "answer", thread, "too late")
    assert room.json("thread", "list") == []
    assert [card["state"] for card in room.json("thread", "list", "--all")] == ["closed"]


@pytest.mark.parametrize(("text", "said"), [("  ", "empty"), ("x" * 2001, "2000 fit")])
def test_an_answer_that_cannot_be_sent_whole_is_not_sent(room: Room, thread: str, text: str, said: str):
    assert said in room.refused("thread", "answer", thread, text)
    assert room.json("thread", "show", thread)["state"] == "open"


def test_every_look_at_a_person_is_in_the_audit(room: Room, thread: str):
    room.run("thread", "show", thread)

    with room.core() as core, core.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT actor, action, subject FROM audit").all()
    assert ("operator", "read", "thread") in {tuple(row) for row in rows}
