"""Being forgotten: whoever asks is, whether or not they ever agreed to anything."""

from __future__ import annotations

from services_town import ABLE, NOTICE, PUSH, Town
from sqlalchemy import select

from outreach.domain.messages import Message
from outreach.domain.people import Purpose
from outreach.services import intake, people
from outreach.services.cards import Caller
from outreach.services.intake import Counter
from outreach.services.people import Arrival
from outreach.store.rows import Row

ZOE = Caller(PUSH, "zoe")


def says(town: Town, *texts: str) -> None:
    """Zoe writes, where every answer is a message of its own."""
    counter = Counter(PUSH, ABLE, town.dialogue.answer, town.dialogue.offered, town.desk)
    for text in texts:
        town.later(seconds=1)
        with town.database.unit_of_work() as uow:
            intake.take(uow, counter, Message(f"{text}:{town.now}", "zoe", text, town.now), town.now)


def tables_with_zoe(town: Town) -> set[str]:
    with town.database.reading() as uow:
        index = town.database.ring.index(PUSH, "zoe")
        tables = Row.metadata.sorted_tables
        return {table.name for table in tables for row in uow.connection.execute(select(table)) if index in row}


def test_a_stranger_who_asks_to_be_forgotten_is_once_they_have_read_that_they_are(town: Town):
    town.plan()
    says(town, "hello", "activities", "help")
    assert tables_with_zoe(town) >= {"delivery", "inbox", "conversation"}

    says(town, "delete me", "1")

    assert tables_with_zoe(town) == {"delivery"}  # the answer that says so
    (last,) = town.dispatch()
    assert last.letter.to == "zoe"
    assert tables_with_zoe(town) == set()


def test_what_a_resident_was_told_before_they_agreed_goes_too(town: Town):
    says(town, "hello", "help")
    with town.database.unit_of_work() as uow:
        people.agree(uow, ZOE, (Purpose.TAKE_PART,), NOTICE, Arrival(town.desk.default_language), town.now)

        assert people.erase(uow, ZOE, town.now) is not None

    assert tables_with_zoe(town) == set()
    assert town.ledger() == []
