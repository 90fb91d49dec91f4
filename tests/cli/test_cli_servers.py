"""`outreach run` and `outreach demo` as processes: one to a database, never in each other's, commands beside them."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from cli_room import PATIENCE, Room

from outreach.bootstrap import DEMO_MARK

pytestmark = pytest.mark.slow


def free_port() -> str:
    """A port on 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def eventually(look: Callable[[], bool], what: str) -> None:
    """Wait until *look* is true."""
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.05)


def page(port: str, path: str) -> str:
    """What a page says, empty while nobody answers."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as response:
            return str(response.read().decode())
    except OSError:
        return ""


@contextmanager
def serving(room: Room, *command: str) -> Iterator[str]:
    """A server that is ready; the port. It must end with 0 on Ctrl-C."""
    port = free_port()
    room.set(PORT=port)
    process = room.start(*command)
    try:
        eventually(lambda: page(port, "/readyz") != "" or process.poll() is not None, "the server")
        assert process.poll() is None, process.communicate()
        yield port
        process.send_signal(signal.SIGINT)
        _, told = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, told
        assert b"Traceback" not in told
    finally:
        process.kill()
        process.communicate()


def test_commands_work_beside_a_server_that_sees_it_within_5_s_and_a_second_server_is_refused(room: Room):
    with serving(room, "run") as port:
        room.add(title="Planned beside it")

        eventually(lambda: "Planned beside it" in page(port, "/"), "the new activity on the list")
        room.set(PORT=free_port())
        second = room.run_apart("run")

    assert second.code == 1
    assert "another outreach is running" in second.err.lower()
    assert "serves" not in second.err  # nothing is said to be open that is not


def test_a_demo_and_a_real_house_never_open_each_other_s_database(room: Room):
    with serving(room, "demo") as port:
        assert "试一试" in page(port, "/")
    real = room.folder / "var" / "outreach.db"
    assert not real.exists()

    room.set(DATA_DIR=str(room.folder / "var" / "demo"))
    refused = room.run_apart("run")

    assert refused.code == 1
    assert "holds a demo town" in refused.err


def test_a_demo_leaves_alone_what_is_not_marked_as_one(room: Room):
    room.set(DATA_DIR=str(room.folder / "var" / "demo"))
    room.add(title="Real people come")
    room.set(DATA_DIR=str(room.folder / "var"))

    for command in (["demo"], ["demo", "--keep"]):
        assert "not marked as a demo" in room.refused(*command, code=1)

    room.set(DATA_DIR=str(room.folder / "var" / "demo"))
    assert [card["title"] for card in room.json("activity", "list")] == ["Real people come"]


def test_a_demo_leaves_alone_a_folder_with_other_files(room: Room):
    (room.folder / "var" / "demo").mkdir(parents=True)
    (room.folder / "var" / "demo" / "thesis.txt").write_text("mine")

    assert "not a demo's" in room.refused("demo", code=1)
    assert (room.folder / "var" / "demo" / "thesis.txt").read_text() == "mine"


def test_a_fresh_town_each_time_unless_it_is_kept(room: Room):
    with serving(room, "demo"):
        pass
    path = room.folder / "var" / "demo" / "outreach.db"
    first = _fingerprint(path)

    with serving(room, "demo", "--keep"):
        assert _fingerprint(path) == first
    with serving(room, "demo"):
        assert _fingerprint(path) != first

    assert not (room.folder / "var.key").exists()


def _fingerprint(path: os.PathLike[str]) -> str:
    database = sqlite3.connect(path)
    found = dict(database.execute("SELECT name, value FROM mark").fetchall())
    database.close()
    assert DEMO_MARK in found
    return str(found["key_fingerprint"])


def test_ctrl_c_ends_a_chat_without_a_traceback(room: Room):
    process = room.start("chat")
    assert process.stdout is not None
    assert process.stdout.readline()

    process.send_signal(signal.SIGINT)

    _, told = process.communicate(timeout=PATIENCE)
    assert process.returncode == 130
    assert told == b""


def test_a_reader_that_goes_away_ends_a_command_quietly(room: Room):
    process = room.start("chat")
    assert process.stdout is not None
    process.stdout.close()
    process.stdout = None  # nobody listens any more

    _, told = process.communicate(b"help\n" * 50, timeout=PATIENCE)

    assert b"Traceback" not in told
