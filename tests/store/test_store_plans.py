"""Hot statements go through an index: their cost follows what is due, not what exists."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlalchemy.dialects import sqlite
from store_town import LANE, MINUTE, NOW, TOMORROW, caller, enrolled, join, lecture

from outreach.domain.delivery import OPEN_STATES
from outreach.domain.messages import Message, MessageKind, Outgoing, Sent
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves.ledger_tidying import _TO_LOOK_AT
from outreach.store.unit_of_work import SqlUnitOfWork

ANN = caller("ann")
SMALL = {"lane", "region", "mark", "content_version"}  # a handful of rows for ever


def _inbound(uow: SqlUnitOfWork) -> None:
    entry = uow.inbox.receive(ANN, LANE, Message("1", ANN.user_ref, "hi", NOW), NOW)
    uow.inbox.receive(ANN, LANE, Message("1", ANN.user_ref, "hi", NOW), NOW)
    uow.people.at(ANN)
    uow.people.heard(ANN, NOW, NOW)
    uow.conversations.keep(ANN, {}, TOMORROW)
    uow.conversations.recall(ANN, NOW)
    uow.deliveries.parked_for(ANN, NOW, 5)
    uow.inbox.answered(entry.id, (), NOW)
    uow.inbox.unanswered(["wechat"], NOW, 10)
    uow.alerts.last_for(ANN, NOW)
    uow.alerts.count_open()
    uow.mailboxes.read(ANN, 0, 10)


def _signing_up(uow: SqlUnitOfWork) -> None:
    ann = enrolled(uow, "ann")
    card = lecture(uow, seats=1)
    sign_up = join(uow, ann, card.id)
    uow.activities.locked(card.id, ann)
    uow.sign_ups.place(sign_up.id)
    uow.sign_ups.of_resident(ann, NOW, 9)
    uow.sign_ups.roster(card.id, 50)
    uow.deliveries.add([Draft(MessageKind.CONFIRMATION, "k", ann, NOW, {"sign_up": sign_up.id})], NOW)
    uow.deliveries.withdraw_for_sign_up(sign_up.id, NOW)
    uow.deliveries.withdraw_for_activity(card.id, ("moved", "reminder"), NOW)
    uow.deliveries.withdraw_kinds(ann, ["education"], NOW)


def _sending(uow: SqlUnitOfWork) -> None:
    uow.deliveries.add([Draft(MessageKind.CONFIRMATION, "k", enrolled(uow, "ann"), NOW, {})], NOW)
    epoch = uow.lanes.take(LANE, "telegram", "me", NOW, MINUTE) or 0
    uow.deliveries.next_due(LANE)
    letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=10, now=NOW, lease=MINUTE)
    uow.deliveries.mark_calling([letter.id for letter in letters], epoch=epoch, now=NOW)
    uow.deliveries.record([(letter, Sent(), 1) for letter in letters], epoch=epoch, now=NOW)
    uow.deliveries.recover(LANE, epoch=epoch, now=NOW)


def _ticking(uow: SqlUnitOfWork) -> None:
    uow.activities.reminders_due(NOW, 10)
    uow.deliveries.add_reminders(lecture(uow).id, 0, MINUTE, NOW, needed_by=TOMORROW, helps_until=TOMORROW, now=NOW)
    uow.contents.tips_due(NOW, 10)
    uow.inbox.purge(NOW, NOW, 10)
    uow.mailboxes.purge(NOW, 10)
    uow.conversations.purge(NOW)
    for number, state in enumerate(("sent", "parked", "calling")):
        uow.deliveries.add_reply(ANN, f"k{number}", Outgoing(MessageKind.REPLY, "hi"), None, NOW)
        uow.connection.exec_driver_sql(f"UPDATE delivery SET state = '{state}' WHERE key = 'k{number}'")
    assert uow.deliveries.tidy(NOW + timedelta(days=7), 10) == 3


def _forgetting(uow: SqlUnitOfWork) -> None:
    uow.people.forget(caller("zoe"))
    enrolled(uow, "ann")
    uow.people.moved(ANN, "ref-new")
    uow.people.erase(enrolled(uow, "bob"), NOW)


def test_the_open_states_of_the_index_are_those_of_the_domain():
    states = ", ".join(f"'{state}'" for state in ("queued", "leased", "parked"))

    assert f"state IN ({states})" == OPEN_DELIVERY
    assert {"queued", "leased", "parked"} == OPEN_STATES


@pytest.mark.sqlite_only("the words of this plan are SQLite's")
@pytest.mark.parametrize("work", [_inbound, _signing_up, _sending, _ticking, _forgetting])
def test_no_hot_statement_reads_a_whole_table(database: Database, work: Callable[[SqlUnitOfWork], None]):
    ran: list[tuple[str, object]] = []
    with database.unit_of_work() as uow:

        @event.listens_for(uow.connection, "before_cursor_execute")
        def remember(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
            if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
                ran.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

        work(uow)
        seen = list(ran)
        scans = [
            (step, statement)
            for statement, parameters in seen
            for *_, step in uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            if step.startswith("SCAN") and " INDEX " not in step and step.split()[1] not in _allowed(step)
        ]

    assert seen
    assert scans == []


@pytest.mark.sqlite_only("the words of this plan are SQLite's")
def test_housekeeping_seeks_what_is_due_and_reads_no_further(database: Database):
    with database.unit_of_work() as uow:
        sql = str(_TO_LOOK_AT.compile(dialect=sqlite.dialect()))
        plan = uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", (0, 10, 0)[: sql.count("?")]).all()

    assert any(step.endswith("USING INDEX ix_delivery_tidy_at (tidy_at<?)") for *_, step in plan)


def _allowed(step: str) -> set[str]:
    """Small tables, and the few rows of a subquery or a constant."""
    name = step.split()[1]
    return {name} if name in SMALL or name.startswith(("(", "due", "CONSTANT")) or name in _RANKS else set()


_RANKS = {"safety", "reply", "confirmation", "reminder", "announcement", "education"}
