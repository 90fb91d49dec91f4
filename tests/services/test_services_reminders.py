"""Reminders: once for each lead, for those who were there in time; never late; cheap while nothing is due."""

from __future__ import annotations

from datetime import timedelta

from services_town import OPERATOR, RULE, SOON, Queued, Town
from sqlalchemy import event

from outreach.domain.times import QuietHours
from outreach.services import activities, reminders
from outreach.services.reminders import AT_ONCE, ReminderRule

DAY, TWO_HOURS, MINUTE = timedelta(hours=24), timedelta(hours=2), timedelta(minutes=1)


def tick(town: Town, rule: ReminderRule = RULE) -> int:
    """What the ticker does; how many activities were looked at."""
    with town.database.unit_of_work() as uow:
        return reminders.queue_due(uow, rule, town.now)


def reminded(town: Town) -> list[str]:
    return [row.who for row in town.ledger("reminder")]


def test_each_lead_reminds_once_however_often_the_clock_ticks(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)

    for moment in (SOON - DAY - MINUTE, SOON - DAY, SOON - DAY + MINUTE, SOON - TWO_HOURS, SOON - MINUTE):
        town.now = moment
        tick(town)
        tick(town)

    assert reminded(town) == ["ann", "ann"]


def test_only_those_who_are_seated_are_reminded(town: Town):
    town.enrol("ann", "bob", "cho")
    one = town.plan(seats=1).id
    for name in ("ann", "bob", "cho"):
        town.join(name, one)
    town.leave("cho", one)
    town.now = SOON - DAY

    tick(town)

    assert reminded(town) == ["ann"]


def test_who_joins_inside_a_lead_gets_the_next_reminder_and_not_that_one(town: Town):
    town.enrol("ann", "bob")
    one = town.plan().id
    town.join("ann", one)
    town.now = SOON - DAY
    town.join("bob", one)
    tick(town)
    assert reminded(town) == ["ann"]

    town.now = SOON - TWO_HOURS
    tick(town)

    assert reminded(town) == ["ann", "ann", "bob"]


def test_who_leaves_is_not_reminded_though_it_was_queued(town: Town):
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)
    town.now = SOON - DAY
    tick(town)

    town.leave("ann", one)

    assert town.ledger("reminder") == [Queued("ann", "reminder", "withdrawn")]


def test_what_has_moved_is_reminded_of_anew_at_its_new_time(town: Town):
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)
    town.now = SOON - DAY
    tick(town)

    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, one, SOON + timedelta(days=7), None, RULE, town.now)
    assert tick(town) == 0
    town.now = SOON + timedelta(days=7) - DAY
    tick(town)

    assert [row.state for row in town.ledger("reminder")] == ["withdrawn", "queued"]


def test_what_is_called_off_reminds_nobody(town: Town):
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)
    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, one, town.now)

    town.now = SOON - DAY

    assert tick(town) == 0
    assert reminded(town) == []


def test_after_an_outage_only_the_latest_goes_out(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)

    town.now = SOON - timedelta(hours=1)
    tick(town)

    assert reminded(town) == ["ann"]
    with town.database.reading() as uow:
        (key,) = uow.connection.exec_driver_sql("SELECT key FROM delivery WHERE kind = 'reminder'").scalars()
    assert key.endswith(":7200s")


def test_after_an_outage_beyond_the_start_none_goes_out_nor_stays(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)

    town.now = SOON

    assert tick(town) == 1
    assert tick(town) == 0
    assert reminded(town) == []


def test_a_reminder_that_could_not_go_out_before_the_start_expires(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)
    town.dispatch()
    town.now = SOON - TWO_HOURS
    tick(town)

    town.now = SOON

    assert town.dispatch() == []
    assert town.ledger("reminder") == [Queued("ann", "reminder", "expired")]


def test_quiet_hours_move_a_reminder_earlier_rather_than_past_the_start(town: Town):
    quiet = QuietHours.parse("21:30-07:30")
    rule = ReminderRule((TWO_HOURS,), quiet)
    town.enrol("ann")
    early = SOON.replace(hour=23, minute=30)  # 7:30 in Shanghai: two hours before, all sleep
    town.join("ann", town.plan(starts_at=early, rule=rule).id)

    town.now = SOON.replace(hour=13, minute=29)  # 21:29 in Shanghai
    tick(town, rule)

    assert reminded(town) == ["ann"]
    assert [ready.letter.kind for ready in town.dispatch(quiet=quiet)] == ["confirmation", "reminder"]


def test_the_cost_follows_what_is_due_not_what_exists(town: Town):
    town.enrol("ann")
    town.join("ann", town.plan().id)
    few = statements_of_a_tick(town)
    for _ in range(30):
        town.plan(starts_at=SOON + timedelta(days=9))

    town.now = SOON - TWO_HOURS
    many = statements_of_a_tick(town)

    assert many == few


def statements_of_a_tick(town: Town) -> int:
    """How many statements a tick takes when one activity is due."""
    town.now = max(town.now, SOON - DAY)
    counted: list[str] = []
    with town.database.unit_of_work() as uow:
        engine = uow.connection.engine

        def count(*given: object) -> None:
            counted.append(str(given[2]))

        event.listen(engine, "before_cursor_execute", count)
        try:
            assert reminders.queue_due(uow, RULE, town.now) == 1
        finally:
            event.remove(engine, "before_cursor_execute", count)
    return len(counted)


def test_a_busy_minute_is_taken_in_portions(town: Town):
    for _ in range(AT_ONCE + 1):
        town.plan()
    town.now = SOON - DAY

    assert [tick(town), tick(town), tick(town)] == [AT_ONCE, 1, 0]
