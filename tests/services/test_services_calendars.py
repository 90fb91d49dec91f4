"""Calendar files: one UID, a SEQUENCE that never falls, discretion, and links that end with the person."""

from __future__ import annotations

import pytest
from services_town import OPERATOR, PUSH, RULE, SOON, Town, sequence_of

from outreach.domain.messages import Language
from outreach.services import activities, people
from outreach.services.cards import Caller


def test_leaving_and_coming_back_never_lets_the_sequence_fall(town: Town):
    town.enrol("ann")
    one = town.plan().id

    files = []
    for _ in range(3):
        files.append(town.file(town.join("ann", one)))
        files.append(town.file(town.leave("ann", one)))

    numbers = [sequence_of(file) for file in files]
    assert numbers == sorted(set(numbers))
    assert ["STATUS:CANCELLED" in file for file in files] == [False, True] * 3
    assert len({line for file in files for line in file.splitlines() if line.startswith("UID:")}) == 1


def test_moving_up_from_the_queue_never_lets_it_fall_either(town: Town):
    town.enrol("ann", "bob")
    one = town.plan(seats=1).id
    town.join("ann", one)
    bob = town.join("bob", one)
    waiting = town.file(bob)

    town.leave("ann", one)

    seated = town.file(bob)
    assert "STATUS:CANCELLED" in waiting
    assert "STATUS:CONFIRMED" in seated
    assert sequence_of(seated) >= sequence_of(waiting)
    town.leave("bob", one)
    assert sequence_of(town.file(bob)) > sequence_of(seated)


def test_every_change_of_the_activity_raises_it_on_all_surfaces(town: Town):
    town.enrol("ann")
    card = town.plan()
    ann = town.join("ann", card.id)
    before = sequence_of(town.file(ann)), sequence_of(public(town, card.slug))

    with town.database.unit_of_work() as uow:
        activities.move(uow, OPERATOR, card.id, None, "Library", RULE, town.now)
    moved = sequence_of(town.file(ann)), sequence_of(public(town, card.slug))
    with town.database.unit_of_work() as uow:
        activities.call_off(uow, OPERATOR, card.id, town.now)
    off = sequence_of(town.file(ann)), sequence_of(public(town, card.slug))

    assert all(a < b < c for a, b, c in zip(before, moved, off, strict=True))
    assert "STATUS:CANCELLED" in town.file(ann)


def public(town: Town, slug: str) -> str:
    """The public file of one activity; empty if there is none."""
    with town.database.reading() as uow:
        found = town.calendars.activity_file(uow, slug, town.now)
    return "" if found is None else found.body.decode()


def test_the_link_of_somebody_who_was_forgotten_is_gone(town: Town):
    town.enrol("ann")
    ann = town.join("ann", town.plan().id)
    assert town.file(ann)

    with town.database.unit_of_work() as uow:
        people.erase(uow, Caller(PUSH, "ann"), town.now)

    assert town.file(ann) == ""


@pytest.mark.parametrize(
    "change", ["", "0-", "-", "zz-abc", "1-" + "a" * 22, "1-ä", "9" * 70, "１-a", "ffffffffffffffff-a"]
)
def test_a_link_that_was_guessed_is_no_good(town: Town, change: str):
    town.enrol("ann")
    town.join("ann", town.plan().id)

    with town.database.reading() as uow:
        assert town.calendars.sign_up_file(uow, change, town.now) is None


def test_what_is_restricted_tells_neither_title_nor_place(town: Town):
    town.enrol("ann")
    card = town.plan(title="Living with voices", place="Ward 7", restricted=True)
    ann = town.join("ann", card.id)

    with town.database.reading() as uow:
        feed = town.calendars.public_feed(uow, town.now).body.decode()
        place = uow.sign_ups.place(ann.sign_up.id)
    file = town.calendars.attachment(place, Language.EN)

    for text in (town.file(ann), feed, file.name, file.content.decode()):
        assert "voices" not in text
        assert "Ward" not in text
        assert card.slug not in text
    assert "CLASS:PRIVATE" in town.file(ann)
    assert public(town, card.slug) == ""


def test_no_calendar_file_tells_who_comes(town: Town):
    town.enrol("ann-the-name")

    file = town.file(town.join("ann-the-name", town.plan().id))

    assert "the-name" not in file
    assert "ATTENDEE" not in file


def test_the_feed_is_the_same_bytes_until_something_changes(town: Town):
    town.enrol("ann")
    card = town.plan()
    with town.database.reading() as uow:
        before = town.calendars.public_feed(uow, town.now)
    town.join("ann", card.id)
    town.later(hours=5)

    with town.database.reading() as uow:
        assert town.calendars.public_feed(uow, town.now) == before


def test_a_draft_is_on_no_public_surface(town: Town):
    card = town.plan(draft=True, starts_at=SOON)

    with town.database.reading() as uow:
        assert b"BEGIN:VEVENT" not in town.calendars.public_feed(uow, town.now).body
    assert public(town, card.slug) == ""
