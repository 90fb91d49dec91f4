"""Tips by each one's rhythm: a digest of titles once a month, read one by one; and why somebody got something."""

from __future__ import annotations

from services_town import NOTICE, PASSIVE, PUSH, RHYTHM, Town

from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.domain.people import Rhythm
from outreach.services import people, tips
from outreach.services.cards import Caller
from outreach.services.cards_broadcasts import Reason
from outreach.services.people import Arrival

SLUGS = ("a", "b", "c", "d", "e", "f")


def subscribe(town: Town, name: str, *audiences: str, often: Rhythm, lane: LaneName = PUSH) -> None:
    arrival = Arrival(Language.EN, audiences=frozenset(audiences))
    with town.database.unit_of_work() as uow:
        person = people.subscribe(uow, Caller(lane, name), NOTICE, arrival, RHYTHM, town.now, often=often)
        assert person.resident_id is not None
        town.residents[name] = person.resident_id


def next_slot(town: Town) -> list[str]:
    """What goes out in the next slot of anybody, to the letter."""
    with town.database.reading() as uow:
        town.now = max(due.due_at for due in uow.contents.tips_due(RHYTHM.following(town.now, Rhythm.MONTHLY), 10))
    with town.database.unit_of_work() as uow:
        tips.queue_due(uow, RHYTHM, town.now)
    return [part.text for ready in town.dispatch() for part in ready.parts]


def read(town: Town, name: str, lane: LaneName = PUSH) -> str:
    with town.database.unit_of_work() as uow:
        person = uow.people.at(Caller(lane, name))
        item = tips.read_one(uow, person, Language.EN, (), town.now)
        assert item is not None
        return item.slug


def why(town: Town, name: str) -> Reason | None:
    with town.database.reading() as uow:
        return tips.why(uow, town.residents[name])


def test_a_digest_names_four_and_says_how_to_read_each_and_the_next_one_names_others(town: Town):
    for slug in SLUGS:
        town.approve(slug)
    subscribe(town, "ann", often=Rhythm.MONTHLY)

    (first,), (second,) = next_slot(town), next_slot(town)

    assert [line for line in first.split("\n") if line[:1].isdigit()] == [
        f"{number}. Title {slug}" for number, slug in enumerate("abcd", start=1)
    ]
    assert 'reply "tip"' in first
    assert [line for line in second.split("\n") if line[:1].isdigit()] == ["1. Title e", "2. Title f"]


def test_what_was_named_is_read_in_that_order_and_what_was_named_last_first(town: Town):
    for slug in SLUGS:
        town.approve(slug)
    subscribe(town, "ann", often=Rhythm.MONTHLY)
    next_slot(town)

    assert [read(town, "ann") for _ in range(5)] == ["a", "b", "c", "d", "e"]


def test_when_the_library_is_through_it_begins_with_the_oldest(town: Town):
    for slug in "abcde":
        town.approve(slug)
    subscribe(town, "ann", often=Rhythm.MONTHLY)
    next_slot(town)
    next_slot(town)

    (third,) = next_slot(town)

    assert [line[3:] for line in third.split("\n") if line[:1].isdigit()] == [f"Title {slug}" for slug in "abcd"]


def test_once_a_month_and_no_oftener(town: Town):
    for slug in SLUGS:
        town.approve(slug)
    subscribe(town, "ann", often=Rhythm.MONTHLY)
    next_slot(town)
    month = town.now.month

    next_slot(town)

    assert town.now.month == month % 12 + 1


def test_a_digest_holds_what_is_for_them_and_what_still_stands(town: Town):
    town.approve("general")
    town.approve("for-parents", "parent")
    town.approve("for-youth", "youth")
    subscribe(town, "ann", "parent", often=Rhythm.MONTHLY)
    with town.database.reading() as uow:
        town.now = uow.contents.tips_due(RHYTHM.following(town.now, Rhythm.MONTHLY), 10)[0].due_at
    with town.database.unit_of_work() as uow:
        tips.queue_due(uow, RHYTHM, town.now)
        uow.connection.exec_driver_sql(
            "UPDATE content_version SET withdrawn_at = 1, withdrawn_by = 'x' WHERE slug = 'general'"
        )

    (digest,) = (part.text for ready in town.dispatch() for part in ready.parts)

    assert "Title for-parents" in digest
    assert "Title general" not in digest
    assert "youth" not in digest


def test_who_changes_to_weekly_gets_what_was_only_named(town: Town):
    for slug in "ab":
        town.approve(slug)
    subscribe(town, "ann", often=Rhythm.MONTHLY)
    next_slot(town)
    with town.database.unit_of_work() as uow:
        people.choose_rhythm(uow, uow.people.at(Caller(PUSH, "ann")), Rhythm.WEEKLY, RHYTHM, town.now)

    (tip,) = next_slot(town)

    assert tip.startswith("Title a")


def test_why_tells_of_the_last_thing_that_was_sent(town: Town):
    town.approve("for-parents", "parent", "elderly")
    subscribe(town, "ann", "parent", often=Rhythm.WEEKLY)
    assert why(town, "ann") is None

    next_slot(town)

    assert why(town, "ann") == Reason("tip", town.now, "Title for-parents", None, frozenset({"parent"}), Rhythm.WEEKLY)


def test_why_tells_of_a_digest_and_that_it_is_for_everybody(town: Town):
    town.approve("a")
    subscribe(town, "ann", "parent", often=Rhythm.MONTHLY)

    next_slot(town)

    assert why(town, "ann") == Reason("digest", town.now, "", None, frozenset(), Rhythm.MONTHLY)


def test_a_digest_can_ride_in_front_of_a_reply(town: Town):
    town.approve("a")
    subscribe(town, "wei", often=Rhythm.MONTHLY, lane=PASSIVE)
    next_slot(town)

    (answer,) = town.says("wei", "help")

    assert "1. Title a" in answer.text
