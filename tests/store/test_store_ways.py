"""Where the database sends a message to somebody with several addresses: where `choose_way` says, again and again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select, text, update
from store_town import MINUTE, NOW, TOMORROW, join, lecture

from outreach.domain.actor import Actor
from outreach.domain.broadcast import About, BroadcastId
from outreach.domain.ids import AddressId, LaneName, ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.people import Consent, Purpose
from outreach.domain.ways import Way, choose_way
from outreach.services.cards import Caller
from outreach.services.cards_broadcasts import Aim, NewBroadcast
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

LANES = [LaneName(name) for name in ("wechat", "telegram", "email", "webchat")]
_A, _D = ADDRESS.c, DELIVERY.c


@dataclass(frozen=True)
class Known:
    """An address as a test thinks it up: they wrote so many minutes ago."""

    ago: int
    reach: str
    preferred: bool


KNOWN = st.lists(
    st.builds(
        Known,
        st.integers(0, 2),
        st.sampled_from(["reachable", "reachable", "muted", "gone"]),
        st.booleans(),
    ),
    min_size=1,
    max_size=len(LANES),
)


def settled(uow: SqlUnitOfWork, name: str, known: list[Known]) -> tuple[ResidentId, list[Way]]:
    """A resident with these addresses, one on each lane; at most one of them is preferred, as in the house."""
    card = uow.people.enrol(Caller(LANES[0], name), Language.ZH, uow.regions.root().id, None, NOW)
    assert card.resident_id is not None
    for lane in LANES[1 : len(known)]:
        uow.people.add_door(card.resident_id, Caller(lane, name), NOW, NOW)
    for purpose in (Purpose.TAKE_PART, Purpose.NEWS):
        uow.people.allow(card.resident_id, Consent(purpose, "1", "hash", LANES[0], "zh", NOW))
    ids = uow.connection.execute(select(_A.id).where(_A.resident_id == card.resident_id).order_by(_A.id)).scalars()
    first = next((place for place, each in enumerate(known) if each.preferred), None)
    ways = []
    for place, (address_id, each) in enumerate(zip(ids.all(), known, strict=True)):
        told = NOW - each.ago * MINUTE
        values = {"reach": each.reach, "last_word_at": told, "preferred_at": NOW if place == first else None}
        uow.connection.execute(update(ADDRESS).where(_A.id == address_id).values(**values))
        ways.append(Way(AddressId(address_id), LANES[place], told, place == first, each.reach == "reachable"))
    return card.resident_id, ways


def addresses(uow: SqlUnitOfWork, resident: ResidentId) -> dict[str, tuple[int | None, str]]:
    """Where each thing that is queued for them goes, by kind, and in which state it is."""
    rows = uow.connection.execute(select(DELIVERY).where(_D.resident_id == resident))
    return {row.kind: (row.address_id, row.state) for row in rows}


def queued_three_ways(uow: SqlUnitOfWork, resident: ResidentId) -> None:
    """A draft, a reminder and a broadcast: each is queued by a statement of its own."""
    root = uow.regions.root()
    uow.deliveries.add([Draft(MessageKind.CONFIRMATION, f"c{resident}", resident, NOW, {})], NOW)
    card = lecture(uow)
    join(uow, resident, card.id)
    uow.deliveries.add_reminders(
        card.id, 0, timedelta(hours=2), NOW + MINUTE, needed_by=TOMORROW, helps_until=TOMORROW, now=NOW
    )
    everybody = frozenset({"general"})
    aim = Aim(MessageKind.ANNOUNCEMENT, root.path, frozenset(), everybody, frozenset(Language), TOMORROW)
    uow.broadcasts.plan(_announced(uow), aim, resident - 1, 1, NOW)


def _announced(uow: SqlUnitOfWork) -> BroadcastId:
    new = NewBroadcast(About.TEXT, uow.regions.root().id)
    return uow.broadcasts.add(new, [], Actor.operator(), NOW)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(KNOWN)
def test_whatever_is_queued_goes_where_the_choice_falls_and_then_to_the_next(database: Database, known: list[Known]):
    with database.unit_of_work() as uow:
        uow.connection.execute(text("SAVEPOINT example"))
        resident, ways = settled(uow, "ann", known)
        queued_three_ways(uow, resident)

        expected = choose_way(ways)
        tried: set[AddressId] = set()
        if expected is None:
            assert set(addresses(uow, resident).values()) == {(None, "failed")}
        while expected is not None:
            assert set(addresses(uow, resident).values()) == {(expected.address_id, "queued")}
            uow.people.set_reach(Caller(expected.lane, "ann"), "gone", NOW + MINUTE)
            tried.add(expected.address_id)
            expected = choose_way(ways, tried)
            # With no way left it stays where it is: whoever takes it to send it finds nobody there, and says so.
            assert {state for _, state in addresses(uow, resident).values()} == {"queued"}
        uow.connection.execute(text("ROLLBACK TO SAVEPOINT example"))


def test_a_way_that_opens_again_is_taken_by_what_comes_next(database: Database):
    with database.unit_of_work() as uow:
        resident, ways = settled(uow, "ann", [Known(0, "gone", True), Known(1, "reachable", False)])
        uow.deliveries.add([Draft(MessageKind.CONFIRMATION, "one", resident, NOW, {})], NOW)
        uow.people.set_reach(Caller(LANES[0], "ann"), "reachable", NOW + MINUTE)
        uow.deliveries.add([Draft(MessageKind.CHANGE, "other", resident, NOW, {})], NOW)

        found = addresses(uow, resident)

    assert found["confirmation"][0] == ways[1].address_id
    back = choose_way([replace(ways[0], reachable=True), ways[1]])
    assert back is not None
    assert found["change"][0] == back.address_id == ways[0].address_id
