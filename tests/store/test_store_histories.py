"""Random histories through the real store: never oversold, nobody jumps the queue, counters equal the rows."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from store_town import NOW, enrolled, lecture

from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.errors import IllegalMove, NotSignedUp, PartyTooLarge
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.signup import Standing
from outreach.services import signups
from outreach.services.cards import RosterLine
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

PEOPLE = 5
OPERATOR = Actor.operator()
_names = count()

Step = tuple[str, int, int]
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["join", "join", "join", "leave", "leave", "accept", "refuse"]),
        st.integers(0, PEOPLE - 1),
        st.integers(1, 2),
    ),
    min_size=8,
    max_size=25,
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder: Path = tmp_path_factory.mktemp("histories")
    on_sqlite = f"sqlite:///{folder / 'outreach.db'}"
    url = on_sqlite if request.param == "sqlite" else request.getfixturevalue("postgres").create("histories")
    opened = Database.open(url, folder / "town.key", folder)
    opened.upgrade()
    yield opened
    opened.close()


@settings(max_examples=60, deadline=None)
@given(steps=STEPS, seats=st.integers(1, 3), policy=st.sampled_from([SignUpPolicy.OPEN, SignUpPolicy.REQUEST]))
def test_whatever_people_and_staff_do_the_queue_stays_fair(
    town: Database, steps: list[Step], seats: int, policy: SignUpPolicy
):
    with town.unit_of_work() as uow:
        activity_id = lecture(uow, seats=seats, policy=policy).id
        residents = [enrolled(uow, f"p{next(_names)}") for _ in range(PEOPLE)]

    for minute, (what, who, party) in enumerate(steps):
        before = _roster(town, activity_id)
        _step(town, activity_id, residents, what, who, party, minute)
        _check(town, activity_id, before, _roster(town, activity_id))


def _step(
    town: Database, activity_id: ActivityId, residents: list[ResidentId], what: str, who: int, party: int, minute: int
) -> None:
    now = NOW + timedelta(minutes=minute)
    try:
        with town.unit_of_work() as uow:
            if what == "join":
                signups.sign_up(uow, residents[who], activity_id, now, party)
            elif what == "leave":
                signups.withdraw(uow, residents[who], activity_id, now)
            else:
                _decide(uow, activity_id, what, who, minute)
    except (NotSignedUp, PartyTooLarge, IllegalMove):
        return  # refused, and nothing has changed: that is what the checks look at


def _decide(uow: SqlUnitOfWork, activity_id: ActivityId, what: str, who: int, minute: int) -> None:
    lines = uow.sign_ups.roster(activity_id, 100)
    if who < len(lines):
        decide = signups.accept if what == "accept" else signups.refuse
        decide(uow, OPERATOR, lines[who].sign_up_id, NOW + timedelta(minutes=minute))


def _roster(town: Database, activity_id: ActivityId) -> list[RosterLine]:
    with town.reading() as uow:
        return uow.sign_ups.roster(activity_id, 100)


def _check(town: Database, activity_id: ActivityId, before: list[RosterLine], after: list[RosterLine]) -> None:
    with town.reading() as uow:
        card = uow.activities.card(activity_id)
    seated = [line for line in after if line.standing is Standing.SEATED]
    waiting = [line for line in after if line.standing is Standing.WAITING]

    assert sum(line.party for line in seated) == card.seated <= card.seats
    assert sum(line.party for line in waiting) == card.waiting
    assert len({line.number for line in after}) == len(after)
    # A free seat is never kept from the one who has waited longest, and only from them.
    assert not waiting or waiting[0].party > card.seats - card.seated
    was_waiting = {line.sign_up_id for line in before if line.standing is Standing.WAITING}
    moved_up = [line.number for line in seated if line.sign_up_id in was_waiting]
    still_waiting = [line.number for line in waiting if line.sign_up_id in was_waiting]
    assert not moved_up or not still_waiting or max(moved_up) < min(still_waiting)
