"""Codes that work once, doors that open and close, and two residents becoming one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from sqlalchemy import Connection, event, select
from store_town import LANE, MINUTE, NOW, caller, enrolled, join, lecture

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.messages import Language, Message, MessageKind, Moved, Outgoing, Sent, Unreachable
from outreach.domain.people import Consent, Purpose
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft, Letter
from outreach.store import Database
from outreach.store.rows import Row, table_of
from outreach.store.rows_activities import SignUpRow
from outreach.store.rows_people import ConsentRow, LinkMissRow, LinkOfferRow
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

ANN, BOB, EVE = caller("ann"), caller("bob"), caller("eve")
WEB = LaneName("webchat")
ANN_WEB = Caller(WEB, "visitor-ann")
UNTIL = NOW + 10 * MINUTE
ZH = Language.ZH
WORDS = Outgoing(MessageKind.REPLY, "words")


def _two_doors(uow: SqlUnitOfWork) -> ResidentId:
    """Ann at two doors, the web chat written from last."""
    ann = enrolled(uow, "ann")
    uow.people.add_door(ann, ANN_WEB, NOW + MINUTE, NOW + MINUTE)
    return ann


def _tell(uow: SqlUnitOfWork, who: ResidentId, key: str = "k") -> None:
    uow.deliveries.add([Draft(MessageKind.REPLY, key, who, NOW, {}, body=(WORDS,))], NOW)


_ROW = (DELIVERY.c.key, DELIVERY.c.lane, DELIVERY.c.state)


def _rows(uow: SqlUnitOfWork) -> list[tuple[str, str, str]]:
    return [tuple(row) for row in uow.connection.execute(select(*_ROW).order_by(DELIVERY.c.id))]


@pytest.mark.parametrize("rounds", [10])
def test_of_two_doors_that_type_one_code_at_the_same_moment_exactly_one_gets_it(database: Database, rounds: int):
    def type_code(who: Caller) -> bool:
        start.wait(30)
        with database.unit_of_work() as uow:
            return uow.links.claim(code, who, ZH, NOW) is not None

    with ThreadPoolExecutor(3) as pool:
        for _ in range(rounds):
            start = Barrier(3)
            with database.unit_of_work() as uow:
                code = uow.links.offer(ANN, ZH, UNTIL)
            assert sum(pool.map(type_code, (BOB, EVE, ANN_WEB))) == 1


def test_a_code_works_once_and_in_its_time_and_not_at_its_own_door(database: Database):
    with database.unit_of_work() as uow:
        code = uow.links.offer(ANN, ZH, UNTIL)

        assert uow.links.claim(code, ANN, ZH, NOW) is None
        assert uow.links.claim(code, BOB, ZH, UNTIL) is None
        offer = uow.links.claim(code, BOB, ZH, NOW)
        assert uow.links.claim(code, EVE, ZH, NOW) is None

    assert offer is not None
    assert (offer.asker, offer.other, offer.agreed_at) == (ANN, BOB, None)


@pytest.mark.sqlite_only("the files of a server are not ours to read; what is sealed is sealed before it gets there")
def test_of_a_code_and_of_who_it_links_nothing_can_be_read(database: Database, tmp_path: Path):
    with database.unit_of_work() as uow:
        code = uow.links.offer(ANN, ZH, UNTIL)
        row = uow.connection.execute(select(table_of(LinkOfferRow))).one()
        uow.links.offer(BOB, ZH, UNTIL)
        uow.links.claim(code, EVE, ZH, NOW)

    on_disk = b"".join(file.read_bytes() for file in (tmp_path / "town").iterdir())
    assert code.encode() not in b"".join(value for value in row if isinstance(value, bytes))
    assert not [ref for ref in (ANN.user_ref, EVE.user_ref, code) if ref.encode() in on_disk]


def test_an_offer_goes_with_the_one_who_is_forgotten_on_either_side_and_wrong_codes_still_count(database: Database):
    with database.unit_of_work() as uow:
        for other, forgotten in ((BOB, BOB), (BOB, ANN)):
            code = uow.links.offer(ANN, ZH, UNTIL)
            uow.links.claim(code, other, ZH, NOW)
            uow.links.note_miss(forgotten, NOW)
            uow.people.forget(forgotten)

            assert uow.connection.execute(select(table_of(LinkOfferRow))).all() == []
            assert uow.links.misses(forgotten, NOW - MINUTE) == 1
        index = uow.links._at.person(BOB)
        tables = Row.metadata.sorted_tables
        assert not [table.name for table in tables for row in uow.connection.execute(select(table)) if index in row]


def test_housekeeping_deletes_what_is_past_its_time(database: Database):
    with database.unit_of_work() as uow:
        uow.links.offer(ANN, ZH, UNTIL)
        uow.links.offer(BOB, ZH, UNTIL + MINUTE)
        uow.links.note_miss(ANN, NOW)
        uow.links.note_miss(ANN, NOW + MINUTE)

        assert uow.links.purge(UNTIL, NOW) == 2

        assert len(uow.connection.execute(select(table_of(LinkOfferRow))).all()) == 1
        assert len(uow.connection.execute(select(table_of(LinkMissRow))).all()) == 1


def _lane_of(uow: SqlUnitOfWork, who: ResidentId, key: str) -> str:
    """Where something that is said to them now would go."""
    _tell(uow, who, key)
    return next(row[1] for row in _rows(uow) if row[0] == key)


def test_a_message_goes_once_where_they_wrote_last_or_where_they_prefer_while_that_can_be_reached(database: Database):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        assert _lane_of(uow, ann, "last") == WEB
        uow.people.prefer(ANN, NOW)
        assert _lane_of(uow, ann, "preferred") == LANE
        uow.people.set_reach(ANN, "muted", NOW)
        assert _lane_of(uow, ann, "muted") == WEB
        uow.people.set_reach(ANN, "reachable", NOW)
        uow.people.prefer(ANN_WEB, NOW)
        uow.people.heard(ANN, NOW, NOW + 2 * MINUTE)
        assert _lane_of(uow, ann, "other") == WEB

        assert len(_rows(uow)) == 4


def _called(uow: SqlUnitOfWork, lane: LaneName) -> tuple[list[Letter], int]:
    """All that is due on *lane*, about to go on the wire."""
    epoch = uow.lanes.take(lane, "test", "me", NOW, MINUTE)
    assert epoch is not None
    letters = uow.deliveries.claim_due(lane, epoch=epoch, limit=5, now=NOW, lease=MINUTE)
    uow.deliveries.mark_calling([letter.id for letter in letters], epoch=epoch, now=NOW)
    return letters, epoch


@pytest.mark.parametrize("outcome", [Unreachable("blocked"), Unreachable("deleted", gone=True)])
def test_what_a_blocked_door_does_not_take_goes_to_the_other_once(database: Database, outcome: Unreachable):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        for key in ("called", "waiting"):
            _tell(uow, ann, key)
        letters, epoch = _called(uow, WEB)
        uow.deliveries.postpone(letters[1].id, NOW, NOW)

        uow.deliveries.record([(letters[0], outcome, 0)], epoch=epoch, now=NOW)

        assert _rows(uow) == [("called", LANE, "queued"), ("waiting", LANE, "queued")]
        assert {letter.to for letter in _called(uow, LANE)[0]} == {ANN.user_ref}


def test_an_answer_that_a_blocked_door_does_not_take_goes_nowhere_else(database: Database):
    with database.unit_of_work() as uow:
        _two_doors(uow)
        for key in ("called", "waiting"):
            uow.deliveries.add_reply(ANN_WEB, key, WORDS, None, NOW)
        letters, epoch = _called(uow, WEB)
        uow.deliveries.postpone(letters[1].id, NOW, NOW)

        uow.deliveries.record([(letters[0], Unreachable(), 0)], epoch=epoch, now=NOW)

        assert _rows(uow) == [("called", WEB, "failed"), ("waiting", WEB, "withdrawn")]
        assert _lane_of(uow, uow.people.at(ANN).resident_id or ResidentId(0), "next") == LANE


def test_when_the_last_door_is_blocked_it_has_failed(database: Database):
    with database.unit_of_work() as uow:
        _tell(uow, _two_doors(uow))
        uow.people.set_reach(ANN, "gone", NOW)
        letters, epoch = _called(uow, WEB)

        uow.deliveries.record([(letters[0], Unreachable(), 0)], epoch=epoch, now=NOW)

        assert _rows(uow) == [("k", WEB, "failed")]


def test_what_waits_for_a_door_that_they_leave_goes_to_the_other_and_without_one_it_waits(database: Database):
    with database.unit_of_work() as uow:
        _tell(uow, _two_doors(uow))

        uow.people.set_reach(ANN_WEB, "muted", NOW)
        assert _rows(uow) == [("k", LANE, "queued")]

        uow.people.set_reach(ANN, "muted", NOW)
        assert _rows(uow) == [("k", LANE, "queued")]


def test_a_new_reference_that_comes_after_the_door_has_closed_changes_nothing(database: Database):
    with database.unit_of_work() as uow:
        _tell(uow, _two_doors(uow))
        letters, epoch = _called(uow, WEB)
        uow.people.let_go(ANN_WEB, NOW)

        uow.deliveries.record([(letters[0], Moved("ref-new"), 0)], epoch=epoch, now=NOW)

        assert _rows(uow) == [("k", LANE, "queued")]
        assert not uow.people.at(Caller(WEB, "ref-new")).is_known


def test_a_reminder_goes_once_to_the_preferred_door(database: Database):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        card = lecture(uow)
        join(uow, ann, card.id)
        uow.people.prefer(ANN, NOW)

        later = NOW + MINUTE
        for _ in range(2):
            uow.deliveries.add_reminders(
                card.id, 0, MINUTE, later, needed_by=card.ends_at, helps_until=card.ends_at, now=later
            )

        assert [row[1:] for row in _rows(uow)] == [(LANE, "queued")]


@pytest.mark.parametrize("state", ["queued", "leased", "parked", "dead", "unconfirmed", "calling"])
def test_what_was_under_way_to_a_door_that_closes_goes_to_another(database: Database, state: str):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        _tell(uow, ann)
        uow.connection.exec_driver_sql(f"UPDATE delivery SET state = '{state}', parts_sent = 1")

        assert uow.people.let_go(ANN_WEB, NOW)

        expected = "queued" if state in {"leased", "parked"} else state
        assert _rows(uow) == [("k", LANE, expected)]
        assert LANE in uow.woken
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'queued'")
        epoch = uow.lanes.take(LANE, "telegram", "me", NOW, MINUTE)
        assert epoch is not None
        (letter,) = uow.deliveries.claim_due(LANE, epoch=epoch, limit=5, now=NOW, lease=MINUTE)
        assert (letter.to, letter.body) == (ANN.user_ref, (WORDS,))
        assert not uow.people.at(ANN_WEB).is_known
        assert uow.people.doors(ann) == 1


def test_a_letter_in_the_hands_of_a_sender_is_not_sent_at_the_door_that_closed(database: Database):
    with database.unit_of_work() as uow:
        _tell(uow, _two_doors(uow))
        epoch = uow.lanes.take(WEB, "webchat", "me", NOW, MINUTE)
        assert epoch is not None
        (letter,) = uow.deliveries.claim_due(WEB, epoch=epoch, limit=5, now=NOW, lease=MINUTE)

        uow.people.let_go(ANN_WEB, NOW)

        assert uow.deliveries.mark_calling([letter.id], epoch=epoch, now=NOW) == []


def test_a_call_in_the_air_to_a_door_that_closed_is_still_written_down(database: Database):
    with database.unit_of_work() as uow:
        _tell(uow, _two_doors(uow))
        epoch = uow.lanes.take(WEB, "webchat", "me", NOW, MINUTE)
        assert epoch is not None
        letters = uow.deliveries.claim_due(WEB, epoch=epoch, limit=5, now=NOW, lease=MINUTE)
        uow.deliveries.mark_calling([letters[0].id], epoch=epoch, now=NOW)
        uow.people.let_go(ANN_WEB, NOW)

        uow.deliveries.record([(letters[0], Sent("7"), 1)], epoch=epoch, now=NOW)

        assert _rows(uow) == [("k", LANE, "sent")]


def test_without_another_reachable_door_it_is_withdrawn_and_answers_still_go_where_they_were_asked(database: Database):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        _tell(uow, ann)
        uow.deliveries.add_reply(ANN_WEB, "answer", WORDS, None, NOW)
        uow.people.set_reach(ANN, "gone", NOW)
        uow.alerts.raise_(ANN_WEB, "risk", "self", (), "lex", "key", NOW)

        uow.people.let_go(ANN_WEB, NOW)

        assert _rows(uow) == [("k", WEB, "withdrawn"), ("answer", WEB, "queued")]
        assert uow.alerts.last_for(ANN_WEB, NOW - MINUTE) == "risk"
        answer = uow.connection.execute(select(DELIVERY).where(DELIVERY.c.key == "answer")).one()
        assert (answer.resident_id, answer.address_id) == (None, None)


def _full(uow: SqlUnitOfWork) -> tuple[ResidentId, ResidentId]:
    """Ann, who has agreed to little, and Bob at two doors, who has agreed to more, read, come and written."""
    ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob", Purpose.TIPS)
    uow.people.allow(bob, Consent(Purpose.NEWS, "7", "seven", "webchat", "en", NOW))
    uow.people.disallow(bob, [Purpose.NEWS], NOW)
    uow.people.allow(bob, Consent(Purpose.TALK, "8", "eight", "webchat", "en", NOW))
    uow.people.add_door(bob, ANN_WEB, NOW, NOW)
    uow.people.prefer(BOB, NOW)
    uow.people.update(ann, audiences=frozenset({"elderly"}))
    uow.people.update(bob, audiences=frozenset({"parents"}))
    uow.people.plan_tip(bob, NOW + MINUTE)
    for who, slug in ((ann, "sleep"), (bob, "sleep"), (bob, "breathe")):
        uow.contents.mark_seen(who, slug, NOW)
    join(uow, bob, lecture(uow).id)
    thread = uow.threads.write(bob, BOB, "note", NOW)
    uow.threads.answer(thread.id, Actor.operator(), "back", NOW)
    _tell(uow, bob, "staff")
    uow.deliveries.add([Draft(MessageKind.EDUCATION, "tip", bob, NOW, {"about": "tip"})], NOW)
    uow.deliveries.add_reply(BOB, "answer", WORDS, None, NOW)
    uow.alerts.raise_(BOB, "risk", "self", (), "lex", "key", NOW)
    uow.inbox.receive(BOB, LANE, Message("m", BOB.user_ref, "hi", NOW), NOW)
    return ann, bob


def test_who_is_taken_in_brings_doors_consents_and_what_was_read_and_is_erased(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = _full(uow)

        uow.people.take_in(ann, bob)

        assert {uow.people.at(who).resident_id for who in (ANN, BOB, ANN_WEB)} == {ann}
        card = uow.people.card(ann)
        assert card.consents == {Purpose.TAKE_PART, Purpose.TIPS, Purpose.TALK}
        assert card.audiences == {"elderly", "parents"}
        consents = table_of(ConsentRow)
        talk = uow.connection.execute(select(consents).where(consents.c.purpose == "talk")).one()
        assert (talk.resident_id, talk.text_version, talk.text_hash, talk.channel) == (ann, "8", "eight", "webchat")
        assert len(uow.connection.execute(select(consents)).all()) == len(card.consents)
        assert set(uow.contents.seen(ann)) == {"sleep", "breathe"}
        assert [due.resident_id for due in uow.contents.tips_due(NOW + MINUTE, 5)] == [ann]
        assert uow.threads.listed(5, open_only=False) == []
        with pytest.raises(NotFound):
            uow.people.card(bob)


def test_of_who_is_taken_in_past_sign_ups_stay_as_counts_and_no_answer_is_lost(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = _full(uow)

        uow.people.take_in(ann, bob)

        kept = uow.connection.execute(select(table_of(SignUpRow))).one()
        assert (kept.resident_id, kept.standing) == (None, "seated")
        assert {row[0] for row in _rows(uow)} == {"staff", "answer"}
        epoch = uow.lanes.take(LANE, "telegram", "me", NOW, MINUTE)
        assert epoch is not None
        letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=5, now=NOW, lease=MINUTE)
        assert [(letter.to, letter.body, letter.resident_id) for letter in letters] == [
            (BOB.user_ref, (WORDS,), ann)
        ] * 2
        assert uow.alerts.last_for(BOB, NOW - MINUTE) == "risk"
        assert len(uow.inbox.unanswered([LANE], NOW + MINUTE, 5)) == 1


def test_all_doors_of_who_was_taken_in_can_still_be_written_to(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = _full(uow)
        uow.people.take_in(ann, bob)
        uow.people.prefer(ANN_WEB, NOW)
        _tell(uow, ann, "new")

        epoch = uow.lanes.take(WEB, "webchat", "me", NOW, MINUTE)
        assert epoch is not None
        (letter,) = uow.deliveries.claim_due(WEB, epoch=epoch, limit=5, now=NOW, lease=MINUTE)

        assert (letter.to, letter.body) == (ANN_WEB.user_ref, (WORDS,))


def test_erasing_a_person_erases_every_door(database: Database):
    with database.unit_of_work() as uow:
        ann = _two_doors(uow)
        uow.conversations.keep(ANN_WEB, {"a": 1}, NOW + MINUTE)

        uow.people.erase(ann, NOW)

        assert not uow.people.at(ANN).is_known
        assert not uow.people.at(ANN_WEB).is_known
        assert uow.conversations.recall(ANN_WEB, NOW) == {}


@pytest.mark.sqlite_only("the words of this plan are SQLite's")
def test_linking_reads_no_whole_table(database: Database):
    def work(uow: SqlUnitOfWork) -> None:
        code = uow.links.offer(ANN, ZH, UNTIL)
        uow.links.is_own(code, BOB, NOW)
        offer = uow.links.claim(code, BOB, ZH, NOW)
        assert offer is not None
        uow.links.of(BOB, NOW)
        uow.links.agree(offer.id, BOB, UNTIL + timedelta(hours=1), NOW)
        uow.links.note_miss(EVE, NOW)
        uow.links.misses(EVE, NOW)
        uow.links.purge(NOW, NOW)
        ann, bob = _full(uow)
        uow.people.hold(ann, bob)
        uow.people.take_in(ann, bob)
        uow.people.doors(ann)
        uow.people.let_go(ANN_WEB, NOW)
        uow.links.end(offer.id)

    with database.unit_of_work() as uow:
        scans = [step for step in _plans(uow.connection, lambda: work(uow)) if step.startswith("SCAN")]

    assert {step.split()[1] for step in scans} <= {"region", "content_version"}


def _plans(connection: Connection, work: Callable[[], None]) -> Iterator[str]:
    """Every step of every plan of the statements that *work* runs."""
    ran: list[tuple[str, object]] = []

    @event.listens_for(connection, "before_cursor_execute")
    def remember(_c: object, _cursor: object, statement: str, parameters: object, *_rest: object) -> None:
        if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            ran.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

    work()
    for statement, parameters in list(ran):
        for *_, step in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters):
            yield step
