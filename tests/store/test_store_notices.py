"""Who knows the latest about an activity: told, been here since, said so; and whom to call, older people first."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update
from store_town import LANE, NOW, enrolled, join, lecture

from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import MessageKind
from outreach.domain.notices import AT_LATEST, TO_CONFIRM, told_before
from outreach.services.cards_ledger import Draft
from outreach.services.cards_notices import NoticeCounts
from outreach.store import Database
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

HOUR = timedelta(hours=1)


def told(
    uow: SqlUnitOfWork, activity: ActivityId, who: ResidentId, sign_up: int, about: str, state: str, at: datetime
) -> None:
    key = f"{about}:{sign_up}:{at.timestamp()}"
    subject = {"about": about, "activity": activity, "sign_up": sign_up}
    uow.deliveries.add([Draft(MessageKind.CHANGE, key, who, at, subject)], at)
    uow.connection.execute(update(DELIVERY).where(DELIVERY.c.key == key).values(state=state, changed_at=at))


@pytest.fixture
def scene(database: Database):
    """Four people with a place, moved two days ago; one of them old; *ids* by name."""
    with database.unit_of_work() as uow:
        activity, ids = lecture(uow).id, {}
        for name in ("ann", "bob", "cho", "old"):
            ids[name] = enrolled(uow, name, now=NOW - 90 * HOUR)
            sign_up = join(uow, ids[name], activity).id
            told(uow, activity, ids[name], sign_up, "moved", "parked" if name == "cho" else "sent", NOW - 48 * HOUR)
        uow.people.update(ids["old"], audiences=frozenset({"elderly"}))
    return database, activity, ids


def calls(uow: SqlUnitOfWork, activity: ActivityId, before: datetime = NOW - 24 * HOUR, limit: int = 9, after: int = 0):
    return [(line.resident_id, line.reason) for line in uow.notices.to_call(activity, before, limit, ResidentId(after))]


def test_whoever_was_told_and_does_not_say_that_they_know_is_called_and_so_is_whoever_was_not_reached(scene):
    database, activity, ids = scene
    with database.unit_of_work() as uow:
        assert uow.notices.confirm(ids["ann"], activity, NOW - 40 * HOUR) == 1

        assert calls(uow, activity) == [
            (ids["old"], "not_confirmed"),
            (ids["bob"], "not_confirmed"),
            (ids["cho"], "parked"),
        ]
        assert uow.notices.number_to_call(activity, NOW - 24 * HOUR) == 3
        assert calls(uow, activity, before=NOW - 49 * HOUR) == [(ids["cho"], "parked")]


def test_the_list_pages_on_behind_the_last_one_older_people_first(scene):
    database, activity, ids = scene
    with database.unit_of_work() as uow:
        seen, after = [], 0
        while found := calls(uow, activity, limit=1, after=after):
            seen += [who for who, _ in found]
            after = found[-1][0]

        assert seen == [ids["old"], ids["ann"], ids["bob"], ids["cho"]]


def test_the_list_empties_as_they_say_so_and_fills_again_with_the_next_change(scene):
    database, activity, ids = scene
    with database.unit_of_work() as uow:
        for name in ids:
            uow.notices.confirm(ids[name], activity, NOW - 40 * HOUR)
        assert calls(uow, activity) == [(ids["cho"], "parked")]

        place = next(place for place in uow.sign_ups.of_resident(ids["ann"], NOW, 9))
        told(uow, activity, ids["ann"], place.sign_up_id, "moved", "sent", NOW - 30 * HOUR)
        assert (ids["ann"], "not_confirmed") in calls(uow, activity)
        uow.notices.confirm(ids["ann"], activity, NOW)
        assert calls(uow, activity) == [(ids["cho"], "parked")]


def test_the_numbers_of_the_latest_news(scene):
    database, activity, ids = scene
    with database.unit_of_work() as uow:
        uow.notices.confirm(ids["ann"], activity, NOW - 40 * HOUR)
        here = (ADDRESS.c.resident_id == ids["bob"], ADDRESS.c.lane == LANE)
        uow.connection.execute(update(ADDRESS).where(*here).values(last_word_at=NOW))

        assert uow.notices.counts(activity) == NoticeCounts(told=3, seen=2, confirmed=1, waiting=1)


def test_who_has_no_place_there_confirms_nothing(scene):
    database, activity, _ = scene
    with database.unit_of_work() as uow:
        stranger = enrolled(uow, "dan")

        assert uow.notices.confirm(stranger, activity, NOW) == 0


@pytest.mark.parametrize(
    ("ahead", "patience"), [(48 * HOUR, TO_CONFIRM), (AT_LATEST + HOUR, TO_CONFIRM), (AT_LATEST, 0 * HOUR)]
)
def test_they_have_a_day_to_say_so_until_it_is_near(ahead: timedelta, patience: timedelta):
    assert told_before(NOW + ahead, NOW) == NOW - patience
