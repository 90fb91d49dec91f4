"""Broadcasts from the draft to the last message: checked, seen, approved, planned, sent, stopped, counted."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from services_town import ABLE, ABLE_TO_ANSWER, NOTICE, OPERATOR, PASSIVE, PUSH, RHYTHM, RULE, Town

from outreach.content import parse_vocabulary, parse_wording_rules
from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About, BroadcastId, BroadcastState, SecondPersonNeeded
from outreach.domain.errors import BadInput, Forbidden, IllegalMove, NotFound, StaleVersion
from outreach.domain.ids import ActivityId, RegionId, StaffId
from outreach.domain.messages import Language, Sent
from outreach.services import activities, broadcast_run, broadcasts, dispatch, people
from outreach.services.broadcast_words import Newsroom
from outreach.services.cards import Caller, Region
from outreach.services.cards_broadcasts import BroadcastCard, NewBroadcast
from outreach.services.dispatch import Outlet, Ready
from outreach.services.people import Arrival
from outreach.store import read_library
from outreach.store.unit_of_work import SqlUnitOfWork

T = TypeVar("T")
S = BroadcastState
EN, ZH = Language.EN, Language.ZH
HELLO = {EN: "The hall is being painted this week.", ZH: "本周活动室粉刷墙面。"}


@pytest.fixture
def desk(town: Town) -> Desk:
    return Desk(town)


class Desk:
    """Somebody who announces things in a town, and the senders behind them. At most 3 a week."""

    def __init__(self, town: Town) -> None:
        self.town = town
        files = read_library()
        outlets = (Outlet(PUSH, ABLE, town.desk, None, 3), Outlet(PASSIVE, ABLE_TO_ANSWER, town.desk, None, 3))
        self.room = Newsroom(
            town.desk,
            parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml")),
            parse_wording_rules(files.text("wording_lint.toml")),
            outlets,
        )

    def do(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        with self.town.database.unit_of_work() as uow:
            return work(uow)

    def region(self, code: str = "", above: Region | None = None) -> Region:
        return self.do(lambda uow: uow.regions.add(code, code, above) if code else uow.regions.root())

    def draft(self, about: About = About.TEXT, by: Actor = OPERATOR, **more: Any) -> BroadcastCard:
        given = {"texts": HELLO} if about is About.TEXT else {}
        new = NewBroadcast(about, **({"region_id": self.region().id} | given | more))
        return self.do(lambda uow: broadcasts.draft(uow, by, self.room, new, self.town.now))

    def approve(self, card: BroadcastCard, by: Actor = OPERATOR, **more: Any) -> BroadcastCard:
        return self.do(lambda uow: broadcasts.approve(uow, by, self.room, card.id, self.town.now, **more))

    def refused(self, about: About = About.TEXT, **more: Any) -> list[str]:
        with pytest.raises(BadInput) as refusal:
            self.draft(about, **more)
        return refusal.value.problems

    def announce(self, about: About = About.TEXT, **more: Any) -> BroadcastCard:
        """Drafted, approved, and planned."""
        card = self.approve(self.draft(about, **more))
        self.tick()
        return card

    def tick(self) -> None:
        while self.do(lambda uow: broadcast_run.plan_next(uow, self.town.now)):
            continue
        while self.do(lambda uow: broadcast_run.settle(uow, self.town.now)):
            continue

    def send(self, cap: int | None = 3, limit: int = 100) -> list[Ready]:
        """One batch of the push lane, recorded as sent."""
        outlet, now = replace(self.room.outlets[0], weekly_cap=cap), self.town.now
        epoch = self.do(lambda uow: uow.lanes.take(PUSH, "telegram", "test", now, timedelta(seconds=30))) or 0
        taken = self.do(lambda uow: dispatch.exchange(uow, outlet, (), epoch=epoch, limit=limit, now=now))
        ready = list(taken.ready)
        results = [(one.letter, Sent(), len(one.parts)) for one in ready]
        self.do(lambda uow: dispatch.exchange(uow, outlet, results, epoch=epoch, limit=0, now=now))
        return ready

    def said(self, **how: Any) -> list[str]:
        return [part.text for ready in self.send(**how) for part in ready.parts]

    def state(self, card: BroadcastCard) -> BroadcastState:
        return self.do(lambda uow: uow.broadcasts.get(card.id)).state

    def counts(self, card: BroadcastCard) -> dict[tuple[str, str], int]:
        found = self.do(lambda uow: broadcasts.status(uow, OPERATOR, card.id))
        return {(outcome.state.value, outcome.reason): outcome.people for outcome in found.outcomes}

    def subscribe(self, *names: str, language: Language = EN, lane: Any = PUSH, **arrival: Any) -> None:
        for name in names:
            came = Arrival(language, **arrival)
            person = self.do(
                lambda uow, name=name, came=came: people.subscribe(
                    uow, Caller(lane, name), NOTICE, came, RHYTHM, self.town.now
                )
            )
            self.town.residents[name] = person.resident_id

    def audit(self) -> list[tuple[str, str]]:
        rows = "SELECT action, reason FROM audit WHERE subject = 'broadcast' ORDER BY id"
        return [tuple(row) for row in self.do(lambda uow: uow.connection.exec_driver_sql(rows).all())]


def clerk(region: Region, number: int = 4, role: Role = Role.VILLAGE_ADMIN) -> Actor:
    return Actor(role, f"clerk{number}", StaffId(number), region.path)


# --- drafting -----------------------------------------------------------------------------------------------


def test_all_that_is_wrong_with_a_draft_is_told_at_once(desk: Desk):
    found = desk.refused(
        texts={EN: "We cure you, call 13800138000. {nothing}", ZH: "  "},
        audience=frozenset({"everyone"}),
        starts_at=desk.town.now - timedelta(hours=1),
    )

    told = "\n".join(found)
    for part in ("number like a telephone", "promises", "{nothing}", "text.zh: it is empty", "'everyone'", "the past"):
        assert part in told, part


@pytest.mark.parametrize(
    ("texts", "problem"),
    [
        ({}, "there is none"),
        ({EN: "x" * 1_001}, "1001 characters are too many"),
        ({ZH: "好" * 900}, "it needs 2 messages on wechat"),
        ({EN: "See http://example.org"}, "not https"),
    ],
)
def test_words_that_cannot_go_out_are_refused(desk: Desk, texts: dict[Language, str], problem: str):
    assert any(problem in found for found in desk.refused(texts=texts))


def test_markup_stays_text_and_a_brace_in_a_title_stays_a_brace(desk: Desk):
    desk.subscribe("ann")
    card = desk.town.plan(title="{x} <b>& more</b>")
    desk.announce(texts={EN: "<script>alert(1)</script> *bold* 1 < 2"})
    desk.announce(About.ACTIVITY, activity_id=card.id)

    one, other = sorted(desk.said())

    assert "<script>alert(1)</script> *bold* 1 < 2" in one
    assert "{x} <b>& more</b>" in other


@pytest.mark.parametrize(
    "changes",
    [{"restricted": True}, {"draft": True}],
)
def test_an_activity_that_is_not_for_everybody_is_as_good_as_none(desk: Desk, changes: dict[str, Any]):
    hidden = desk.town.plan(**changes)

    assert desk.refused(About.ACTIVITY, activity_id=hidden.id) == desk.refused(
        About.ACTIVITY, activity_id=ActivityId(999)
    )


def test_an_activity_by_invitation_or_begun_is_not_announced(desk: Desk):
    invited = desk.town.plan(policy=SignUpPolicy.INVITATION)
    begun = desk.town.plan()

    assert "by invitation alone" in desk.refused(About.ACTIVITY, activity_id=invited.id)[0]
    assert "begun by then" in desk.refused(About.ACTIVITY, activity_id=begun.id, starts_at=begun.starts_at)[0]
    desk.town.now = begun.starts_at
    assert "begun already" in desk.refused(About.ACTIVITY, activity_id=begun.id)[0]


def test_an_item_goes_in_the_languages_in_which_it_is_approved(desk: Desk):
    desk.town.approve("sleep", "parent")

    card = desk.draft(About.ITEM, slug="sleep")

    assert (card.languages, card.audience, card.title) == ({EN}, {"parent"}, "Title sleep")
    assert "not approved in zh" in desk.refused(About.ITEM, slug="sleep", languages=frozenset({ZH}))[0]
    assert "none of that name" in desk.refused(About.ITEM, slug="awake")[0]


def test_nobody_announces_beyond_their_own_part_of_the_network(desk: Desk):
    here, there = desk.region("here"), desk.region("there")
    abroad = desk.town.plan(region_id=there.id)
    mei = clerk(here)

    for region in (there, desk.region()):
        with pytest.raises(Forbidden):
            desk.draft(by=mei, region_id=region.id)
    assert "another part" in desk.refused(About.ACTIVITY, by=mei, region_id=here.id, activity_id=abroad.id)[0]
    card = desk.draft(region_id=there.id)
    for work in (broadcasts.stop, lambda uow, by, key, now: broadcasts.status(uow, by, key)):
        with pytest.raises(Forbidden):
            desk.do(lambda uow, work=work: work(uow, mei, card.id, desk.town.now))
    with pytest.raises(Forbidden):
        desk.do(lambda uow: broadcasts.preview(uow, mei, desk.room, card.id, desk.town.now))
    with pytest.raises(Forbidden):
        desk.approve(card, mei)
    assert desk.do(lambda uow: broadcasts.listed(uow, mei, 10)) == []
    assert desk.do(lambda uow: broadcasts.listed(uow, OPERATOR, 10))[0].id == card.id


@pytest.mark.parametrize("role", [Role.DUTY, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR, Role.SYSTEM])
def test_who_has_not_to_do_with_announcements_makes_none(desk: Desk, role: Role):
    with pytest.raises(Forbidden):
        desk.draft(by=replace(clerk(desk.region()), role=role))


def test_a_forged_id_is_no_broadcast(desk: Desk):
    with pytest.raises(NotFound):
        desk.do(lambda uow: broadcasts.stop(uow, OPERATOR, BroadcastId(77), desk.town.now))
    with pytest.raises(NotFound):
        desk.draft(region_id=RegionId(77))


# --- approving ----------------------------------------------------------------------------------------------


def test_whoever_wrote_it_is_not_the_one_who_approves_it(desk: Desk):
    village = desk.region("village")
    card = desk.draft(by=clerk(village, 4), region_id=village.id)
    assert card.needs_second

    with pytest.raises(SecondPersonNeeded):
        desk.approve(card, clerk(village, 4))
    approved = desk.approve(card, clerk(village, 5))

    assert (approved.state, approved.approved_by) == (S.APPROVED, "clerk5")


def test_a_village_with_one_clerk_may_be_set_to_do_without(desk: Desk):
    village = desk.region("village")
    desk.do(
        lambda uow: uow.connection.exec_driver_sql("UPDATE region SET second_person = false WHERE code = 'village'")
    )

    card = desk.draft(by=clerk(village), region_id=village.id)

    assert not card.needs_second
    assert desk.approve(card, clerk(village)).state is S.APPROVED


def test_an_activity_needs_no_second_person(desk: Desk):
    village = desk.region("village")
    card = desk.draft(About.ACTIVITY, clerk(village), region_id=village.id, activity_id=desk.town.plan().id)

    assert desk.approve(card, clerk(village)).state is S.APPROVED


def test_that_the_operator_did_without_is_in_the_audit(desk: Desk):
    desk.approve(desk.draft())

    assert [action for action, _ in desk.audit()] == ["draft", "approve"]
    assert desk.audit()[-1][1].endswith(" alone")


def test_a_second_click_approves_nothing_twice(desk: Desk):
    card = desk.draft()
    desk.approve(card)

    with pytest.raises(IllegalMove):
        desk.approve(card)


def test_what_reads_otherwise_than_the_preview_is_not_approved_unseen(desk: Desk):
    activity = desk.town.plan()
    card = desk.draft(About.ACTIVITY, activity_id=activity.id)
    seen = desk.do(lambda uow: broadcasts.preview(uow, OPERATOR, desk.room, card.id, desk.town.now))
    desk.do(lambda uow: activities.move(uow, OPERATOR, activity.id, None, "Garden", RULE, desk.town.now))

    with pytest.raises(StaleVersion):
        desk.approve(card, fingerprint=seen.fingerprint)
    again = desk.do(lambda uow: broadcasts.preview(uow, OPERATOR, desk.room, card.id, desk.town.now))

    assert "Garden" in again.samples[0].parts[0].text
    assert desk.approve(card, fingerprint=again.fingerprint).state is S.APPROVED


# --- seeing -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("about", About)
def test_what_is_previewed_is_what_is_handed_to_the_channel(desk: Desk, about: About):
    desk.subscribe("ann")
    desk.subscribe("bao", language=ZH)
    desk.town.approve("sleep", body="Lie down.\n\nIn danger: {emergency}", language=EN)
    desk.town.approve("sleep", body="躺下。" * 2_000, language=ZH)  # several messages
    what = {"activity_id": desk.town.plan().id} if about is About.ACTIVITY else {"slug": "sleep"}
    card = desk.draft(about, **({} if about is About.TEXT else what))
    seen = desk.do(lambda uow: broadcasts.preview(uow, OPERATOR, desk.room, card.id, desk.town.now))

    desk.approve(card, fingerprint=seen.fingerprint)
    desk.tick()

    handed = {ready.letter.language: ready.parts for ready in desk.send()}
    assert handed == {sample.language: sample.parts for sample in seen.samples if sample.lane == PUSH}
    assert set(handed) == {EN, ZH}


def test_what_is_not_kept_can_be_seen_and_counted_and_leaves_no_trace(desk: Desk):
    desk.subscribe("ann", "bob")
    new = NewBroadcast(About.TEXT, desk.region().id, texts=HELLO)

    with desk.town.database.reading() as uow:
        seen = broadcasts.preview(uow, OPERATOR, desk.room, new, desk.town.now)
        run = broadcasts.dry_run(uow, OPERATOR, desk.room, new, desk.town.now)

    assert len(seen.samples) == 4
    assert (run.people, run.all) == (2, 2)
    assert desk.do(lambda uow: broadcasts.listed(uow, OPERATOR, 10)) == []


def test_the_dry_run_says_who_is_left_out_and_why_and_the_run_does_just_that(desk: Desk):
    village, elsewhere = desk.region("village"), desk.region("elsewhere")
    for name in ("ann", "bob", "mute", "gone"):
        desk.subscribe(name, region_id=village.id, audiences=frozenset({"elderly"}))
    desk.subscribe("youth", region_id=village.id, audiences=frozenset({"youth"}))
    desk.subscribe("far", region_id=elsewhere.id, audiences=frozenset({"elderly"}))
    desk.subscribe("bao", region_id=village.id, language=ZH, audiences=frozenset({"elderly"}))
    desk.subscribe("wei", region_id=village.id, lane=PASSIVE, audiences=frozenset({"elderly"}))
    desk.town.enrol("eve", region_id=village.id)
    desk.do(lambda uow: uow.people.mute(desk.town.residents["mute"], village.id, desk.town.now))
    desk.do(lambda uow: uow.people.set_reach(Caller(PUSH, "gone"), "gone", desk.town.now))
    card = desk.draft(texts={EN: HELLO[EN]}, region_id=village.id, audience=frozenset({"elderly"}))

    run = desk.do(lambda uow: broadcasts.dry_run(uow, OPERATOR, desk.room, card.id, desk.town.now))
    desk.approve(card)
    desk.tick()
    desk.send()

    assert [(cell.lane, cell.language, cell.people) for cell in run.cells] == [(PUSH, EN, 2)]
    assert run.left_out == {
        "no_address": 1,
        "muted": 1,
        "not_for_them": 1,
        "wrong_language": 1,
        "no_consent": 1,
        "window_closed": 1,
    }
    assert run.all == 8
    assert desk.counts(card) == {("sent", ""): 2, ("failed", "no_address"): 1, ("queued", ""): 1}
    left_out = desk.do(lambda uow: uow.broadcasts.get(card.id)).left_out
    assert left_out == {"muted": 1, "not_for_them": 1, "wrong_language": 1, "no_consent": 1}


# --- sending ------------------------------------------------------------------------------------------------


def test_nobody_gets_it_before_its_time(desk: Desk):
    desk.subscribe("ann")
    card = desk.announce(starts_at=desk.town.now + timedelta(hours=2))

    assert (desk.said(), desk.state(card)) == ([], S.APPROVED)
    desk.town.later(hours=2)
    desk.tick()

    assert len(desk.said()) == 1


def test_the_time_can_be_changed_until_it_has_begun(desk: Desk):
    desk.subscribe("ann")
    card = desk.announce(starts_at=desk.town.now + timedelta(hours=2))

    moved = desk.do(lambda uow: broadcasts.schedule(uow, OPERATOR, card.id, None, desk.town.now))
    desk.tick()

    assert moved.starts_at is None
    assert len(desk.said()) == 1
    with pytest.raises(IllegalMove):
        desk.do(lambda uow: broadcasts.schedule(uow, OPERATOR, card.id, None, desk.town.now))


def test_it_is_done_when_nothing_of_it_is_open(desk: Desk):
    desk.subscribe("ann", "bob")
    card = desk.announce()
    assert desk.state(card) is S.SENDING

    desk.send(limit=1)
    desk.tick()
    assert desk.state(card) is S.SENDING
    desk.send()
    desk.tick()

    assert (desk.state(card), desk.counts(card)) == (S.DONE, {("sent", ""): 2})
    with pytest.raises(IllegalMove):
        desk.do(lambda uow: broadcasts.stop(uow, OPERATOR, card.id, desk.town.now))


def test_one_for_nobody_is_done_at_once(desk: Desk):
    card = desk.announce()

    assert desk.state(card) is S.DONE


def test_a_stop_is_seen_before_the_next_call(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broadcasts, "WITHDRAWN_AT_ONCE", 1)  # most are still in the queue when the sender looks
    desk.subscribe("ann", "bob", "cho", "dan")
    card = desk.announce()
    desk.send(limit=1)

    stopped = desk.do(lambda uow: broadcasts.stop(uow, OPERATOR, card.id, desk.town.now))

    assert (stopped.state, stopped.settled_at) == (S.STOPPED, None)
    assert desk.said() == []
    desk.tick()
    assert desk.counts(card) == {("sent", ""): 1, ("withdrawn", "stopped"): 3}
    assert desk.do(lambda uow: uow.broadcasts.get(card.id)).settled_at is not None


def test_a_stop_in_mid_planning_ends_the_planning(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(broadcast_run, "AT_ONCE", 2)
    desk.subscribe("ann", "bob", "cho")
    card = desk.approve(desk.draft())
    desk.do(lambda uow: broadcast_run.plan_next(uow, desk.town.now))

    desk.do(lambda uow: broadcasts.stop(uow, OPERATOR, card.id, desk.town.now))
    desk.tick()

    assert desk.counts(card) == {("withdrawn", "stopped"): 2}
    assert desk.said() == []


def test_a_draft_that_is_stopped_is_put_away(desk: Desk):
    card = desk.draft()

    assert desk.do(lambda uow: broadcasts.stop(uow, OPERATOR, card.id, desk.town.now)).settled_at is not None
    with pytest.raises(IllegalMove):
        desk.approve(card)


@pytest.mark.parametrize("when", ["before planning", "before sending"])
def test_an_activity_that_is_moved_is_not_announced_in_old_words(desk: Desk, when: str):
    desk.subscribe("ann")
    activity = desk.town.plan()
    card = desk.approve(desk.draft(About.ACTIVITY, activity_id=activity.id))
    if when == "before sending":
        desk.do(lambda uow: broadcast_run.plan_next(uow, desk.town.now))

    desk.do(lambda uow: activities.move(uow, OPERATOR, activity.id, None, "Garden", RULE, desk.town.now))

    assert desk.said() == []
    desk.tick()
    assert desk.state(card) is S.STOPPED
    assert desk.audit()[-1] == ("stop", "activity_changed")


def test_an_item_that_is_withdrawn_goes_to_nobody_more(desk: Desk):
    desk.subscribe("ann", "bob")
    desk.town.approve("sleep")
    card = desk.announce(About.ITEM, slug="sleep")
    desk.send(limit=1)

    desk.do(
        lambda uow: uow.connection.exec_driver_sql("UPDATE content_version SET withdrawn_at = 1, withdrawn_by = 'x'")
    )

    assert desk.said() == []
    desk.tick()
    assert (desk.state(card), desk.counts(card)) == (
        S.STOPPED,
        {("sent", ""): 1, ("withdrawn", "item_withdrawn"): 1},
    )


def test_who_mutes_the_place_or_stops_after_the_planning_gets_nothing(desk: Desk):
    village = desk.region("village")
    desk.subscribe("ann", "bob", region_id=village.id)
    card = desk.announce(region_id=village.id)

    desk.do(lambda uow: uow.people.mute(desk.town.residents["ann"], uow.regions.root().id, desk.town.now))
    desk.do(lambda uow: people.unsubscribe(uow, uow.people.at(Caller(PUSH, "bob")), desk.town.now))

    assert desk.said() == []
    assert desk.counts(card) == {("withdrawn", "muted"): 1, ("withdrawn", "overtaken"): 1}


def test_nobody_gets_more_in_a_week_than_their_share_not_even_in_one_batch(desk: Desk):
    desk.subscribe("ann")
    for _ in range(3):
        desk.announce()

    assert len(desk.said(cap=2)) == 2
    desk.town.later(days=6)
    assert desk.said(cap=2) == []
    desk.town.later(days=1)

    assert desk.said(cap=2) == []  # by then it is over: free words help for a week


def test_what_is_beyond_the_share_waits_while_it_still_helps(desk: Desk):
    desk.subscribe("ann")
    far = desk.town.plan(starts_at=desk.town.now + timedelta(days=20))
    near = desk.town.plan(starts_at=desk.town.now + timedelta(days=3))
    desk.announce(About.ACTIVITY, activity_id=far.id)
    desk.send(cap=1)

    later, never = (desk.announce(About.ACTIVITY, activity_id=each.id) for each in (far, near))

    assert desk.said(cap=1) == []
    assert desk.counts(never) == {("withdrawn", "capped"): 1}
    desk.town.later(days=7)
    assert len(desk.said(cap=1)) == 1
    assert desk.counts(later) == {("sent", ""): 1}


def test_who_can_only_be_answered_finds_it_in_front_of_the_next_reply(desk: Desk):
    desk.subscribe("wei", lane=PASSIVE)
    card = desk.announce(About.ACTIVITY, activity_id=desk.town.plan().id)
    with desk.town.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE delivery SET state = 'parked' WHERE broadcast_id IS NOT NULL")

    (answer,) = desk.town.says("wei", "help")

    assert answer.text.startswith("Something near you")
    assert desk.counts(card) == {("sent", "rode_in_reply"): 1}


def test_the_call_list_is_for_those_who_know_the_people_and_the_look_is_audited(desk: Desk):
    town = desk.region("township")
    village = desk.region("village", town)
    desk.subscribe("ann", region_id=village.id)
    desk.subscribe("bob", region_id=town.id)
    for name in ("ann", "bob"):
        desk.do(lambda uow, name=name: uow.people.set_reach(Caller(PUSH, name), "gone", desk.town.now))
    card = desk.announce(region_id=town.id)

    def called(by: Actor) -> Sequence[object]:
        lines = desk.do(lambda uow: broadcasts.call_list(uow, by, card.id, desk.town.now, 10))
        return [line.resident_id for line in lines]

    assert called(OPERATOR) == [desk.town.residents["ann"], desk.town.residents["bob"]]
    assert called(clerk(town, role=Role.AREA_ADMIN)) == [desk.town.residents["bob"]]
    with pytest.raises(Forbidden):
        called(clerk(town, role=Role.NETWORK_ADMIN))
    assert [action for action, _ in desk.audit()].count("read_call_list") == 2
