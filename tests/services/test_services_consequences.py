"""What follows from what: who is told what when somebody joins or leaves, when staff decide, when things change."""

from __future__ import annotations

from datetime import timedelta

import pytest
from services_town import OPERATOR, PUSH, RULE, SOON, Queued, Town

from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.errors import ActivityClosed, BadInput, Forbidden, IllegalMove, NotFound
from outreach.domain.ids import SignUpId
from outreach.services import activities, people, reminders, signups
from outreach.services.cards import Caller


def test_who_signs_up_is_told_and_who_asks_again_is_not_told_twice(town: Town):
    town.enrol("ann")
    one = town.plan().id

    town.join("ann", one)
    again = town.join("ann", one)

    assert again.again
    assert town.ledger() == [Queued("ann", "confirmation", "queued")]


def test_who_leaves_is_told_nothing_more_and_who_moves_up_is_told(town: Town):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=1).id
    for name in ("ann", "bob", "cho"):
        town.join(name, one)

    town.leave("ann", one)

    assert town.ledger() == [
        Queued("ann", "confirmation", "withdrawn"),
        Queued("bob", "confirmation", "queued"),
        Queued("cho", "confirmation", "queued"),
        Queued("bob", "promoted", "queued"),
    ]


def test_who_moved_up_before_the_first_word_went_out_reads_one_truth(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    town.join("ann", one)
    town.join("bob", one)
    town.leave("ann", one)

    texts = [part.text for ready in town.dispatch() for part in ready.parts]

    assert not any("in the queue" in text for text in texts)
    assert any("a place has become free" in text for text in texts)


def test_who_comes_back_is_confirmed_anew(town: Town):
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)
    town.leave("ann", one)

    town.join("ann", one)

    assert town.ledger() == [Queued("ann", "confirmation", "withdrawn"), Queued("ann", "confirmation", "queued")]


def test_a_request_is_confirmed_as_one_and_the_decision_told(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(policy=SignUpPolicy.REQUEST).id
    ann, bob = town.join("ann", one), town.join("bob", one)
    town.dispatch()

    with town.database.unit_of_work() as uow:
        signups.accept(uow, OPERATOR, ann.sign_up.id, town.now)
        signups.refuse(uow, OPERATOR, bob.sign_up.id, town.now)

    assert town.ledger()[2:] == [Queued("ann", "confirmation", "queued"), Queued("bob", "refused", "queued")]
    texts = [part.text for ready in town.dispatch() for part in ready.parts]
    assert any("your place is kept" in text for text in texts)
    assert any("could not give you a place" in text for text in texts)


def test_taking_a_seat_back_moves_the_next_one_up(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    ann = town.join("ann", one)
    town.join("bob", one)

    with town.database.unit_of_work() as uow:
        signups.refuse(uow, OPERATOR, ann.sign_up.id, town.now)

    assert town.ledger("refused") == [Queued("ann", "refused", "queued")]
    assert town.ledger("promoted") == [Queued("bob", "promoted", "queued")]


@pytest.mark.parametrize("about", ["moved", "called_off"])
def test_a_change_reaches_everybody_who_counts_on_it_and_nobody_else(town: Town, about: str):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=1).id
    for name in ("ann", "bob", "cho"):
        town.join(name, one)
    town.leave("cho", one)

    with town.database.unit_of_work() as uow:
        if about == "moved":
            activities.move(uow, OPERATOR, one, SOON + timedelta(hours=1), None, RULE, town.now)
        else:
            activities.call_off(uow, OPERATOR, one, town.now)

    assert town.ledger(about) == [Queued("ann", about, "queued"), Queued("bob", about, "queued")]


def test_a_move_takes_back_what_tells_the_old_time_and_leaves_what_is_still_true(town: Town):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=1).id
    ann = town.join("ann", one).sign_up
    for name in ("bob", "cho"):
        town.join(name, one)
    with town.database.unit_of_work() as uow:
        signups.refuse(uow, OPERATOR, ann.id, town.now)
        activities.move(uow, OPERATOR, one, None, "Library", RULE, town.now)
    town.now = SOON - timedelta(hours=2)
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, RULE, town.now)
        activities.move(uow, OPERATOR, one, SOON + timedelta(hours=9), None, RULE, town.now)

    open_or_not = {(row.who, row.about, row.state) for row in town.ledger() if row.who != "cho"}

    assert open_or_not == {
        ("ann", "confirmation", "withdrawn"),  # by the refusal, not by the move
        ("ann", "refused", "queued"),
        ("bob", "confirmation", "queued"),
        ("bob", "promoted", "queued"),
        ("bob", "moved", "withdrawn"),
        ("bob", "moved", "queued"),
        ("bob", "reminder", "withdrawn"),
    }


def test_what_is_called_off_takes_back_all_but_what_a_refused_one_must_hear(town: Town):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=1).id
    ann = town.join("ann", one).sign_up
    for name in ("bob", "cho"):
        town.join(name, one)
    other = town.plan().id
    town.join("bob", other)
    with town.database.unit_of_work() as uow:
        signups.refuse(uow, OPERATOR, ann.id, town.now)
        activities.move(uow, OPERATOR, one, None, "Library", RULE, town.now)

        activities.call_off(uow, OPERATOR, one, town.now)

    assert [row for row in town.ledger() if row.state == "queued"] == [
        Queued("bob", "confirmation", "queued"),  # of the other activity
        Queued("ann", "refused", "queued"),
        Queued("bob", "called_off", "queued"),
        Queued("cho", "called_off", "queued"),
    ]


def test_moving_to_the_same_place_tells_nobody(town: Town):
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)

    with town.database.unit_of_work() as uow:
        assert activities.move(uow, OPERATOR, one, SOON, " Hall ", RULE, town.now) is None

    assert town.ledger() == [Queued("ann", "confirmation", "queued")]


def test_who_is_forgotten_gives_places_back_and_leaves_no_delivery(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    town.join("ann", one)
    town.join("bob", one)

    with town.database.unit_of_work() as uow:
        erased = people.erase(uow, Caller(PUSH, "ann"), town.now)

    assert erased is not None
    assert len(erased.left) == 1
    assert town.ledger("promoted") == [Queued("bob", "promoted", "queued")]
    assert {ready.letter.to for ready in town.dispatch()} == {"bob"}


def test_somebody_we_keep_nothing_of_can_be_forgotten_too(town: Town):
    with town.database.unit_of_work() as uow:
        assert people.erase(uow, Caller(PUSH, "nobody"), town.now) is None


def test_what_fails_half_way_is_not_half_done(town: Town):
    town.enrol("ann")
    one = town.plan().id

    with pytest.raises(NotFound), town.database.unit_of_work() as uow:  # noqa: PT012
        signups.refuse(uow, OPERATOR, signups.sign_up(uow, town.residents["ann"], one, town.now).sign_up.id, town.now)
        uow.sign_ups.get(SignUpId(99))

    with town.database.reading() as uow:
        assert uow.activities.card(one).seated == 0
    assert town.ledger() == []


@pytest.mark.parametrize("role", [Role.DUTY, Role.EDITOR, Role.SYSTEM])
def test_who_may_not_plan_changes_nothing(town: Town, role: Role):
    one = town.plan().id
    other = Actor(role, "somebody")

    with pytest.raises(Forbidden), town.database.unit_of_work() as uow:
        activities.move(uow, other, one, None, "Elsewhere", RULE, town.now)
    with pytest.raises(Forbidden), town.database.unit_of_work() as uow:
        activities.call_off(uow, other, one, town.now)

    with town.database.reading() as uow:
        assert (uow.activities.card(one).revision, uow.activities.card(one).place) == (0, "Hall")


def test_a_bad_plan_is_told_with_all_that_is_wrong(town: Town):
    with pytest.raises(BadInput) as refused:
        town.plan(title=" ", place="two\nlines", seats=0, starts_at=town.now - timedelta(days=1))

    assert [told.split(":")[0] for told in refused.value.problems] == ["title", "place", "seats", "starts"]


def test_staff_decide_only_on_what_is_asked(town: Town):
    town.enrol("ann")
    ann = town.join("ann", town.plan().id)

    with pytest.raises(IllegalMove), town.database.unit_of_work() as uow:
        signups.accept(uow, OPERATOR, ann.sign_up.id, town.now)
    with pytest.raises(NotFound), town.database.unit_of_work() as uow:
        signups.accept(uow, OPERATOR, SignUpId(99), town.now)


def test_nobody_joins_what_has_begun_or_is_a_draft(town: Town):
    town.enrol("ann")
    begun, draft = town.plan(), town.plan(draft=True)
    town.now = SOON

    for card in (begun, draft):
        with pytest.raises(ActivityClosed):
            town.join("ann", card.id)
    assert town.ledger() == []
