"""Inbound once only; mailboxes; alerts; threads; content; audit."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from store_town import LANE, MINUTE, NOW, caller, enrolled

from outreach.domain.actor import Actor
from outreach.domain.errors import NotFound
from outreach.domain.ids import AlertId, LaneName, ThreadId
from outreach.domain.messages import Act, Choice, File, Language, Message, MessageKind, Outgoing, Unparsed
from outreach.domain.windows import PushWindow
from outreach.services.cards import ApprovedItem, InboxState
from outreach.services.cards_care import AlertState, ThreadState
from outreach.store import Database
from outreach.store.rows import table_of
from outreach.store.rows_inbound import InboxRow
from outreach.store.rows_staff import AuditRow

ANN = caller("ann")
HELLO = Message("m1", ANN.user_ref, "hello", NOW)
ANSWER = (Outgoing(MessageKind.REPLY, "hi", (Choice("Menu", "menu"),), File("a.ics", "text/calendar", b"x"), None),)
STAFF = Actor.operator()
LANES = [LANE]


def test_a_message_is_stored_once_and_the_second_time_gets_the_first_answer(database: Database):
    with database.unit_of_work() as uow:
        first = uow.inbox.receive(ANN, LANE, HELLO, NOW)
        uow.inbox.answered(first.id, ANSWER, NOW)

        again = uow.inbox.receive(ANN, LANE, HELLO, NOW + MINUTE)

        assert (first.first_sight, first.state, first.answer) == (True, InboxState.RECEIVED, ())
        assert (again.id, again.first_sight, again.state) == (first.id, False, InboxState.ANSWERED)
        assert again.answer == ANSWER


def test_the_same_id_on_another_lane_is_another_message(database: Database):
    with database.unit_of_work() as uow:
        uow.inbox.receive(ANN, LANE, HELLO, NOW)

        assert uow.inbox.receive(None, LaneName("wechat"), HELLO, NOW).first_sight


def test_what_was_not_answered_is_driven_again_oldest_first(database: Database):
    with database.unit_of_work() as uow:
        strange = Unparsed("m2", "unknown_type")
        uow.inbox.receive(None, LANE, strange, NOW + timedelta(seconds=1))
        uow.inbox.receive(ANN, LANE, HELLO, NOW)
        done = uow.inbox.receive(ANN, LANE, Message("m3", ANN.user_ref, "x", NOW), NOW)
        uow.inbox.answered(done.id, (), NOW)

        assert uow.inbox.unanswered(LANES, NOW, 5) == []
        assert [found.incoming for found in uow.inbox.unanswered(LANES, NOW + MINUTE, 5)] == [HELLO, strange]
        assert len(uow.inbox.unanswered(LANES, NOW + MINUTE, 1)) == 1


def test_what_came_on_a_lane_that_is_off_now_takes_nobodys_place(database: Database):
    off = LaneName("switched-off")
    with database.unit_of_work() as uow:
        for number in range(3):
            uow.inbox.receive(ANN, off, Message(f"o{number}", ANN.user_ref, "x", NOW), NOW - MINUTE)
        uow.inbox.receive(ANN, LANE, HELLO, NOW)

        assert [found.incoming for found in uow.inbox.unanswered(LANES, NOW + MINUTE, 2)] == [HELLO]
        assert uow.inbox.unanswered([], NOW + MINUTE, 2) == []


def test_what_nobody_took_up_is_purged_with_the_quarantine(database: Database):
    with database.unit_of_work() as uow:
        uow.inbox.receive(ANN, LANE, HELLO, NOW - timedelta(hours=73))
        uow.inbox.receive(ANN, LANE, Message("young", ANN.user_ref, "x", NOW), NOW)

        gone = uow.inbox.purge(NOW - timedelta(days=7), NOW - timedelta(hours=72), 10)

        assert gone == 1
        assert [found.incoming.message_id for found in uow.inbox.unanswered(LANES, NOW + MINUTE, 5)] == ["young"]


def test_a_message_that_fails_too_often_is_quarantined(database: Database):
    with database.unit_of_work() as uow:
        entry = uow.inbox.receive(ANN, LANE, HELLO, NOW)

        uow.inbox.failed(entry.id, "KeyError", 2, NOW)
        assert [found.tries for found in uow.inbox.unanswered(LANES, NOW + MINUTE, 5)] == [1]

        uow.inbox.failed(entry.id, "KeyError", 2, NOW)
        assert uow.inbox.unanswered(LANES, NOW + MINUTE, 5) == []
        assert uow.inbox.receive(ANN, LANE, HELLO, NOW).state is InboxState.QUARANTINED


def test_the_words_of_an_answered_message_are_gone(database: Database):
    with database.unit_of_work() as uow:
        entry = uow.inbox.receive(ANN, LANE, HELLO, NOW)
        uow.inbox.answered(entry.id, ANSWER, NOW)

        assert uow.connection.execute(select(table_of(InboxRow).c.body_sealed)).scalars().all() == [None]


def test_forgetting_a_person_leaves_neither_words_nor_answers(database: Database):
    with database.unit_of_work() as uow:
        asked = uow.inbox.receive(ANN, LANE, HELLO, NOW)
        uow.inbox.answered(asked.id, ANSWER, NOW)
        waiting = uow.inbox.receive(ANN, LANE, Message("m2", ANN.user_ref, "forget me", NOW), NOW)

        uow.people.forget(ANN)
        uow.inbox.answered(waiting.id, ANSWER, NOW)

        assert uow.inbox.receive(ANN, LANE, HELLO, NOW).answer == ()
        assert uow.inbox.receive(ANN, LANE, Message("m2", ANN.user_ref, "forget me", NOW), NOW).answer == ANSWER
        assert uow.inbox.unanswered(LANES, NOW + MINUTE, 5) == []


def test_old_messages_are_purged_each_after_its_time(database: Database):
    with database.unit_of_work() as uow:
        for number in range(3):
            uow.inbox.answered(uow.inbox.receive(ANN, LANE, Message(f"a{number}", "x", "x", NOW), NOW).id, (), NOW)
        bad = uow.inbox.receive(ANN, LANE, Message("q", "x", "x", NOW), NOW)
        uow.inbox.failed(bad.id, "KeyError", 1, NOW)
        uow.inbox.receive(ANN, LANE, HELLO, NOW + MINUTE)

        assert uow.inbox.purge(NOW, NOW, 10) == 0
        assert uow.inbox.purge(NOW + MINUTE, NOW, 2) == 2
        assert uow.inbox.purge(NOW + MINUTE, NOW + MINUTE, 10) == 2
        assert not uow.inbox.receive(ANN, LANE, HELLO, NOW).first_sight


def test_numbers_of_messages_are_never_given_twice(database: Database):
    with database.unit_of_work() as uow:
        first = uow.inbox.receive(ANN, LANE, HELLO, NOW)
        uow.inbox.answered(first.id, (), NOW)
        uow.inbox.purge(NOW + MINUTE, NOW, 10)

        assert uow.inbox.receive(ANN, LANE, HELLO, NOW).id > first.id


def test_mail_waits_for_the_page_and_goes_when_it_was_seen(database: Database):
    with database.unit_of_work() as uow:
        for key in ("a", "b", "a"):
            uow.mailboxes.append(ANN, Outgoing(MessageKind.REPLY, key), key, NOW)
        uow.mailboxes.append(caller("bob"), Outgoing(MessageKind.REPLY, "c"), "c", NOW)

        first, second = uow.mailboxes.read(ANN, 0, 10)

        assert (first.message.text, second.message.text) == ("a", "b")
        assert uow.mailboxes.read(ANN, first.cursor, 10) == [second]
        assert uow.mailboxes.acknowledge(ANN, first.cursor) == 1
        assert uow.mailboxes.read(ANN, 0, 10) == [second]
        assert uow.mailboxes.purge(NOW, 10) == 0
        assert uow.mailboxes.purge(NOW + MINUTE, 10) == 2


def test_a_cursor_never_falls_even_when_the_mailbox_was_empty(database: Database):
    with database.unit_of_work() as uow:
        uow.mailboxes.append(ANN, Outgoing(MessageKind.REPLY, "a"), "a", NOW)
        first = uow.mailboxes.read(ANN, 0, 1)[0].cursor
        uow.mailboxes.acknowledge(ANN, first)
        uow.mailboxes.append(ANN, Outgoing(MessageKind.REPLY, "b"), "b", NOW)

        assert uow.mailboxes.read(ANN, first, 1)[0].message.text == "b"


def test_an_alert_is_raised_once_and_shows_the_highest_class(database: Database):
    with database.unit_of_work() as uow:
        first = uow.alerts.raise_(ANN, "risk", "self", ("zh.1", "zh.2"), "lex", "telegram:m1", NOW)
        again = uow.alerts.raise_(ANN, "risk", "self", ("zh.1", "zh.2"), "lex", "telegram:m1", NOW)
        uow.alerts.raise_(ANN, "imminent", "self", ("zh.3",), "lex", "telegram:m2", NOW + MINUTE)
        uow.alerts.raise_(ANN, "risk", "self", ("zh.1",), "lex", "telegram:m3", NOW + MINUTE)

        assert first == again
        assert uow.alerts.last_for(ANN, NOW) == "imminent"
        assert uow.alerts.last_for(ANN, NOW + 2 * MINUTE) is None
        assert uow.alerts.last_for(caller("bob"), NOW) is None
        listed = uow.alerts.listed(10)
        assert len({card.person for card in listed}) == 1
        assert listed[-1].rules == ("zh.1", "zh.2")


def test_the_one_who_acknowledges_first_stays(database: Database):
    with database.unit_of_work() as uow:
        alert = uow.alerts.raise_(ANN, "risk", "self", (), "lex", "k", NOW)

        card = uow.alerts.acknowledge(alert, STAFF, NOW)
        again = uow.alerts.acknowledge(alert, Actor.system(), NOW + MINUTE)

        assert card == again
        assert (card.state, card.acknowledged_by) == (AlertState.ACKNOWLEDGED, "operator")
        assert (uow.alerts.count_open(), uow.alerts.listed(5), len(uow.alerts.listed(5, open_only=False))) == (0, [], 1)
        with pytest.raises(NotFound):
            uow.alerts.acknowledge(AlertId(99), STAFF, NOW)


def test_a_resident_and_staff_talk_in_one_thread_until_it_is_closed(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        thread = uow.threads.write(ann, ANN, "a question", NOW)
        answered, entry = uow.threads.answer(thread.id, STAFF, "an answer", NOW + MINUTE)
        same = uow.threads.write(ann, ANN, "thank you", NOW + 2 * MINUTE)

        notes = uow.threads.get(thread.id).entries
        assert [(note.by, note.text) for note in notes] == [
            ("resident", "a question"), ("staff", "an answer"), ("resident", "thank you"),
        ]  # fmt: skip
        assert notes[1].id == entry
        assert (answered.state, same.state, same.id) == (ThreadState.ANSWERED, ThreadState.OPEN, thread.id)

        uow.threads.close(thread.id, NOW)
        assert uow.threads.write(ann, ANN, "again", NOW).id != thread.id


def test_a_thread_knows_what_the_platform_still_lets_through_to_them(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        thread = uow.threads.write(ann, ANN, "a question", NOW)
        assert thread.window is None

        minute = PushWindow(NOW + MINUTE, 3, Act.CLICK)
        assert uow.windows.opened(ANN, minute, NOW)

        assert (uow.threads.get(thread.id).window, uow.threads.get(thread.id).last_word_at) == (minute, NOW)


def test_threads_that_wait_longest_come_first(database: Database):
    with database.unit_of_work() as uow:
        for minute, name in enumerate(("ann", "bob", "cho")):
            uow.threads.write(enrolled(uow, name), caller(name), "?", NOW + minute * MINUTE)
        uow.threads.answer(ThreadId(1), STAFF, "!", NOW)

        assert [card.id for card in uow.threads.listed(5)] == [2, 3]
        assert [card.id for card in uow.threads.listed(5, open_only=False)] == [2, 3, 1]
        with pytest.raises(NotFound):
            uow.threads.get(ThreadId(9))


def test_the_newest_approved_version_is_sent_and_the_old_one_stays_readable(database: Database):
    def version(number: str) -> ApprovedItem:
        return ApprovedItem("sleep", Language.ZH, number, "T", f"body {number}", frozenset({"general"}))

    with database.unit_of_work() as uow:
        stored = uow.contents.approve(version("v1"), STAFF, NOW)
        assert uow.contents.approve(version("v1"), Actor.system(), NOW + MINUTE) == stored
        uow.contents.approve(version("v2"), STAFF, NOW)

        assert [item.version for item in uow.contents.approved(Language.ZH)] == ["v2"]
        assert uow.contents.approved(Language.EN) == []
        assert len(uow.contents.approved()) == 1
        assert uow.contents.get("sleep", Language.ZH, "v1") == stored
        assert (stored.approved_by, stored.approved_at) == ("operator", NOW)


def test_the_audit_keeps_who_what_and_when(database: Database):
    with database.unit_of_work() as uow:
        uow.audit.write(STAFF, "read", "thread", 7, NOW)

        row = uow.connection.execute(select(table_of(AuditRow))).one()
        assert (row.role, row.actor, row.action, row.subject, row.subject_id, row.at) == (
            "operator", "operator", "read", "thread", "7", NOW,
        )  # fmt: skip
