"""What a region says otherwise holds where people live: quiet hours, opening hours, helplines."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from services_town import NOTICE, PUSH, RHYTHM, RULE, SOON, Town

from outreach.domain.ids import RegionId
from outreach.domain.messages import Language
from outreach.domain.times import QuietHours
from outreach.services import people, reminders, tips
from outreach.services.cards import Caller
from outreach.services.cards_regions import RegionOwn
from outreach.services.people import Arrival
from outreach.services.reminders import ReminderRule

HOUSE_QUIET = QuietHours(time(21, 30), time(7, 30))
NIGHT_OWL = "off"


@pytest.fixture
def villages(town: Town) -> dict[str, RegionId]:
    """East and West, each below a township of its own."""
    with town.database.unit_of_work() as uow:
        found = {}
        for code in ("east", "west"):
            above = uow.regions.add(f"{code}-town", f"{code} town", uow.regions.root())
            found[above.code] = above.id
            found[code] = uow.regions.add(code, code, above).id
    return found


def settle(town: Town, region: RegionId, **own: object) -> None:
    with town.database.unit_of_work() as uow:
        uow.regions.change(region, RegionOwn(**own))  # type: ignore[arg-type]


def tick(town: Town, rule: ReminderRule) -> None:
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, rule, town.now)


def sent(town: Town) -> list[str]:
    return sorted(ready.letter.to for ready in town.dispatch(quiet=HOUSE_QUIET))


def at_night(town: Town) -> datetime:
    """22:00 in Shanghai, two days before the activities."""
    return SOON.replace(hour=14, minute=0) - timedelta(days=2)


def test_a_village_that_sets_none_is_as_quiet_as_its_township_and_another_as_the_house(town: Town, villages):
    settle(town, villages["east-town"], quiet_hours=NIGHT_OWL)
    town.enrol("ann", region_id=villages["east"])
    town.enrol("bob", region_id=villages["west"])
    starts = at_night(town) + timedelta(hours=24)
    rule = ReminderRule((timedelta(hours=24),), None)
    one = town.plan(starts_at=starts, rule=rule).id
    town.join("ann", one)
    town.join("bob", one)
    town.dispatch()
    town.now = at_night(town)
    tick(town, rule)

    first = sent(town)
    town.now += timedelta(hours=10)

    assert first == ["ann"]
    assert sent(town) == ["bob"]


def test_reminders_are_planned_around_the_quiet_hours_of_the_place(town: Town, villages):
    settle(town, villages["east"], quiet_hours="08:00-12:00")
    starts = SOON.replace(hour=3)  # 11:00 in Shanghai

    with town.database.reading() as uow:
        settings = uow.regions.settings_of(villages["east"])
        local = RULE.where(settings).first_after(starts, settings.zone, town.now)

    assert local is not None
    assert local == starts.replace(hour=4) - timedelta(days=1)  # a day before, once its morning is over


@pytest.mark.parametrize(("before", "after"), [("off", "20:00-08:00"), ("20:00-08:00", "off"), (None, "05:00-23:00")])
def test_a_reminder_is_not_lost_when_the_quiet_hours_change_after_it_was_planned(town: Town, villages, before, after):
    rule = ReminderRule((timedelta(hours=12),), HOUSE_QUIET)
    if before is not None:
        settle(town, villages["east"], quiet_hours=before)
    town.enrol("ann", region_id=villages["east"])
    starts = at_night(town) + timedelta(hours=12)  # 10:00; twelve hours before it is 22:00
    one = town.plan(starts_at=starts, rule=rule, region_id=villages["east"]).id
    town.join("ann", one)

    settle(town, villages["east"], quiet_hours=after)
    while town.now < starts:
        tick(town, rule)
        town.now += timedelta(minutes=10)

    assert [row.who for row in town.ledger("reminder")] == ["ann"]


def test_the_chat_names_the_opening_hours_of_the_village(town: Town, villages):
    settle(town, villages["east-town"], opening_hours="on market days")
    town.enrol("ann", lane="wechat", region_id=villages["east"])
    town.enrol("bob", lane="wechat", region_id=villages["west"])

    here = town.says("ann", "person")[0].text + town.says("ann", "yes")[0].text
    there = town.says("bob", "person")[0].text + town.says("bob", "yes")[0].text

    assert "on market days" in here
    assert "on market days" not in there
    assert "9-17" in there


def test_a_text_and_the_chat_name_the_lines_of_the_village(town: Town, villages):
    settle(town, villages["east"], helplines="CN-99")
    town.approve("talk", body="To talk to somebody: {crisis_line}.")
    town.enrol("ann", lane="wechat", region_id=villages["east"])
    town.enrol("bob", lane="wechat", region_id=villages["west"])

    for word in ("help", "tip", "我不想活了"):
        here, there = (" ".join(reply.text for reply in town.says(name, word)) for name in ("ann", "bob"))
        assert "000-0000" in here, word
        assert "000-0000" not in there, word
        assert "12356" in there, word


def test_a_tip_that_is_sent_names_the_lines_of_the_village(town: Town, villages):
    settle(town, villages["east-town"], helplines="CN-99")
    town.approve("talk", body="To talk to somebody: {crisis_line}.")
    for name, village in (("ann", "east"), ("bob", "west")):
        with town.database.unit_of_work() as uow:
            people.subscribe(uow, Caller(PUSH, name), NOTICE, Arrival(Language.EN, villages[village]), RHYTHM, town.now)
    town.now = RHYTHM.following(town.now)
    with town.database.unit_of_work() as uow:
        tips.queue_due(uow, RHYTHM, town.now)

    said = {ready.letter.to: ready.parts[0].text for ready in town.dispatch()}

    assert "000-0000" in said["ann"]
    assert "12356" in said["bob"]
