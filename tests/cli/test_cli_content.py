"""`outreach content sync`, `export`, `withdraw`, and approving from a folder: an editor's day on the command line."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
from cli_room import Room

import outreach

LIBRARY = Path(outreach.__file__).parents[1] / "content_library"
ITEM = "stress/steady-ground.zh.md"
BROKEN = b"---\ntitle: \xff\xfe\n---\nText\n"


@pytest.fixture
def library(room: Room) -> Path:
    """A library of one's own, as a team has it."""
    folder = room.folder / "library"
    shutil.copytree(LIBRARY, folder)
    room.set(LIBRARY=str(folder))
    return folder


@pytest.fixture
def texts(room: Room) -> Path:
    """A folder that holds texts only, as an editor mails it: one item, rewritten."""
    folder = room.folder / "texts"
    (folder / "stress").mkdir(parents=True)
    for language in ("zh", "en"):
        name = f"stress/steady-ground.{language}.md"
        text = (
            (LIBRARY / name)
            .read_text("utf-8")
            .replace("\n\n**", "\n\n好。\n\n**" if language == "zh" else "\n\nGood.\n\n**")
        )
        (folder / name).write_text(text, "utf-8")
    return folder


def change_of(told: Any, slug: str, language: str = "zh") -> str:
    (found,) = (one["change"] for one in told["items"] if (one["slug"], one["language"]) == (slug, language))
    return str(found)


def approve(room: Room, slug: str, language: str = "zh", *more: str) -> Any:
    return room.json("content", "approve", slug, "--language", language, *more)


def test_on_a_fresh_house_every_text_is_new_and_none_is_approved_by_it(room: Room):
    told = room.json("content", "sync")

    assert {one["change"] for one in told["items"]} == {"new"}
    assert {item["state"] for item in room.json("content", "list")} == {"in_review"}


def test_each_text_is_told_apart(room: Room, library: Path):
    approve(room, "steady-ground")
    approve(room, "a-call-a-day")
    approve(room, "sixty-seconds")
    approve(room, "lights-out-together")
    room.json("content", "withdraw", "lights-out-together", "--reason", "the notice has changed")
    (library / ITEM).write_text((library / ITEM).read_text("utf-8").replace("三分钟", "两分钟"), "utf-8")
    for path in library.rglob("sixty-seconds.*.md"):
        path.unlink()

    done = room.run("content", "sync", "--json")

    slugs = ("steady-ground", "a-call-a-day", "sixty-seconds", "lights-out-together", "first-week")
    assert [change_of(done.json, slug) for slug in slugs] == ["changed", "unchanged", "gone", "withdrawn", "new"]


def test_what_to_do_next_is_said(room: Room, library: Path):
    approve(room, "sixty-seconds")
    for path in library.rglob("sixty-seconds.*.md"):
        path.unlink()

    done = room.run("content", "sync")

    assert done.code == 0
    assert "0 changed" in done.err
    assert "outreach content approve SLUG" in done.err
    assert "outreach content withdraw SLUG" in done.err


def test_all_problems_are_told_before_anything_is_done(room: Room, library: Path):
    (library / ITEM).write_bytes(BROKEN)
    (library / "sleep" / "lights-out-together.zh.md").write_text("no front matter", "utf-8")
    kind = library / "work" / "first-week.en.md"
    kind.write_text(kind.read_text("utf-8").replace("One is enough.", "It will cure you."), "utf-8")

    done = room.run("content", "sync")

    assert done.code == 2
    for told in (f"{ITEM}:2: the file is not UTF-8", "lights-out-together.zh.md:1: ", "first-week.en.md:", "“cure”"):
        assert told in done.out
    assert "CHANGE" not in done.out
    assert not {path for path in room.files() if not path.startswith("library")}


def test_a_folder_of_texts_is_read_with_the_tables_of_the_house(room: Room, texts: Path):
    approve(room, "steady-ground")
    approve(room, "a-call-a-day")

    told = room.json("content", "sync", str(texts))

    assert (change_of(told, "steady-ground"), change_of(told, "a-call-a-day")) == ("changed", "gone")
    assert change_of(told, "steady-ground", "en") == "new"


def test_a_text_is_approved_from_the_folder_it_came_in(room: Room, texts: Path):
    frozen = approve(room, "steady-ground", "zh", "--from", str(texts))

    (line,) = (item for item in room.json("content", "list") if item["approved_at"])
    assert (line["approved_version"], line["state"]) == (frozen["version"], "approved_older")
    assert change_of(room.json("content", "sync", str(texts)), "steady-ground") == "unchanged"


@pytest.mark.parametrize("command", [["sync", "nowhere"], ["approve", "x", "--language", "zh", "--from", "nowhere"]])
def test_a_folder_that_is_not_there_is_named(room: Room, command: list[str]):
    assert "nowhere: there is no such folder" in room.refused("content", *command)


def test_a_text_with_an_error_is_not_approved(room: Room, library: Path):
    (library / ITEM).write_text((library / ITEM).read_text("utf-8") + "\n练了就能治好。\n", "utf-8")

    told = room.refused("content", "approve", "steady-ground", "--language", "zh")

    assert f"{ITEM}:" in told
    assert "治好" in told
    assert not any(item["approved_at"] for item in room.json("content", "list"))


def test_a_text_that_cannot_be_read_is_refused_with_what_is_wrong(room: Room, texts: Path):
    (texts / ITEM).write_bytes(BROKEN)

    told = room.refused("content", "approve", "steady-ground", "--language", "zh", "--from", str(texts))

    assert f"{ITEM}:2: the file is not UTF-8" in told


def test_what_is_withdrawn_is_read_to_nobody(room: Room):
    title = approve(room, "steady-ground")["title"]
    assert title in room.run("chat", stdin="读一读\n").out

    (taken,) = room.json("content", "withdraw", "steady-ground", "--reason", "a better one is coming")

    assert (taken["withdrawn_by"], taken["language"]) == ("operator", "zh")
    assert title not in room.run("chat", stdin="读一读\n").out
    assert [item["state"] for item in room.json("content", "list") if item["approved_at"]] == ["withdrawn"]


@pytest.mark.parametrize(
    ("command", "told"),
    [
        (["steady-ground"], "reason"),
        (["steady-ground", "--reason", " "], "reason: it is empty"),
        (["steady-ground", "--reason", "x" * 201], "at most 200"),
        (["steady-ground", "--reason", "old", "--language", "en"], "steady-ground.en"),
        (["no-such-text", "--reason", "old"], "no-such-text"),
        (["steady-ground", "--reason", "old", "--language", "fr"], "fr"),
    ],
)
def test_withdrawing_wrongly_withdraws_nothing(room: Room, command: list[str], told: str):
    approve(room, "steady-ground")

    assert told in room.refused("content", "withdraw", *command)
    assert [item["state"] for item in room.json("content", "list") if item["approved_at"]] == ["approved"]


def test_what_is_approved_comes_out_as_files_that_mean_the_same(room: Room):
    for slug in ("steady-ground", "a-call-a-day"):
        for language in ("zh", "en"):
            approve(room, slug, language)

    told = room.json("content", "export", "out")

    assert [file["exact"] for file in told["files"]] == [True] * 4
    assert (room.folder / "out" / ITEM).read_bytes() == (LIBRARY / ITEM).read_bytes()
    assert {one["change"] for one in room.json("content", "sync", "out")["items"]} == {"unchanged"}


def test_files_that_say_something_else_are_all_named_and_none_is_touched(room: Room):
    approve(room, "steady-ground")
    approve(room, "a-call-a-day")
    room.run("content", "export", "out")
    kept = [room.folder / "out" / name for name in (ITEM, "loneliness/a-call-a-day.zh.md")]
    for path in kept:
        path.write_text("mine", "utf-8")

    told = room.refused("content", "export", "out")

    assert all(path.name in told for path in kept)
    assert [path.read_text("utf-8") for path in kept] == ["mine", "mine"]
    assert room.run("content", "export", "out", "--replace").code == 0
    assert kept[0].read_bytes() == (LIBRARY / ITEM).read_bytes()


def test_exporting_again_changes_nothing(room: Room):
    approve(room, "steady-ground")

    first, again = room.run("content", "export", "out"), room.run("content", "export", "out")

    assert (first.code, first.out) == (again.code, again.out) == (0, f"out/{ITEM}\n")


def test_a_link_that_leads_out_of_the_folder_is_not_followed(room: Room):
    approve(room, "steady-ground")
    (room.folder / "out").mkdir()
    (room.folder / "elsewhere").mkdir()
    (room.folder / "out" / "stress").symlink_to(room.folder / "elsewhere")

    assert "leads out of the folder" in room.refused("content", "export", "out")
    assert list((room.folder / "elsewhere").iterdir()) == []


def test_nothing_approved_is_no_file(room: Room):
    assert room.json("content", "export", "out")["files"] == []
