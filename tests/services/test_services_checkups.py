"""Facts about an installation in, plain remarks with a remedy out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pytest

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.services import checkups, checkups_work
from outreach.services.cards_vitals import MOST, Backlog, Guard, Home, LaneTraffic, Stamps, Waits
from outreach.services.checkups import Level, Remark

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GB = 1 << 30
VILLAGE, TOWN = Home("v", "Willow", "/1/2/3/"), Home("t", "Town", "/1/4/")
WELL = Backlog(0, 0, 0)


def levels(remarks: Iterable[Remark]) -> list[Level]:
    return [remark.level for remark in remarks]


def only(remarks: Iterable[Remark]) -> Remark:
    (found,) = remarks
    assert found.remedy or found.level is Level.OK
    return found


def traffic(**changes: object) -> LaneTraffic:
    quiet = {
        "lane": LaneName("wechat"), "driven": True, "held_until": None, "hold_code": "", "heard_at": NOW - HOUR,
        "sent": 3, "overdue": 0, "in_doubt": 0, "dead": 0, "parked": 0,
    }  # fmt: skip
    return LaneTraffic(**{**quiet, **changes})  # type: ignore[arg-type]


def lane(is_open: bool = True, **changes: object) -> list[Remark]:
    return list(checkups_work.lane(traffic(**changes), is_open=is_open, now=NOW))


@pytest.mark.parametrize(
    ("now", "drift", "level"),
    [
        (NOW, timedelta(), Level.OK),
        (NOW, 3 * timedelta(seconds=1), Level.ERROR),
        (NOW, -3 * timedelta(seconds=1), Level.ERROR),
        (datetime(1970, 1, 2, tzinfo=UTC), timedelta(), Level.ERROR),
    ],
)
def test_a_clock_is_right_if_it_goes_evenly_and_not_before_we_were_written(
    now: datetime, drift: timedelta, level: Level
):
    assert only(checkups.clock(now, drift)).level is level


@pytest.mark.parametrize("ahead", [MINUTE, timedelta(), -HOUR])
def test_what_is_stored_may_be_as_late_as_clocks_differ(ahead: timedelta):
    assert only(checkups.stamps(Stamps(NOW + ahead, None), NOW)).level is Level.OK


def test_a_platform_that_is_hours_ahead_means_that_our_clock_is_behind():
    found = only(checkups.stamps(Stamps(NOW, NOW + 3 * HOUR), NOW))

    assert (found.level, "3 h" in found.said, "platform" in found.said) == (Level.ERROR, True, True)


def test_zones_that_the_machine_does_not_know_are_named():
    found = only(checkups.zones("Asia/Shanghai", {"Asia/Shanghai": True, "Mars/Base": False}))

    assert (found.level, "Mars/Base" in found.said) == (Level.ERROR, True)


@pytest.mark.parametrize(
    ("step", "is_empty", "level"),
    [
        ("0008", False, Level.OK),
        (None, True, Level.ADVICE),
        ("0003", False, Level.WARNING),
        ("0009", False, Level.ERROR),
        (None, False, Level.ERROR),
    ],
)
def test_a_structure_is_up_to_date_older_newer_empty_or_not_ours(step: str | None, is_empty: bool, level: Level):
    assert only(checkups.structure(step, "0008", is_empty=is_empty)).level is level


@pytest.mark.parametrize(
    ("free", "level"), [(100 * GB, Level.OK), (2 * GB, Level.WARNING), (GB // 2, Level.WARNING), (1, Level.ERROR)]
)
def test_there_must_be_room_for_a_backup_and_for_the_day(free: int, level: Level):
    assert only(checkups.disk("here", free, 3 * GB)).level is level


def test_the_key_of_another_database_is_an_error_wherever_it_lies():
    found = only(checkups.key("aaaa", "bbbb", "town.key", is_with_data=True))

    assert (found.level, "another database" in found.said) == (Level.ERROR, True)


def test_the_right_key_is_told_with_the_reminder_to_keep_a_copy():
    assert "copy" in only(checkups.key("aaaa", "aaaa", "town.key", is_with_data=False)).said


def test_a_fault_keeps_its_own_remedy():
    assert checkups.of_fault("key", Fault("gone", "Bring it back.")) == Remark(
        "key", Level.ERROR, "gone", "Bring it back."
    )


def test_a_quiet_lane_says_when_it_was_heard_last_and_what_was_sent():
    found = only(lane())

    assert (found.level, "1 h ago" in found.said, "today: 3" in found.said) == (Level.OK, True, True)


@pytest.mark.parametrize(
    ("trouble", "level"),
    [
        ({"held_until": NOW + HOUR, "hold_code": "flood_limit"}, Level.WARNING),
        ({"overdue": 2}, Level.WARNING),
        ({"dead": 2}, Level.WARNING),
        ({"in_doubt": 2}, Level.ADVICE),
    ],
)
def test_each_trouble_of_a_lane_is_told_instead_of_its_health(trouble: dict[str, object], level: Level):
    assert only(lane(**trouble)).level is level


def test_a_pause_that_is_over_is_no_trouble():
    assert levels(lane(held_until=NOW - HOUR, hold_code="flood_limit")) == [Level.OK]


def test_a_lane_that_the_settings_do_not_name_matters_only_if_messages_wait_for_it():
    assert lane(is_open=False) == []
    assert levels(lane(is_open=False, parked=1)) == [Level.WARNING]


def test_a_count_that_was_cut_short_says_so():
    assert f"{MOST:,} or more" in only(lane(overdue=MOST)).said


def test_what_people_wrote_is_answered_or_it_is_told():
    assert levels(checkups_work.backlog(WELL, 0)) == [Level.OK]
    assert levels(checkups_work.backlog(Backlog(1, 1, 0), 10)) == [Level.ERROR, Level.ERROR, Level.WARNING]
    assert levels(checkups_work.backlog(Backlog(0, 0, MOST), 0)) == [Level.ADVICE, Level.OK]


@pytest.mark.parametrize("path", ["/1/2/3/", "/1/2/", "/1/"])
def test_whoever_is_on_duty_in_a_region_or_above_it_covers_it(path: str):
    assert levels(checkups_work.duty([VILLAGE], [Guard(path, has_chat=True)])) == [Level.OK]


@pytest.mark.parametrize("path", ["/1/2/3/7/", "/1/4/"])
def test_nobody_below_or_beside_covers_a_region(path: str):
    found = only(checkups_work.duty([VILLAGE], [Guard(path, has_chat=True)]))

    assert (found.level, "Willow" in found.said) == (Level.ERROR, True)


def test_one_chat_among_those_on_duty_is_enough():
    guards = [Guard("/1/", has_chat=False), Guard("/1/4/", has_chat=True)]

    assert levels(checkups_work.duty([TOWN], guards)) == [Level.OK]
    assert levels(checkups_work.duty([VILLAGE, TOWN], guards)) == [Level.WARNING]


def test_many_regions_are_not_all_named():
    homes = [Home(str(number), f"Place {number}", f"/1/{number}/") for number in range(9)]

    assert "and 4 other regions" in only(checkups_work.duty(homes, [])).said


def test_a_region_stands_for_all_below_it():
    homes = [Home("1", "County", "/1/"), VILLAGE, TOWN]

    assert "County and 2 other regions" in only(checkups_work.duty(homes, [])).said


def test_where_nobody_lives_nobody_need_be_on_duty_yet():
    assert levels(checkups_work.duty([], [])) == [Level.ADVICE]
    assert levels(checkups_work.duty([], [Guard("/1/", has_chat=True)])) == [Level.OK]


def test_alerts_and_notes_are_told_when_they_wait_for_long():
    fresh = Waits(1, NOW - 5 * MINUTE, 1, NOW - HOUR)
    old = Waits(1, NOW - HOUR, 2, NOW - 30 * HOUR)

    assert levels(checkups_work.waits(fresh, NOW)) == []
    assert levels(checkups_work.waits(old, NOW)) == [Level.ERROR, Level.WARNING]


def test_a_library_with_mistakes_old_reviews_or_nothing_approved_is_told():
    assert levels(checkups_work.library(9, 0, 0, 9)) == [Level.OK]
    assert levels(checkups_work.library(9, 0, 0, None)) == [Level.OK]
    assert levels(checkups_work.library(9, 1, 2, 0)) == [Level.ERROR, Level.WARNING, Level.WARNING]


def test_a_helpline_that_expired_keeps_its_remedy():
    (stale, line) = checkups_work.helplines(["h.toml:3: CN crisis 1 expired; renew it"], "CN", has_crisis_line=True)

    assert (stale.level, stale.remedy, line.level) == (Level.WARNING, "Renew it.", Level.OK)


def test_a_country_without_a_crisis_line_is_told():
    assert levels(checkups_work.helplines([], "XX", has_crisis_line=False)) == [Level.WARNING]


@pytest.mark.parametrize(
    ("address", "wanted"),
    [
        ("http://127.0.0.1:8000", [Level.ADVICE, Level.OK]),
        ("http://outreach.example.org", [Level.WARNING, Level.OK]),
        ("https://outreach.example.org", [Level.OK]),
    ],
)
def test_people_must_be_able_to_follow_a_link_without_being_read(address: str, wanted: list[Level]):
    assert levels(checkups.settings(address, None, "outreach.toml")) == wanted


def test_without_any_channel_nobody_can_reach_us():
    assert levels(checkups_work.channels({}, [])) == [Level.ERROR]
    assert "answers only" in only(checkups_work.channels({LaneName("wechat"): False}, [])).said


def test_a_house_at_work_holds_a_lane():
    assert only(checkups_work.running([traffic()])).level is Level.OK
    assert only(checkups_work.running([traffic(driven=False)])).level is Level.ADVICE
