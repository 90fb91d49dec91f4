"""`outreach backup` and `outreach restore` as an operator types them, on one machine and on the next."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cli_room import Room


@pytest.fixture
def used(room: Room) -> Room:
    """A house with an activity and somebody who comes."""
    activity = room.add()["id"]
    room.join(activity, "ann")
    return room


def move_in(room: Room, folder: str, *, with_key: bool = True) -> None:
    """From here on the commands mean another, empty house."""
    key = room.folder / "var.key"
    room.set(DATA_DIR=folder, KEY_FILE=f"{folder}.key")
    if with_key:
        shutil.copy2(key, room.folder / f"{folder}.key")


def test_a_backup_says_what_it_holds_and_that_the_key_is_not_in_it(used: Room):
    done = used.run("backup", "town.backup")

    assert done.code == 0
    assert "rows of" in done.out
    assert "key" in done.out
    assert (used.folder / "town.backup").stat().st_mode & 0o777 == 0o600
    assert (used.folder / "var.key").read_bytes().strip() not in (used.folder / "town.backup").read_bytes()


def test_what_was_backed_up_is_there_after_a_restore(used: Room):
    before = used.json("activity", "roster", "1")
    used.run("backup", "town.backup")
    move_in(used, "next")

    done = used.run("restore", "town.backup")

    assert done.code == 0, done.err
    assert used.json("activity", "roster", "1") == before


def test_numbers_for_a_machine_to_read(used: Room):
    made = used.json("backup", "town.backup")
    move_in(used, "next")
    read = used.json("restore", "town.backup")

    assert made["tables"]["activity"] == read["tables"]["activity"] == 1
    assert made["rows"] == read["rows"] == sum(made["tables"].values())
    assert made["bytes"] == (used.folder / "town.backup").stat().st_size


def test_an_older_file_is_kept_unless_one_says_otherwise(used: Room):
    used.run("backup", "town.backup")

    assert "--replace" in used.refused("backup", "town.backup", code=1)
    assert used.run("backup", "town.backup", "--replace").code == 0


def test_a_house_with_people_in_it_is_not_overwritten(used: Room):
    used.run("backup", "town.backup")

    said = used.refused("restore", "town.backup", code=1)

    assert "not empty" in said
    assert "OUTREACH_DATA_DIR" in said


def test_without_the_key_file_it_is_asked_for_and_none_is_made(used: Room):
    used.run("backup", "town.backup")
    move_in(used, "next", with_key=False)

    said = used.refused("restore", "town.backup", code=1)

    assert "key" in said
    assert not (used.folder / "next.key").exists()


@pytest.mark.parametrize("name", ["missing.backup", "hello.backup", "no/such/folder.backup"])
def test_what_cannot_be_read_is_named_with_a_remedy(used: Room, name: str):
    (used.folder / "hello.backup").write_text("hello")
    move_in(used, "next")

    said = used.refused("restore", name, code=1)

    assert "backup" in said
    assert "Traceback" not in said


def test_a_folder_that_is_not_there_is_named(used: Room):
    assert "nowhere" in used.refused("backup", "nowhere/town.backup", code=1)


def test_nothing_is_backed_up_where_nothing_is(room: Room):
    shutil.rmtree(Path("var"), ignore_errors=True)

    assert room.run("backup", "town.backup").code != 0
    assert not (room.folder / "town.backup").exists()
