"""Offers in the whole house: asked with a date, kept, taken, given back, passed on; the last hours; parties apart."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from services_town import OPERATOR, PASSIVE, PUSH, RULE, SOON, Queued, Town

from outreach.content import is_workday
from outreach.domain.errors import ActivityClosed, IllegalMove, PartyTooLarge
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Pressed
from outreach.domain.offers import Promotion
from outreach.domain.signup import MOST_PLACES, Standing
from outreach.services import activities, offers, people, signups
from outreach.services.cards import Caller
from outreach.services.cards_planning import plan_of
from outreach.services.offers import OfferRule
from outreach.services.problems import BadFields

TERMS = OfferRule(None, is_workday)
LATE = SOON - timedelta(hours=10)


def asking(town: Town, *names: str, **changes: Any) -> ActivityId:
    """An activity with one seat, whose places are offered; the first of *names* has it, the others wait."""
    town.enrol(*names)
    one = town.plan(**{"seats": 1, "promotion": Promotion.OFFER, **changes}).id
    for name in names:
        town.join(name, one)
    return one


def drive(town: Town) -> None:
    with town.database.unit_of_work() as uow:
        offers.pass_on(uow, town.now)
        offers.tell(uow, TERMS, town.now)
        offers.call(uow, town.now)


def standings(town: Town, activity: ActivityId) -> dict[str, Standing]:
    names = {resident: name for name, resident in town.residents.items()}
    with town.database.reading() as uow:
        return {names[one.resident_id]: one.standing for one in uow.sign_ups.affected(activity, Standing)}


def counts(town: Town, activity: ActivityId) -> tuple[int, int]:
    with town.database.reading() as uow:
        card = uow.activities.card(activity)
        return card.seated, card.waiting


def test_who_is_offered_a_place_is_told_until_when_and_has_it_by_joining(town: Town):
    one = asking(town, "ann", "bob")
    town.dispatch()
    town.leave("ann", one)

    drive(town)
    drive(town)
    [asked] = [part.text for ready in town.dispatch() for part in ready.parts]
    taken = town.join("bob", one)

    assert town.ledger("offered") == [Queued("bob", "offered", "sent")]
    assert "tomorrow, Tue 24 Nov, 00:00" in asked  # a quarter of the 60 hours until the last ones
    assert not taken.again
    assert town.ledger("confirmation")[-1] == Queued("bob", "confirmation", "queued")
    assert standings(town, one) == {"ann": Standing.WITHDRAWN, "bob": Standing.SEATED}


def test_nobody_answered_so_both_are_told_and_the_next_is_asked(town: Town):
    one = asking(town, "ann", "bob", "cho")
    town.leave("ann", one)
    drive(town)

    town.later(hours=14)
    drive(town)
    assert standings(town, one)["bob"] is Standing.OFFERED
    town.later(minutes=61)
    drive(town)

    assert standings(town, one) == {"ann": Standing.WITHDRAWN, "bob": Standing.WITHDRAWN, "cho": Standing.OFFERED}
    assert [row.who for row in town.ledger("lapsed")] == ["bob"]
    assert [row.who for row in town.ledger("offered")] == ["bob", "cho"]
    assert counts(town, one) == (1, 0)


def test_who_answers_a_moment_late_keeps_it_as_long_as_nobody_else_was_asked(town: Town):
    one = asking(town, "ann", "bob", "cho")
    town.leave("ann", one)
    drive(town)
    town.later(hours=16)

    assert not town.join("bob", one).again
    drive(town)

    assert standings(town, one)["bob"] is Standing.SEATED
    assert town.ledger("lapsed") == []


def test_who_gives_the_offer_back_lets_the_next_be_asked_and_hears_no_more_of_it(town: Town):
    one = asking(town, "ann", "bob", "cho")
    town.leave("ann", one)
    drive(town)

    town.leave("bob", one)
    drive(town)

    assert town.ledger("offered") == [Queued("bob", "offered", "withdrawn"), Queued("cho", "offered", "queued")]


def test_an_elder_has_more_time(town: Town):
    far = SOON + timedelta(days=30)
    one = asking(town, "ann", "bob", starts_at=far)
    with town.database.unit_of_work() as uow:
        uow.people.update(town.residents["bob"], audiences=frozenset({"elderly"}))
    town.leave("ann", one)
    drive(town)

    town.later(hours=47)
    drive(town)

    assert standings(town, one)["bob"] is Standing.OFFERED


def test_in_the_last_hours_all_who_wait_are_told_once_and_the_first_has_it(town: Town):
    one = asking(town, "ann", "bob", "cho")
    town.dispatch()
    town.now = LATE
    town.leave("ann", one)

    drive(town)
    drive(town)
    assert town.ledger("first_come") == [Queued("bob", "first_come", "queued"), Queued("cho", "first_come", "queued")]
    assert not town.join("cho", one).again
    assert town.join("bob", one).again

    assert standings(town, one)["cho"] is Standing.SEATED
    assert counts(town, one) == (1, 1)
    assert [ready.letter.subject["about"] for ready in town.dispatch()] == ["confirmation"]  # the call is over


def test_an_offer_for_which_the_night_leaves_no_time_waits_on(town: Town):
    one = asking(town, "ann", "bob")
    town.now = SOON - timedelta(hours=13)
    town.leave("ann", one)
    assert standings(town, one)["bob"] is Standing.OFFERED

    drive(town)

    assert standings(town, one)["bob"] is Standing.WAITING
    assert counts(town, one) == (0, 1)
    assert town.ledger("offered") == []


def test_whoever_is_offered_a_place_is_told_anew_when_it_moves(town: Town):
    one = asking(town, "ann", "bob")
    town.leave("ann", one)
    drive(town)

    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, one, SOON + timedelta(days=7), None, RULE, town.now)
    drive(town)

    assert town.ledger("offered") == [Queued("bob", "offered", "withdrawn"), Queued("bob", "offered", "queued")]


def test_more_seats_are_offered_to_those_who_wait_in_their_order(town: Town):
    one = asking(town, "ann", "bob", "cho", "dan")
    with town.database.unit_of_work() as uow:
        plan = plan_of(uow.activities.card(one))
        activities.edit(uow, OPERATOR, one, plan, replace(plan, seats=3), RULE, town.now)

    assert standings(town, one) == {
        "ann": Standing.SEATED, "bob": Standing.OFFERED, "cho": Standing.OFFERED, "dan": Standing.WAITING,
    }  # fmt: skip


def test_in_the_chat_the_offer_says_until_when_and_a_yes_takes_it(town: Town):
    town.enrol("ann")
    town.enrol("bob", lane=PASSIVE)
    one = town.plan(seats=1, promotion=Promotion.OFFER)
    town.join("ann", one.id)
    town.join("bob", one.id)
    town.leave("ann", one.id)
    drive(town)

    asked = "\n".join(message.text for message in town.says("bob", "mine"))
    taken = "\n".join(message.text for message in town.says("bob", f"join {one.number}"))

    assert "A place is kept for you until tomorrow, Tue 24 Nov, 00:00" in asked
    assert "You have a place: number 2" in taken


def test_people_apart_each_get_a_place_as_it_comes(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=3, together=False).id
    town.join("bob", one, 2)

    fact = town.join("ann", one, 3)

    assert (fact.sign_up.standing, [each.standing for each in fact.companions]) == (
        Standing.SEATED, [Standing.WAITING, Standing.WAITING],
    )  # fmt: skip
    assert counts(town, one) == (3, 2)
    assert town.join("ann", one, 3).again
    left = town.leave("bob", one)
    assert {each.standing for each in left.promoted} == {Standing.SEATED}
    assert counts(town, one) == (3, 0)
    town.leave("ann", one)
    assert counts(town, one) == (0, 0)


def test_a_party_apart_may_not_be_larger_than_any_other(town: Town):
    town.enrol("ann")
    one = town.plan(seats=3, together=False).id

    with pytest.raises(PartyTooLarge):
        town.join("ann", one, 4)

    assert counts(town, one) == (0, 0)


def test_whoever_is_forgotten_gives_back_all_their_places(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=2, together=False).id
    town.join("ann", one, 2)
    town.join("bob", one)

    with town.database.unit_of_work() as uow:
        people.erase(uow, Caller(PASSIVE, "nobody"), town.now)
        people.erase_resident(uow, town.residents["ann"], town.now)

    assert counts(town, one) == (1, 0)
    assert standings(town, one) == {"bob": Standing.SEATED}


def test_sign_ups_end_when_staff_say_so(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(closes_before=120).id
    town.now = SOON - timedelta(minutes=121)
    town.join("ann", one)
    town.later(minutes=1)

    with pytest.raises(ActivityClosed):
        town.join("bob", one)


def test_whoever_asks_is_told_their_place_in_the_queue_and_what_happens_next(town: Town):
    town.enrol("ann")
    town.enrol("bob", "cho", lane=PASSIVE)
    full, asked = town.plan(seats=1), town.plan(seats=1, promotion=Promotion.OFFER)
    for one in (full, asked):
        for name in ("ann", "bob", "cho"):
            town.join(name, one.id)

    nobody = "\n".join(message.text for message in town.says("dan", "where am i in the queue"))
    waiting = "\n".join(message.text for message in town.says("cho", "我排第几"))
    town.leave("ann", asked.id)
    drive(town)
    offered = "\n".join(message.text for message in town.says("bob", "my place"))

    assert "You are not waiting for anything" in nobody
    assert waiting.count("people ahead of you 1") == 2
    assert "the next one has the place, and we tell you at once" in waiting
    assert "whoever replies first has the place" in waiting
    assert f'reply "join {asked.number}"' in offered


def test_a_tap_says_that_they_know_of_the_change(town: Town):
    town.enrol("bob")
    one = town.plan().id
    town.join("bob", one)
    town.dispatch()
    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, one, SOON + timedelta(days=1), None, RULE, town.now)

    [news] = [part for ready in town.dispatch() for part in ready.parts if part.choices]
    town.later(minutes=1)
    with town.database.unit_of_work() as uow:
        pressed = Pressed("m1", "bob", news.choices[0].token, town.now)
        thanks = town.dialogue.answer(uow, Caller(PUSH, "bob"), pressed, town.now)
        stranger = town.dialogue.answer(uow, Caller(PUSH, "eve"), pressed, town.now)

    assert [choice.token for choice in news.choices] == [f"know:{one}", f"leave:{one}", "mine"]
    assert "Noted" in thanks[0].text
    assert "Noted" not in stranger[0].text
    with town.database.reading() as uow:
        assert uow.notices.counts(one).confirmed == 1


def turns(town: Town, activity: ActivityId) -> list[str]:
    """Who waits, in order, as the roster numbers them."""
    names = {resident: name for name, resident in town.residents.items()}
    with town.database.reading() as uow:
        by_sign_up = {one.id: names[one.resident_id] for one in uow.sign_ups.affected(activity, Standing)}
        lines = [line for line in uow.sign_ups.roster(activity, 50) if line.turn is not None]
    return [by_sign_up[line.sign_up_id] for line in sorted(lines, key=lambda line: line.turn or 0)]


def put(town: Town, activity: ActivityId, name: str, place: int, reason: str = "a wheelchair") -> None:
    with town.database.unit_of_work() as uow:
        mine = uow.activities.locked(activity, town.residents[name]).mine[0]
        signups.reorder(uow, OPERATOR, mine.id, place, reason, town.now)


def test_staff_may_change_a_turn_and_everybody_else_keeps_theirs(town: Town):
    names = ("ann", "bob", "cho", "dan", "eve")
    town.enrol(*names)
    one = town.plan(seats=1).id
    for name in names:
        town.join(name, one)

    for name, place, order in (
        ("eve", 1, "eve bob cho dan"),
        ("eve", 3, "bob cho eve dan"),
        ("bob", 99, "cho eve dan bob"),
        ("dan", 2, "cho dan eve bob"),
        ("dan", 2, "cho dan eve bob"),
    ):
        put(town, one, name, place)
        assert turns(town, one) == order.split()
    town.leave("ann", one)
    town.enrol("fay")

    assert standings(town, one)["cho"] is Standing.SEATED
    assert town.join("fay", one).sign_up.standing is Standing.WAITING
    assert turns(town, one) == ["dan", "eve", "bob", "fay"]
    with town.database.reading() as uow:
        audits = uow.connection.exec_driver_sql("SELECT reason FROM audit WHERE action = 'reorder'").scalars().all()
    assert audits == ["a wheelchair"] * 5


def test_there_is_room_between_two_turns_however_often_it_is_used(town: Town):
    names = [f"p{number}" for number in range(5)]
    town.enrol(*names)
    one = town.plan(seats=1).id
    for name in names:
        town.join(name, one)

    for _ in range(60):
        put(town, one, turns(town, one)[2], 2)

    assert sorted(turns(town, one)) == names[1:]
    with town.database.reading() as uow:
        found = uow.connection.exec_driver_sql("SELECT turn FROM sign_up WHERE standing = 'waiting'").scalars().all()
    assert len(set(found)) == len(found)


def test_who_is_put_first_has_a_free_place_that_was_too_small_for_the_party_before(town: Town):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=2).id
    town.join("ann", one)
    town.join("bob", one, 2)
    town.join("cho", one)

    put(town, one, "cho", 1)

    assert standings(town, one)["cho"] is Standing.SEATED
    assert town.ledger("promoted") == [Queued("cho", "promoted", "queued")]


@pytest.mark.parametrize(("place", "reason"), [(0, "why"), (1, " "), (1, "x" * 201)])
def test_a_turn_without_a_place_or_a_reason_is_refused(town: Town, place: int, reason: str):
    one = asking(town, "ann", "bob")

    with pytest.raises(BadFields):
        put(town, one, "bob", place, reason)

    with pytest.raises(IllegalMove):
        put(town, one, "ann", 1)


def test_something_at_the_same_time_is_asked_about_and_not_refused(town: Town):
    town.enrol("bob", lane=PASSIVE)
    first, second = town.plan(), town.plan(title="Eat well", starts_at=SOON + timedelta(minutes=30))
    town.join("bob", first.id)

    asked = "\n".join(message.text for message in town.says("bob", f"join {second.number} for 2"))
    again = "\n".join(message.text for message in town.says("bob", f"join {first.number}"))
    town.says("bob", f"join {second.number} for 2")
    both = "\n".join(message.text for message in town.says("bob", "sign up for both"))

    assert "at the same time as Sleep well" in asked
    assert "signed up already" in again
    assert "people: 2" in both
    assert counts(town, second.id) == (2, 0)


def test_nobody_is_in_more_than_so_many_activities_at_once(town: Town):
    town.enrol("bob", lane=PASSIVE)
    cards = [town.plan(starts_at=SOON + timedelta(days=day)) for day in range(MOST_PLACES + 1)]
    for card in cards[:-1]:
        town.join("bob", card.id)

    refused = "\n".join(message.text for message in town.says("bob", f"join {cards[-1].number}"))
    known = "\n".join(message.text for message in town.says("bob", f"join {cards[0].number}"))

    assert f"You are in {MOST_PLACES} coming activities" in refused
    assert "signed up already" in known
    assert counts(town, cards[-1].id) == (0, 0)
