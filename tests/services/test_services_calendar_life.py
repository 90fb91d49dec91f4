"""An activity is made, moved, reworded and called off: what a subscribed calendar sees, read by two parsers."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from icalendar import Calendar
from services_town import OPERATOR, RULE, SOON, Town

from outreach.calendar.check import problems
from outreach.calendar.check_history import regressions
from outreach.calendar.check_lines import read
from outreach.services import activities
from outreach.services.calendars import CalendarFile
from outreach.services.cards_planning import plan_of


def test_from_the_first_day_to_the_last_each_step_shows_as_stated(town: Town):
    card = town.plan()
    feeds = [feed(town)]

    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, card.id, SOON + timedelta(days=1), None, RULE, town.now)
    feeds.append(feed(town))
    with town.database.unit_of_work() as uow:
        before = plan_of(uow.activities.card(card.id))
        activities.edit(uow, OPERATOR, card.id, before, replace(before, title="Sleep better"), RULE, town.now)
    feeds.append(feed(town))
    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, card.id, town.now)
    feeds.append(feed(town))

    for seen in ([by_icalendar(one.body) for one in feeds], [by_lines(one.body) for one in feeds]):
        assert {uid for uid, _, _ in seen} == {card.uid}
        assert [sequence for _, sequence, _ in seen] == [0, 1, 1, 2]
        assert [status for _, _, status in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
    assert len({one.tag for one in feeds}) == 4
    assert [problems(one.body) for one in feeds] == [[]] * 4
    assert [regressions(older.body, newer.body) for older, newer in pairwise(feeds)] == [[]] * 3


def feed(town: Town) -> CalendarFile:
    town.later(minutes=1)
    with town.database.reading() as uow:
        made = town.calendars.public_feed(uow, town.now)
        assert town.calendars.public_feed(uow, town.now).body == made.body
    return made


def by_icalendar(body: bytes) -> tuple[str, int, str]:
    (entry,) = Calendar.from_ical(body).events
    return str(entry["UID"]), int(entry["SEQUENCE"]), str(entry["STATUS"])


def by_lines(body: bytes) -> tuple[str, int, str]:
    (root,), _ = read(body)
    (entry,) = [found for found in root.walk() if found.name == "VEVENT"]
    values = {found.name: found.value for found in entry.properties}
    return values["UID"], int(values["SEQUENCE"]), values["STATUS"]
