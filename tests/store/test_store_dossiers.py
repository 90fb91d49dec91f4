"""A dossier holds all that an erasure deletes, opened, and nothing of anybody else; on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event
from store_town import LANE, MINUTE, NOW, caller, enrolled, join, lecture

from outreach.domain.actor import Actor
from outreach.domain.errors import Fault, NotFound
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.messages import Language, Message, MessageKind, Outgoing
from outreach.domain.people import Purpose, Rhythm
from outreach.services.cards import Caller
from outreach.services.cards_feeds import FeedKind
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.rows import table_of
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves import erasure
from outreach.store.unit_of_work import SqlUnitOfWork

ANN, BOB = caller("ann"), caller("bob")
OTHER_DOOR = Caller(LaneName("wechat"), "ref-ann-too")


def words(text: str) -> Outgoing:
    return Outgoing(MessageKind.REPLY, text)


def fill(uow: SqlUnitOfWork, who: Caller, mark: str) -> ResidentId:
    """Somebody of whom everything is kept that can be, every text of it with *mark*."""
    resident = enrolled(uow, who.user_ref.removeprefix("ref-"), Purpose.TIPS)
    uow.people.add_door(resident, Caller(OTHER_DOOR.lane, f"{who.user_ref}-too"), NOW, NOW)
    uow.people.name(resident, f"nick {mark}")
    uow.people.set_rhythm(resident, Rhythm.MONTHLY)
    uow.people.disallow(resident, [Purpose.TIPS], NOW)
    uow.people.mute(resident, uow.regions.add(f"r-{mark}", f"Place {mark}", uow.regions.root()).id, NOW)
    join(uow, resident, lecture(uow, title=f"Title {mark}").id)
    uow.conversations.keep(who, {"text": f"memory {mark}"}, NOW + MINUTE)
    uow.inbox.receive(who, LANE, Message(f"1{mark}", who.user_ref, f"said {mark}", NOW), NOW)
    answered = uow.inbox.receive(who, LANE, Message(f"2{mark}", who.user_ref, "x", NOW), NOW)
    uow.inbox.answered(answered.id, (words(f"answer {mark}"),), NOW)
    uow.mailboxes.append(who, words(f"mail {mark}"), "key", NOW)
    uow.alerts.raise_(who, "imminent", "self", ("rule-x",), "lex", f"{LANE}:{mark}", NOW)
    thread = uow.threads.write(resident, who, f"note {mark}", NOW)
    uow.threads.answer(thread.id, Actor.operator(), f"reply {mark}", NOW)
    uow.audit.write(Actor.operator(), "read", "thread", thread.id, NOW)
    uow.deliveries.add_reply(who, f"reply:{mark}", words(f"letter {mark}"), None, NOW)
    draft = Draft(MessageKind.REPLY, f"thread:{mark}", resident, NOW, {"about": "thread"}, body=(words(f"own {mark}"),))
    uow.deliveries.add([draft], NOW)
    uow.contents.mark_seen(resident, f"tip-{mark}", NOW)
    uow.feeds.add_token(FeedKind.PERSON, resident, b"salt", mark.encode(), NOW)
    uow.links.offer(who, Language.ZH, NOW + MINUTE)
    return resident


def test_everything_is_in_it_in_plain_words(database: Database):
    with database.unit_of_work() as uow:
        resident = fill(uow, ANN, "5417")
        found = uow.dossiers.of_resident(resident)

    told = repr({name: [_fields(row) for row in rows] for name, rows in found.sections.items()})

    texts = ("nick", "Place", "Title", "memory", "said", "answer", "mail", "note", "reply", "letter", "own")
    assert [text for text in texts if f"{text} 5417" not in told] == []
    assert all(part in told for part in (ANN.user_ref, f"{ANN.user_ref}-too", "tip-5417", "take_part", "monthly"))
    assert {name for name, rows in found.sections.items() if not rows} == set()
    assert [consent.withdrawn_at for consent in found.consents] == [None, NOW]


def test_the_class_of_an_alert_is_not_in_it(database: Database):
    with database.unit_of_work() as uow:
        resident = fill(uow, ANN, "5417")
        told = repr(uow.dossiers.of_resident(resident).alerts)

    assert "imminent" not in told
    assert "rule-x" not in told


def test_nothing_of_anybody_else_is_in_it(database: Database):
    with database.unit_of_work() as uow:
        fill(uow, BOB, "9999")
        resident = fill(uow, ANN, "5417")
        found = uow.dossiers.of_resident(resident)

    assert "9999" not in repr({name: [_fields(row) for row in rows] for name, rows in found.sections.items()})
    assert found.counts["letters"] == 2


def test_every_table_that_an_erasure_touches_is_looked_at(database: Database):
    with database.unit_of_work() as uow:
        resident, seen = fill(uow, ANN, "5417"), []
        event.listen(
            uow.connection, "before_cursor_execute", lambda _c, _k, statement, *_: seen.append(statement), named=False
        )
        uow.dossiers.of_resident(resident)

    touched = {step.table.name for step in (*erasure._TRACES, *erasure._STEPS)}
    assert {name for name in touched if not any(name in statement for statement in seen)} == set()


def test_after_an_erasure_there_is_none(database: Database):
    with database.unit_of_work() as uow:
        resident = fill(uow, ANN, "5417")
        uow.people.erase(resident, NOW)

        with pytest.raises(NotFound):
            uow.dossiers.of_resident(resident)
        assert uow.dossiers.of_stranger(ANN).counts == {}


def test_of_somebody_who_never_agreed_there_is_what_their_address_leads_to(database: Database):
    with database.unit_of_work() as uow:
        uow.conversations.keep(ANN, {"text": "memory"}, NOW + timedelta(hours=1))
        uow.deliveries.add_reply(ANN, "reply:i1:0", words("letter"), None, NOW)

        found = uow.dossiers.of_stranger(ANN)

        assert found.counts == {"letters": 1, "memories": 1}
        assert found.letters[0].text == "letter"
        assert uow.dossiers.of_stranger(BOB).counts == {}


def test_what_does_not_open_any_more_is_a_fault_and_no_gap(database: Database):
    with database.unit_of_work() as uow:
        resident = fill(uow, ANN, "5417")
        uow.connection.execute(table_of(ResidentRow).update().values(key_sealed=b""))

        with pytest.raises(Fault):
            uow.dossiers.of_resident(resident)


def _fields(row: object) -> Any:
    """*row* with what its repr hides."""
    names = getattr(row, "__dataclass_fields__", None)
    return row if names is None else {name: getattr(row, name) for name in names}
