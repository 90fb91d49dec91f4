"""Threads and alerts: staff with the right role only, every look in the audit, once for each message."""

from __future__ import annotations

import pytest
from services_town import OPERATOR, PUSH, Queued, Town

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import BadInput, Forbidden, IllegalMove, NotFound
from outreach.domain.ids import AlertId, ThreadId
from outreach.safety import RiskClass, Subtype, Verdict
from outreach.services import safeguarding, threads
from outreach.services.cards import Caller, PersonCard
from outreach.services.cards_care import AlertState, ThreadState

ANN = Caller(PUSH, "ann")
VERDICT = Verdict(RiskClass.RISK, Subtype.SELF, ("zh.fixed.not_live",), "abc")
DUTY, ADMIN = Actor(Role.DUTY, "Duty"), Actor(Role.NETWORK_ADMIN, "Admin")


@pytest.fixture
def thread(town: Town) -> ThreadId:
    """Ann has left a note."""
    town.enrol("ann")
    with town.database.unit_of_work() as uow:
        return threads.leave_note(uow, ANN, uow.people.at(ANN), "Please ring", town.now).id


def audit(town: Town) -> list[tuple[str, str, str]]:
    with town.database.reading() as uow:
        rows = uow.connection.exec_driver_sql("SELECT actor, action, subject FROM audit ORDER BY id").all()
    return [(row[0], row[1], row[2]) for row in rows]


def test_an_answer_goes_out_as_a_reply_and_the_look_is_in_the_audit(town: Town, thread: ThreadId):
    with town.database.unit_of_work() as uow:
        threads.read(uow, DUTY, thread, town.now)
        threads.answer(uow, DUTY, thread, " We will ring at nine ", town.now)

    (ready,) = town.dispatch()
    assert "We will ring at nine" in ready.parts[0].text
    assert audit(town) == [("Duty", "read", "thread"), ("Duty", "answer", "thread")]


def test_a_further_note_goes_to_the_open_thread_and_after_closing_to_a_new_one(town: Town, thread: ThreadId):
    with town.database.unit_of_work() as uow:
        assert threads.leave_note(uow, ANN, uow.people.at(ANN), "today", town.now).id == thread
        threads.close(uow, DUTY, thread, town.now)
        new = threads.leave_note(uow, ANN, uow.people.at(ANN), "once more", town.now)

    assert new.id != thread
    with town.database.reading() as uow:
        assert [card.state for card in threads.listed(uow, DUTY, 9, open_only=False)].count(ThreadState.CLOSED) == 1


def test_a_note_is_kept_only_of_somebody_who_agreed(town: Town):
    with pytest.raises(LookupError), town.database.unit_of_work() as uow:
        threads.leave_note(uow, ANN, PersonCard(), "hello", town.now)


@pytest.mark.parametrize("text", ["", " \n", "x" * 2001])
def test_an_answer_that_is_empty_or_too_long_is_refused(town: Town, thread: ThreadId, text: str):
    with pytest.raises(BadInput), town.database.unit_of_work() as uow:
        threads.answer(uow, DUTY, thread, text, town.now)

    assert town.ledger() == []


def test_a_closed_thread_takes_no_answer(town: Town, thread: ThreadId):
    with town.database.unit_of_work() as uow:
        threads.close(uow, DUTY, thread, town.now)

    with pytest.raises(IllegalMove), town.database.unit_of_work() as uow:
        threads.answer(uow, DUTY, thread, "too late", town.now)


def test_who_may_not_answer_people_sees_nothing(town: Town, thread: ThreadId):
    with town.database.reading() as uow:
        with pytest.raises(Forbidden):
            threads.listed(uow, ADMIN, 9)
        with pytest.raises(Forbidden):
            threads.read(uow, ADMIN, thread, town.now)
        with pytest.raises(Forbidden):
            safeguarding.listed(uow, ADMIN, 9, town.now)


def test_an_alert_is_raised_once_for_each_message(town: Town):
    with town.database.unit_of_work() as uow:
        first = safeguarding.raise_alert(uow, ANN, VERDICT, "telegram:1", town.now)
        again = safeguarding.raise_alert(uow, ANN, VERDICT, "telegram:1", town.now)
        other = safeguarding.raise_alert(uow, ANN, VERDICT, "telegram:2", town.now)

    assert first == again != other


def test_an_alert_is_taken_by_the_first_and_every_look_is_in_the_audit(town: Town):
    with town.database.unit_of_work() as uow:
        alert = safeguarding.raise_alert(uow, ANN, VERDICT, "telegram:1", town.now)
        (card,) = safeguarding.listed(uow, DUTY, 9, town.now)
        taken = safeguarding.acknowledge(uow, DUTY, alert, town.now)
        still = safeguarding.acknowledge(uow, OPERATOR, alert, town.now)

    assert (card.state, card.risk, card.rules) == (AlertState.RAISED, "risk", ("zh.fixed.not_live",))
    assert (taken.acknowledged_by, still.acknowledged_by) == ("Duty", "Duty")
    assert "ann" not in repr(card)
    assert audit(town) == [
        ("Duty", "list", "alerts"),
        ("Duty", "acknowledge", "alert"),
        ("operator", "acknowledge", "alert"),
    ]


def test_an_alert_that_is_not_there_is_told(town: Town):
    with pytest.raises(NotFound), town.database.unit_of_work() as uow:
        safeguarding.acknowledge(uow, DUTY, AlertId(9), town.now)


def test_who_is_forgotten_leaves_no_note_behind(town: Town, thread: ThreadId):
    from outreach.services import people

    with town.database.unit_of_work() as uow:
        threads.answer(uow, DUTY, thread, "hello", town.now)
        people.erase(uow, ANN, town.now)

    with pytest.raises(NotFound), town.database.reading() as uow:
        threads.read(uow, DUTY, thread, town.now)
    assert town.dispatch() == []
    assert [row for row in town.ledger() if row == Queued("ann", "thread", "queued")] == []
