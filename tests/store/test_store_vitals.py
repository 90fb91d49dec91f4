"""How the house is doing, counted on both databases, and through an index."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from store_town import LANE, MINUTE, NOW, caller, enrolled

from outreach.domain.actor import Actor, Role
from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import LaneName
from outreach.domain.messages import Message, MessageKind, Outgoing
from outreach.services.cards_staff import NewStaff
from outreach.services.cards_vitals import Backlog, Guard, Home, Stamps, Waits
from outreach.store import Database
from outreach.store.probe import examine
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.unit_of_work import SqlUnitOfWork

ANN, HOUR = caller("ann"), timedelta(hours=1)
WORDS = Outgoing(MessageKind.REPLY, "words")


# Each look, and the tables that it may go through: small ones, and those it reads from the newest row on.
LOOKS: dict[str, tuple[Callable[[SqlUnitOfWork], object], set[str]]] = {
    "stamps": (lambda uow: uow.vitals.stamps(), {"audit", "inbox", "delivery", "address"}),
    "traffic": (lambda uow: uow.vitals.traffic([LANE], NOW, NOW, NOW), {"inbox", "lane"}),
    "backlog": (lambda uow: uow.vitals.backlog(NOW), set()),
    "waits": (lambda uow: uow.vitals.waits(), set()),
    "homes": (lambda uow: uow.vitals.homes(), {"region", "resident"}),
    "guards": (lambda uow: uow.vitals.guards(), {"region", "staff"}),
    "zones": (lambda uow: uow.vitals.zones(), {"region"}),
}


def test_an_empty_house_has_nothing_to_count(database: Database):
    with database.reading() as uow:
        (lane,) = uow.vitals.traffic([LANE], NOW, NOW, NOW)
        assert (lane.driven, lane.heard_at, lane.sent, lane.overdue, lane.parked) == (False, None, 0, 0, 0)
        assert uow.vitals.stamps() == Stamps(None, None)
        assert uow.vitals.backlog(NOW) == Backlog(0, 0, 0)
        assert uow.vitals.waits() == Waits(0, None, 0, None)
        assert (uow.vitals.homes(), uow.vitals.guards()) == ([], [])
        assert uow.vitals.zones() == ["Asia/Shanghai"]


def test_letters_are_counted_by_what_became_of_them(database: Database):
    states = (None, DeliveryState.SENT, DeliveryState.PARKED, DeliveryState.DEAD, DeliveryState.UNCONFIRMED)
    with database.unit_of_work() as uow:
        for number, state in enumerate(states, start=1):
            uow.deliveries.add_reply(ANN, f"reply:i{number}:0", WORDS, None, NOW)
            if state is not None:
                uow.connection.execute(
                    table_of(DeliveryRow).update().where(table_of(DeliveryRow).c.id == number).values(state=state.value)
                )
        uow.lanes.take(LaneName("old"), "telegram", "me", NOW, MINUTE)

        later, here = uow.vitals.traffic([LANE], NOW, NOW + MINUTE, NOW)

        assert (later.lane, later.driven) == ("old", True)
        assert (here.overdue, here.sent, here.parked, here.dead, here.in_doubt) == (1, 1, 1, 1, 1)
        (_, earlier) = uow.vitals.traffic([LANE], NOW + MINUTE, NOW, NOW)
        assert (earlier.overdue, earlier.sent) == (0, 0)


def test_what_people_wrote_is_heard_and_counted_until_it_is_answered(database: Database):
    with database.unit_of_work() as uow:
        uow.inbox.receive(ANN, LANE, Message("1", ANN.user_ref, "hi", NOW), NOW)
        answered = uow.inbox.receive(ANN, LANE, Message("2", ANN.user_ref, "hi", NOW), NOW + MINUTE)
        uow.inbox.answered(answered.id, (), NOW + MINUTE)
        uow.mailboxes.append(ANN, WORDS, "key", NOW)

        assert uow.vitals.backlog(NOW + HOUR) == Backlog(1, 0, 1)
        assert uow.vitals.backlog(NOW).unanswered == 0
        assert uow.vitals.traffic([LANE], NOW, NOW, NOW)[0].heard_at == NOW + MINUTE
        assert uow.vitals.stamps().ours == NOW + MINUTE


def test_the_clocks_of_platforms_are_told_from_ours(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        uow.people.heard(ANN, NOW + HOUR, NOW)

        assert uow.vitals.stamps().theirs == NOW + HOUR


def test_where_people_live_and_who_is_on_duty_there(database: Database):
    with database.unit_of_work() as uow:
        root = uow.regions.root()
        empty = uow.regions.add("empty", "Empty", root)
        enrolled(uow, "ann")
        for login, role, on_duty, region in (
            ("a", Role.DUTY, False, root), ("b", Role.VILLAGE_ADMIN, True, empty), ("c", Role.EDITOR, False, root),
        ):  # fmt: skip
            uow.staffs.add(NewStaff(login, login, role, region.id, on_duty), "hash", NOW)
        gone = uow.staffs.add(NewStaff("d", "d", Role.DUTY, root.id), "hash", NOW)
        assert gone is not None
        uow.staffs.disable(gone.id, NOW, NOW)
        card = uow.staffs.by_login("a")
        assert card is not None
        uow.staffs.claim_door(uow.staffs.offer_door(card.id, NOW + HOUR, NOW), ANN, NOW)

        assert uow.vitals.homes() == [Home(root.code, root.name, root.path)]
        assert sorted(uow.vitals.guards(), key=lambda one: one.path) == [
            Guard(root.path, has_chat=True), Guard(empty.path, has_chat=False),
        ]  # fmt: skip


def test_alerts_and_notes_that_wait_and_the_oldest_of_each(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        for number in range(2):
            uow.alerts.raise_(ANN, "risk", "self", (), "lex", f"k{number}", NOW + number * HOUR)
        taken = uow.alerts.raise_(ANN, "risk", "self", (), "lex", "k9", NOW - HOUR)
        uow.alerts.acknowledge(taken, Actor.operator(), NOW)
        uow.threads.write(ann, ANN, "note", NOW + MINUTE)

        assert uow.vitals.waits() == Waits(2, NOW, 1, NOW + MINUTE)


@pytest.mark.sqlite_only("its planner says how it looks without any rows")
@pytest.mark.parametrize("name", LOOKS)
def test_no_look_goes_through_a_large_table(database: Database, name: str):
    look, allowed = LOOKS[name]
    statements: list[tuple[str, Any]] = []
    with database.reading() as uow:
        event.listen(
            uow.connection, "before_cursor_execute", lambda _c, _k, told, values, *_: statements.append((told, values))
        )
        look(uow)
        plans = [
            str(row[3])
            for told, values in list(statements)
            for row in uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {told}", values)
        ]

    scanned = {plan.split()[1] for plan in plans if plan.startswith("SCAN ") and "ix_alert_open" not in plan}
    assert statements
    assert {name for name in scanned if not name.startswith(("anon", "("))} - allowed <= {"CONSTANT"}


def test_how_a_database_stands_can_be_seen_without_its_key(database: Database, database_kind: str):
    found = examine(database)

    assert (found.step, found.is_empty, found.is_whole) == (
        found.newest,
        False,
        True if database_kind == "sqlite" else None,
    )
    assert found.fingerprint == database.ring.fingerprint
    assert found.size > 0
