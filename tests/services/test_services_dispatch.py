"""What is decided at the last moment before the wire: consent, quiet hours, windows, and what was overtaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from services_town import ABLE, NOW, OPERATOR, PUSH, RULE, SOON, Queued, Town

from outreach.domain.activity import SignUpPolicy
from outreach.domain.errors import LaneLost
from outreach.domain.people import Purpose
from outreach.domain.times import QuietHours
from outreach.services import activities, dispatch, reminders, signups
from outreach.services.cards import Caller
from outreach.services.dispatch import Outlet

QUIET = QuietHours.parse("21:30-07:30")
EVENING = NOW.replace(hour=14)  # 22:00 in Shanghai
MORNING = NOW.replace(hour=23, minute=30)  # 7:30


def moved(town: Town) -> None:
    """Ann has signed up, and it has moved; the confirmation went out before."""
    town.enrol("ann")
    one = town.plan().id
    town.join("ann", one)
    town.dispatch()
    town.now = EVENING
    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, one, None, "Library", RULE, town.now)


def test_at_night_news_waits_for_the_morning_and_what_answers_does_not(town: Town):
    moved(town)
    assert town.dispatch(quiet=QUIET) == []
    with town.database.reading() as uow:
        assert uow.deliveries.next_due(PUSH) == MORNING  # nobody asks again all night
    town.enrol("bob")
    town.join("bob", town.plan().id)

    assert [ready.letter.to for ready in town.dispatch(quiet=QUIET)] == ["bob"]
    town.now = MORNING - timedelta(minutes=1)
    assert town.dispatch(quiet=QUIET) == []
    town.now = MORNING

    assert [ready.letter.to for ready in town.dispatch(quiet=QUIET)] == ["ann"]


def test_a_reminder_is_not_put_off_past_the_start(town: Town):
    town.enrol("ann")
    start = MORNING - timedelta(minutes=30)
    town.join("ann", town.plan(starts_at=start).id)
    town.dispatch()
    town.now = start - timedelta(hours=2)
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, RULE, town.now)

    assert [ready.letter.kind for ready in town.dispatch(quiet=QUIET)] == ["reminder"]


@pytest.mark.parametrize(
    ("starts_at", "goes"),
    [
        pytest.param(MORNING + timedelta(hours=1), True, id="8:30: in the morning an hour would be left"),
        pytest.param(MORNING + timedelta(hours=2), False, id="9:30: two hours are enough"),
        pytest.param(EVENING + timedelta(hours=1), True, id="in an hour: some are on their way"),
    ],
)
@pytest.mark.parametrize("what", ["called_off", "later", "earlier", "promoted", "refused"])
def test_who_must_know_before_they_set_out_is_told_at_night(town: Town, starts_at: datetime, goes: bool, what: str):
    town.enrol("ann", "bob")
    other = starts_at + timedelta(days=7)
    one = town.plan(seats=1, starts_at=other if what == "earlier" else starts_at).id
    ann = town.join("ann", one)
    town.join("bob", one)
    town.dispatch()
    town.now = EVENING

    with town.database.unit_of_work() as uow:
        match what:
            case "called_off":
                activities.call_off(uow, OPERATOR, one, town.now)
            case "later" | "earlier":
                activities.move(uow, OPERATOR, one, other if what == "later" else starts_at, None, RULE, town.now)
            case "promoted":
                signups.withdraw(uow, town.residents["ann"], one, town.now)
            case "refused":
                signups.refuse(uow, OPERATOR, ann.sign_up.id, town.now)

    assert bool(town.dispatch(quiet=QUIET)) is goes


def test_a_reminder_left_over_from_the_day_waits_for_the_morning_if_half_an_hour_is_left_then(town: Town):
    town.enrol("ann", "bob")
    late, soon = MORNING + timedelta(minutes=30), MORNING + timedelta(minutes=29)
    for name, starts_at in (("ann", late), ("bob", soon)):
        town.join(name, town.plan(starts_at=starts_at).id)
    town.dispatch()
    town.now = EVENING
    with town.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE activity SET next_reminder_at = starts_at - 24 * 3600 * 1000000")
        uow.connection.exec_driver_sql("UPDATE sign_up SET since = since - 24 * 3600 * 1000000")
        reminders.queue_due(uow, RULE, town.now)

    assert [ready.letter.to for ready in town.dispatch(quiet=QUIET)] == ["bob"]


def test_without_consent_nothing_goes_out(town: Town):
    moved(town)
    with town.database.unit_of_work() as uow:
        uow.people.disallow(town.residents["ann"], (Purpose.TAKE_PART,), town.now)

    assert town.dispatch() == []
    assert town.ledger("moved") == [Queued("ann", "moved", "withdrawn")]


def test_who_cannot_be_reached_is_not_tried(town: Town):
    moved(town)
    with town.database.unit_of_work() as uow:
        uow.people.set_reach(Caller(PUSH, "ann"), "muted", town.now)

    assert town.dispatch() == []
    assert town.ledger("moved") == [Queued("ann", "moved", "withdrawn")]


def test_beyond_the_reply_window_it_waits_for_their_next_word(town: Town):
    moved(town)
    windowed = replace(ABLE, reply_window=timedelta(hours=1))

    assert town.dispatch(able=windowed) == []
    assert town.ledger("moved") == [Queued("ann", "moved", "parked")]


def test_a_door_that_cannot_push_parks_it(town: Town):
    moved(town)

    assert town.dispatch(able=replace(ABLE, may_push=False)) == []
    assert town.ledger("moved") == [Queued("ann", "moved", "parked")]


def test_what_is_over_is_not_told_any_more(town: Town):
    moved(town)
    town.now = SOON + timedelta(hours=1)

    assert town.dispatch() == []
    assert town.ledger("moved") == [Queued("ann", "moved", "expired")]


def test_it_goes_out_once(town: Town):
    moved(town)

    assert len(town.dispatch()) == 1
    assert town.dispatch() == []
    assert town.ledger("moved") == [Queued("ann", "moved", "sent")]


def test_a_change_tells_each_by_where_they_stand_when_it_goes_out(town: Town):
    town.enrol("ann", "bob", "cho", "dan")
    one, other = town.plan(seats=1).id, town.plan(policy=SignUpPolicy.REQUEST).id
    for name, activity in (("ann", one), ("bob", one), ("cho", one), ("dan", other)):
        town.join(name, activity)
    town.dispatch()
    with town.database.unit_of_work() as uow:
        for activity in (one, other):
            activities.move(uow, OPERATOR, activity, None, "Library", RULE, town.now)
    town.leave("ann", one)

    told = {ready.letter.to: ready.parts[0] for ready in town.dispatch() if ready.letter.subject["about"] == "moved"}

    assert "You keep your place" in told["bob"].text  # who moved up meanwhile
    assert "People ahead of you: 0." in told["cho"].text
    assert "We still have your request" in told["dan"].text
    assert [told[name].file is not None for name in ("bob", "cho", "dan")] == [True, False, False]


def test_a_file_goes_along_with_a_confirmation_and_none_with_a_place_in_the_queue(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    town.join("ann", one)
    town.join("bob", one)

    files = {ready.letter.to: ready.parts[-1].file for ready in town.dispatch()}

    assert files["ann"] is not None
    assert files["ann"].content.startswith(b"BEGIN:VCALENDAR")
    assert files["bob"] is None


def test_who_has_lost_the_lane_sends_nothing(town: Town):
    moved(town)
    outlet = Outlet(PUSH, ABLE, town.desk, None)

    with pytest.raises(LaneLost), town.database.unit_of_work() as uow:
        dispatch.exchange(uow, outlet, (), epoch=99, limit=10, now=town.now)

    assert town.ledger("moved") == [Queued("ann", "moved", "queued")]


def test_a_calling_off_brings_the_file_that_strikes_the_entry_out_to_whom_had_a_seat(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    town.join("ann", one)
    town.join("bob", one)
    confirmed = {ready.letter.to: ready.parts[-1].file for ready in town.dispatch()}

    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, one, town.now)
    told = {ready.letter.to: ready.parts[-1].file for ready in town.dispatch()}

    before, after = confirmed["ann"], told["ann"]
    assert before is not None
    assert after is not None
    assert b"STATUS:CANCELLED" in after.content
    assert _uid(after.content) == _uid(before.content)
    assert told["bob"] is None


def _uid(calendar: bytes) -> bytes:
    return next(line for line in calendar.splitlines() if line.startswith(b"UID:"))
