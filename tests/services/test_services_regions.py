"""The tree of regions: who sees and changes what of it, what is inherited, what is refused."""

from __future__ import annotations

from functools import reduce

import pytest
from hypothesis import given
from hypothesis import strategies as st
from services_town import OPERATOR, Town

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import Forbidden, NotFound, StaleVersion
from outreach.domain.ids import RegionId
from outreach.services import regions
from outreach.services.cards import Region
from outreach.services.cards_regions import OFF, SETTINGS, RegionOwn
from outreach.services.problems import BadFields
from outreach.services.region_fields import read_settings, shown

SETS = frozenset({"CN", "GB"})
NOWHERE = RegionId(99_999)
OWN = st.builds(
    RegionOwn,
    zone=st.none() | st.sampled_from(["Asia/Shanghai", "Asia/Urumqi"]),
    quiet_hours=st.none() | st.sampled_from([OFF, "22:00-06:00"]),
    opening_hours=st.none() | st.just("Mon-Fri"),
    helplines=st.none() | st.sampled_from(["CN", "GB"]),
    second_person=st.none() | st.booleans(),
    weekly_cap=st.none() | st.integers(0, 100),
)


@pytest.fixture
def made(town: Town) -> dict[str, Region]:
    with town.database.unit_of_work() as uow:
        county = uow.regions.add("county", "County", uow.regions.root())
        village = uow.regions.add("village", "Village", county)
        other = uow.regions.add("other", "Other", uow.regions.root())
        return {"root": uow.regions.root(), "county": county, "village": village, "other": other}


def of(role: Role, region: Region) -> Actor:
    return Actor(role, "Ann", None, region.path)


def refused(town: Town, region: Region, by: Actor = OPERATOR, **texts: str) -> list[tuple[str, str]]:
    with town.database.unit_of_work() as uow, pytest.raises(BadFields) as problems:
        regions.change(uow, by, region.id, texts, town.now, sets=SETS)
    return [(one.where, one.code) for one in problems.value.found]


@given(st.lists(OWN, min_size=1, max_size=6))
def test_inheritance_is_the_naive_walk_up_the_tree(lineage):
    held = reduce(lambda above, own: own.under(above), lineage)

    for name in SETTINGS:
        nearest = next((value for own in reversed(lineage) if (value := getattr(own, name)) is not None), None)
        assert getattr(held, name) == nearest


@given(OWN, OWN)
def test_what_is_shown_is_read_again(own, before):
    assert read_settings(shown(own), before, SETS) == (own, [])


def test_a_new_region_lies_below_another_and_is_written_down(town: Town, made):
    with town.database.unit_of_work() as uow:
        texts = {"quiet_hours": "22:00 – 6:30", "second_person": "否", "weekly_cap": "", "zone": "above"}
        line = regions.add(uow, OPERATOR, made["village"].id, "ｈａｍ-1", " Hamlet ", town.now, texts=texts, sets=SETS)
        audit = uow.audit.listed(1)[0]

    assert (line.region.code, line.region.name, line.region.level) == ("ham-1", "Hamlet", 3)
    assert line.region.path == f"{made['village'].path}{line.region.id}/"
    assert line.own == RegionOwn(quiet_hours="22:00-06:30", second_person=False)
    assert (audit.action, audit.subject, audit.subject_id) == ("add", "region", str(line.region.id))


def test_all_that_is_wrong_with_a_new_region_is_told_at_once(town: Town, made):
    with town.database.unit_of_work() as uow, pytest.raises(BadFields) as problems:
        regions.add(uow, OPERATOR, made["root"].id, "a b", "", town.now, texts={"zone": "Moon"}, sets=SETS)

    assert [(one.where, one.code) for one in problems.value.found] == [
        ("code", "region_code_form"),
        ("name", "empty"),
        ("zone", "zone"),
    ]


def test_a_code_is_given_once_and_the_tree_has_four_levels(town: Town, made):
    with town.database.unit_of_work() as uow:
        third = regions.add(uow, OPERATOR, made["village"].id, "l3", "Three", town.now)
        fourth = regions.add(uow, OPERATOR, third.region.id, "l4", "Four", town.now)
        with pytest.raises(BadFields) as problems:
            regions.add(uow, OPERATOR, fourth.region.id, "other", "Five", town.now)

    assert [one.code for one in problems.value.found] == ["region_too_deep", "region_code_taken"]


@pytest.mark.parametrize(
    ("field", "text", "code"),
    [
        ("zone", "Mars/Base", "zone"),
        ("zone", "../../etc/passwd", "zone"),
        ("quiet_hours", "late", "quiet_hours"),
        ("quiet_hours", "25:00-07:00", "quiet_hours"),
        ("quiet_hours", "21:30+08:00-07:30+08:00", "quiet_hours"),
        ("quiet_hours", "22:00-22:00", "quiet_hours_equal"),
        ("opening_hours", "x" * 201, "too_long"),
        ("opening_hours", "a\nb", "one_line"),
        ("helplines", "ZZ", "helplines_unknown"),
        ("second_person", "perhaps", "yes_or_no"),
        ("weekly_cap", "101", "weekly_cap"),
        ("weekly_cap", "-1", "weekly_cap"),
        ("weekly_cap", "9" * 5000, "weekly_cap"),
    ],
)
def test_a_setting_that_cannot_be_is_refused(town: Town, made, field, text, code):
    assert refused(town, made["county"], **{field: text}) == [(field, code)]


@pytest.mark.parametrize(
    ("field", "text", "value"),
    [
        ("quiet_hours", "９：３０至１０：００", "09:30-10:00"),
        ("quiet_hours", "22:00—24:00", "22:00-00:00"),
        ("quiet_hours", "关", OFF),
        ("helplines", "gb", "GB"),
        ("second_person", "是", True),
        ("weekly_cap", "０", 0),
        ("weekly_cap", "above", None),
        ("opening_hours", "同上级", None),
    ],
)
def test_a_setting_is_read_as_people_write_it(town: Town, made, field, text, value):
    with town.database.unit_of_work() as uow:
        line = regions.change(uow, OPERATOR, made["county"].id, {field: text}, town.now, sets=SETS)

    assert getattr(line.own, field) == value


def test_several_problems_are_told_together_and_nothing_is_changed(town: Town, made):
    texts = {"zone": "Moon", "weekly_cap": "many", "quiet_hours": "22:00-06:00"}

    assert refused(town, made["county"], **texts) == [("zone", "zone"), ("weekly_cap", "weekly_cap")]
    with town.database.reading() as uow:
        assert uow.regions.line(made["county"].id).own == RegionOwn()


def test_a_change_leaves_the_rest_and_is_written_down_once(town: Town, made):
    county = made["county"].id
    with town.database.unit_of_work() as uow:
        regions.change(uow, OPERATOR, county, {"weekly_cap": "2"}, town.now)
        regions.change(uow, OPERATOR, county, {"zone": "Asia/Urumqi"}, town.now)
        line = regions.change(uow, OPERATOR, county, {"zone": "Asia/Urumqi"}, town.now)  # nothing new
        written = [one.action for one in uow.audit.listed(9, subject="region")]
        below = regions.settings_of(uow, made["village"].id)

    assert line.own == RegionOwn(zone="Asia/Urumqi", weekly_cap=2)
    assert (below.zone, below.weekly_cap) == ("Asia/Urumqi", 2)
    assert written == ["change", "change"]


def test_a_region_is_renamed_and_keeps_its_code(town: Town, made):
    with town.database.unit_of_work() as uow:
        line = regions.rename(uow, OPERATOR, made["county"].id, " 云溪县 ", town.now)
        regions.change(
            uow, OPERATOR, made["root"].id, {"weekly_cap": "5"}, town.now, name=""
        )  # the top may be nameless

    assert (line.region.code, line.region.name) == ("county", "云溪县")
    with town.database.unit_of_work() as uow, pytest.raises(BadFields):
        regions.rename(uow, OPERATOR, made["county"].id, "x" * 61, town.now)


def test_a_change_over_one_that_was_not_seen_is_refused(town: Town, made):
    with town.database.unit_of_work() as uow:
        seen = regions.get(uow, OPERATOR, made["county"].id).version
        regions.change(uow, OPERATOR, made["county"].id, {"weekly_cap": "2"}, town.now, version=seen)
        with pytest.raises(StaleVersion):
            regions.change(uow, OPERATOR, made["county"].id, {"weekly_cap": "3"}, town.now, version=seen)


@pytest.mark.parametrize("which", ["other", "root", "nowhere"])
def test_what_lies_elsewhere_is_not_there_like_what_is_nowhere(town: Town, made, which):
    by = of(Role.AREA_ADMIN, made["county"])
    asked = made[which].id if which in made else NOWHERE
    with town.database.unit_of_work() as uow:
        with pytest.raises(NotFound):
            regions.get(uow, by, asked)
        with pytest.raises(NotFound):
            regions.get_with_below(uow, by, asked, 10)
        with pytest.raises(NotFound):
            regions.change(uow, by, asked, {"weekly_cap": "1"}, town.now)
        with pytest.raises(NotFound):
            regions.add(uow, by, asked, "new", "New", town.now)

        assert uow.regions.by_code("new") is None


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.SYSTEM])
def test_who_sees_and_who_changes_regions(town: Town, made, role):
    by = of(role, made["county"])
    sees = role in {
        Role.OPERATOR, Role.NETWORK_ADMIN, Role.AREA_ADMIN, Role.VILLAGE_ADMIN, Role.AUDITOR,
    }  # fmt: skip
    changes = role in {Role.OPERATOR, Role.NETWORK_ADMIN, Role.AREA_ADMIN}

    def may(deed) -> bool:
        with town.database.unit_of_work() as uow:
            try:
                deed(uow)
            except Forbidden:
                return False
        return True

    village = made["village"].id
    assert may(lambda uow: regions.get(uow, by, village)) == sees
    assert may(lambda uow: regions.tree(uow, by, 10)) == sees
    assert may(lambda uow: regions.found(uow, by, "v", 10)) == sees
    assert may(lambda uow: regions.change(uow, by, village, {"weekly_cap": "1"}, town.now)) == changes
    assert may(lambda uow: regions.add(uow, by, village, "new", "New", town.now)) == changes


def test_somebody_sees_their_part_of_the_tree_alone(town: Town, made):
    by = of(Role.AREA_ADMIN, made["county"])
    with town.database.reading() as uow:
        assert [line.region.code for line in regions.tree(uow, by, 10)] == ["county", "village"]
        assert [line.region.code for line in regions.found(uow, by, "o", 10)] == ["county"]
        assert [line.region.code for line in regions.get_with_below(uow, by, made["county"].id, 10)[1]] == ["village"]
        assert regions.unit_of(uow, OPERATOR).code == "root"
