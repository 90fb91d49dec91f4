"""Answering a person in writing: what is kept goes to them alone; forgotten is forgotten; the audit knows why."""

from __future__ import annotations

import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_room import Room

from outreach.cli.privacy_files import new_folder, write
from outreach.domain.ids import LaneName, ResidentId, SignUpId
from outreach.domain.messages import Language, Message, MessageKind, Outgoing
from outreach.services.cards import Caller
from outreach.services.cards_dossier import Dossier
from outreach.store.rows import Row
from outreach.store.unit_of_work import SqlUnitOfWork

WEBCHAT = LaneName("webchat")
REASON = ("--reason", "letter of 20 November")


class Town:
    """A house with one activity, ann (sign-up, note) and bob (sign-up)."""

    def __init__(self, room: Room) -> None:
        self.room, self.activity = room, room.add()["id"]
        self.ann, self.bob = room.join(self.activity, "ann-5417"), room.join(self.activity, "bob-9999")
        with room.core() as core, core.database.unit_of_work() as uow:
            resident = uow.sign_ups.get(SignUpId(self.ann)).resident_id
            uow.people.name(resident, "nick5417")
            self.resident = resident
            caller = Caller(WEBCHAT, "ann-5417")
            self.thread = uow.threads.write(ResidentId(resident), caller, "note 5417", datetime.now(UTC)).id

    def read(self, out: str) -> tuple[Any, str]:
        folder = self.room.folder / out
        return json.loads((folder / "export.json").read_text()), (folder / "export.txt").read_text()

    def audit(self, subject: str = "person") -> list[tuple[str, str, str]]:
        with self.room.core() as core, core.database.reading() as uow:
            return [(line.action, line.subject_id, line.reason) for line in uow.audit.listed(50, subject=subject)]


@pytest.fixture
def town(room: Room) -> Town:
    return Town(room)


def everything(uow: SqlUnitOfWork) -> str:
    """Every row of every table, as text."""
    return repr([uow.connection.execute(table.select()).all() for table in Row.metadata.sorted_tables])


@pytest.mark.parametrize("way", ["thread", "sign_up", "address"])
def test_a_person_is_named_by_their_note_their_sign_up_or_their_address(town: Town, way: str):
    named = {
        "thread": ("--thread", str(town.thread)),
        "sign_up": ("--sign-up", str(town.ann)),
        "address": ("--lane", "webchat", "--address", "ann-5417"),
    }[way]

    assert town.room.run("privacy", "export", *named, *REASON, "--out", "copy").code == 0

    readable, plain = town.read("copy")
    assert readable["chats"][0]["address"] == "ann-5417"
    assert readable["notes"][0]["text"] == "note 5417"
    assert readable["profile"][0]["nickname"] == "nick5417"
    assert readable["sign_ups"][0]["activity"] == "Sleep well"
    assert readable["consents"][0]["text_version"] == "1"
    assert [part for part in ("ann-5417", "note 5417", "nick5417", "Sleep well") if part not in plain] == []
    assert "9999" not in json.dumps(readable) + plain


def test_an_address_can_be_typed_where_no_shell_keeps_it(town: Town):
    named = ("--lane", "webchat", "--address", "-")

    assert town.room.run("privacy", "export", *named, *REASON, "--out", "copy", stdin="ann-5417\n").code == 0

    assert town.read("copy")[0]["chats"][0]["address"] == "ann-5417"


def test_the_text_is_in_their_language_or_in_the_one_asked_for(town: Town):
    town.room.run("privacy", "export", "--thread", str(town.thread), *REASON, "--out", "theirs")
    town.room.run("privacy", "export", "--thread", str(town.thread), *REASON, "--out", "asked", "--language", "en")

    theirs, asked = town.read("theirs")[1], town.read("asked")[1]
    assert theirs.startswith("我们保存的与您有关的全部内容")
    assert asked.startswith("All that we keep of you")
    assert ("报名、留位、提醒" in theirs, "keeping a place" in asked) == (True, True)


def test_an_export_is_for_the_owner_of_the_files_alone_and_says_nothing_aloud(town: Town):
    done = town.room.run("privacy", "export", "--thread", str(town.thread), *REASON, "--out", "copy")

    folder = town.room.folder / "copy"
    assert "5417" not in done.out + done.err
    assert {_mode(path) for path in folder.iterdir()} == {0o600}
    assert _mode(folder) == 0o700


def test_an_export_is_private_whatever_is_usual_on_the_machine(tmp_path: Path):
    usual = os.umask(0)
    try:
        files = write(new_folder(tmp_path / "copy"), Dossier(None), Language.EN, "Asia/Shanghai", datetime.now(UTC))
    finally:
        os.umask(usual)

    assert [_mode(path) for path in (tmp_path / "copy", *files)] == [0o700, 0o600, 0o600]


def test_an_export_writes_over_nothing(town: Town):
    (town.room.folder / "copy").mkdir()

    assert "there already" in town.room.refused(
        "privacy", "export", "--thread", str(town.thread), *REASON, "--out", "copy"
    )
    assert town.audit() == []


def test_a_look_is_in_the_audit_with_its_reason_and_in_the_export(town: Town):
    town.room.run("privacy", "export", "--thread", str(town.thread), *REASON, "--out", "copy")

    assert town.audit() == [("export", str(town.resident), "letter of 20 November")]
    assert town.read("copy")[0]["looks"][-1]["action"] == "export"


@pytest.mark.parametrize("command", ["export", "erase"])
@pytest.mark.parametrize(
    ("named", "told"),
    [
        ((), "name one person"),
        (("--thread", "1", "--sign-up", "1"), "name one person"),
        (("--lane", "webchat"), "belong together"),
        (("--address", "ann-5417"), "belong together"),
        (("--thread", "77"), "no thread 77"),
        (("--sign-up", "77"), "no sign-up 77"),
        (("--lane", "webchat", "--address", "nobody-5417"), "no person at that address"),
    ],
)
def test_whoever_is_not_named_or_not_there_is_told_without_their_address(
    town: Town, command: str, named: tuple[str, ...], told: str
):
    said = town.room.refused("privacy", command, *named, *REASON)

    assert told in said
    assert "5417" not in said


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201])
@pytest.mark.parametrize("command", [("export",), ("erase", "--yes")])
def test_without_a_reason_nothing_is_shown_or_deleted(town: Town, command: tuple[str, ...], reason: str):
    before = town.room.files()

    said = town.room.refused("privacy", *command, "--thread", str(town.thread), "--reason", reason)

    assert "--reason" in said
    assert town.room.files() == before
    assert town.audit() == []


def test_before_a_yes_an_erasure_only_counts(town: Town):
    done = town.room.run("privacy", "erase", "--sign-up", str(town.ann), *REASON)

    assert (done.code, "Nothing was deleted" in done.out, "1 note" in done.out) == (0, True, True)
    assert town.room.json("privacy", "erase", "--sign-up", str(town.ann), *REASON)["erased"] is False
    assert town.audit() == []


def test_after_an_erasure_nothing_leads_to_them_and_the_audit_says_why(town: Town):
    with town.room.core() as core, core.database.reading() as uow:
        index = uow.connection.exec_driver_sql(
            "SELECT person FROM address WHERE resident_id = ?", (town.resident,)
        ).scalar_one()
        assert repr(index) in everything(uow)

    done = town.room.run("privacy", "erase", "--thread", str(town.thread), *REASON, "--yes")

    assert (done.code, "key is destroyed" in done.out) == (0, True)
    assert "5417" not in done.out + done.err
    with town.room.core() as core, core.database.reading() as uow:
        assert repr(index) not in everything(uow)
        assert uow.people.at(Caller(WEBCHAT, "ann-5417")).resident_id is None
        assert uow.people.at(Caller(WEBCHAT, "bob-9999")).is_known
        assert [line.sign_up_id for line in uow.sign_ups.roster(town.activity, 9)] == [town.bob]
    assert town.audit() == [("erase", str(town.resident), "letter of 20 November")]
    assert "no" in town.room.refused("privacy", "export", "--thread", str(town.thread), *REASON)


def test_a_place_of_theirs_goes_to_who_has_waited_longest(room: Room):
    activity = room.add("--seats", "1")["id"]
    ann, bob = room.join(activity, "ann"), room.join(activity, "bob")

    room.json("privacy", "erase", "--sign-up", str(ann), *REASON, "--yes")

    with room.core() as core, core.database.reading() as uow:
        assert uow.sign_ups.get(SignUpId(bob)).standing == "seated"


def test_past_sign_ups_stay_as_numbers_and_are_told(town: Town):
    past = datetime.now(UTC) - timedelta(days=2)
    with town.room.core() as core, core.database.unit_of_work() as uow:
        micro = int(past.timestamp() * 1_000_000)
        uow.connection.exec_driver_sql("UPDATE activity SET starts_at = ?, ends_at = ?", (micro - 1, micro))

    done = town.room.json("privacy", "erase", "--sign-up", str(town.ann), *REASON, "--yes")

    assert (done["erased"], done["counted"]) == (True, 1)
    with town.room.core() as core, core.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT resident_id FROM sign_up WHERE id = ?", (town.ann,)).scalars()
        assert list(rows) == [None]


def test_somebody_who_never_agreed_can_ask_too(room: Room):
    now, caller = datetime.now(UTC), Caller(WEBCHAT, "zoe-5417")
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.inbox.receive(caller, WEBCHAT, Message("m1", caller.user_ref, "words 5417", now), now)
        uow.deliveries.add_reply(caller, "reply:i1:0", Outgoing(MessageKind.REPLY, "answer 5417"), Language.EN, now)
    named = ("--lane", "webchat", "--address", "zoe-5417")

    room.json("privacy", "export", *named, *REASON, "--out", "copy")
    readable = json.loads((room.folder / "copy" / "export.json").read_text())
    erased = room.json("privacy", "erase", *named, *REASON, "--yes")

    assert readable["messages"][0]["said"] == "words 5417"
    assert readable["letters"][0]["text"] == "answer 5417"
    assert erased["gone"] == {"letters": 1, "messages": 1}
    assert "no person" in room.refused("privacy", "erase", *named, *REASON, "--yes")


def test_what_is_past_its_time_is_counted_and_then_deleted(room: Room):
    before, caller = datetime.now(UTC) - timedelta(days=60), Caller(WEBCHAT, "zoe")
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.mailboxes.append(caller, Outgoing(MessageKind.REPLY, "words"), "key", before)
        stored = uow.inbox.receive(caller, WEBCHAT, Message("m1", "zoe", "words", before), before)
        uow.inbox.answered(stored.id, (), before)

    counted = room.json("privacy", "purge", "--dry-run")
    again = room.json("privacy", "purge", "--dry-run")
    done = room.json("privacy", "purge")

    assert counted == again == {"dry_run": True, "complete": True, "counts": {"messages": 1, "mail": 1}}
    assert done["counts"] == counted["counts"]
    assert room.json("privacy", "purge")["counts"] == {}
    assert "Nothing is past its time" in room.run("privacy", "purge", "--dry-run").out


def test_a_purge_is_in_the_audit_unless_it_found_nothing(town: Town):
    town.room.run("privacy", "purge")
    assert town.audit("database") == []
    with town.room.core() as core, core.database.unit_of_work() as uow:
        before = datetime.now(UTC) - timedelta(days=2)
        uow.mailboxes.append(Caller(WEBCHAT, "zoe"), Outgoing(MessageKind.REPLY, "words"), "key", before)

    town.room.run("privacy", "purge")

    assert town.audit("database") == [("purge", "-", "1 message for a web chat")]


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
