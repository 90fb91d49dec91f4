"""The doctor: each thing that is broken is found and named with its remedy, alone, and nothing secret is told."""

from __future__ import annotations

import base64
import os
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cli_room import Room

from outreach.domain.actor import Actor, Role
from outreach.domain.ids import LaneName
from outreach.domain.messages import Message, MessageKind, Outgoing
from outreach.services.cards import Caller
from outreach.services.cards_staff import NewStaff
from outreach.store.unit_of_work import SqlUnitOfWork

LATER = timedelta(hours=3)
ANN = Caller(LaneName("webchat"), "ann-5417")
PARTS = {"clock", "settings", "disk", "key", "channels", "database", "library", "helplines", "backup"}


@pytest.fixture
def settled(room: Room) -> Room:
    """A room whose database has been made."""
    assert room.run("db", "upgrade").code == 0
    return room


def remarks(room: Room, *options: str) -> list[Any]:
    """What the doctor says; with 1 if and only if there is an error among it."""
    done = room.run("doctor", "--json", *options)
    assert done.code == int(any(one["level"] == "error" for one in done.json)), done.err
    assert done.err == ""
    return done.json  # type: ignore[no-any-return]


def said(found: list[Any], part: str, *levels: str) -> str:
    """The sentences and remedies about *part*, of those *levels*."""
    levels = levels or ("advice", "warning", "error")
    chosen = [one for one in found if one["part"] == part and one["level"] in levels]
    assert all(one["remedy"] or ": " in one["said"] for one in chosen if one["level"] != "ok")
    return "\n".join(f"{one['said']} {one['remedy']}" for one in chosen)


def change(room: Room, work: Callable[[SqlUnitOfWork], object]) -> None:
    with room.core() as core, core.database.unit_of_work() as uow:
        work(uow)


def on_duty(uow: SqlUnitOfWork) -> None:
    new = NewStaff("li", "Li", Role.DUTY, uow.regions.root().id)
    assert uow.staffs.add(new, "hash", datetime.now(UTC)) is not None


def test_a_folder_where_nothing_is_yet_needs_advice_only_and_stays_empty(room: Room):
    found = remarks(room)

    assert {one["part"] for one in found} >= PARTS
    assert "first start" in said(found, "database", "advice")
    assert "first start" in said(found, "key", "advice")
    assert room.files() == set()


def test_a_fresh_house_is_well(settled: Room):
    before = settled.files()

    found = remarks(settled)

    assert [one for one in found if one["level"] == "error"] == []
    assert "up to date" in said(found, "database", "ok")
    assert "none of them approved" in said(found, "library", "warning")
    assert settled.files() - before <= {"var/outreach.db-shm", "var/outreach.db-wal"}


def test_read_by_people_the_worst_comes_last(settled: Room):
    (settled.folder / "var.key").unlink()

    done = settled.run("doctor")

    *_, worst, remedy, empty, summary = done.out.splitlines()
    assert worst.startswith("ERROR    key: ")
    assert "OUTREACH_KEY_FILE" in remedy
    assert (empty, summary.startswith("1 error, ")) == ("", True)


def test_wrong_settings_are_all_told(room: Room):
    room.set(PORT="http", NO_SUCH="1", TIMEZONE="Mars/Base")

    found = remarks(room)

    told = said(found, "settings", "error")
    assert all(name in told for name in ("OUTREACH_PORT", "OUTREACH_NO_SUCH", "OUTREACH_TIMEZONE"))


def test_a_settings_file_that_others_may_read_is_told(room: Room):
    path = room.folder / "outreach.toml"
    path.write_text('language = "en"\n')
    path.chmod(0o644)

    assert "chmod 600" in said(remarks(room), "settings", "warning")


def test_an_address_without_encryption_is_told(room: Room):
    room.set(BASE_URL="http://outreach.example.org")

    assert "https" in said(remarks(room), "settings", "warning")


def test_a_missing_key_is_told_and_the_rest_is_looked_at(settled: Room):
    (settled.folder / "var.key").unlink()

    found = remarks(settled)

    assert "missing" in said(found, "key", "error")
    assert "up to date" in said(found, "database", "ok")
    assert said(found, "messages", "ok")
    assert not (settled.folder / "var.key").exists()


def test_a_foreign_key_is_told(settled: Room):
    (settled.folder / "var.key").write_bytes(base64.b64encode(secrets.token_bytes(32)))

    assert "belongs to another database" in said(remarks(settled), "key", "error")


def test_a_key_that_others_may_read_is_told(settled: Room):
    (settled.folder / "var.key").chmod(0o640)

    assert "chmod 600" in said(remarks(settled), "key", "error")


def test_a_key_that_lies_with_the_data_is_told(room: Room):
    room.set(KEY_FILE="var/town.key")
    assert room.run("db", "upgrade").code == 0

    assert "OUTREACH_KEY_FILE" in said(remarks(room), "key", "warning")


def test_a_data_folder_that_others_may_open_is_told(settled: Room):
    (settled.folder / "var").chmod(0o755)

    assert "chmod 700" in said(remarks(settled), "disk", "warning")


def test_a_key_without_its_database_is_told(settled: Room):
    for path in (settled.folder / "var").iterdir():
        path.unlink()

    assert "restore a backup" in said(remarks(settled), "database", "warning")
    assert list((settled.folder / "var").iterdir()) == []


def test_what_is_no_database_is_told_and_the_rest_is_looked_at(settled: Room):
    for path in (settled.folder / "var").iterdir():
        path.unlink()
    (settled.folder / "var" / "outreach.db").write_text("these are not the pages you are looking for " * 50)

    found = remarks(settled)

    assert "not a database" in said(found, "database", "error")
    assert said(found, "helplines", "ok")


def test_a_damaged_page_is_told(settled: Room):
    path = settled.folder / "var" / "outreach.db"
    with path.open("r+b") as file:
        file.seek(-4096, os.SEEK_END)
        file.write(b"\xff" * 4096)

    assert "damaged" in said(remarks(settled), "database", "error")


def test_somebody_elses_database_is_told(room: Room):
    path = room.folder / "theirs.db"
    room.set(DATABASE_URL=f"sqlite:///{path}")
    _execute(path, "CREATE TABLE theirs (a)")

    assert "not ours" in said(remarks(room), "database", "error")


@pytest.mark.parametrize(("step", "level"), [("0001", "warning"), ("9999", "error")])
def test_an_older_and_a_newer_structure_are_told(settled: Room, step: str, level: str):
    _execute(settled.folder / "var" / "outreach.db", f"UPDATE alembic_version SET version_num = '{step}'")

    assert step in said(remarks(settled), "database", level)


def test_a_database_that_another_process_holds_is_told(settled: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outreach.store.engine._BUSY", 50)
    with _held(settled.folder / "var" / "outreach.db"):
        found = remarks(settled)

    assert "locked" in said(found, "database", "error")
    assert said(found, "library", "ok", "warning")


def test_a_clock_that_is_behind_is_told(settled: Room):
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    change(settled, lambda uow: uow.audit.write(Actor.operator(), "look", "test", 1, tomorrow))

    assert "ahead of this machine's clock" in said(remarks(settled), "clock", "error")


def test_a_zone_that_the_machine_does_not_know_is_told(settled: Room):
    change(settled, lambda uow: uow.regions.add("far", "Far", uow.regions.root(), "Mars/Base"))

    assert "Mars/Base" in said(remarks(settled), "zone", "error")


def test_a_channel_that_cannot_be_opened_is_told_without_its_secrets(settled: Room):
    settled.set(
        CHANNELS__WECHAT__APPID="wx5417", CHANNELS__WECHAT__TOKEN="t0k-5417", CHANNELS__WECHAT__AES_KEY="k-5417"
    )

    done = settled.run("doctor")

    assert "OUTREACH_CHANNELS__WECHAT: " in done.out
    assert "5417" not in done.out + done.err
    assert done.code == 1


def test_regions_where_people_live_need_somebody_on_duty(settled: Room):
    activity = settled.add()["id"]
    settled.join(activity, "ann")
    assert "reaches nobody" in said(remarks(settled), "duty", "error")

    change(settled, on_duty)
    assert "no chat for pushes" in said(remarks(settled), "duty", "warning")

    change(settled, _take_door)
    assert "1 on duty" in said(remarks(settled), "duty", "ok")


def test_alerts_that_nobody_takes_and_notes_that_nobody_answers_are_told(settled: Room):
    before = datetime.now(UTC) - timedelta(days=2)

    def wait(uow: SqlUnitOfWork) -> None:
        uow.alerts.raise_(ANN, "risk", "self", ("rule-5417",), "lex", "webchat:1", before)
        resident = uow.people.card(_some_resident(uow)).resident_id
        assert resident is not None
        uow.threads.write(resident, ANN, "words-5417", before)

    settled.join(settled.add()["id"], "ann")
    change(settled, wait)

    found = remarks(settled)
    assert "1 safety alert that nobody took" in said(found, "duty", "error")
    assert "1 conversation without an answer" in said(found, "duty", "warning")


def test_messages_that_do_not_go_out_are_told(settled: Room):
    due, words = datetime.now(UTC) - LATER, Outgoing(MessageKind.REPLY, "words-5417")
    change(settled, lambda uow: uow.deliveries.add_reply(ANN, "reply:i1:0", words, None, due))

    found = remarks(settled)

    assert "1 message late" in said(found, "channel webchat", "warning")
    assert "no `outreach run`" in said(found, "server", "advice")


def test_messages_of_people_that_nobody_answered_are_told(settled: Room):
    before = datetime.now(UTC) - LATER
    incoming = Message("m-5417", ANN.user_ref, "words-5417", before)
    change(settled, lambda uow: uow.inbox.receive(ANN, ANN.lane, incoming, before))

    assert "not answered" in said(remarks(settled), "messages", "error")


def test_alerts_that_could_not_be_stored_are_told(settled: Room):
    (settled.folder / "var" / "alerts.spool").write_bytes(b"sealed")

    assert "safety alerts wait" in said(remarks(settled), "messages", "error")


def test_a_library_that_is_not_there_is_told(settled: Room):
    settled.set(LIBRARY="nowhere")

    found = remarks(settled)

    assert said(found, "library", "error", "warning")
    assert "up to date" in said(found, "database", "ok")


def test_nothing_of_anybody_and_no_secret_is_told(settled: Room):
    settled.set(SECRET_KEY="secret-5417-secret", CHANNELS__TELEGRAM__TOKEN=f"5417:{'A' * 35}")
    now = datetime.now(UTC) - LATER
    with settled.core() as core, core.database.unit_of_work() as uow:
        person = uow.people.enrol(ANN, core.settings.language, uow.regions.root().id, "source-5417", now)
        assert person.resident_id is not None
        uow.people.name(person.resident_id, "nick5417")
        uow.threads.write(person.resident_id, ANN, "words-5417", now)
        uow.alerts.raise_(ANN, "risk", "self", ("rule-5417",), "lex", "webchat:1", now)
        uow.deliveries.add_reply(ANN, "reply:i1:0", Outgoing(MessageKind.REPLY, "words-5417"), None, now)
        uow.inbox.receive(ANN, ANN.lane, Message("m-5417", ANN.user_ref, "words-5417", now), now)
    key = (settled.folder / "var.key").read_text().strip()

    done = settled.run("doctor")

    assert "5417" not in done.out + done.err
    assert key not in done.out


def test_the_platforms_are_asked_only_of_a_house_that_stands(settled: Room):
    (settled.folder / "var.key").unlink()

    assert "not asked" in said(remarks(settled, "--online"), "channels", "warning")


def test_asked_online_each_account_answers(settled: Room):
    assert "asked just now" in said(remarks(settled, "--online"), "channel webchat", "ok")


def _take_door(uow: SqlUnitOfWork) -> None:
    card, now = uow.staffs.by_login("li"), datetime.now(UTC)
    assert card is not None
    code = uow.staffs.offer_door(card.id, now + LATER, now)
    assert uow.staffs.claim_door(code, Caller(LaneName("webchat"), "li"), now) is not None


def _some_resident(uow: SqlUnitOfWork) -> Any:
    return uow.connection.exec_driver_sql("SELECT max(id) FROM resident").scalar_one()


def _execute(path: Path, statement: str) -> None:
    other = sqlite3.connect(path)
    other.execute(statement)
    other.commit()
    other.close()


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Somebody who works on the file and lets nobody else even look."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")
    yield
    other.rollback()
    other.close()


def test_a_database_on_a_server_is_looked_at_alike(room: Room, new_postgres: Callable[[], str]):
    room.set(DATABASE_URL=new_postgres())
    fresh = remarks(room)
    assert room.run("db", "upgrade").code == 0
    made = remarks(room)
    (room.folder / "var.key").unlink()
    without_key = remarks(room)

    assert ("empty" in said(fresh, "database", "advice"), "none yet" in said(fresh, "key", "advice")) == (True, True)
    assert [one for one in made if one["level"] == "error"] == []
    assert "up to date" in said(made, "database", "ok")
    assert "missing" in said(without_key, "key", "error")


def test_a_server_that_does_not_answer_is_told_without_its_password(room: Room, new_postgres: Callable[[], str]):
    url = new_postgres()
    room.set(DATABASE_URL=url.replace("://postgres:", "://postgres:wrong-5417-"))

    done = room.run("doctor")

    assert "cannot be reached" in done.out
    assert "5417" not in done.out + done.err
