"""Quiet days and restricted audiences, from the library to what is sent: the run does what the dry run counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from services_town import ABLE_TO_ANSWER, OPERATOR, PASSIVE, PUSH, RHYTHM, Queued, Town
from test_services_broadcasts import EN, HELLO, Desk

from outreach.content import build_library, parse_observances, parse_vocabulary
from outreach.domain.broadcast import About, BroadcastState
from outreach.domain.delivery import DeliveryState
from outreach.domain.may_send import BY_AUDIENCE, Why
from outreach.domain.messages import Message, Outgoing
from outreach.domain.people import Purpose, Rhythm
from outreach.domain.quiet_days import Almanac, QuietDays
from outreach.services import activities, broadcast_run, broadcasts, dispatch, intake, tips
from outreach.services.cards_broadcasts import DryRun
from outreach.services.intake import Counter
from outreach.services.manners import Manners
from outreach.store import read_library

TODAY = date(2026, 11, 23)  # of the town, Monday
MORNING_AFTER = datetime(2026, 11, 24, 0, tzinfo=UTC)  # 8:00 in Shanghai
CLOSED = frozenset({"bereaved", "dv_safety"})
TEXT = {EN: HELLO[EN]}


def a_day(**changes: Any) -> QuietDays:
    """Today, for everybody and all that can wait."""
    return replace(QuietDays("today", TODAY, TODAY, BY_AUDIENCE), **changes)


class Polite(Desk):
    """A desk that keeps to *days* and to restricted audiences."""

    def __init__(self, town: Town, *days: QuietDays, **manners: Any) -> None:
        super().__init__(town)
        self.manners = Manners(Almanac(days), CLOSED, **manners)
        outlets = tuple(replace(outlet, manners=self.manners) for outlet in self.room.outlets)
        self.room = replace(self.room, outlets=outlets)

    def tick(self) -> None:
        while self.do(lambda uow: broadcast_run.plan_next(uow, self.town.now, self.manners)):
            continue
        while self.do(lambda uow: broadcast_run.settle(uow, self.town.now)):
            continue

    def looks(self, about: About = About.TEXT, **more: Any) -> DryRun:
        card = self.draft(about, **more)
        return self.do(lambda uow: broadcasts.dry_run(uow, OPERATOR, self.room, card.id, self.town.now))

    def sent_to(self) -> list[str]:
        return sorted(ready.letter.to for ready in self.send())

    def says(self, name: str, text: str) -> tuple[Outgoing, ...]:
        """What *name* reads on the lane that can only answer."""
        dialogue = self.town.dialogue
        counter = Counter(
            PASSIVE, ABLE_TO_ANSWER, dialogue.answer, dialogue.offered, self.town.desk, manners=self.manners
        )
        incoming = Message(f"m-{name}", name, text, self.town.now)
        return self.do(lambda uow: intake.take(uow, counter, incoming, self.town.now))

    def lives_in(self, code: str, *names: str, **arrival: Any) -> None:
        region = self.do(lambda uow: uow.regions.by_code(code)) or self.region(code)
        self.subscribe(*names, region_id=region.id, **arrival)


def chose(*audiences: str) -> dict[str, frozenset[str]]:
    return {"audiences": frozenset(audiences)}


# --- quiet days ---------------------------------------------------------------------------------------------


def test_an_announcement_waits_for_the_morning_after_a_quiet_day(town: Town):
    desk = Polite(town, a_day())
    desk.subscribe("ann")
    desk.announce()

    assert desk.sent_to() == []
    town.now = MORNING_AFTER - timedelta(seconds=1)
    assert desk.sent_to() == []
    town.now = MORNING_AFTER
    assert desk.sent_to() == ["ann"]


def test_the_dry_run_counts_who_hears_of_it_the_day_after_and_when_that_is_done(town: Town):
    desk = Polite(town, a_day(audiences=frozenset({"youth"})))
    desk.subscribe("ann", "bob", **chose("youth"))
    desk.subscribe("cho")

    run = desk.looks(texts=TEXT)
    desk.announce(texts=TEXT)

    assert (run.people, run.later, run.left_out) == (3, 2, {})
    assert run.finishes[PUSH] == MORNING_AFTER + timedelta(seconds=2 / 30)
    assert desk.sent_to() == ["cho"]
    town.now = MORNING_AFTER
    assert desk.sent_to() == ["ann", "bob"]


def test_what_would_be_over_by_then_is_told_to_nobody_who_keeps_the_day_and_the_dry_run_says_so(town: Town):
    desk = Polite(town, a_day(audiences=frozenset({"youth"})))
    desk.subscribe("ann", **chose("youth"))
    desk.subscribe("cho")
    tonight = town.plan(starts_at=town.now + timedelta(hours=9))

    run = desk.looks(About.ACTIVITY, activity_id=tonight.id, languages=frozenset({EN}))
    card = desk.announce(About.ACTIVITY, activity_id=tonight.id, languages=frozenset({EN}))

    assert (run.people, run.left_out) == (1, {"quiet_day": 1})
    assert desk.sent_to() == ["cho"]
    assert desk.counts(card) == {("sent", ""): 1, ("expired", "quiet_day"): 1}


def test_a_day_of_one_county_is_kept_there_and_below_and_nowhere_else(town: Town):
    desk = Polite(town, a_day(regions=frozenset({"county", "unheard-of"})))
    county = desk.region("county")
    village = desk.region("village", county)
    desk.lives_in("county", "ann")
    desk.subscribe("bob", region_id=village.id)
    desk.lives_in("elsewhere", "cho")
    desk.subscribe("dan")

    run = desk.looks(texts=TEXT)
    desk.announce(texts=TEXT)

    assert (run.people, run.later) == (4, 2)
    assert desk.sent_to() == ["cho", "dan"]
    town.now = MORNING_AFTER
    assert desk.sent_to() == ["ann", "bob"]


def test_a_day_that_no_region_known_here_keeps_is_kept_nowhere(town: Town):
    desk = Polite(town, a_day(regions=frozenset({"unheard-of"})))
    desk.subscribe("ann")

    run = desk.looks(texts=TEXT)
    desk.announce(texts=TEXT)

    assert (run.people, run.later) == (1, 0)
    assert desk.sent_to() == ["ann"]


def test_the_day_is_that_of_the_place_where_somebody_lives(town: Town):
    desk = Polite(town, a_day())
    desk.lives_in("far", "ann")
    desk.subscribe("bob")
    desk.do(lambda uow: uow.connection.exec_driver_sql("UPDATE region SET zone = 'America/New_York' WHERE code='far'"))

    run = desk.looks(texts=TEXT)  # 9:00 on Monday here is 20:00 on Sunday there
    desk.announce(texts=TEXT)

    assert (run.people, run.later) == (2, 1)
    assert desk.sent_to() == ["ann"]


@pytest.mark.parametrize("topics", [frozenset({"grief"}), frozenset({"exercise"}), frozenset()])
def test_an_item_that_belongs_to_the_day_goes_out_on_it(town: Town, topics: frozenset[str]):
    belongs = topics == {"grief"}
    desk = Polite(town, a_day(topics=frozenset({"grief"})), topics={"no-schedule": topics})
    desk.subscribe("ann")
    town.approve("no-schedule")

    run = desk.looks(About.ITEM, slug="no-schedule")
    desk.announce(About.ITEM, slug="no-schedule")

    assert run.later == (0 if belongs else 1)
    assert desk.sent_to() == (["ann"] if belongs else [])


@pytest.mark.parametrize("belongs", [True, False])
def test_a_tip_waits_too_unless_it_belongs_to_the_day(town: Town, belongs: bool):
    tuesday = RHYTHM.following(town.now)
    day = a_day(first=date(2026, 11, 24), last=date(2026, 11, 24), topics=frozenset({"grief"}))
    desk = Polite(town, day, topics={"no-schedule": frozenset({"grief"} if belongs else {"stress"})})
    desk.subscribe("ann")
    town.approve("no-schedule")
    town.now = tuesday

    desk.do(lambda uow: tips.queue_due(uow, RHYTHM, town.now))

    assert desk.sent_to() == (["ann"] if belongs else [])


def test_what_somebody_joined_is_confirmed_changed_and_called_off_on_any_day(town: Town):
    desk = Polite(town, a_day())
    town.enrol("ann")
    one = town.plan()
    town.join("ann", one.id)

    assert desk.sent_to() == ["ann"]
    desk.do(lambda uow: activities.call_off(uow, OPERATOR, one.id, town.now))
    assert desk.sent_to() == ["ann"]


# --- restricted ---------------------------------------------------------------------------------------------


def test_an_item_of_a_restricted_audience_reaches_those_who_chose_it_whomever_it_is_aimed_at(town: Town):
    desk = Polite(town)
    desk.subscribe("ann", **chose("bereaved"))
    desk.subscribe("bob", **chose("elderly"))
    desk.subscribe("cho")
    town.approve("letter", "bereaved", "general")

    aim = frozenset({"general"})
    run = desk.looks(About.ITEM, slug="letter", audience=aim)
    card = desk.announce(About.ITEM, slug="letter", audience=aim)

    assert (run.people, run.left_out) == (1, {"restricted": 2})
    assert desk.sent_to() == ["ann"]
    assert desk.counts(card) == {("sent", ""): 1}
    assert desk.do(lambda uow: uow.broadcasts.get(card.id)).left_out == {"restricted": 2}


def test_words_of_staff_for_a_restricted_audience_and_everybody_reach_that_audience_alone(town: Town):
    desk = Polite(town)
    desk.subscribe("ann", **chose("bereaved"))
    desk.subscribe("bob", **chose("elderly"))
    desk.announce(texts=TEXT, audience=frozenset({"bereaved", "general"}))

    assert desk.sent_to() == ["ann"]


def test_an_item_that_is_restricted_as_such_is_for_those_who_chose_its_audience(town: Town):
    desk = Polite(town, hidden=frozenset({"pocket"}))
    desk.subscribe("ann", **chose("elderly"))
    desk.subscribe("bob")
    town.approve("pocket", "elderly", "general")

    run = desk.looks(About.ITEM, slug="pocket")
    desk.announce(About.ITEM, slug="pocket")

    assert run.left_out == {"restricted": 1}
    assert desk.sent_to() == ["ann"]


def test_who_takes_the_audience_back_after_the_planning_is_told_nothing(town: Town):
    desk = Polite(town)
    desk.subscribe("ann", **chose("bereaved"))
    town.approve("letter", "bereaved")
    card = desk.announce(About.ITEM, slug="letter")
    desk.do(lambda uow: uow.people.update(town.residents["ann"], audiences=frozenset()))

    assert desk.sent_to() == []
    assert desk.counts(card) == {("withdrawn", "restricted"): 1}


def test_an_activity_that_is_closed_after_its_announcement_was_planned_is_told_to_nobody(town: Town):
    desk = Polite(town)
    desk.subscribe("ann")
    one = town.plan()
    card = desk.announce(About.ACTIVITY, activity_id=one.id, languages=frozenset({EN}))
    desk.do(lambda uow: uow.connection.exec_driver_sql("UPDATE activity SET restricted = 1"))

    assert desk.sent_to() == []
    assert desk.counts(card) == {("withdrawn", "restricted"): 1}
    desk.tick()
    assert desk.state(card) is BroadcastState.DONE


def test_who_asks_for_something_to_read_is_given_nothing_that_is_for_another_circle(town: Town):
    desk = Polite(town)
    desk.subscribe("ann", lane=PASSIVE)
    desk.subscribe("bob", lane=PASSIVE, **chose("dv_safety"))
    town.approve("pocket", "dv_safety", "general")

    said = {name: desk.says(name, "tip")[0].text for name in ("ann", "bob")}

    assert "pocket" not in said["ann"]
    assert "Title pocket" in said["bob"]


@pytest.mark.parametrize("rhythm", Rhythm)
def test_of_a_tip_for_a_restricted_audience_others_do_not_even_hear_the_title(town: Town, rhythm: Rhythm):
    desk = Polite(town)
    desk.subscribe("ann", **chose("dv_safety"))
    desk.subscribe("bob")
    town.approve("pocket", "dv_safety", "general")
    town.approve("stroll", "general")
    desk.do(lambda uow: uow.connection.exec_driver_sql("UPDATE resident SET rhythm = ?", (rhythm.value,)))
    town.now = RHYTHM.following(town.now)

    desk.do(lambda uow: tips.queue_due(uow, RHYTHM, town.now, desk.manners))
    told = {ready.letter.to: ready.parts[0].text for ready in desk.send()}

    assert "Title pocket" in told["ann"]
    assert "Title stroll" in told["bob"]
    assert "pocket" not in told["bob"]


def test_a_tip_that_became_restricted_after_it_was_queued_reaches_its_circle_alone(town: Town):
    desk = Polite(town)
    desk.subscribe("ann", **chose("dv_safety"))
    desk.subscribe("bob")
    town.approve("pocket", "dv_safety", "general")
    town.now = RHYTHM.following(town.now)
    desk.do(lambda uow: tips.queue_due(uow, RHYTHM, town.now))

    assert desk.sent_to() == ["ann"]
    assert town.ledger("tip") == [Queued("ann", "tip", "sent"), Queued("bob", "tip", "withdrawn")]


def test_where_others_read_along_nothing_restricted_is_said(town: Town):
    desk = Polite(town, public=frozenset({PUSH}))
    desk.subscribe("ann", **chose("bereaved"))
    town.approve("letter", "bereaved")
    desk.announce(texts=TEXT)
    card = desk.announce(About.ITEM, slug="letter")

    assert len(desk.send()) == 1
    assert desk.counts(card) == {("withdrawn", "restricted"): 1}


# --- from the library ---------------------------------------------------------------------------------------


def test_the_manners_of_the_library_that_ships():
    files = read_library()
    vocabulary = parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml"))
    almanac = parse_observances(files.text("observances.toml"), vocabulary)

    manners = Manners.of_library(build_library(files.items, vocabulary), almanac)

    assert manners.closed == {
        "child_distress", "left_behind", "hardship", "special_family", "bereaved", "recovery", "corrections",
        "lived_experience", "family_pmd", "dv_safety",
    }  # fmt: skip
    assert "exam" in manners.about("sixty-seconds")
    assert manners.about("nothing-of-that-name") == manners.about(None) == frozenset()
    exam_day = datetime(2027, 6, 7, 2, tzinfo=UTC)
    assert [day.name for day in manners.almanac.near(exam_day)] == ["gaokao"]


def test_a_door_that_can_only_answer_is_no_quieter_for_it(town: Town):
    desk = Polite(town, a_day())
    desk.subscribe("wei", lane=PASSIVE)
    desk.announce(texts=TEXT)

    assert not ABLE_TO_ANSWER.may_push
    assert HELLO[EN] in desk.says("wei", "hello")[0].text


# --- what becomes of it -------------------------------------------------------------------------------------


def test_what_a_word_of_theirs_opens_again_waits_and_all_else_ends():
    became = {why: dispatch.state_for(why) for why in Why}

    waits = {why for why, state in became.items() if state is DeliveryState.PARKED}
    over = {why for why, state in became.items() if state is DeliveryState.EXPIRED}
    assert waits == {Why.WINDOW_CLOSED, Why.QUOTA_USED}
    assert over == {Why.TOO_LATE, Why.QUIET_DAY}
    assert {became[why] for why in set(Why) - waits - over} == {DeliveryState.WITHDRAWN}


# --- in front of a reply ------------------------------------------------------------------------------------


def takes_back(desk: Polite, how: str, who: Any) -> None:
    """After it was queued for them: the place, the audience, the consent, or its time."""
    match how:
        case "place":
            desk.do(lambda uow: uow.people.mute(who, uow.regions.root().id, desk.town.now))
        case "audience":
            desk.do(lambda uow: uow.people.update(who, audiences=frozenset()))
        case "consent":
            desk.do(lambda uow: uow.people.disallow(who, (Purpose.NEWS,), desk.town.now))
        case "time":
            desk.town.later(days=8)


@pytest.mark.parametrize(
    ("how", "became"),
    [
        ("nothing", ("sent", "rode_in_reply")),
        ("place", ("withdrawn", "muted")),
        ("audience", ("withdrawn", "restricted")),
        ("consent", ("withdrawn", "no_consent")),
        ("time", ("expired", "too_late")),
    ],
)
def test_what_somebody_took_back_does_not_ride_in_front_of_a_reply(town: Town, how: str, became: tuple[str, str]):
    desk = Polite(town)
    desk.subscribe("wei", lane=PASSIVE, **chose("bereaved"))
    card = desk.announce(texts=TEXT, audience=frozenset({"bereaved"}))
    takes_back(desk, how, town.residents["wei"])

    said = desk.says("wei", "hello")

    assert (HELLO[EN] in said[0].text) is (how == "nothing")
    assert desk.counts(card) == {became: 1}
