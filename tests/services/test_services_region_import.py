"""Regions from a spreadsheet: planned with all that stands against it, then applied as a whole or not at all."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services_town import OPERATOR, Town

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import Forbidden, StaleVersion
from outreach.services import region_import
from outreach.services.cards import Region
from outreach.services.cards_regions import NewRegion, RegionOwn
from outreach.services.problems import BadFields
from outreach.services.region_branches import levels_of
from outreach.services.region_import import ImportPlan, rows_of
from outreach.services.regions import DEEPEST

SETS = frozenset({"CN", "GB"})
FILE = """code,name,parent,quiet_hours,weekly_cap
v,Village,t,,1
c,County,,22:00-06:00,
t,Town,c,off,
"""


@pytest.fixture
def root(town: Town) -> Region:
    with town.database.unit_of_work() as uow:
        return uow.regions.root()


def plan(town: Town, text: str, by: Actor = OPERATOR) -> ImportPlan:
    with town.database.reading() as uow:
        return region_import.plan(uow, by, rows_of(text.encode()), SETS)


def apply(town: Town, text: str, by: Actor = OPERATOR, fingerprint: str = "") -> ImportPlan:
    with town.database.unit_of_work() as uow:
        return region_import.apply(uow, by, rows_of(text.encode()), SETS, town.now, fingerprint=fingerprint)


def problems(found: ImportPlan) -> list[tuple[int, str, str]]:
    return [(one.row, one.problem.where, one.problem.code) for one in found.problems]


def paths(town: Town) -> dict[str, tuple[str, ...]]:
    """The tree as codes: for each region those above it and itself."""
    with town.database.reading() as uow:
        lines = uow.regions.tree("/", 10_000)
    codes = {line.region.id: line.region.code for line in lines}
    return {line.region.code: tuple(codes[int(step)] for step in line.region.path.split("/") if step) for line in lines}


def test_a_plan_tells_what_is_new_and_does_nothing(town: Town, root):
    found = plan(town, FILE)

    assert [(one.row, one.new, one.level) for one in found.new] == [
        (2, NewRegion("v", "Village", "t", RegionOwn(weekly_cap=1)), 3),
        (3, NewRegion("c", "County", "root", RegionOwn(quiet_hours="22:00-06:00")), 1),
        (4, NewRegion("t", "Town", "c", RegionOwn(quiet_hours="off")), 2),
    ]
    assert found.is_good
    assert paths(town) == {"root": ("root",)}


def test_what_was_planned_is_applied_once_and_again_changes_nothing(town: Town, root):
    seen = plan(town, FILE)
    apply(town, FILE, fingerprint=seen.fingerprint)
    again = apply(town, FILE)

    assert paths(town)["v"] == ("root", "c", "t", "v")
    assert (len(again.new), len(again.changed), again.unchanged) == (0, 0, 3)
    with town.database.reading() as uow:
        written = [(one.action, one.subject_id, one.reason) for one in uow.audit.listed(9, subject="region")]
    assert written == [("import", str(root.id), "3 new, 0 changed")]


def test_a_file_changes_what_it_says_and_leaves_what_it_has_no_column_for(town: Town, root):
    apply(town, FILE)

    found = apply(town, "code,name,weekly_cap\nc,云溪县,2\nt,,\nv,Village,\n")

    assert [(one.line.region.code, one.fields) for one in found.changed] == [
        ("c", ("name", "weekly_cap")),
        ("v", ("weekly_cap",)),
    ]
    assert found.unchanged == 1
    with town.database.reading() as uow:
        line = uow.regions.coded(["c"])["c"]
    assert (line.region.name, line.own) == ("云溪县", RegionOwn(quiet_hours="22:00-06:00", weekly_cap=2))


def test_everything_wrong_is_told_row_by_row_and_nothing_is_applied(town: Town, root):
    apply(town, FILE)
    text = """code,name,parent,zone,quiet_hours,weekly_cap,helplines
a b,A,,,,,
,B,,,,,
d1,,nobody,Moon,late,101,ZZ
d1,Twice,,,,,
x,X,y,,,,
y,Y,x,,,,
z,Z,y,,,,
self,S,self,,,,
w,W,v,,,,
w5,Too deep,w,,,,
t,Town,v,,,,
fine,Fine,c,,,,
long,{long},c,,,,
""".format(long="x" * 61)

    found = plan(town, text)

    assert problems(found) == [
        (2, "code", "region_code_form"),
        (3, "code", "empty"),
        (4, "name", "empty"),
        (4, "parent", "region_no_parent"),
        (4, "zone", "zone"),
        (4, "quiet_hours", "quiet_hours"),
        (4, "helplines", "helplines_unknown"),
        (4, "weekly_cap", "weekly_cap"),
        (5, "code", "region_code_twice"),
        (6, "parent", "region_circle"),
        (7, "parent", "region_circle"),
        (9, "parent", "region_circle"),
        (11, "parent", "region_too_deep"),
        (12, "parent", "region_moved"),
        (14, "name", "too_long"),
    ]
    before = paths(town)
    with pytest.raises(BadFields) as refused:
        apply(town, text)
    assert [one.where for one in refused.value.found][:2] == ["row 2, code", "row 3, code"]
    assert paths(town) == before


def test_a_plan_that_is_another_one_by_now_is_not_applied(town: Town, root):
    seen = plan(town, FILE)
    apply(town, "code,name\nc,County\n")

    with pytest.raises(StaleVersion):
        apply(town, FILE, fingerprint=seen.fingerprint)

    assert set(paths(town)) == {"root", "c"}


def test_somebody_imports_below_their_own_unit_alone(town: Town, root):
    apply(town, "code,name\nc,County\no,Other\n")
    with town.database.reading() as uow:
        by = Actor(Role.AREA_ADMIN, "Ann", None, uow.regions.coded(["c"])["c"].region.path)

    elsewhere = plan(town, "code,name,parent\nn,New,o\no,Mine,\nr,Root,root\nm,Nowhere,nobody\n", by)
    here = apply(town, "code,name\nn,New\n", by)

    assert problems(elsewhere) == [
        (2, "parent", "region_no_parent"),
        (3, "code", "region_code_taken"),
        (4, "parent", "region_no_parent"),
        (5, "parent", "region_no_parent"),
    ]
    assert here.new[0].new.above == "c"
    assert paths(town)["n"] == ("root", "c", "n")


@pytest.mark.parametrize("role", [Role.VILLAGE_ADMIN, Role.HOST, Role.AUDITOR, Role.DUTY])
def test_whoever_may_not_change_regions_plans_no_import(town: Town, root, role):
    with pytest.raises(Forbidden):
        plan(town, FILE, Actor(role, "Ann", None, root.path))


def test_an_empty_table_is_a_plan_of_nothing(town: Town, root):
    found = apply(town, "code,name\n")

    assert (found.new, found.changed, found.unchanged, found.is_good) == ([], [], 0, True)


def test_thousands_of_rows_in_any_order_are_one_import(town: Town, root):
    rows = [f"c{n},County {n},," for n in range(50)]
    rows += [f"t{n},Town {n},c{n % 50}," for n in range(500)]
    rows += [f"v{n},Village {n},t{n % 500},22:00-06:00" for n in range(4_450)]
    random.Random(3).shuffle(rows)

    found = apply(town, "code,name,parent,quiet_hours\n" + "\n".join(rows))

    assert len(found.new) == 5_000
    with town.database.reading() as uow:
        assert uow.regions.count() == 5_001
    assert paths(town)["v777"] == ("root", "c27", "t277", "v777")


TREES = st.lists(st.integers(0, 10), min_size=1, max_size=12).map(
    lambda draws: {f"n{at}": f"n{draw % at}" if at and draw < 9 else "root" for at, draw in enumerate(draws)}
)


@given(TREES, st.randoms(use_true_random=False))
def test_levels_do_not_depend_on_the_order_of_rows(parents, chance):
    codes = list(parents)
    chance.shuffle(codes)

    levels, circles = levels_of({code: parents[code] for code in codes}, {"root": 0})

    def naive(code: str) -> int:
        return 0 if code == "root" else 1 + naive(parents[code])

    assert levels == {code: naive(code) for code in parents}
    assert not circles


@given(st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("abcdefgr")))
def test_circles_are_those_codes_that_come_back_to_themselves(parents):
    levels, circles = levels_of(parents, {"r": 0})

    def above(code: str) -> list[str]:
        seen: list[str] = []
        while code in parents and parents[code] not in seen:
            code = parents[code]
            seen.append(code)
        return seen

    assert circles == {code for code in parents if code in above(code)}
    assert levels.keys() == {code for code in parents if "r" in above(code)}


def test_any_order_of_rows_gives_the_same_tree(tmp_path_factory):
    from services_town import open_town

    rows = ["c,County,,", "t,Town,c,Asia/Urumqi", "v,Village,t,", "w,W,t,Asia/Tokyo", "o,Other,,"]
    found = []
    for seed in range(6):
        shuffled = random.Random(seed).sample(rows, len(rows))
        with open_town(tmp_path_factory.mktemp("town")) as town:
            with town.database.unit_of_work() as uow:
                uow.regions.root()
            apply(town, "code,name,parent,zone\n" + "\n".join(shuffled))
            with town.database.reading() as uow:
                zones = {line.region.code: line.region.zone for line in uow.regions.tree("/", 99)}
            found.append((paths(town), zones))

    assert all(one == found[0] for one in found)
    assert found[0][1] == {
        **dict.fromkeys(("root", "c", "o"), "Asia/Shanghai"),
        **dict.fromkeys(("t", "v"), "Asia/Urumqi"),
        "w": "Asia/Tokyo",
    }
    assert max(map(len, found[0][0].values())) <= DEEPEST + 1
