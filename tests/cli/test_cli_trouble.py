"""Trouble: one sentence and a remedy, exit code 1, no traceback, nothing half done."""

from __future__ import annotations

import base64
import errno
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cli_room import NEXT_WEEK, Room

ADD = ("activity", "add", "--title", "T", "--starts", NEXT_WEEK, "--place", "P")


@pytest.fixture
def settled(room: Room) -> Room:
    """A room whose database has been made."""
    assert room.run("db", "upgrade").code == 0
    return room


def trouble(room: Room, *command: str) -> str:
    """The one sentence (and remedy) that a command in trouble says."""
    told = room.refused(*(command or ("activity", "list")), code=1)
    assert len(told.splitlines()) == 1
    assert told.startswith("outreach: ")
    return told


def test_a_missing_key_is_told_and_none_is_made_in_its_place(settled: Room):
    (settled.folder / "var.key").unlink()

    assert "OUTREACH_KEY_FILE" in trouble(settled)
    assert not (settled.folder / "var.key").exists()


def test_a_foreign_key_is_told(settled: Room):
    (settled.folder / "var.key").write_bytes(base64.b64encode(secrets.token_bytes(32)))

    assert "belongs to another database" in trouble(settled)


def test_what_is_no_key_is_told(settled: Room):
    (settled.folder / "var.key").write_text("junk")

    assert "holds no key of outreach" in trouble(settled)


def test_a_key_that_others_may_read_is_told_with_the_command_that_mends_it(settled: Room):
    (settled.folder / "var.key").chmod(0o644)

    assert f"chmod 600 {settled.folder / 'var.key'}" in trouble(settled)


@pytest.mark.parametrize("command", ["activity list", "db check", "db upgrade", "feed", "run", "chat"])
def test_what_is_no_database_is_told_by_every_command(settled: Room, command: str):
    for path in (settled.folder / "var").iterdir():
        path.unlink()
    (settled.folder / "var" / "outreach.db").write_text("these are not the pages you are looking for " * 50)

    assert "not a database" in trouble(settled, *command.split())


def test_somebody_else_s_database_is_left_alone(settled: Room):
    path = settled.folder / "var" / "theirs.db"
    settled.set(DATABASE_URL=f"sqlite:///{path}")
    _execute(path, "CREATE TABLE theirs (a)")

    assert "not ours" in trouble(settled)
    assert _execute(path, "SELECT name FROM sqlite_master") == [("theirs",)]


def _execute(path: Path, statement: str) -> list[tuple[str]]:
    other = sqlite3.connect(path)
    try:
        return other.execute(statement).fetchall()
    finally:
        other.close()


def test_a_locked_database_is_told_and_nothing_is_kept(settled: Room, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("outreach.store.engine._BUSY", 50)
    other = sqlite3.connect(settled.folder / "var" / "outreach.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    told = trouble(settled, *ADD)

    other.close()
    assert "locked by another process" in told
    assert settled.json("activity", "list") == []


def test_a_full_disk_is_told_and_nothing_is_kept(settled: Room, monkeypatch: pytest.MonkeyPatch):
    from outreach.store import engine

    prepare = engine._writer

    def full(cursor: sqlite3.Cursor) -> None:
        prepare(cursor)
        (pages,) = cursor.execute("PRAGMA page_count").fetchone()
        cursor.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(engine, "_writer", full)
    number = 0
    while (done := settled.run(*ADD, "--summary", "x" * 900)).code == 0 and number < 50:
        number += 1

    assert (done.code, "The disk is full" in done.err, "Free some space" in done.err) == (1, True, True)
    assert len(settled.json("activity", "list")) == number


@pytest.mark.parametrize("command", ["feed", "activity list", "--help"])
def test_an_output_that_cannot_be_written_is_told(room: Room, command: str):
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [sys.executable, "-m", "outreach", *command.split()],
            cwd=room.folder, env={"HOME": str(room.folder)}, stdout=full, stderr=subprocess.PIPE, timeout=60,
        )  # fmt: skip

    told = done.stderr.decode()
    assert (done.returncode, len(told.splitlines())) == (1, 1)
    assert told.startswith("outreach: No space left on device.")


@pytest.mark.parametrize("place", ["/proc/nothing", "/dev/null"])
def test_a_data_folder_that_cannot_be_made_is_told(room: Room, place: str):
    room.set(DATA_DIR=place)

    assert "OUTREACH_DATA_DIR" in trouble(room)


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_a_folder_that_may_only_be_read_is_told(room: Room, monkeypatch: pytest.MonkeyPatch):
    from outreach.store import key_file

    def no(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(key_file.os, "open", no)  # the tests may run as root, whom no right stops

    assert "cannot be made: Permission denied" in trouble(room)


def test_a_mistake_of_our_own_is_told_by_its_name_alone(room: Room, monkeypatch: pytest.MonkeyPatch):
    def broken(*_: object) -> None:
        raise RuntimeError("a resident's words")

    monkeypatch.setattr("outreach.bootstrap.open_core", broken)

    told = trouble(room)

    assert "RuntimeError" in told
    assert "words" not in told


def test_a_taken_port_is_told_before_anything_is_said_to_be_open(room: Room):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        room.set(PORT=str(taken.getsockname()[1]))

        told = trouble(room, "run")

    assert "OUTREACH_PORT" in told


def test_a_host_that_is_not_this_machine_is_told(room: Room):
    room.set(HOST="192.0.2.7", PORT="18999")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("socket.socket.bind", _not_here)
        assert "OUTREACH_HOST" in trouble(room, "run")


def _not_here(*_: object) -> None:
    raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")


@pytest.mark.parametrize("command", ["run", "demo"])
def test_all_that_is_wrong_with_channels_is_told_at_once_and_no_secret(room: Room, command: str):
    room.set(
        CHANNELS__PIGEON__TOKEN="quince-marmalade",
        CHANNELS__TELEGRAM__TOKEN="quince-marmalade",
        CHANNELS__WECHAT__APPID="quince-marmalade",
        CHANNELS__WEBCHAT__COLOUR="quince-marmalade",
    )

    told = room.refused(command)

    for lane in ("PIGEON", "TELEGRAM", "WECHAT", "WEBCHAT"):
        assert f"OUTREACH_CHANNELS__{lane}: " in told
    assert "installed: telegram, webchat, wechat" in told
    assert "quince" not in told


def test_all_that_is_wrong_with_settings_is_told_before_anything_is_made(room: Room):
    room.set(PORT="80x", TIPS="sometimes", QUEIT_HOURS="off")

    told = room.refused("run")

    assert [line.split(":")[1].strip() for line in told.splitlines()] == [
        "OUTREACH_PORT",
        "OUTREACH_TIPS",
        "OUTREACH_QUEIT_HOURS",
    ]
    assert room.files() == set()


def test_what_a_command_makes_is_for_its_own_user_alone(tmp_path: Path):
    environment = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "OUTREACH_DATA_DIR": str(tmp_path / "var")}

    subprocess.run([sys.executable, "-m", "outreach", "db", "upgrade"], env=environment, cwd=tmp_path, check=True)

    made = [tmp_path / "var.key", *(tmp_path / "var").iterdir()]
    assert len(made) > 1
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []
