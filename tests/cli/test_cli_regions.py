"""`outreach region …`: the tree, what holds where, a spreadsheet shown and then applied."""

from __future__ import annotations

from typing import Any

import pytest
from cli_room import Room

FILE = "code,name,parent,quiet_hours\nv,王家村,t,\nc,云溪县,,22:00-06:00\nt,柳河镇,c,off\n"


@pytest.fixture
def county(room: Room) -> Room:
    """A county with a village."""
    room.json("region", "add", "c", "--name", "云溪县", "--quiet", "22:00-06:00")
    room.json("region", "add", "v", "--name", "王家村", "--parent", "c")
    return room


def held(room: Room, code: str) -> Any:
    return room.json("region", "show", code)["held"]


def test_an_empty_network_is_one_region_that_can_be_set(room: Room):
    assert [line["code"] for line in room.json("region", "list")] == ["root"]

    room.json("region", "set", "root", "--weekly-cap", "2")

    assert held(room, "root")["weekly_cap"] == "2"


def test_a_region_is_added_and_inherits_what_it_does_not_set(county: Room):
    village = county.json("region", "show", "v")

    assert village["own"]["quiet_hours"] is None
    assert village["held"]["quiet_hours"] == "22:00-06:00"
    assert village["sources"]["quiet_hours"] == county.json("region", "show", "c")["id"]
    shown = county.run("region", "show", "v").out
    assert "quiet_hours" in shown
    assert shown.count(" c\n") == 1


def test_settings_are_changed_one_by_one_and_taken_back(county: Room):
    county.json("region", "set", "v", "--quiet", "off", "--second-person", "no", "--name", "王家新村")
    changed = county.json("region", "show", "v")
    county.json("region", "set", "v", "--quiet", "above")

    assert changed["name"] == "王家新村"
    assert (changed["held"]["quiet_hours"], changed["held"]["second_person"]) == ("off", "no")
    assert held(county, "v") == {**changed["held"], "quiet_hours": "22:00-06:00"}


def test_the_tree_is_shown_with_its_steps_and_page_by_page(county: Room):
    tree = county.run("region", "list").out
    first = county.run("region", "list", "--limit", "2").out
    rest = county.json("region", "list", "--after", "c")

    assert "· c " in tree
    assert "· · v " in tree
    assert "quiet 22:00-06:00" in tree
    assert "--after c" in first
    assert [line["code"] for line in rest] == ["v"]


def test_all_that_is_wrong_is_told_at_once_by_its_option(county: Room):
    said = county.refused("region", "set", "v", "--quiet", "late", "--zone", "Moon", "--helplines", "zz")

    assert [line.split(":")[1].strip() for line in said.splitlines()] == ["--zone", "--quiet", "--helplines"]
    assert held(county, "v")["quiet_hours"] == "22:00-06:00"


@pytest.mark.parametrize(
    ("command", "what"),
    [
        (("set", "nobody", "--quiet", "off"), "region list"),
        (("show", "nobody"), "region list"),
        (("list", "--after", "nobody"), "region list"),
        (("add", "x", "--name", "X", "--parent", "nobody"), "--parent"),
        (("add", "c", "--name", "Again"), "taken"),
        (("add", "a b", "--name", ""), "--name"),
        (("set", "c"), "--help"),
        (("set", "c", "--weekly-cap", "-1"), "--weekly-cap"),
        (("set", "c", "--opening", "x" * 201), "--opening"),
    ],
)
def test_what_cannot_be_is_refused_with_a_remedy(county: Room, command, what):
    assert what in county.refused("region", *command)


def test_a_spreadsheet_is_shown_first_and_then_applied(room: Room):
    (room.folder / "regions.csv").write_text(FILE, "utf-8-sig")

    shown = room.run("region", "import", "regions.csv").out
    before = room.json("region", "list")
    done = room.run("region", "import", "regions.csv", "--apply").out
    again = room.json("region", "import", "regions.csv", "--apply")

    assert "3 new, 0 changed, 0 as they are; nothing is done yet" in shown
    assert len(before) == 1
    assert "3 new, 0 changed, 0 as they are: done" in done
    assert (again["new"], again["changed"], again["unchanged"]) == ([], [], 3)
    assert held(room, "v")["quiet_hours"] == "off"


def test_every_wrong_row_is_told_and_nothing_is_applied(room: Room):
    (room.folder / "regions.csv").write_text("code,name,parent,zone\na,A,nobody,\nb,,,Moon\nc,C,,\n", "utf-8")

    said = room.refused("region", "import", "regions.csv", "--apply")
    as_json = room.run("region", "import", "regions.csv", "--apply", "--json")

    assert [line.partition("row ")[2][:1] for line in said.splitlines()] == ["2", "3", "3", ""]
    assert as_json.code == 2
    assert [one["code"] for one in as_json.json["problems"]] == ["region_no_parent", "empty", "zone"]
    assert as_json.json["applied"] is False
    assert len(room.json("region", "list")) == 1


def test_a_file_that_is_none_is_refused(room: Room):
    (room.folder / "book.xlsx").write_bytes(b"PK\x03\x04")

    assert "CSV" in room.refused("region", "import", "nothing.csv")
    assert "CSV" in room.refused("region", "import", "book.xlsx")
    assert "cannot be read" in room.refused("region", "import", ".")


def test_what_is_exported_can_be_taken_back_and_holds_no_formula(county: Room):
    county.json("region", "set", "v", "--name", "=1+1")
    county.run("region", "export", "out.csv")

    assert "'=1+1" in (county.folder / "out.csv").read_text("utf-8-sig")
    plan = county.json("region", "import", "out.csv")
    assert (plan["new"], plan["changed"], plan["unchanged"]) == ([], [], 3)
    assert "out.csv" in county.refused("region", "export", "out.csv")
