"""Inbound, once only; and what rides along where nothing can be sent."""

from __future__ import annotations

from datetime import timedelta

from services_town import OPERATOR, PASSIVE, RULE, SOON, Queued, Town

from outreach.content import measure
from outreach.domain.delivery import DeliveryState
from outreach.domain.messages import Capabilities, Message, Reach, Reachability, Unparsed
from outreach.services import activities, intake, reminders, threads
from outreach.services.cards import Caller
from outreach.services.intake import Counter


def test_a_sign_up_is_confirmed_in_the_very_reply_and_nothing_is_left_over(town: Town):
    number = town.plan().number
    town.enrol("ann", lane=PASSIVE)

    (reply,) = town.says("ann", f"join {number}")

    assert "your place is kept" in reply.text
    assert [row.state for row in town.ledger()] == ["sent"]


def test_the_same_message_gets_the_same_answer_and_has_one_effect(town: Town):
    number = town.plan().number
    town.enrol("ann", lane=PASSIVE)

    first = town.says("ann", f"join {number}", "77")
    town.plan(title="Another")
    again = town.says("ann", f"join {number}", "77")

    assert again == first
    assert len(town.ledger()) == 1


def test_a_reminder_rides_in_front_of_the_next_reply_once(town: Town):
    card = town.plan()
    town.enrol("ann", lane=PASSIVE)
    town.says("ann", f"join {card.number}")
    town.now = SOON - timedelta(hours=2)
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, RULE, town.now)

    (first,) = town.says("ann", "help", "88")
    (redelivered,) = town.says("ann", "help", "88")
    (next_one,) = town.says("ann", "help", "89")

    assert first.text.startswith("A reminder")
    assert redelivered == first
    assert "A reminder" not in next_one.text
    assert town.ledger("reminder") == [Queued("ann", "reminder", "sent")]


def test_what_can_no_longer_help_does_not_ride(town: Town):
    card = town.plan()
    town.enrol("ann", lane=PASSIVE)
    town.says("ann", f"join {card.number}")
    town.now = SOON - timedelta(hours=2)
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, RULE, town.now)

    town.now = SOON
    (reply,) = town.says("ann", "help")

    assert "A reminder" not in reply.text
    assert town.ledger("reminder") == [Queued("ann", "reminder", "expired")]


def test_a_reply_stays_within_2000_bytes_and_the_rest_stays_for_the_next(town: Town):
    town.enrol("ann", lane=PASSIVE)
    person = Caller(PASSIVE, "ann")
    with town.database.unit_of_work() as uow:
        card = uow.people.at(person)
        thread = threads.leave_note(uow, person, card, "hello", town.now)
        for part in ("一", "二", "三"):
            threads.answer(uow, OPERATOR, thread.id, part * 450, town.now)

    replies = [town.says("ann", "mine")[0].text for _ in range(4)]

    assert all(measure(text, "bytes") <= 2000 for text in replies)
    assert [sum(part * 450 in text for text in replies) for part in ("一", "二", "三")] == [1, 1, 1]
    assert [row.state for row in town.ledger()] == ["sent"] * 3


def test_what_waits_for_one_does_not_ride_to_another(town: Town):
    town.enrol("ann", "bob", lane=PASSIVE)
    one = town.plan().id
    town.join("ann", one)

    (reply,) = town.says("bob", "help")

    assert "your place is kept" not in reply.text
    assert [row.state for row in town.ledger()] == ["queued"]


def test_news_of_a_move_rides_in_front(town: Town):
    card = town.plan()
    town.enrol("ann", lane=PASSIVE)
    town.says("ann", f"join {card.number}")
    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, card.id, None, "Library", RULE, town.now)

    (reply,) = town.says("ann", "help")

    assert reply.text.startswith("Please note a change")
    assert "Library" in reply.text


def test_what_cannot_be_read_is_kept_as_answered_with_nothing(town: Town):
    counter = Counter(PASSIVE, _ABLE, town.dialogue.answer, town.dialogue.offered, town.desk)

    with town.database.unit_of_work() as uow:
        assert intake.take(uow, counter, Unparsed("u1", "strange"), town.now) == ()
        assert intake.take(uow, counter, Unparsed("u1", "strange"), town.now) == ()


def leave(town: Town, sent: timedelta) -> None:
    """Ann unfollows; the platform says that it was *sent* from now."""
    counter = Counter(PASSIVE, _ABLE, town.dialogue.answer, town.dialogue.offered, town.desk)
    with town.database.unit_of_work() as uow:
        intake.take(uow, counter, Reachability("r1", "ann", town.now + sent, Reach.LEFT), town.now)


def test_where_leaving_erases_who_unfollows_is_forgotten_and_their_seat_goes_on(town: Town):
    town.enrol("ann", "bob", lane=PASSIVE)
    one = town.plan(seats=1).id
    town.join("ann", one)
    town.join("bob", one)
    town.later(seconds=0.2)

    leave(town, timedelta(seconds=-0.7))  # in whole seconds it seems to come before their last word

    with town.database.reading() as uow:
        assert not uow.people.at(Caller(PASSIVE, "ann")).is_known
        assert uow.activities.card(one).waiting == 0
    assert town.ledger("promoted") == [Queued("bob", "promoted", DeliveryState.QUEUED)]


SLOW = timedelta(minutes=10)  # the platform's clock is behind ours by so much


def hear(town: Town, text: str) -> None:
    """Ann writes, by the platform's slow clock."""
    counter = Counter(PASSIVE, _ABLE, town.dialogue.answer, town.dialogue.offered, town.desk)
    with town.database.unit_of_work() as uow:
        intake.take(uow, counter, Message(f"m{town.now}", "ann", text, town.now - SLOW), town.now)


def test_who_leaves_after_a_word_is_forgotten_though_the_platforms_clock_is_slow(town: Town):
    town.enrol("ann", lane=PASSIVE)
    hear(town, "help")
    town.later(seconds=5)

    leave(town, -SLOW)

    with town.database.reading() as uow:
        assert not uow.people.at(Caller(PASSIVE, "ann")).is_known


def test_old_news_of_leaving_does_not_undo_the_word_by_which_they_agreed(town: Town):
    card = town.plan()
    for text in (f"join {card.number}", "1"):
        town.later(seconds=5)
        hear(town, text)
    with town.database.reading() as uow:
        assert uow.people.at(Caller(PASSIVE, "ann")).is_known

    leave(town, -SLOW - timedelta(seconds=1))

    with town.database.reading() as uow:
        assert uow.people.at(Caller(PASSIVE, "ann")).is_known


def test_where_leaving_erases_a_stranger_who_unfollows_leaves_nothing_either(town: Town):
    hear(town, "hello")

    leave(town, timedelta(0))

    with town.database.reading() as uow:
        found = uow.connection.exec_driver_sql("SELECT person, answer_sealed FROM inbox").all()
        assert [tuple(row) for row in found] == [(None, None), (None, None)]
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM conversation").scalar_one() == 0


def test_old_news_of_leaving_does_not_undo_a_word_of_today(town: Town):
    town.enrol("ann", lane=PASSIVE)
    town.later(hours=1)
    town.says("ann", "help")

    leave(town, timedelta(minutes=-30))

    with town.database.reading() as uow:
        assert uow.people.at(Caller(PASSIVE, "ann")).is_known


_ABLE = Capabilities(2000, "bytes", False, 0, False, False, 1, 1.0, 1, leaving_erases=True)
