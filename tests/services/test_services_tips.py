"""Tips: what was approved, for whom it is meant, each in turn, until one says stop."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from services_town import NOTICE, PUSH, RHYTHM, Queued, Town

from outreach.domain.messages import Language
from outreach.domain.people import Audience
from outreach.services import people, tips
from outreach.services.cards import Caller
from outreach.services.people import Arrival

WEEK = timedelta(days=7)


def subscribe(town: Town, name: str, *audiences: str) -> None:
    arrival = Arrival(Language.EN, audiences=frozenset(audiences))
    with town.database.unit_of_work() as uow:
        person = people.subscribe(uow, Caller(PUSH, name), NOTICE, arrival, RHYTHM, town.now)
        assert person.resident_id is not None
        town.residents[name] = person.resident_id


def stop(town: Town, name: str) -> bool:
    with town.database.unit_of_work() as uow:
        return people.unsubscribe(uow, uow.people.at(Caller(PUSH, name)), town.now)


def tick(town: Town) -> int:
    with town.database.unit_of_work() as uow:
        return tips.queue_due(uow, RHYTHM, town.now)


def a_week_of(town: Town) -> list[str]:
    """The titles that went out in the slot of the week to come."""
    town.now = RHYTHM.following(town.now)
    tick(town)
    return [ready.parts[0].text.split("\n")[0] for ready in town.dispatch()]


def test_nothing_unapproved_goes_out_and_the_slot_stays(town: Town):
    subscribe(town, "ann")

    assert a_week_of(town) == []
    town.approve("breathe")

    assert a_week_of(town) == ["Title breathe"]


def test_each_in_turn_and_then_the_one_seen_longest_ago(town: Town):
    for slug in ("a", "b", "c"):
        town.approve(slug)
    subscribe(town, "ann")

    seen = [title for _ in range(5) for title in a_week_of(town)]

    assert seen == ["Title a", "Title b", "Title c", "Title a", "Title b"]


def test_one_tip_a_slot_however_often_the_clock_ticks(town: Town):
    town.approve("a")
    town.approve("b")
    subscribe(town, "ann")
    town.now = RHYTHM.following(town.now)

    assert [tick(town), tick(town)] == [1, 0]

    assert town.ledger() == [Queued("ann", "tip", "queued")]


def test_who_chose_nothing_gets_what_is_for_everybody_and_nothing_else(town: Town):
    town.approve("for-parents", "parent")
    subscribe(town, "ann")
    subscribe(town, "bob", "parent")

    town.now = RHYTHM.following(town.now)
    tick(town)

    assert [row.who for row in town.ledger("tip")] == ["bob"]


def test_what_was_made_for_one_s_own_goes_first(town: Town):
    town.approve("a-general")
    town.approve("z-for-parents", "parent")
    subscribe(town, "bob", "parent")

    assert [*a_week_of(town), *a_week_of(town)] == ["Title z-for-parents", "Title a-general"]


def test_nobody_gets_a_language_they_do_not_read(town: Town):
    town.approve("a", language=Language.ZH)
    subscribe(town, "ann")

    assert a_week_of(town) == []


def test_subscribing_again_keeps_the_slot(town: Town):
    town.approve("a")
    subscribe(town, "ann")
    town.later(days=1, hours=1)  # the slot is due now
    subscribe(town, "ann")

    assert tick(town) == 1


def test_stop_ends_what_is_queued_and_what_is_to_come_but_no_confirmation(town: Town):
    town.approve("a")
    subscribe(town, "ann")
    town.enrol("ann")
    town.join("ann", town.plan().id)
    town.now = RHYTHM.following(town.now)
    tick(town)

    assert stop(town, "ann")
    assert not stop(town, "ann")

    town.now += WEEK
    assert tick(town) == 0
    assert town.ledger() == [Queued("ann", "confirmation", "queued"), Queued("ann", "tip", "withdrawn")]


def test_a_tip_that_waited_too_long_is_left_out(town: Town):
    town.approve("a")
    subscribe(town, "ann")
    town.now = RHYTHM.following(town.now)
    tick(town)

    town.now += tips.STILL_WELCOME

    assert town.dispatch() == []
    assert town.ledger() == [Queued("ann", "tip", "expired")]


def test_the_words_are_those_that_were_approved(town: Town):
    town.approve("a", body="The very words.")
    subscribe(town, "ann")
    town.now = RHYTHM.following(town.now)
    tick(town)

    (ready,) = town.dispatch()

    assert "The very words." in ready.parts[0].text


@pytest.mark.parametrize("seed", range(6))
def test_nobody_gets_a_text_again_before_all_that_are_for_them_have_been(town: Town, seed: int):
    pick = random.Random(seed)
    tags = ("general", "parent", "youth", "elderly")
    library = {f"t{number}": frozenset(pick.sample(tags, pick.randint(1, 2))) for number in range(pick.randint(2, 7))}
    for slug, audience in library.items():
        town.approve(slug, *audience)
    chosen = frozenset(pick.sample(tags[1:], pick.randint(0, 2)))
    subscribe(town, "ann", *chosen)
    theirs = {f"Title {slug}" for slug, audience in library.items() if Audience(audience).includes(chosen)}

    seen = [title for _ in range(2 * len(theirs)) for title in a_week_of(town)]

    assert set(seen[: len(theirs)]) == theirs
    assert seen[len(theirs) :] == seen[: len(theirs)]
