"""What regions set and inherit, many planted at once, and none of it row by row: on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import time
from pathlib import Path
from threading import Barrier

import pytest
from alembic import command
from alembic.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event
from store_town import NOW

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound, StaleVersion
from outreach.domain.ids import RegionId
from outreach.domain.times import NEVER_QUIET, QuietHours
from outreach.services import region_import, regions
from outreach.services.cards import Region
from outreach.services.cards_regions import OFF, ChangedRegion, NewRegion, RegionOwn, RegionSettings
from outreach.services.problems import BadFields
from outreach.store import Database, migrations
from outreach.store.shelves import region_settings
from outreach.store.unit_of_work import SqlUnitOfWork

NOWHERE = RegionId(99_999)


def tree(uow: SqlUnitOfWork) -> dict[str, Region]:
    """A city with a county, a town below it and a village below that; beside them another county."""
    made = {"root": uow.regions.root()}
    for code, above in (("city", "root"), ("county", "city"), ("town", "county"), ("village", "town"), ("b", "city")):
        made[code] = uow.regions.add(code, f"{code} name", made[above])
    return made


def test_what_a_region_does_not_set_holds_as_above_it(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)
        uow.regions.change(made["city"].id, RegionOwn(opening_hours="Mon-Fri 9-17", helplines="CN", weekly_cap=2))
        uow.regions.change(made["town"].id, RegionOwn(quiet_hours="22:00-06:00", second_person=False, weekly_cap=0))
        uow.regions.change(made["village"].id, RegionOwn(quiet_hours=OFF))

        found = uow.regions.settings_at([made["town"].path, made["village"].path, made["b"].path])

    above = {"opening_hours": "Mon-Fri 9-17", "helplines": "CN"}
    zone = made["root"].zone
    assert found == {
        made["town"].path: RegionSettings(
            zone, QuietHours(time(22), time(6)), second_person=False, weekly_cap=0, **above
        ),
        made["village"].path: RegionSettings(zone, NEVER_QUIET, second_person=False, weekly_cap=0, **above),
        made["b"].path: RegionSettings(zone, None, weekly_cap=2, **above),
    }


def test_nothing_is_set_where_nobody_set_anything_or_nothing_is(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)

        assert uow.regions.settings_of(made["b"].id) == RegionSettings("Asia/Shanghai")
        assert uow.regions.settings_at(["", "/99999/"]) == dict.fromkeys(
            ["", "/99999/"], RegionSettings("Asia/Shanghai")
        )
        assert uow.regions.settings_at([]) == {}
        with pytest.raises(NotFound):
            uow.regions.settings_of(NOWHERE)


def test_a_zone_spreads_to_all_below_but_not_past_one_that_has_its_own(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)
        uow.regions.change(made["town"].id, RegionOwn(zone="Asia/Tokyo"))
        uow.regions.change(made["city"].id, RegionOwn(zone="Asia/Urumqi"))
        far = {code: uow.regions.get(region.id).zone for code, region in made.items()}
        uow.regions.change(made["town"].id, RegionOwn())
        near = {code: uow.regions.get(region.id).zone for code, region in made.items()}

    shanghai, urumqi, tokyo = "Asia/Shanghai", "Asia/Urumqi", "Asia/Tokyo"
    assert far == {"root": shanghai, "city": urumqi, "county": urumqi, "b": urumqi, "town": tokyo, "village": tokyo}
    assert near == {**dict.fromkeys(far, urumqi), "root": shanghai}


def test_a_line_says_what_holds_there_and_who_set_it(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)
        uow.regions.change(made["city"].id, RegionOwn(zone="Asia/Urumqi", weekly_cap=2))
        uow.regions.change(made["county"].id, RegionOwn(weekly_cap=1))

        line = uow.regions.line(made["county"].id)

    assert (line.region.code, line.children, line.version) == ("county", 1, 1)
    assert line.own == RegionOwn(weekly_cap=1)
    assert line.held == RegionOwn(zone="Asia/Urumqi", weekly_cap=1)
    assert line.settings == RegionSettings("Asia/Urumqi", weekly_cap=1)
    assert line.sources == {"zone": made["city"].id, "weekly_cap": made["county"].id}


def test_a_change_over_another_that_was_not_seen_is_refused(database: Database):
    with database.unit_of_work() as uow:
        county = tree(uow)["county"].id
        uow.regions.change(county, RegionOwn(weekly_cap=1), version=0)

        with pytest.raises(StaleVersion):
            uow.regions.change(county, RegionOwn(weekly_cap=2), version=0)
        with pytest.raises(NotFound):
            uow.regions.change(NOWHERE, RegionOwn())
        with pytest.raises(NotFound):
            uow.regions.rename(NOWHERE, "A")

        assert uow.regions.line(county).own == RegionOwn(weekly_cap=1)


def test_the_tree_is_read_page_by_page_each_behind_the_one_that_holds_it(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)
        for number in range(12):  # ids of one and of two digits
            uow.regions.add(f"n{number}", f"N{number}", made["b"])

        paged, after = [], ""
        while page := uow.regions.tree(made["city"].path, 3, after):
            paged += page
            after = page[-1].region.path
        inside = {made["city"].id}
        for line in paged[1:]:
            assert line.region.parent_id in inside
            inside.add(line.region.id)
        right_below = uow.regions.listed(made["city"].id, 1, after=made["county"].id)

    assert len(paged) == 5 + 12
    assert [line.region.code for line in paged[:4]] == ["city", "county", "town", "village"]
    assert [line.region.code for line in right_below] == ["b"]


def test_regions_are_found_by_name_or_code_within_a_part_of_the_network(database: Database):
    with database.unit_of_work() as uow:
        made = tree(uow)

        def codes(part: str, path: str) -> list[str]:
            return [line.region.code for line in uow.regions.found(part, path, 10)]

        assert codes("name", made["county"].path) == ["village", "town", "county"]
        assert codes("COUN", made["root"].path) == ["county"]
        assert codes("_", made["root"].path) == codes("%", made["root"].path) == []
        assert codes("village", made["b"].path) == []


def test_many_are_planted_in_any_order_with_paths_and_zones(database: Database):
    new = [
        NewRegion("v", "Village", "t"),
        NewRegion("c", "County", "root", RegionOwn(zone="Asia/Tokyo")),
        NewRegion("t", "Town", "c", RegionOwn(weekly_cap=1)),
    ]
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        uow.regions.plant(new)
        found = uow.regions.coded(["v", "c", "t", "nobody"])

    assert found.keys() == {"v", "c", "t"}
    village = found["v"].region
    assert village.path == f"{root.path}{found['c'].region.id}/{found['t'].region.id}/{village.id}/"
    assert (village.level, village.zone, village.name) == (3, "Asia/Tokyo", "Village")
    assert found["v"].settings == RegionSettings("Asia/Tokyo", weekly_cap=1)


def test_planting_below_nobody_is_refused(database: Database):
    with database.unit_of_work() as uow:
        uow.regions.root()

        with pytest.raises(NotFound):
            uow.regions.plant([NewRegion("a", "A", "nobody")])

        assert uow.regions.by_code("a") is None


def test_statements_grow_with_chunks_and_levels_not_with_regions(database: Database):
    def statements(number: int, prefix: str) -> int:
        seen: list[str] = []
        new = [NewRegion(prefix, "C", "root")] + [NewRegion(f"{prefix}{n}", f"N{n}", prefix) for n in range(number)]
        with database.unit_of_work() as uow:
            uow.regions.root()
            connection = uow.regions._at.connection
            event.listen(connection, "before_cursor_execute", lambda *_: seen.append(""))
            uow.regions.plant(new)
            lines = uow.regions.coded([each.code for each in new])
            uow.regions.change_all(
                ChangedRegion(line.region.id, "X", RegionOwn(weekly_cap=1)) for line in lines.values()
            )
            uow.regions.settings_at([line.region.path for line in lines.values()])
            uow.regions.tree("/", number)
        return len(seen)

    assert statements(20, "a") == statements(400, "b")


class RollBack(Exception):
    """An example is over."""


OWN = st.builds(
    RegionOwn,
    zone=st.none() | st.sampled_from(["Asia/Urumqi", "Asia/Tokyo"]),
    quiet_hours=st.none() | st.sampled_from([OFF, "22:00-06:00"]),
    weekly_cap=st.none() | st.integers(0, 9),
    second_person=st.none() | st.booleans(),
)
TREES = st.lists(st.tuples(st.integers(0, 99), OWN), min_size=1, max_size=9)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TREES)
def test_what_holds_is_what_the_naive_walk_up_the_tree_finds(database: Database, drawn: list[tuple[int, RegionOwn]]):
    above = {at: draw % at - 1 if at else -1 for at, (draw, _) in enumerate(drawn)}  # -1: the top
    new = [
        NewRegion(f"n{at}", "N", "root" if above[at] < 0 else f"n{above[at]}", own) for at, (_, own) in enumerate(drawn)
    ]

    def nearest(at: int, name: str) -> object:
        while at >= 0:
            if (value := getattr(drawn[at][1], name)) is not None:
                return value
            at = above[at]
        return "Asia/Shanghai" if name == "zone" else None

    with suppress(RollBack), database.unit_of_work() as uow:
        uow.regions.root()
        uow.regions.plant(reversed(new))
        lines = uow.regions.coded(one.code for one in new)
        found = uow.regions.settings_at([line.region.path for line in lines.values()])
        for at in above:
            line = lines[f"n{at}"]
            held = found[line.region.path]
            quiet = nearest(at, "quiet_hours")
            assert held.zone == line.region.zone == nearest(at, "zone")
            assert held.quiet == (None if quiet is None else QuietHours.parse(str(quiet)) or NEVER_QUIET)
            assert held.weekly_cap == nearest(at, "weekly_cap")
            assert held.second_person == nearest(at, "second_person") == line.settings.second_person
        raise RollBack


def test_two_who_make_the_same_region_at_once_are_told_and_not_both_served(database: Database):
    with database.unit_of_work() as uow:
        root = uow.regions.root().id
    ready = Barrier(2)

    def make(name: str) -> str:
        ready.wait()
        try:
            with database.unit_of_work() as uow:
                regions.add(uow, Actor.operator(), root, "same", name, NOW)
        except BadFields as refused:
            return refused.found[0].code
        return "made"

    with ThreadPoolExecutor(2) as both:
        found = sorted(both.map(make, ["A", "B"]))

    assert found == ["made", "region_code_taken"]


def test_two_imports_of_one_file_at_once_make_it_once(database: Database):
    rows = region_import.rows_of(("code,name\n" + "\n".join(f"c{n},County {n}" for n in range(200))).encode())
    with database.unit_of_work() as uow:
        uow.regions.root()
    ready = Barrier(2)

    def bring(_: int) -> int:
        ready.wait()
        with database.unit_of_work() as uow:
            return len(region_import.apply(uow, Actor.operator(), rows, (), NOW).new)

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(bring, range(2))) == [0, 200]
    with database.reading() as uow:
        assert uow.regions.count() == 201


def test_no_text_however_odd_reaches_the_database_as_a_fault(database: Database):
    by = Actor.operator()
    with database.unit_of_work() as uow:
        root = uow.regions.root().id

        assert regions.found(uow, by, "\0", 9) == regions.found(uow, by, "", 9)
        assert regions.tree(uow, by, 9, "\0") == regions.tree(uow, by, 9)
        with pytest.raises(BadFields):
            regions.add(uow, by, root, "a\0", "A\0", NOW, texts={"opening_hours": "\0", "zone": "\0"})
        plan = region_import.plan(uow, by, region_import.rows_of("code,name,parent\na\0,A\0,\0b\nc,C,\0\n"), ())

    assert {told.row for told in plan.problems} == {2, 3}


def test_an_older_database_keeps_the_zones_that_were_set_by_hand(database_url: str, tmp_path: Path):
    opened = Database.open(database_url, tmp_path / "town.key", tmp_path / "town")
    rows = [(1, None, "/1/", 0, "root", "UTC"), (2, 1, "/1/2/", 1, "c", "UTC"), (3, 2, "/1/2/3/", 2, "v", "Asia/Tokyo")]
    with opened.unit_of_work() as uow:
        config = Config()
        config.set_main_option("script_location", str(Path(migrations.__file__).parent))
        config.attributes["connection"] = uow.connection
        command.upgrade(config, "0005")
        for region_id, parent, path, level, code, zone in rows:
            above = "NULL" if parent is None else parent
            uow.connection.exec_driver_sql(
                "INSERT INTO region (id, parent_id, path, level, code, name, zone)"
                f" VALUES ({region_id}, {above}, '{path}', {level}, '{code}', '{code}', '{zone}')"
            )
    opened.upgrade()

    with opened.reading() as uow:
        own = {line.region.code: line.own for line in uow.regions.tree("/", 9)}
    opened.close()

    assert own == {"root": RegionOwn(), "c": RegionOwn(), "v": RegionOwn(zone="Asia/Tokyo")}


def test_a_path_is_a_lineage_of_ids():
    assert region_settings.lineage("/1/40/7/") == (1, 40, 7)
    assert region_settings.lineage("") == ()
