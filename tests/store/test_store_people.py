"""Residents, addresses, consents, conversations."""

from __future__ import annotations

from datetime import timedelta

import pytest
from store_town import LANE, MINUTE, NOW, caller, enrolled

from outreach.domain.errors import NotFound
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Consent, Purpose
from outreach.services.cards import PersonCard
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

ANN = caller("ann")


def test_of_somebody_who_has_not_agreed_nothing_is_known(database: Database):
    with database.reading() as uow:
        assert uow.people.at(ANN) == PersonCard()


def test_an_enrolled_person_is_found_with_what_they_allowed(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann", Purpose.TIPS)

    with database.reading() as uow:
        card = uow.people.at(ANN)
        assert (card.resident_id, card.language) == (resident, Language.ZH)
        assert card.consents == {Purpose.TAKE_PART, Purpose.TIPS}
        assert uow.people.card(resident) == card


def test_the_same_reference_on_another_lane_is_another_person(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")

        assert not uow.people.at(caller("ann", LaneName("wechat"))).is_known


def test_enrolling_twice_keeps_the_first(database: Database):
    with database.unit_of_work() as uow:
        first = uow.people.enrol(ANN, Language.ZH, uow.regions.root().id, "scene-1", NOW)

        again = uow.people.enrol(ANN, Language.EN, uow.regions.root().id, None, NOW)

        assert again == first


def test_a_consent_in_force_stays_and_one_withdrawn_may_be_given_anew(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann", Purpose.TIPS)
        uow.people.allow(resident, Consent(Purpose.TIPS, "2", "other", LANE, "zh", NOW))

        uow.people.disallow(resident, [Purpose.TIPS], NOW)
        assert uow.people.at(ANN).consents == {Purpose.TAKE_PART}

        uow.people.allow(resident, Consent(Purpose.TIPS, "2", "other", LANE, "zh", NOW))
        assert uow.people.at(ANN).consents == {Purpose.TAKE_PART, Purpose.TIPS}


def test_an_update_changes_what_is_given_and_leaves_the_rest(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")

        uow.people.update(resident, audiences=frozenset({"elderly", "caregivers"}))
        uow.people.update(resident, language=Language.EN)
        uow.people.update(resident)

        card = uow.people.at(ANN)
        assert (card.audiences, card.language) == (frozenset({"elderly", "caregivers"}), Language.EN)


def test_older_news_of_reach_changes_nothing(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        uow.people.heard(ANN, NOW + 2 * MINUTE, NOW)

        assert not uow.people.set_reach(ANN, "muted", NOW + MINUTE)
        assert uow.people.set_reach(ANN, "muted", NOW + 3 * MINUTE)
        assert not uow.people.set_reach(caller("nobody"), "muted", NOW)


HOUR = timedelta(hours=1)


def reach(uow: SqlUnitOfWork) -> str:
    found: str = uow.connection.exec_driver_sql("SELECT reach FROM address").scalar_one()
    return found


@pytest.mark.parametrize("behind", [HOUR, -HOUR, timedelta(0)])
def test_news_of_reach_is_compared_by_the_clock_of_the_platform_alone(database: Database, behind: timedelta):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann", now=NOW)
        uow.people.heard(ANN, NOW - behind, NOW)

        assert not uow.people.set_reach(ANN, "muted", NOW - behind - MINUTE)
        assert uow.people.set_reach(ANN, "muted", NOW - behind)  # in the very second of their word
        assert uow.people.set_reach(ANN, "reachable", NOW - behind + MINUTE)


def test_whoever_writes_is_reachable_whatever_the_clocks_say(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        for sent_at in (NOW - HOUR, NOW + HOUR, None):
            uow.people.set_reach(ANN, "gone", NOW + HOUR)

            assert uow.people.heard(ANN, sent_at, NOW)

            assert reach(uow) == "reachable"


def test_a_word_without_a_moment_makes_no_news_old(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        uow.people.set_reach(ANN, "muted", NOW)

        uow.people.heard(ANN, None, NOW + HOUR)

        assert reach(uow) == "reachable"
        assert uow.people.set_reach(ANN, "muted", NOW + MINUTE)


def test_who_is_gone_is_not_merely_muted_and_a_strangers_word_is_no_news(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        uow.people.set_reach(ANN, "gone", NOW)

        assert not uow.people.set_reach(ANN, "muted", NOW + MINUTE)
        assert not uow.people.heard(caller("zoe"), NOW, NOW)


def test_a_person_who_moved_is_found_under_the_new_reference_with_their_conversation(database: Database):
    with database.unit_of_work() as uow:
        resident = enrolled(uow, "ann")
        uow.conversations.keep(ANN, {"step": "menu"}, NOW + MINUTE)

        uow.people.moved(ANN, "ref-ann-new")

        assert not uow.people.at(ANN).is_known
        assert uow.people.at(caller("ann-new")).resident_id == resident
        assert uow.conversations.recall(caller("ann-new"), NOW) == {"step": "menu"}


def test_moving_to_a_reference_that_is_known_leaves_both_people_apart(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob")

        uow.people.moved(ANN, "ref-bob")

        assert (uow.people.at(ANN).resident_id, uow.people.at(caller("bob")).resident_id) == (ann, bob)


def test_a_conversation_is_forgotten_after_its_time_and_purged(database: Database):
    with database.unit_of_work() as uow:
        uow.conversations.keep(ANN, {"step": "list", "shown": [1, 2]}, NOW + MINUTE)
        uow.conversations.keep(ANN, {"step": "menu"}, NOW + 2 * MINUTE)

        assert uow.conversations.recall(ANN, NOW + MINUTE) == {"step": "menu"}
        assert uow.conversations.recall(ANN, NOW + 2 * MINUTE) == {}
        assert uow.conversations.purge(NOW + MINUTE) == 0
        assert uow.conversations.purge(NOW + 2 * MINUTE) == 1


def test_a_conversation_is_forgotten_on_demand(database: Database):
    with database.unit_of_work() as uow:
        uow.conversations.keep(ANN, {"step": "menu"}, NOW + MINUTE)

        uow.people.forget(ANN)

        assert uow.conversations.recall(ANN, NOW) == {}


def test_tips_are_due_to_those_whose_moment_has_come(database: Database):
    with database.unit_of_work() as uow:
        ann, bob, cho = (enrolled(uow, name) for name in ("ann", "bob", "cho"))
        uow.people.plan_tip(bob, NOW)
        uow.people.plan_tip(ann, NOW - MINUTE)
        uow.people.plan_tip(cho, NOW + MINUTE)
        uow.contents.mark_seen(ann, "sleep", NOW)
        uow.contents.mark_seen(ann, "breath", NOW - MINUTE)

        due = uow.contents.tips_due(NOW, 10)

        assert [(tip.resident_id, tip.seen) for tip in due] == [(ann, ("breath", "sleep")), (bob, ())]
        assert uow.contents.seen(ann) == ("breath", "sleep")


def test_an_unknown_resident_is_not_found(database: Database):
    with database.reading() as uow, pytest.raises(NotFound):
        uow.people.card(ResidentId(99))


def test_regions_form_a_tree_and_are_found_by_part_of_their_name(database: Database):
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        county = uow.regions.add("yunxi", "云溪县", root, "Asia/Urumqi")
        village = uow.regions.add("stone", "石桥100%村", county)

        assert uow.regions.root() == root
        assert village.path == f"{county.path}{village.id}/"
        assert (village.level, village.zone) == (2, "Asia/Urumqi")
        assert [region.code for region in uow.regions.matching("县", 5)] == ["yunxi"]
        assert [region.code for region in uow.regions.matching("0%", 5)] == ["stone"]
        assert uow.regions.matching("0_", 5) == []
        assert uow.regions.by_code("stone") == uow.regions.get(village.id) == village
        assert uow.regions.count() == 3


def test_marks_keep_the_last_value(database: Database):
    with database.unit_of_work() as uow:
        uow.marks.put("demo", "1")
        uow.marks.put("demo", "2")

        assert uow.marks.get("demo") == "2"
        assert uow.marks.get("nothing") is None


def test_a_moment_comes_back_as_it_was_to_the_microsecond(database: Database):
    exact = NOW + timedelta(microseconds=1)
    with database.unit_of_work() as uow:
        uow.people.plan_tip(enrolled(uow, "ann"), exact)

        assert uow.contents.tips_due(exact, 1)[0].due_at == exact
        assert uow.contents.tips_due(NOW, 1) == []
