"""What residents choose: kept sealed, carried over by a link, gone with them, shown to staff as far as it is theirs."""

from __future__ import annotations

import pytest
from sqlalchemy import event, text
from store_town import MINUTE, NOW, caller, enrolled, join, lecture

from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId
from outreach.domain.people import Purpose, Rhythm
from outreach.domain.signup import Standing
from outreach.services.cards import Region
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

ANN = caller("ann")


def _county(uow: SqlUnitOfWork) -> tuple[Region, Region]:
    county = uow.regions.add("c1", "Willow County", uow.regions.root())
    return county, uow.regions.add("c1-1", "Willow Town", county)


def test_a_nickname_is_on_the_card_and_nowhere_in_the_database(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        uow.people.name(resident, "小云")

        card = uow.people.at(ANN)
        stored = uow.connection.execute(text("SELECT nickname_sealed FROM resident")).scalar_one()

        assert card.nickname == uow.people.card(resident).nickname == "小云"
        assert "小云" not in repr(card)
        assert "小云".encode() not in bytes(stored)


def test_a_nickname_can_be_changed_and_taken_back(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        uow.people.name(resident, "Sunny")
        uow.people.name(resident, "Cloud")
        assert uow.people.at(ANN).nickname == "Cloud"

        uow.people.name(resident, None)

        assert uow.people.at(ANN).nickname is None


def test_nobody_can_be_named_who_is_not_there(database: Database):
    with database.unit_of_work() as uow, pytest.raises(NotFound):
        uow.people.name(ResidentId(99), "Sunny")


def test_a_card_tells_the_rhythm_and_where_somebody_lives(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        _, town = _county(uow)
        assert uow.people.at(ANN).rhythm is Rhythm.WEEKLY

        uow.people.set_rhythm(resident, Rhythm.MONTHLY)
        uow.people.update(resident, region_id=town.id)

        card = uow.people.at(ANN)
        assert (card.rhythm, card.region_name) == (Rhythm.MONTHLY, "Willow Town")


def test_regions_are_muted_once_and_by_path(database: Database):
    with database.unit_of_work() as uow:
        resident, other = enrolled(uow, "ann"), enrolled(uow, "bob")
        county, town = _county(uow)

        for region in (town, county, town):
            uow.people.mute(resident, region.id, NOW)

        assert uow.people.muted(resident) == [county, town]
        assert uow.people.muted(other) == []


def test_a_mute_is_taken_back_once(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        county, town = _county(uow)
        uow.people.mute(resident, county.id, NOW)

        assert not uow.people.unmute(resident, town.id)
        assert uow.people.unmute(resident, county.id)
        assert not uow.people.unmute(resident, county.id)
        assert uow.people.muted(resident) == []


def test_two_who_become_one_keep_every_silence_the_rarer_rhythm_and_one_nickname(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = enrolled(uow, "ann", Purpose.TIPS), enrolled(uow, "bob")
        county, town = _county(uow)
        uow.people.mute(ann, county.id, NOW)
        uow.people.mute(bob, county.id, NOW + MINUTE)
        uow.people.mute(bob, town.id, NOW)
        uow.people.set_rhythm(bob, Rhythm.MONTHLY)
        uow.people.name(bob, "Bobby")

        uow.people.take_in(ann, bob)

        card = uow.people.card(ann)
        assert uow.people.muted(ann) == [county, town]
        assert (card.rhythm, card.nickname) == (Rhythm.MONTHLY, "Bobby")
        assert uow.people.muted(bob) == []


def test_two_who_become_one_keep_the_nickname_and_rhythm_of_the_one_who_stays(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob")
        uow.people.set_rhythm(ann, Rhythm.MONTHLY)
        uow.people.name(ann, "Annie")
        uow.people.name(bob, "Bobby")

        uow.people.take_in(ann, bob)

        card = uow.people.card(ann)
        assert (card.rhythm, card.nickname) == (Rhythm.MONTHLY, "Annie")


def test_an_erasure_takes_every_choice_along(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        county, _ = _county(uow)
        uow.people.name(resident, "Sunny")
        uow.people.mute(resident, county.id, NOW)

        uow.people.erase(resident, NOW)

        assert uow.connection.execute(text("SELECT count(*) FROM region_mute")).scalar_one() == 0
        assert uow.connection.execute(text("SELECT count(*) FROM resident")).scalar_one() == 0


def test_a_roster_tells_nicknames_and_whose_turn_it_is(database: Database):
    with database.unit_of_work() as uow:
        activity = lecture(uow, seats=1)
        for name in ("ann", "bob", "cho"):
            resident = enrolled(uow, name)
            uow.people.name(resident, f"little {name}")
            join(uow, resident, activity.id)
        join(uow, enrolled(uow, "dee"), activity.id)

        lines = uow.sign_ups.roster(activity.id, 10)

        assert [(line.nickname, line.turn) for line in lines] == [
            ("little ann", None),
            ("little bob", 1),
            ("little cho", 2),
            (None, 3),
        ]
        assert "little" not in repr(lines)


def test_the_queue_goes_on_over_pages_and_an_erased_person_has_no_nickname(database: Database):
    with database.unit_of_work() as uow:
        activity = lecture(uow, seats=1)
        residents = [enrolled(uow, name) for name in ("ann", "bob", "cho", "dee")]
        for resident in residents:
            uow.people.name(resident, "Sunny")
            join(uow, resident, activity.id)
        uow.people.erase(residents[0], NOW)

        first = uow.sign_ups.roster(activity.id, 3)
        rest = uow.sign_ups.roster(activity.id, 3, after=first[-1].number)

        assert [(line.nickname, line.turn) for line in first] == [(None, None), ("Sunny", 1), ("Sunny", 2)]
        assert [(line.standing, line.turn) for line in rest] == [(Standing.WAITING, 3)]


def test_a_nickname_that_does_not_open_any_more_hides_nobody(database: Database):
    with database.unit_of_work() as uow:
        activity = lecture(uow)
        resident = enrolled(uow, "ann")
        join(uow, resident, activity.id)
        uow.connection.execute(text("UPDATE resident SET nickname_sealed = :junk"), {"junk": b"\x01junk"})

        assert uow.people.at(ANN).nickname is None
        assert [line.nickname for line in uow.sign_ups.roster(activity.id, 10)] == [None]


def test_a_roster_takes_one_statement_however_long_it_is(database: Database):
    with database.unit_of_work() as uow:
        activity = lecture(uow, seats=5)
        for number in range(12):
            resident = enrolled(uow, f"p{number}")
            uow.people.name(resident, "Sunny")
            join(uow, resident, activity.id)
        said: list[str] = []
        event.listen(uow.connection, "before_cursor_execute", lambda *given: said.append(given[2]))

        assert len(uow.sign_ups.roster(activity.id, 500)) == 12

        assert len(said) == 1
