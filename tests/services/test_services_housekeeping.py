"""What is old goes, in portions, and never too early: what still keeps the same news from being told twice stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from services_town import OPERATOR, PUSH, RULE, Queued, Town

from outreach.domain.messages import MessageKind, Outgoing
from outreach.services import activities, housekeeping
from outreach.services.cards import Caller

DAY = timedelta(days=1)
ZOE = Caller(PUSH, "zoe")


def keep_house(town: Town, at: datetime) -> None:
    """What the ticker does at *at*."""
    town.now = at
    for _ in range(20):
        with town.database.unit_of_work() as uow:
            if housekeeping.purge(uow, at) == 0:
                return
    raise AssertionError("it never ends")


def reply_to_zoe(town: Town, key: str = "reply:i1:0") -> None:
    with town.database.unit_of_work() as uow:
        uow.deliveries.add_reply(ZOE, key, Outgoing(MessageKind.REPLY, "words"), None, town.now)


def tries(town: Town) -> int:
    with town.database.reading() as uow:
        found: int = uow.connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one()
        return found


def test_of_a_resident_what_was_sent_goes_after_ninety_days_with_its_tries(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)
    sent_at = town.now
    town.dispatch()
    assert tries(town) == 1

    keep_house(town, sent_at + 90 * DAY - timedelta(seconds=1))
    assert town.ledger() == [Queued("ann", "confirmation", "sent")]
    keep_house(town, sent_at + 90 * DAY)

    assert (town.ledger(), tries(town)) == ([], 0)


def test_of_a_stranger_what_was_sent_goes_after_seven_days(town: Town):
    reply_to_zoe(town)
    town.later(hours=1)
    sent_at = town.now
    town.dispatch()

    keep_house(town, sent_at + 7 * DAY - timedelta(seconds=1))
    assert town.ledger() == [Queued("?", "reply", "sent")]
    keep_house(town, sent_at + 7 * DAY)

    assert (town.ledger(), tries(town)) == ([], 0)


def test_what_a_stranger_did_not_fetch_for_a_day_expires_and_loses_its_words(town: Town):
    reply_to_zoe(town)
    due = town.now

    keep_house(town, due + DAY - timedelta(seconds=1))
    assert town.ledger() == [Queued("?", "reply", "queued")]
    keep_house(town, due + DAY)

    assert town.ledger() == [Queued("?", "reply", "expired")]
    with town.database.reading() as uow:
        row = uow.connection.exec_driver_sql("SELECT person, to_sealed, body_sealed, reason FROM delivery").one()
        assert tuple(row) == (None, None, None, "nobody_came")
    keep_house(town, due + 8 * DAY)
    assert town.ledger() == []


def test_what_was_put_off_is_not_late_before_its_new_time(town: Town):
    reply_to_zoe(town)
    new = town.now + timedelta(hours=30)
    with town.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE delivery SET due_at = due_at + 30 * 3600 * 1000000")

    keep_house(town, new)
    assert town.ledger() == [Queued("?", "reply", "queued")]
    keep_house(town, new + DAY)

    assert town.ledger() == [Queued("?", "reply", "expired")]


def test_what_is_parked_for_a_resident_waits_while_it_helps(town: Town):
    town.enrol("ann")
    card = town.plan(starts_at=town.now + 120 * DAY)
    town.join("ann", card.id)
    with town.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'parked'")

    keep_house(town, town.now + 100 * DAY)
    assert town.ledger() == [Queued("ann", "confirmation", "parked")]
    keep_house(town, card.ends_at)

    assert town.ledger() == [Queued("ann", "confirmation", "expired")]


def test_while_an_activity_is_not_over_its_news_are_not_told_twice(town: Town):
    town.enrol("ann")
    far = town.plan(starts_at=town.now + 200 * DAY)
    ann = town.join("ann", far.id).sign_up
    town.dispatch()

    keep_house(town, town.now + 150 * DAY)
    again = town.join("ann", far.id)
    assert (again.again, again.sign_up.id) == (True, ann.id)
    assert town.ledger() == [Queued("ann", "confirmation", "sent")]
    keep_house(town, far.ends_at)

    assert town.ledger() == []


def test_an_activity_that_was_put_off_keeps_its_news_until_its_new_end(town: Town):
    town.enrol("ann")
    far = town.plan(starts_at=town.now + 100 * DAY)
    town.join("ann", far.id)
    town.dispatch()
    keep_house(town, town.now + 95 * DAY)
    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, far.id, far.starts_at + 30 * DAY, None, RULE, town.now)

    keep_house(town, far.ends_at + DAY)
    assert town.ledger("confirmation") == [Queued("ann", "confirmation", "sent")]
    keep_house(town, far.ends_at + 30 * DAY)

    assert town.ledger("confirmation") == []


def test_a_portion_is_bounded_and_none_is_looked_at_before_its_time(town: Town):
    for number in range(5):
        reply_to_zoe(town, f"reply:i{number}:0")
    town.now += DAY

    with town.database.unit_of_work() as uow:
        assert [uow.deliveries.tidy(town.now, 2) for _ in range(4)] == [2, 2, 1, 0]


def test_what_must_stay_is_not_passed_over_again_and_again(town: Town):
    town.enrol("ann", "bob", "cho")
    far = town.plan(starts_at=town.now + 300 * DAY, seats=9)
    for name in town.residents:
        town.join(name, far.id)
    town.dispatch()
    town.now += 95 * DAY

    with town.database.unit_of_work() as uow:
        assert uow.deliveries.tidy(town.now, 100) == 3
        assert uow.deliveries.tidy(town.now + 100 * DAY, 100) == 0
