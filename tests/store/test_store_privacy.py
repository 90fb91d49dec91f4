"""What is sealed cannot be read from the file; what is erased is gone."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select
from store_town import LANE, MINUTE, NOW, enrolled, join, lecture

from outreach.domain.actor import Actor
from outreach.domain.delivery import DeliveryState
from outreach.domain.errors import Fault, NotFound
from outreach.domain.ids import DeliveryId, LaneName
from outreach.domain.messages import Message, MessageKind, Outgoing
from outreach.domain.signup import Standing
from outreach.services.cards import Caller
from outreach.services.cards_feeds import FeedKind
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.rows import Row, table_of
from outreach.store.rows_activities import SignUpRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.ledger_outcomes import FINISHED
from outreach.store.unit_of_work import SqlUnitOfWork

MARK = "marker5417"
WHO = Caller(LANE, f"ref-{MARK}")
WORDS = Outgoing(MessageKind.REPLY, f"words {MARK}")
COUNTED_ONLY = {"sign_up", "activity", "region", "mark", "inbox", "alert", "lane", "content_version", "audit"}


def _fill(uow: SqlUnitOfWork) -> None:
    """Put the marker wherever a person's words or references go."""
    ann = enrolled(uow, MARK)
    join(uow, ann, lecture(uow).id)
    uow.conversations.keep(WHO, {"text": MARK}, NOW + MINUTE)
    uow.inbox.receive(WHO, LANE, Message(f"id-{MARK}", WHO.user_ref, MARK, NOW), NOW)
    answered = uow.inbox.receive(WHO, LANE, Message(f"id2-{MARK}", WHO.user_ref, MARK, NOW), NOW)
    uow.inbox.answered(answered.id, (WORDS,), NOW)
    uow.mailboxes.append(WHO, WORDS, "key", NOW)
    uow.alerts.raise_(WHO, "risk", "self", (), "lex", f"{LANE}:id-{MARK}", NOW)
    thread = uow.threads.write(ann, WHO, MARK, NOW)
    uow.threads.answer(thread.id, Actor.operator(), MARK, NOW)
    uow.deliveries.add_reply(WHO, "reply:i1:0", WORDS, None, NOW)
    uow.deliveries.add([Draft(MessageKind.REPLY, "thread:t1:1", ann, NOW, {}, body=(WORDS,))], NOW)
    uow.contents.mark_seen(ann, "sleep", NOW)
    uow.feeds.add_token(FeedKind.PERSON, ann, b"salt", b"digest", NOW)


def _bytes_on_disk(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.iterdir())


@pytest.mark.sqlite_only("the files of a server are not ours to read; what is sealed is sealed before it gets there")
def test_neither_words_nor_references_can_be_read_from_the_files(database: Database, tmp_path: Path):
    with database.unit_of_work() as uow:
        _fill(uow)
        uow.marks.put("control", "visible5417")

    on_disk = _bytes_on_disk(tmp_path / "town")

    assert b"visible5417" in on_disk
    assert MARK.encode() not in on_disk


def test_erasing_a_person_leaves_bare_counts_and_nothing_that_leads_to_them(database: Database):
    with database.unit_of_work() as uow:
        _fill(uow)
        index = uow.connection.exec_driver_sql("SELECT person FROM address").scalar_one()
        ann = uow.people.at(WHO).resident_id
        assert ann is not None

        uow.people.erase(ann, NOW)

        rows = {table.name: uow.connection.execute(select(table)).all() for table in Row.metadata.sorted_tables}
        assert {name for name, found in rows.items() if found} <= COUNTED_ONLY
        assert not any(index in row for found in rows.values() for row in found)
        assert uow.activities.card(uow.activities.recent(1)[0].id).seated == 1
        kept = uow.connection.execute(select(table_of(SignUpRow))).one()
        assert (kept.resident_id, kept.standing, kept.party) == (None, Standing.SEATED.value, 1)


def _anybody(uow: SqlUnitOfWork, index: bytes) -> set[str]:
    """The tables that hold *index* in any column."""
    tables = Row.metadata.sorted_tables
    return {table.name for table in tables for row in uow.connection.execute(select(table)) if index in row}


def test_who_never_agreed_is_forgotten_wherever_their_address_is_found(database: Database):
    with database.unit_of_work() as uow:
        uow.conversations.keep(WHO, {"text": MARK}, NOW + MINUTE)
        uow.inbox.receive(WHO, LANE, Message("1", WHO.user_ref, MARK, NOW), NOW)
        uow.mailboxes.append(WHO, WORDS, "key", NOW)
        alert = uow.alerts.raise_(WHO, "risk", "self", (), "lex", f"{LANE}:1", NOW)
        for number, state in enumerate((None, DeliveryState.PARKED, DeliveryState.SENT, DeliveryState.DEAD)):
            uow.deliveries.add_reply(WHO, f"reply:i1:{number}", WORDS, None, NOW)
            if state is not None:
                uow.deliveries.settle(DeliveryId(number + 1), state, "", NOW)
        _try(uow)
        index = uow.deliveries._at.person(WHO)
        with_a_person = {table.name for table in Row.metadata.sorted_tables if "person" in table.c}
        assert _anybody(uow, index) == with_a_person - {"address"}

        uow.people.forget(WHO)

        assert _anybody(uow, index) == set()
        assert uow.deliveries.counts() == {"sent": 1}
        assert uow.connection.exec_driver_sql("SELECT delivery_id FROM attempt").scalars().all() == [3]
        (kept,) = uow.alerts.listed(5)
        assert (kept.id, kept.risk, kept.raised_at, kept.person) == (alert, "risk", NOW, "")


def _try(uow: SqlUnitOfWork) -> None:
    """One try of each delivery."""
    uow.connection.exec_driver_sql(
        "INSERT INTO attempt (delivery_id, lane, epoch, outcome, code, parts_sent, at)"
        " SELECT id, lane, 0, 'Sent', '', 1, changed_at FROM delivery"
    )


def test_forgetting_a_stranger_leaves_the_others_alone(database: Database):
    other, elsewhere = Caller(LANE, "ref-bob"), Caller(LaneName("wechat"), WHO.user_ref)
    with database.unit_of_work() as uow:
        for number, who in enumerate((WHO, other, elsewhere)):
            uow.deliveries.add_reply(who, f"reply:i{number}:0", WORDS, None, NOW)
            uow.mailboxes.append(who, WORDS, "key", NOW)

        uow.people.forget(WHO)

        assert uow.deliveries.counts() == {"queued": 2}
        assert [len(uow.mailboxes.read(who, 0, 5)) for who in (WHO, other, elsewhere)] == [0, 1, 1]


@pytest.mark.parametrize("state", sorted(FINISHED))
def test_what_is_finished_leads_to_nobody(database: Database, state: DeliveryState):
    with database.unit_of_work() as uow:
        uow.deliveries.add_reply(WHO, "reply:i1:0", WORDS, None, NOW)
        old = {"failed": "calling"}.get(state, "queued")
        uow.connection.exec_driver_sql(f"UPDATE delivery SET state = '{old}'")

        uow.deliveries.settle(DeliveryId(1), state, "", NOW)

        assert _anybody(uow, uow.deliveries._at.person(WHO)) == set()


def test_who_moved_and_is_then_forgotten_leaves_nothing_under_either_address(database: Database):
    with database.unit_of_work() as uow:
        _fill(uow)
        old = uow.deliveries._at.person(WHO)

        uow.people.moved(WHO, "ref-new")
        assert _anybody(uow, old) == {"mail"}  # a page of ours never moves
        ann = uow.people.at(Caller(LANE, "ref-new")).resident_id
        assert ann is not None
        uow.people.erase(ann, NOW)

        assert _anybody(uow, uow.deliveries._at.person(Caller(LANE, "ref-new"))) == set()
        assert uow.alerts.listed(5)[0].person == ""


def test_a_forgotten_sign_up_is_counted_on_the_roster_and_found_nowhere_else(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        sign_up = join(uow, ann, lecture(uow).id)
        uow.people.erase(ann, NOW)

        assert [(line.number, line.channel) for line in uow.sign_ups.roster(sign_up.activity_id, 5)] == [(1, "")]
        assert uow.sign_ups.affected(sign_up.activity_id, [Standing.SEATED]) == []
        for look in (uow.sign_ups.get, uow.sign_ups.place):
            with pytest.raises(NotFound):
                look(sign_up.id)


def test_erasing_one_person_leaves_the_others_alone(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob")
        before = uow.people.card(bob)
        uow.deliveries.add([Draft(MessageKind.REPLY, "a", bob, NOW, {}, body=(WORDS,))], NOW)

        uow.people.erase(ann, NOW)

        assert uow.people.card(bob) == before
        assert uow.deliveries.counts() == {"queued": 1}


def test_what_is_sealed_for_a_person_is_lost_with_their_key(database: Database):
    with database.unit_of_work() as uow:
        _fill(uow)
        uow.connection.execute(table_of(ResidentRow).update().values(key_sealed=b""))

        with pytest.raises(Fault):
            uow.threads.get(uow.threads.listed(1, open_only=False)[0].id)


@pytest.mark.sqlite_only("PostgreSQL overwrites no old bytes; there the destroyed key has to do")
def test_after_an_erasure_the_old_bytes_are_overwritten(database: Database, tmp_path: Path):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        key = uow.connection.exec_driver_sql("SELECT key_sealed FROM resident").scalar_one()
        assert isinstance(key, bytes)
    with database.unit_of_work() as uow:
        uow.people.erase(ann, NOW)
    database.close()  # the last connection folds the log into the file

    on_disk = _bytes_on_disk(tmp_path / "town")
    assert not any(key[start : start + 16] in on_disk for start in range(len(key) - 16))
