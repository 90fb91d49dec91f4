"""`outreach content …`, `feed`, `db …` and `--help`: what is read, approved, printed and checked."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cli_room import Room

import outreach
from outreach.store import Database
from outreach.store.migrations import HEAD

LIBRARY = Path(outreach.__file__).parents[1] / "content_library"
ITEM = "stress/steady-ground.zh.md"


@pytest.fixture
def library(room: Room) -> Path:
    """A library of one's own, as a team has it."""
    folder = room.folder / "library"
    shutil.copytree(LIBRARY, folder)
    room.set(LIBRARY=str(folder))
    return folder


def test_what_ships_is_in_review_and_is_read_by_nobody(room: Room):
    items = room.json("content", "list")

    heard = room.run("chat", stdin="读一读\n").out
    assert {item["state"] for item in items} == {"in_review"}
    assert not any(item["title"] in heard for item in items)


def test_what_was_approved_is_read_to_the_letter_though_the_file_changes(room: Room, library: Path):
    frozen = room.json("content", "approve", "steady-ground", "--language", "zh")
    path = library / ITEM
    path.write_text(path.read_text("utf-8") + "\n后来加的一句。\n", "utf-8")

    heard = room.run("chat", stdin="读一读\n").out
    (listed,) = (item for item in room.json("content", "list") if item["approved_at"])
    assert (frozen["approved_by"], frozen["slug"], frozen["language"]) == ("operator", "steady-ground", "zh")
    assert "body" not in frozen
    assert frozen["title"] in heard
    assert "后来加的一句" not in heard
    assert listed["state"] == "approved_older"


def test_an_item_that_asks_for_a_clinical_sign_off_cannot_be_approved_here(room: Room, library: Path):
    path = library / ITEM
    path.write_text(path.read_text("utf-8").replace("format:", "sign_off: psychologist\nformat:", 1), "utf-8")

    told = room.refused("content", "approve", "steady-ground", "--language", "zh")

    assert "steady-ground asks for the sign-off" in told
    assert not any(item["approved_at"] for item in room.json("content", "list"))


def test_the_shipped_library_has_nothing_wrong(room: Room):
    done = room.run("content", "lint", "--json")

    assert (done.code, done.json["problems"]) == (0, [])
    assert room.files() == set()


@pytest.mark.parametrize("command", ["activity list", "run", "safety screen", "demo"])
def test_a_malformed_item_is_told_with_file_and_line_by_every_command(room: Room, library: Path, command: str):
    (library / ITEM).write_text("---\ntitle: [broken\n---\nText\n", "utf-8")

    told = room.refused(*command.split())

    assert f"{ITEM}:" in told
    assert room.files() == {"library", *(f"library/{path.relative_to(library)}" for path in library.rglob("*"))}


def test_a_file_that_cannot_be_read_hides_nothing_that_is_wrong_with_the_others(room: Room, library: Path):
    (library / ITEM).write_text("---\ntitle: [broken\n---\nText\n", "utf-8")
    other = next(path for path in sorted(library.rglob("*.zh.md")) if path != library / ITEM)
    other.write_text(other.read_text("utf-8") + "\n吃药就能治好。\n", "utf-8")

    done = room.run("content", "lint", "--json")

    found = {problem["path"]: problem["code"] for problem in done.json["problems"]}
    assert done.code == 2
    assert found[ITEM] == "unreadable"
    assert str(other.relative_to(library)) in found


@pytest.mark.parametrize("command", ["run", "demo", "safety screen", "activity list"])
def test_a_library_without_an_emergency_number_is_refused(room: Room, library: Path, command: str):
    head, *lines = (library / "helplines.toml").read_text("utf-8").split("\n[[")
    kept = [line for line in lines if 'kind = "emergency"' not in line]
    (library / "helplines.toml").write_text("\n[[".join([head, *kept]), "utf-8")

    told = room.refused(*command.split())

    assert "helplines.toml" in told
    assert "emergency" in told


@pytest.mark.parametrize("gone", ["helplines.toml", "audiences.toml", "safety/replies.zh.toml", "wording_lint.toml"])
def test_a_missing_table_is_named(room: Room, library: Path, gone: str):
    (library / gone).unlink()

    assert gone.split("/")[-1].split(".")[0] in room.refused("activity", "list")


def test_a_library_from_before_there_were_quiet_days_does_without(room: Room, library: Path):
    (library / "observances.toml").unlink()

    assert room.json("activity", "list") == []


@pytest.mark.parametrize("command", ["content lint", "activity list"])
def test_a_quiet_day_that_is_none_is_named(room: Room, library: Path, command: str):
    with (library / "observances.toml").open("a", encoding="utf-8") as file:
        file.write('\n[new_day]\nwaits = ["safety"]\ndates = ["2027-01-01"]\n')

    told = room.refused(*command.split())

    assert "waits of new_day has the unknown 'safety'" in told
    assert "dates of new_day is not a list of days" in told


def test_a_library_that_is_not_there_is_named(room: Room):
    room.set(LIBRARY="nowhere")

    assert "OUTREACH_LIBRARY" in room.refused("content", "lint")


def test_a_fresh_database_is_made_and_in_order(room: Room):
    assert room.json("db", "upgrade") == {"revision": HEAD}
    assert room.json("db", "check") == {"problems": []}
    assert room.run("db", "check").out == "the database is in order\n"


def test_what_does_not_fit_is_named_with_code_2(room: Room):
    room.run("db", "upgrade")
    with room.core() as core, core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("ALTER TABLE alert ADD COLUMN strange TEXT")

    done = room.run("db", "check")

    assert done.code == 2
    assert "outreach db upgrade" in done.out


def test_the_feed_is_the_same_bytes_for_the_same_state(room: Room):
    room.add(title="太极晨练")

    first = room.run("feed").out

    assert first == room.run("feed").out
    assert first.startswith("BEGIN:VCALENDAR\r\n")
    assert "SUMMARY:太极晨练" in first


def test_the_commands_work_beside_one_that_reads(room: Room):
    room.add()
    database = Database.open(
        f"sqlite:///{room.folder / 'var' / 'outreach.db'}", room.folder / "var.key", room.folder / "var"
    )
    with database.reading() as uow:
        uow.regions.root()

        assert room.add()["id"] == 2
    database.close()


HEAVY = ("sqlalchemy", "fastapi", "telegram", "aiohttp", "icalendar", "cryptography", "uvicorn", "pydantic", "alembic")


def test_help_needs_nothing_and_loads_nothing_heavy(tmp_path: Path):
    code = (
        "import sys; sys.argv = ['outreach', '--help']\n"
        "from outreach.cli.main import entry\n"
        "try: entry()\n"
        "except SystemExit as end: print(end.code, sorted(set(sys.modules) & set(sys.stdin.read().split())))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path, env={}, input=" ".join(HEAVY), capture_output=True, text=True, timeout=60,
    )  # fmt: skip

    assert done.stdout.splitlines()[-1] == "0 []"
    for command in ("run", "demo", "chat", "feed", "activity", "thread", "content", "safety", "db"):
        assert f" {command} " in done.stdout
    assert list(tmp_path.iterdir()) == []
