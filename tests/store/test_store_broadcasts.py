"""Broadcasts in the database: the twin of `may_send`, planning under a cursor, the dry run, and what becomes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, text, update
from store_town import LANE, MINUTE, NOW, TOMORROW, enrolled, lecture

from outreach.domain.actor import Actor
from outreach.domain.broadcast import About, Approved, BroadcastId, BroadcastState, broadcast_key
from outreach.domain.ids import LaneName, ResidentId
from outreach.domain.may_send import BY_AUDIENCE, Door, No, Now, Recipient, Subject, Why, may_send
from outreach.domain.messages import Act, Language, MessageKind, Sent
from outreach.domain.people import Audience, Consent, Purpose
from outreach.domain.quiet_days import QuietDays
from outreach.domain.windows import PushWindow
from outreach.services.cards import Caller, Region
from outreach.services.cards_broadcasts import Aim, BroadcastText, NewBroadcast, OpenLane
from outreach.services.cards_ledger import Draft
from outreach.store import Database, prepared
from outreach.store.shelves.broadcast_meant import MEANT, PEOPLE_AND_WAYS, RESIDENT, lives_in, why_not
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

OPERATOR = Actor.operator()
OTHER_LANE, PASSIVE = LaneName("wechat"), LaneName("passive")
TAGS = ("elderly", "parent", "parent_teen", "youth")
S = BroadcastState
LANES = [OpenLane(LANE, True, None)]
_D = DELIVERY.c


@dataclass(frozen=True)
class Someone:
    """Somebody as a test thinks them up. *home* and *mutes* are places in `places`."""

    home: int
    language: Language
    purposes: frozenset[Purpose]
    audiences: frozenset[str]
    mutes: frozenset[int]
    reach: tuple[str, ...]


@dataclass(frozen=True)
class Meaning:
    """Whom a broadcast is for. *place* and *about* (where its activity is, if any) are places in `places`.

    *circle*: who alone may be told; ``None``: it is not restricted.
    """

    kind: MessageKind
    place: int
    about: int | None
    audience: frozenset[str]
    languages: frozenset[Language]
    circle: frozenset[str] | None


PEOPLE = st.builds(
    Someone,
    home=st.integers(0, 4),
    language=st.sampled_from(Language),
    purposes=st.frozensets(st.sampled_from(Purpose)),
    audiences=st.frozensets(st.sampled_from(TAGS), max_size=3),
    mutes=st.frozensets(st.integers(0, 4), max_size=2),
    reach=st.lists(st.sampled_from(["reachable", "muted", "gone"]), max_size=2).map(tuple),
)
MEANINGS = st.builds(
    Meaning,
    kind=st.sampled_from([MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION]),
    place=st.integers(0, 4),
    about=st.none() | st.integers(0, 4),
    audience=st.frozensets(st.sampled_from(("general", *TAGS)), min_size=1, max_size=3),
    languages=st.frozensets(st.sampled_from(Language), min_size=1),
    circle=st.none() | st.frozensets(st.sampled_from(TAGS), max_size=2),
)


def places(uow: SqlUnitOfWork) -> list[Region]:
    """The root, two townships, and a village in each; made on first use."""
    root = uow.regions.root()
    found = [root]
    for code, above in (("t1", 0), ("t2", 0), ("t1v1", 1), ("t2v1", 2)):
        found.append(uow.regions.by_code(code) or uow.regions.add(code, code, found[above]))
    return found


def settle_in(uow: SqlUnitOfWork, name: str, who: Someone) -> ResidentId:
    """*who* as rows: with an address on the first lane, and one on another if they have two."""
    regions = places(uow)
    card = uow.people.enrol(Caller(LANE, name), who.language, regions[who.home].id, None, NOW)
    assert card.resident_id is not None
    for purpose in who.purposes:
        uow.people.allow(card.resident_id, Consent(purpose, "1", "hash", LANE, "zh", NOW))
    uow.people.update(card.resident_id, audiences=who.audiences)
    for place in who.mutes:
        uow.people.mute(card.resident_id, regions[place].id, NOW)
    callers = [Caller(LANE, name), Caller(OTHER_LANE, name)]
    if len(who.reach) > 1:
        uow.people.add_door(card.resident_id, callers[1], NOW, NOW)
    for caller, reach in zip(callers, who.reach or ("gone",), strict=False):
        uow.people.set_reach(caller, reach, NOW)
    return card.resident_id


def aimed(uow: SqlUnitOfWork, meaning: Meaning) -> Aim:
    regions = places(uow)
    paths = [regions[place].path for place in (meaning.place, meaning.about) if place is not None]
    lineage = frozenset(int(part) for path in paths for part in path.split("/") if part)
    path = regions[meaning.place].path
    return Aim(meaning.kind, path, lineage, meaning.audience, meaning.languages, TOMORROW, meaning.circle)


def as_decided(uow: SqlUnitOfWork, who: Someone, aim: Aim) -> str | None:
    """What `may_send` says by day, at an open door; ``None``: they live elsewhere."""
    regions = places(uow)
    if not regions[who.home].path.startswith(aim.region_path):
        return None
    if who.language not in aim.languages:
        return "wrong_language"
    person = Recipient(
        who.purposes,
        who.audiences,
        None,
        ZoneInfo("Asia/Shanghai"),
        muted_regions=frozenset(regions[place].id for place in who.mutes),
    )
    subject = Subject(aim.kind, Audience(aim.audience), aim.lineage, restricted_to=aim.restricted_to)
    decision = may_send(person, subject, Door(), NOW)
    if isinstance(decision, No):
        return decision.why
    assert decision == Now()
    reachable = may_send(replace(person, reachable="reachable" in who.reach), Subject(aim.kind), Door(), NOW)
    return "no_address" if reachable == No(Why.UNREACHABLE) else MEANT


@contextmanager
def undone(database: Database) -> Iterator[SqlUnitOfWork]:
    """A transaction of which nothing stays."""
    with database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("SAVEPOINT example")
        yield uow
        uow.connection.exec_driver_sql("ROLLBACK TO SAVEPOINT example")


def kept(uow: SqlUnitOfWork, aim: Aim | None = None, **changes: Any) -> BroadcastId:
    """A broadcast of free words, approved."""
    new = NewBroadcast(
        About.TEXT, uow.regions.root().id, audience=frozenset({"general"}), languages=frozenset(Language)
    )
    words = [BroadcastText(each, "", "Hello", "", f"h{each}") for each in Language]
    broadcast_id = uow.broadcasts.add(replace(new, **changes), words, OPERATOR, NOW)
    uow.broadcasts.approve(Approved(broadcast_id, alone=False), OPERATOR, NOW)
    return broadcast_id


def everybody(uow: SqlUnitOfWork, kind: MessageKind = MessageKind.ANNOUNCEMENT) -> Aim:
    root = uow.regions.root()
    return Aim(kind, root.path, frozenset({root.id}), frozenset({"general"}), frozenset(Language), TOMORROW)


def rows_of(uow: SqlUnitOfWork, broadcast_id: BroadcastId) -> list[Any]:
    return list(uow.connection.execute(select(DELIVERY).where(_D.broadcast_id == broadcast_id).order_by(_D.id)))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(PEOPLE, min_size=1, max_size=8), MEANINGS)
def test_the_twin_and_may_send_agree_person_by_person(database: Database, people: list[Someone], meaning: Meaning):
    with undone(database) as uow:
        ids = {settle_in(uow, f"p{number}", who): who for number, who in enumerate(people)}
        aim = aimed(uow, meaning)

        said = select(RESIDENT.c.id, why_not(aim), ADDRESS.c.id).select_from(PEOPLE_AND_WAYS).where(lives_in(aim))
        found = {
            resident: why or (MEANT if way is not None else "no_address")
            for resident, why, way in uow.connection.execute(said)
        }

        decided = {resident: as_decided(uow, who, aim) for resident, who in ids.items()}
        assert found == {resident: why for resident, why in decided.items() if why is not None}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(PEOPLE, min_size=1, max_size=8), MEANINGS, st.integers(1, 4))
def test_the_dry_run_counts_what_the_planning_does(
    database: Database, people: list[Someone], meaning: Meaning, at_once: int
):
    with undone(database) as uow:
        for number, who in enumerate(people):
            settle_in(uow, f"p{number}", who)
        aim = aimed(uow, meaning)
        open_lanes = [OpenLane(LANE, True, None), OpenLane(OTHER_LANE, True, None)]
        tally = uow.broadcasts.tally(aim, open_lanes, None, NOW)

        broadcast_id, after, is_last = kept(uow), 0, False
        while not is_last:
            chunk = uow.broadcasts.plan(broadcast_id, aim, after, at_once, NOW)
            after, is_last = chunk.up_to, chunk.is_last

        rows = rows_of(uow, broadcast_id)
        queued = Counter((row.lane, row.language) for row in rows if row.state == "queued")
        assert queued == Counter({(each.lane, each.language): each.people for each in tally if not each.why})
        card = uow.broadcasts.get(broadcast_id)
        unreached = Counter(row.reason for row in rows if row.state == "failed")
        counted: Counter[str] = Counter()
        for each in tally:
            counted[each.why] += each.people if each.why else 0
        assert Counter(card.left_out) + unreached == +counted
        assert card.planned == len(rows)


TODAY = NOW.date()
DAYS = [
    QuietDays("everybody's", TODAY, TODAY, BY_AUDIENCE),
    QuietDays("youth's", TODAY, TODAY, BY_AUDIENCE, audiences=frozenset({"youth", "parent_teen"})),
    QuietDays("a township's", TODAY, TODAY, BY_AUDIENCE, regions=frozenset({"t1", "unheard-of"})),
    QuietDays("both", TODAY, TODAY, BY_AUDIENCE, audiences=frozenset({"elderly"}), regions=frozenset({"t1v1", "t2"})),
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(st.lists(PEOPLE, min_size=1, max_size=8))
def test_the_dry_run_knows_whose_days_they_are(database: Database, people: list[Someone]):
    with undone(database) as uow:
        regions = places(uow)
        for number, who in enumerate(people):
            settle_in(uow, f"p{number}", replace(who, reach=("reachable",), purposes=frozenset(Purpose)))

        found: Counter[tuple[str, ...]] = Counter()
        for each in uow.broadcasts.tally(replace(everybody(uow), lineage=frozenset()), LANES, None, NOW, DAYS):
            assert each.zone == "Asia/Shanghai"
            found[tuple(days.name for days in each.quiet_days)] += each.people

        paths = {region.code: region.path for region in regions}
        expected: Counter[tuple[str, ...]] = Counter()
        for who in people:
            kept_at = [code for code, path in paths.items() if regions[who.home].path.startswith(path)]
            theirs = (
                days.name
                for days in DAYS
                if (not days.audiences or days.audiences & who.audiences)
                and (not days.regions or days.regions & set(kept_at))
            )
            expected[tuple(theirs)] += 1
        assert found == expected


def test_planning_makes_the_rows_that_a_draft_would_make(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann", Purpose.NEWS)
        uow.people.add_door(ann, Caller(OTHER_LANE, "ann"), NOW + MINUTE, NOW)
        bob = enrolled(uow, "bob", Purpose.NEWS)
        uow.people.set_reach(Caller(LANE, "ref-bob"), "gone", NOW)
        broadcast_id = kept(uow)
        drafts = [
            Draft(MessageKind.ANNOUNCEMENT, f"draft:{resident}", resident, NOW, {"about": "broadcast"}, TOMORROW)
            for resident in (ann, bob)
        ]

        uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 10, NOW)
        uow.deliveries.add(drafts, NOW)

        planned = rows_of(uow, broadcast_id)
        drafted = list(uow.connection.execute(select(DELIVERY).where(_D.key.like("draft:%")).order_by(_D.id)))
        assert [row.key for row in planned] == [broadcast_key(broadcast_id, each) for each in (ann, bob)]
        columns = [column.name for column in DELIVERY.columns]
        differ = {
            name
            for one, other in zip(planned, drafted, strict=True)
            for name in columns
            if getattr(one, name) != getattr(other, name)
        }
        assert differ == {"id", "key", "language", "tidy_at", "broadcast_id"}
        assert [(row.lane, row.state, row.reason) for row in planned] == [
            (OTHER_LANE, "queued", ""),
            ("", "failed", "no_address"),
        ]


def test_a_chunk_that_is_planned_again_adds_nobody(database: Database):
    with database.unit_of_work() as uow:
        for name in "abc":
            enrolled(uow, name, Purpose.NEWS)
        broadcast_id = kept(uow)

        counts = [uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 10, NOW).planned for _ in range(2)]

        assert counts == [3, 0]
        assert len(rows_of(uow, broadcast_id)) == 3


def test_the_cursor_goes_where_the_deliveries_go(database: Database):
    with database.unit_of_work() as uow:
        for name in "abc":
            enrolled(uow, name, Purpose.NEWS)
        broadcast_id = kept(uow)
    with undone(database) as uow:
        uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 2, NOW)

    with database.unit_of_work() as uow:
        assert (uow.broadcasts.get(broadcast_id).planned_up_to, rows_of(uow, broadcast_id)) == (0, [])
        first = uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 2, NOW)
        assert (first.planned, first.is_last) == (2, False)
        last = uow.broadcasts.plan(broadcast_id, everybody(uow), first.up_to, 2, NOW)
        assert (last.planned, last.is_last) == (1, True)
        card = uow.broadcasts.get(broadcast_id)
        assert (card.planned, card.planned_up_to) == (3, last.up_to)


def told(uow: SqlUnitOfWork, resident: ResidentId, key: str, ago: timedelta) -> None:
    """They got an announcement so long ago."""
    uow.deliveries.add([Draft(MessageKind.ANNOUNCEMENT, key, resident, NOW, {})], NOW)
    uow.connection.execute(update(DELIVERY).where(_D.key == key).values(state="sent", changed_at=NOW - ago))


def test_the_dry_run_knows_closed_doors_and_the_share_of_the_week(database: Database):
    with database.unit_of_work() as uow:
        lanes = [OpenLane(LANE, True, None), OpenLane(OTHER_LANE, True, NOW - MINUTE), OpenLane(PASSIVE, False, None)]
        names = {LANE: ["full", "later", "free"], OTHER_LANE: ["silent"], PASSIVE: ["mute"], LaneName("shut"): ["away"]}
        ids = {}
        for lane, people in names.items():
            for name in people:
                card = uow.people.enrol(Caller(lane, name), Language.ZH, uow.regions.root().id, None, NOW - MINUTE)
                assert card.resident_id is not None
                uow.people.allow(card.resident_id, Consent(Purpose.NEWS, "1", "hash", lane, "zh", NOW))
                ids[name] = card.resident_id
        told(uow, ids["full"], "k1", timedelta(days=1))
        told(uow, ids["later"], "k2", timedelta(days=6, hours=12))
        told(uow, ids["free"], "k3", timedelta(days=7))

        found = uow.broadcasts.tally(everybody(uow), lanes, 1, NOW)

        assert {(each.why, each.later, each.lane): each.people for each in found} == {
            ("capped", True, LANE): 1,
            ("", True, LANE): 1,
            ("", False, LANE): 1,
            ("window_closed", False, OTHER_LANE): 1,
            ("window_closed", False, PASSIVE): 1,
            ("unreachable", False, "shut"): 1,
        }
        assert not [each for each in uow.broadcasts.tally(everybody(uow), lanes, None, NOW) if each.why == "capped"]


def test_the_dry_run_goes_by_what_a_platform_counts_and_by_the_other_ways_of_a_person(database: Database):
    counted = OpenLane(OTHER_LANE, True, NOW - timedelta(hours=48), counted=True, always=frozenset({LANE}))
    with database.unit_of_work() as uow:
        region = uow.regions.root().id
        doors = {
            "unknown": None,
            "open": (1, 2),
            "tapped": (-1, 2),
            "used up": (1, 0),
            "elsewhere": (-1, 2),
            "gone": (-1, 2),
        }
        for name, window in doors.items():
            card = uow.people.enrol(Caller(OTHER_LANE, name), Language.ZH, region, None, NOW - MINUTE)
            assert card.resident_id is not None
            uow.people.allow(card.resident_id, Consent(Purpose.NEWS, "1", "hash", OTHER_LANE, "zh", NOW))
            if window is not None:
                until = PushWindow(NOW + window[0] * MINUTE, window[1], Act.CLICK)
                values = {"window_until": until.until, "window_left": until.left, "window_by": until.by.value}
                here = ADDRESS.c.resident_id == card.resident_id
                uow.connection.execute(update(ADDRESS).where(here).values(values))
            if name in {"elsewhere", "gone"}:
                uow.people.add_door(card.resident_id, Caller(LANE, name), NOW - timedelta(days=9), NOW)
                if name == "gone":
                    there = (ADDRESS.c.resident_id == card.resident_id, ADDRESS.c.lane == LANE)
                    uow.connection.execute(update(ADDRESS).where(*there).values(reach="gone"))

        found = uow.broadcasts.tally(everybody(uow), [OpenLane(LANE, True, None), counted], None, NOW)

    by_reason = Counter({each.why: each.people for each in found})
    assert by_reason == {"": 3, "window_closed": 3}  # unknown, open, elsewhere; tapped, used up, gone


def test_a_region_may_set_its_own_share_of_the_week(database: Database):
    with database.unit_of_work() as uow:
        regions = places(uow)
        uow.connection.execute(text("UPDATE region SET weekly_cap = 5 WHERE code = 't1'"))
        uow.connection.execute(text("UPDATE region SET weekly_cap = 0 WHERE code = 't1v1'"))
        for number, home in enumerate((0, 1, 3)):
            who = Someone(home, Language.ZH, frozenset(Purpose), frozenset(), frozenset(), ("reachable",))
            told(uow, settle_in(uow, f"p{number}", who), f"k{number}", timedelta(days=1))
        aim = everybody(uow)

        left_out = [each.people for each in uow.broadcasts.tally(aim, LANES, 1, NOW) if each.why == "capped"]
        inside = uow.broadcasts.tally(replace(aim, region_path=regions[1].path), LANES, 1, NOW)

        assert left_out == [2]  # the root by the deployment's number, the village by its own
        assert sorted(each.why for each in inside) == ["", "capped"]


def test_letters_know_mutes_the_week_and_the_frozen_words(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann", Purpose.NEWS)
        village = places(uow)[3]
        uow.people.mute(ann, village.id, NOW)
        told(uow, ann, "k1", timedelta(days=2))
        told(uow, ann, "k2", timedelta(days=8))
        broadcast_id = kept(uow, region_id=village.id)
        uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 10, NOW)

        (letter,) = claimed(uow)

        assert letter.muted_regions == {village.id}
        assert letter.told == (NOW - timedelta(days=2),)
        assert letter.posted is not None
        assert letter.posted.text is not None
        assert (letter.posted.text.body, letter.posted.overtaken) == ("Hello", "")
        assert letter.posted.lineage == {int(part) for part in village.path.split("/") if part}


def claimed(uow: SqlUnitOfWork) -> list[Any]:
    epoch = uow.lanes.take(LANE, "telegram", "me", NOW, MINUTE) or 0
    return uow.deliveries.claim_due(LANE, epoch=epoch, limit=500, now=NOW, lease=MINUTE)


@pytest.mark.parametrize("people", [1, 40])
def test_a_batch_of_letters_costs_the_same_number_of_statements(
    database: Database, people: int, monkeypatch: pytest.MonkeyPatch
):
    with database.unit_of_work() as uow:
        for number in range(people):
            enrolled(uow, f"p{number}", Purpose.NEWS)
        uow.broadcasts.plan(kept(uow), everybody(uow), 0, 100, NOW)
        ran: list[str] = []

        @event.listens_for(uow.connection, "before_cursor_execute")
        def remember(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
            ran.append(statement)

        straight = prepared.on_driver
        monkeypatch.setattr(prepared, "on_driver", lambda *given: ran.append(given[1]) or straight(*given))
        letters = claimed(uow)
        count = len(ran)

    assert len(letters) == people
    assert count == 10


def test_what_is_stopped_is_taken_back_in_portions(database: Database):
    with database.unit_of_work() as uow:
        for number in range(5):
            enrolled(uow, f"p{number}", Purpose.NEWS)
        broadcast_id = kept(uow)
        uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 100, NOW)
        assert uow.broadcasts.is_open(broadcast_id)

        portions = [uow.broadcasts.withdraw(broadcast_id, "stopped", 2, NOW) for _ in range(4)]

        assert portions == [2, 2, 1, 0]
        assert not uow.broadcasts.is_open(broadcast_id)
        assert {(row.state, row.reason, row.person) for row in rows_of(uow, broadcast_id)} == {
            ("withdrawn", "stopped", None)
        }


def test_a_letter_of_what_was_stopped_or_overtaken_says_so(database: Database):
    with database.unit_of_work() as uow:
        enrolled(uow, "ann", Purpose.NEWS)
        card = lecture(uow)
        words = [BroadcastText(each, "T", "Hello", str(card.revision), "h") for each in Language]
        broadcast_id = kept(uow, about=About.ACTIVITY, activity_id=card.id)
        uow.broadcasts.put_texts(broadcast_id, words)
        assert uow.broadcasts.overtaken(broadcast_id) == ""

        uow.connection.execute(text("UPDATE activity SET revision = revision + 1"))
        assert uow.broadcasts.overtaken(broadcast_id) == "activity_changed"
        uow.connection.execute(text("UPDATE activity SET status = 'called_off'"))
        assert uow.broadcasts.overtaken(broadcast_id) == "activity_not_open"
        uow.broadcasts.move(broadcast_id, S.STOPPED, NOW)
        assert uow.broadcasts.overtaken(broadcast_id) == "stopped"


def test_the_call_list_names_whom_it_did_not_reach_and_no_address(database: Database):
    with database.unit_of_work() as uow:
        ids = [enrolled(uow, name, Purpose.NEWS) for name in ("ann", "bob", "cho", "dan", "eve")]
        uow.people.name(ids[0], "小安")
        broadcast_id = kept(uow)
        uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 100, NOW)
        became = [("failed", "45015"), ("withdrawn", "muted"), ("parked", ""), ("sent", ""), ("expired", "nobody_came")]
        for resident, (state, reason) in zip(ids, became, strict=True):
            key = broadcast_key(broadcast_id, resident)
            uow.connection.execute(update(DELIVERY).where(_D.key == key).values(state=state, reason=reason))

        root = uow.regions.root().path
        lines = uow.broadcasts.unreached(broadcast_id, root, 10, ResidentId(0), below=True)
        rest = uow.broadcasts.unreached(broadcast_id, root, 10, ids[0], below=False)

        assert [(line.resident_id, line.nickname, line.reason) for line in lines] == [
            (ids[0], "小安", "45015"),
            (ids[2], None, "parked"),
            (ids[4], None, "nobody_came"),
        ]
        assert [line.resident_id for line in rest] == [ids[2], ids[4]]
        assert uow.broadcasts.unreached(broadcast_id, "/999/", 10, ResidentId(0), below=True) == []
        assert "小安" not in repr(lines)


def test_a_list_holds_what_lies_in_reach(database: Database):
    with database.unit_of_work() as uow:
        root, town, _, village, _ = places(uow)
        ids = [kept(uow, region_id=region.id) for region in (root, town, village)]

        def listed(region: Region, *, below: bool) -> list[BroadcastId]:
            return [card.id for card in uow.broadcasts.listed(region.path, 10, below=below)]

        assert listed(root, below=True) == ids[::-1]
        assert listed(town, below=True) == [ids[2], ids[1]]
        assert listed(town, below=False) == [ids[1]]
        assert [card.id for card in uow.broadcasts.listed("", 1, below=True, before=ids[2])] == [ids[1]]


def test_only_what_has_something_left_to_do_is_looked_at(database: Database):
    with database.unit_of_work() as uow:
        later, now, done = kept(uow, starts_at=TOMORROW), kept(uow), kept(uow)
        uow.broadcasts.settle(done, S.DONE, NOW)

        assert [card.id for card in uow.broadcasts.running(S, NOW, 10)] == [now]
        assert [card.id for card in uow.broadcasts.running([S.APPROVED], TOMORROW, 10)] == [later, now]
        assert uow.broadcasts.running([S.SENDING], TOMORROW, 10) == []


def test_the_nearest_region_says_whether_a_second_person_is_wanted(database: Database):
    with database.unit_of_work() as uow:
        root, town, other, village, _ = places(uow)
        assert uow.broadcasts.second_person(village.id)

        uow.connection.execute(text("UPDATE region SET second_person = false WHERE code = 't1'"))

        wanted = [uow.broadcasts.second_person(region.id) for region in (root, town, village, other)]
        assert wanted == [True, False, False, True]


def _work(uow: SqlUnitOfWork) -> None:
    for name in ("ann", "bob"):
        enrolled(uow, name, Purpose.NEWS)
    broadcast_id = kept(uow)
    uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 100, NOW)
    uow.broadcasts.running([S.APPROVED], NOW, 5)
    uow.broadcasts.is_open(broadcast_id)
    uow.broadcasts.outcomes(broadcast_id)
    uow.broadcasts.overtaken(broadcast_id)
    letters = claimed(uow)
    uow.deliveries.mark_calling([letter.id for letter in letters], epoch=1, now=NOW)
    uow.deliveries.record([(letter, Sent(), 1) for letter in letters], epoch=1, now=NOW)
    uow.broadcasts.last_told(letters[0].resident_id)
    uow.broadcasts.unreached(broadcast_id, "/1/", 10, ResidentId(0), below=True)
    uow.broadcasts.withdraw(broadcast_id, "stopped", 10, NOW)


SMALL = {"region", "lane", "anon_1", "safety", "reply", "confirmation", "reminder", "announcement", "education"}


@pytest.mark.sqlite_only("the words of this plan are SQLite's")
def test_no_statement_of_a_running_broadcast_reads_a_whole_table(database: Database):
    ran: list[tuple[str, Any]] = []
    with database.unit_of_work() as uow:

        @event.listens_for(uow.connection, "before_cursor_execute")
        def remember(_c: object, _cursor: object, statement: str, parameters: Any, *_rest: object) -> None:
            if statement.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
                ran.append((statement, parameters[0] if isinstance(parameters, list) else parameters))

        _work(uow)
        seen = list(ran)
        scans = [
            (step, statement)
            for statement, parameters in seen
            for *_, step in uow.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            if step.startswith("SCAN") and " INDEX " not in step and step.split()[1] not in SMALL
        ]

    assert seen
    assert [step for step, _ in scans if not step.split()[1].startswith(("(", "due", "CONSTANT"))] == []


def test_the_twin_chooses_the_address_that_a_draft_would(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann", Purpose.NEWS)
        others = [Caller(OTHER_LANE, "ann"), Caller(PASSIVE, "ann")]
        for number, caller in enumerate(others):
            uow.people.add_door(ann, caller, NOW - number * MINUTE, NOW)
        chosen = []
        for step in range(3):
            broadcast_id = kept(uow)
            uow.broadcasts.plan(broadcast_id, everybody(uow), 0, 10, NOW)
            uow.deliveries.add([Draft(MessageKind.ANNOUNCEMENT, f"draft{step}", ann, NOW, {})], NOW)
            lanes = select(_D.lane).where((_D.broadcast_id == broadcast_id) | (_D.key == f"draft{step}"))
            chosen.append(uow.connection.execute(lanes).scalars().all())
            if step == 0:
                uow.people.prefer(others[1], NOW)
            else:
                uow.people.set_reach(others[1], "gone", NOW + MINUTE)

        assert [set(lanes) for lanes in chosen] == [{LANE}, {PASSIVE}, {LANE}]
