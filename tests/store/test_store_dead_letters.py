"""What was given up: seen by whoever may, tried again by word or after a rest, and given up again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from store_town import LANE, NOW, TOMORROW, caller, enrolled

from outreach.domain.delivery import LATER_TRIES, MOST_TRIES, revives_at
from outreach.domain.ids import DeliveryId
from outreach.domain.messages import Language, MessageKind, Outgoing, RetryLater
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

SECOND = timedelta(seconds=1)
LEASE = timedelta(minutes=10)


def fail(uow: SqlUnitOfWork, now: datetime) -> None:
    """One call of all that is due, which comes to nothing."""
    epoch = uow.lanes.take(LANE, "telegram", "me", now, LEASE) or 0
    letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=50, now=now, lease=LEASE)
    uow.deliveries.mark_calling([letter.id for letter in letters], epoch=epoch, now=now)
    uow.deliveries.record([(one, RetryLater(SECOND, code="500"), 0) for one in letters], epoch=epoch, now=now)


def give_up(uow: SqlUnitOfWork, now: datetime = NOW) -> datetime:
    """Call until nothing is tried any more; when that was."""
    for _ in range(MOST_TRIES):
        fail(uow, now)
        now += timedelta(minutes=6)
    return now - timedelta(minutes=6)


def draft(resident, key: str, helps_until: datetime | None = None) -> Draft:
    return Draft(MessageKind.CONFIRMATION, key, resident, NOW, {"about": "confirmation"}, helps_until)


def states(uow: SqlUnitOfWork) -> dict[str, tuple[str, int]]:
    rows = uow.connection.execute(select(DELIVERY.c.key, DELIVERY.c.state, DELIVERY.c.tries))
    return {key: (state, tries) for key, state, tries in rows}


def everywhere(uow: SqlUnitOfWork):
    return uow.dead_letters.listed("", 50, DeliveryId(0), below=True)


def test_what_was_given_up_says_why_and_nothing_of_whom_it_is_for(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a", TOMORROW)], NOW)
        died = give_up(uow)

        (found,) = everywhere(uow)

    assert (found.lane, found.kind, found.reason, found.tries) == (LANE, MessageKind.CONFIRMATION, "500", MOST_TRIES)
    assert (found.died_at, found.helps_until) == (died, TOMORROW)
    assert "ann" not in repr(found)


def test_it_is_tried_again_from_the_start_by_word_and_its_lane_is_woken(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), key) for key in "ab"], NOW)
        died = give_up(uow)
        uow.woken.clear()
        first, second = everywhere(uow)

        assert uow.dead_letters.retry("", died, 1, below=True, delivery_id=first.id) == 1
        assert uow.dead_letters.retry("", died, 1, below=True, delivery_id=first.id) == 0
        assert uow.woken == {LANE}
        assert states(uow) == {"a": ("queued", 0), "b": ("dead", MOST_TRIES)}
        assert [one.id for one in everywhere(uow)] == [second.id]


def test_a_page_of_them_and_a_portion_to_try_again(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), str(key)) for key in range(5)], NOW)
        died = give_up(uow)
        whole = [one.id for one in everywhere(uow)]

        page = uow.dead_letters.listed("", 2, whole[1], below=True)
        again = [uow.dead_letters.retry("", died, 2, below=True) for _ in range(4)]

        assert [one.id for one in page] == whole[2:4]
        assert again == [2, 2, 1, 0]


@pytest.mark.parametrize(("path", "below", "seen"), [("own", False, 1), ("above", True, 1), ("above", False, 0)])
def test_only_those_within_reach_are_there(database: Database, path, below, seen):
    with database.unit_of_work() as uow:
        village = uow.regions.add("east", "East", uow.regions.root())
        card = uow.people.enrol(caller("bea"), Language.ZH, village.id, None, NOW)
        uow.deliveries.add([draft(card.resident_id, "b")], NOW)
        message = Outgoing(MessageKind.REPLY, "…")
        uow.deliveries.add_reply(caller("stranger"), "reply:1", message, Language.ZH, NOW)
        died = give_up(uow)
        where = {"own": village.path, "above": uow.regions.root().path}[path]

        found = uow.dead_letters.listed(where, 50, DeliveryId(0), below=below)
        sister = uow.dead_letters.retry("/999/", died, 50, below=True)
        tried = uow.dead_letters.retry(where, died, 50, below=below)

        assert len(found) == tried == seen
        assert sister == 0
        assert len(everywhere(uow)) == 2 - seen


def test_it_is_tried_once_more_after_each_rest_and_then_waits_for_a_person(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        died = give_up(uow)

        for number, rest in enumerate(LATER_TRIES):
            assert revives_at(MOST_TRIES + number, died) == died + rest
            assert uow.dead_letters.revive(died + rest - SECOND, 9) == 0
            assert uow.dead_letters.revive(died + rest, 9) == 1
            died += rest
            fail(uow, died)
            assert states(uow) == {"a": ("dead", MOST_TRIES + number + 1)}

        assert revives_at(MOST_TRIES + len(LATER_TRIES), died) is None
        assert uow.dead_letters.revive(died + timedelta(days=30), 9) == 0


def test_what_can_no_longer_help_rests_for_ever(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a", NOW + timedelta(hours=1))], NOW)
        give_up(uow)

        assert uow.dead_letters.revive(TOMORROW, 9) == 0
