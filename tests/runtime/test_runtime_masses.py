"""Announcements for those to whom WeChat lets nothing else through: one message for many, over HTTP to a stand-in.

The house and its database are real, on SQLite and PostgreSQL; WeChat enforces its quotas and knows names for a day.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from runtime_scene import WECHAT, settings_in

from outreach.bootstrap import App, build
from outreach.domain.actor import Actor
from outreach.domain.broadcast import About, BroadcastId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.runtime.masses import MassRounds
from outreach.services import broadcast_run, broadcasts, mass, people
from outreach.services.cards import Caller
from outreach.services.cards_broadcasts import NewBroadcast
from outreach.services.copies import Copies
from outreach.services.people import Arrival, Notice
from outreach.testing import FrozenClock
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn

SUBSCRIPTION, SERVICE = Kind(False, True), Kind(True, True)
NEWS = {Language.ZH: "本周活动室粉刷墙面，活动照常。", Language.EN: "The hall is being painted; everything goes on."}
MORE = {Language.ZH: "周六有社区音乐会。", Language.EN: "There is a concert on Saturday."}
PEOPLE = ("ann", "bob", "cai", "dan")
LIST, TAG = "message/mass/send", "message/mass/sendall"


class Scene:
    """A house with WeChat's door, whose residents wrote long ago, and whose clock stands still."""

    def __init__(self, settings: dict[str, str], folder: Path, api: WeChatApiStandIn, clock: FrozenClock) -> None:
        kind, self.api, self.clock = api.kind, api, clock
        account = {
            "SECRET": SECRET, "API_URL": api.url, "ACCOUNT": "service" if kind.service else "subscription",
            "VERIFIED": str(kind.verified).lower(),
        }  # fmt: skip
        self._made = settings_in(
            folder, **settings, **{f"OUTREACH_CHANNELS__WECHAT__{k}": v for k, v in account.items()}
        )
        self.house = self.open()

    def open(self) -> App:
        """A house: the one before is gone, as after a kill."""
        self.house = build(self._made, self.clock)
        self.house.bridge.start()
        self.rounds = self._rounds()
        return self.house

    def _rounds(self) -> MassRounds:
        channel: Any = self.house.doors[0].channel
        return MassRounds(self.house.bridge, channel, self.house.newsroom.outlets[0], self.clock)

    async def close(self) -> None:
        """Let go of it."""
        await self.house.doors[0].channel.close()
        await self.house.bridge.close()
        self.house.core.database.close()

    def enrol(self, names: Iterable[str], language: Language = Language.ZH) -> None:
        """They want news, and wrote last three days ago."""
        with self.house.core.database.unit_of_work() as uow:
            for name in names:
                self.api.know(name)
                arrival, then = Arrival(language), self.clock() - timedelta(days=3)
                people.agree(uow, Caller(WECHAT, name), [Purpose.NEWS], Notice("t", "0" * 16), arrival, then)

    async def announce(self, texts: dict[Language, str] | None = None) -> BroadcastId:
        """Plan a broadcast for all, and let the sender find that nothing gets through."""
        now = self.clock()
        with self.house.core.database.unit_of_work() as uow:
            root = uow.regions.root().id
            new = NewBroadcast(About.TEXT, root, texts=texts or NEWS, audience=frozenset({"general"}))
            card = broadcasts.draft(uow, Actor.operator(), self.house.newsroom, new, now)
            broadcasts.approve(uow, Actor.operator(), self.house.newsroom, card.id, now)
        with self.house.core.database.unit_of_work() as uow:
            while broadcast_run.plan_next(uow, now):
                continue
        await self.drain()
        return card.id

    async def drain(self) -> None:
        """Let the sender of the lane do what is due."""
        await self.house._senders[WECHAT].drain()

    def states(self) -> dict[str, int]:
        """How many deliveries stand how."""
        with self.house.core.database.reading() as uow:
            rows = uow.connection.exec_driver_sql("SELECT state, reason FROM delivery").all()
        return dict(Counter(f"{row.state} {row.reason}".strip() for row in rows))

    def told(self) -> list[str]:
        """Who got something by a mass message, once for each time."""
        return sorted(who for who, _ in self.api.mass.got)

    def paths(self) -> list[str]:
        """The mass messages that WeChat was asked for."""
        return [call.path for call in self.api.calls if call.path.startswith("message/mass/")]


Play = Callable[..., Any]


@pytest.fixture
def play(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> Play:
    """Runs a story of a `Scene` on the database of the test."""
    more: dict[str, str] = {}
    if database_kind == "postgresql":
        more["OUTREACH_DATABASE_URL"] = request.getfixturevalue("new_postgres")()

    def run(story: Callable[[Scene], Awaitable[Any]], kind: Kind = SERVICE, **settings: str) -> Any:
        async def whole() -> Any:
            clock = FrozenClock(datetime.now(UTC).replace(hour=2, minute=0))
            async with WeChatApiStandIn(kind, clock=lambda: clock().timestamp()) as api:
                scene = Scene(more | settings, tmp_path, api, clock)
                try:
                    return await story(scene)
                finally:
                    await scene.close()

        return asyncio.run(whole())

    return run


@pytest.mark.parametrize(("kind", "path"), [(SERVICE, LIST), (SUBSCRIPTION, TAG)])
def test_whom_nothing_else_reaches_gets_it_by_one_message_for_many(play: Play, kind: Kind, path: str):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        before = scene.states()
        await scene.rounds.go_round()
        return before, scene.states(), scene.told(), scene.paths(), {text for _, text in scene.api.mass.got}

    before, after, told, paths, texts = play(story, kind)

    assert before == {"parked window_closed": 4}
    assert after == {"sent by_mass": 4}
    assert told == sorted(PEOPLE)
    assert paths == [path]
    assert len(texts) == 1
    assert NEWS[Language.ZH] in texts.pop()


@pytest.mark.parametrize("kind", [Kind(False, False), Kind(True, False)])
def test_an_account_without_the_right_asks_for_nothing(play: Play, kind: Kind):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await scene.rounds.go_round()
        return scene.paths(), [state.split()[0] for state in scene.states()]

    assert play(story, kind) == ([], ["parked"])


@pytest.mark.parametrize("kind", [SERVICE, SUBSCRIPTION])
def test_killed_between_call_and_record_it_is_repeated_under_its_name_and_goes_out_once(play: Play, kind: Kind):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        asked = await _asked(scene)
        await scene.house.doors[0].channel.send_to_many([*PEOPLE], asked.mass.text, asked.mass.name)
        in_the_air = scene.states()
        await scene.close()

        scene.open()
        scene.clock.advance(timedelta(minutes=3))  # the lease of the dead one is over
        await scene.drain()  # takes the lane, and brings back what was left in the air
        recovered = scene.states()
        await scene.rounds.go_round()
        return in_the_air, recovered, scene.states(), scene.told(), len(scene.paths())

    in_the_air, recovered, after, told, calls = play(story, kind)

    assert in_the_air == recovered == {"calling window_closed": 4}
    assert after == {"sent by_mass": 4}
    assert told == sorted(PEOPLE)
    assert calls == 2


async def _asked(scene: Scene) -> mass.Ask:
    """Advance until WeChat would be asked."""
    while True:
        step = await scene.house.bridge.write(partial(scene.rounds._advance, None))
        if isinstance(step, mass.Ask):
            return step


def test_an_answer_that_never_came_is_asked_for_again_and_goes_out_once(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        scene.api.misbehave(path="mass/send", disconnect=True, times=None)  # carried out, and we never hear of it
        await scene.rounds.go_round()
        first = scene.states()
        scene.api.behave()
        scene.clock.advance(timedelta(minutes=2))
        await scene.rounds.go_round()
        return first, scene.states(), scene.told()

    assert play(story) == ({"calling window_closed": 4}, {"sent by_mass": 4}, sorted(PEOPLE))


def test_after_an_hour_without_news_of_it_it_is_not_asked_for_again(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await _asked(scene)
        scene.clock.advance(timedelta(hours=1, minutes=1))
        await scene.rounds.go_round()
        return scene.states(), scene.paths()

    assert play(story) == ({"unconfirmed mass_unconfirmed": 4}, [])


def test_nobody_gets_more_than_their_month_and_who_had_theirs_is_on_the_call_list(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        for number in range(3):
            await scene.announce({Language.ZH: f"第{number}条", Language.EN: f"No. {number}"})
            await scene.rounds.go_round()
        with scene.house.core.database.unit_of_work() as uow:
            by = Actor.operator()
            calls = broadcasts.call_list(uow, by, BroadcastId(3), scene.clock(), 9)
            uow.connection.exec_driver_sql("UPDATE address SET mass_month = '2020-02'")  # as if it were a new one
        await scene.rounds.go_round()
        return Counter(scene.told()), [line.reason for line in calls], scene.states()

    settings = {"OUTREACH_CHANNELS__WECHAT__MASS_A_MONTH": "2", "OUTREACH_WEEKLY_CAP": "off"}
    told, reasons, after = play(story, **settings)

    assert reasons == ["window_closed"] * 4
    assert told == Counter(dict.fromkeys(PEOPLE, 3))  # the third when a new month began
    assert after == {"sent by_mass": 12}


def test_a_subscription_account_says_one_thing_a_day_and_the_next_tomorrow(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await scene.rounds.go_round()
        await scene.announce(MORE)
        await scene.rounds.go_round()
        today = scene.states(), len(scene.paths())
        scene.clock.advance(timedelta(days=1))
        await scene.rounds.go_round()
        return today, scene.states(), Counter(text for _, text in scene.api.mass.got).values()

    today, after, said = play(story, SUBSCRIPTION)

    assert today == ({"sent by_mass": 4, "parked window_closed": 4}, 1)
    assert after == {"sent by_mass": 8}
    assert sorted(said) == [4, 4]


def test_where_the_days_share_was_used_up_elsewhere_it_goes_tomorrow(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        scene.api.misbehave(path="mass/sendall", errcode=45028)
        await scene.rounds.go_round()
        await scene.rounds.go_round()
        today = scene.states(), len(scene.paths())
        scene.api.behave()
        scene.clock.advance(timedelta(days=1))
        await scene.rounds.go_round()
        return today, scene.states(), scene.told()

    today, after, told = play(story, SUBSCRIPTION)

    assert today == ({"parked mass_later": 4}, 1)
    assert (after, told) == ({"sent by_mass": 4}, sorted(PEOPLE))


def test_what_wechat_refuses_is_for_the_telephone(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        scene.api.misbehave(path="mass/send", errcode=45002)
        await scene.rounds.go_round()
        await scene.rounds.go_round()
        return scene.states(), len(scene.paths())

    assert play(story) == ({"parked mass_refused": 4}, 1)


def test_what_the_platform_did_not_let_pass_after_all_is_shown(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await scene.rounds.go_round()
        with scene.house.core.database.unit_of_work() as uow:
            external = uow.connection.exec_driver_sql("SELECT max(external_id) FROM delivery").scalar_one()
            uow.deliveries.receipt(WECHAT, external, "mass_30003", scene.clock())
        return scene.states()

    assert play(story) == {"failed mass_30003": 4}


def test_who_took_back_their_consent_meanwhile_hears_nothing(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        with scene.house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE consent SET withdrawn_at = given_at WHERE resident_id = 1")
        await scene.rounds.go_round()
        return scene.told(), scene.states()

    assert play(story) == (["bob", "cai", "dan"], {"withdrawn no_consent": 1, "sent by_mass": 3})


def test_a_broadcast_that_is_stopped_goes_to_nobody(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        broadcast = await scene.announce()
        while not isinstance(await scene.house.bridge.write(partial(scene.rounds._advance, None)), mass.Again):
            continue
        with scene.house.core.database.unit_of_work() as uow:
            broadcasts.stop(uow, Actor.operator(), broadcast, scene.clock())
        await scene.rounds.go_round()
        with scene.house.core.database.unit_of_work() as uow:
            broadcast_run.settle(uow, scene.clock())
        return scene.told(), scene.states()

    assert play(story) == ([], {"withdrawn stopped": 4})


def test_languages_and_long_lists_go_in_messages_of_their_own(play: Play, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mass, "AT_ONCE", 3)
    chinese, english = [f"zh{number}" for number in range(7)], [f"en{number}" for number in range(4)]

    async def story(scene: Scene) -> Any:
        scene.enrol(chinese)
        scene.enrol(english, Language.EN)
        await scene.announce()
        await scene.rounds.go_round()
        return scene.states(), scene.paths(), Counter(text for _, text in scene.api.mass.got)

    states, paths, texts = play(story)

    assert states == {"sent by_mass": 11}
    assert paths == [LIST] * 2
    assert sorted(texts.values()) == [4, 7]


async def _gathered(scene: Scene) -> None:
    """Advance until a list stands."""
    while True:
        await scene.house.bridge.write(partial(scene.rounds._advance, None))
        with scene.house.core.database.reading() as uow:
            states = uow.connection.exec_driver_sql("SELECT state FROM mass_message").scalars().all()
        if states == ["ready"]:
            return


def _takes_back(scene: Scene, resident: int) -> None:
    with scene.house.core.database.unit_of_work() as uow:
        uow.connection.exec_driver_sql(f"UPDATE consent SET withdrawn_at = given_at WHERE resident_id = {resident}")


def test_each_is_asked_about_once_more_before_it_goes(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await _gathered(scene)
        _takes_back(scene, 2)
        await scene.rounds.go_round()
        return scene.told(), scene.states()

    assert play(story) == (["ann", "cai", "dan"], {"withdrawn no_consent": 1, "sent by_mass": 3})


def test_too_few_who_are_left_are_for_the_telephone_and_hold_up_nobody(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(("ann", "bob"))
        await scene.announce()
        await _gathered(scene)
        _takes_back(scene, 2)
        await scene.rounds.go_round()
        scene.enrol(("cai", "dan"))
        await scene.announce(MORE)
        await scene.rounds.go_round()
        return scene.told(), scene.states()

    told, states = play(story)

    assert told == ["ann", "cai", "dan"]
    assert states == {"parked mass_too_few": 1, "withdrawn no_consent": 1, "sent by_mass": 3}


def test_a_repeat_whose_broadcast_was_stopped_meanwhile_is_not_asked_for(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        broadcast = await scene.announce()
        await _asked(scene)
        with scene.house.core.database.unit_of_work() as uow:
            broadcasts.stop(uow, Actor.operator(), broadcast, scene.clock())
        scene.clock.advance(timedelta(minutes=3))
        await scene.rounds.go_round()
        return scene.paths(), scene.states()

    assert play(story) == ([], {"unconfirmed mass_unconfirmed": 4})


def test_those_behind_many_who_sleep_are_told(play: Play, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mass, "AT_ONCE", 2)

    async def story(scene: Scene) -> Any:
        scene.enrol([f"asleep{number}" for number in range(5)])
        scene.enrol(PEOPLE)
        with scene.house.core.database.unit_of_work() as uow:
            night = uow.regions.add("night", "夜", uow.regions.root(), "America/New_York")
            uow.connection.exec_driver_sql(f"UPDATE resident SET region_id = {night.id} WHERE id <= 5")
        await scene.announce()
        await scene.rounds.go_round()
        return scene.told()

    assert play(story, OUTREACH_QUIET_HOURS="21:00-08:00") == sorted(PEOPLE)


def test_one_that_cannot_be_written_out_holds_up_nobody(play: Play, monkeypatch: pytest.MonkeyPatch):
    parts = Copies.parts

    def poisoned(copies: Copies, letter: Any) -> Any:
        if letter.resident_id == 2:
            raise ValueError("nothing can be made of it")
        return parts(copies, letter)

    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        monkeypatch.setattr(Copies, "parts", poisoned)
        await scene.rounds.go_round()
        return scene.told(), scene.states()

    assert play(story) == (["ann", "cai", "dan"], {"withdrawn cannot_be_written": 1, "sent by_mass": 3})


def test_who_lost_that_address_meanwhile_is_left_out_of_the_list(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        await _gathered(scene)
        with scene.house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE address SET reach = 'gone' WHERE resident_id = 2")
        await scene.rounds.go_round()
        asked = next(call.asked for call in scene.api.calls if call.path == LIST)
        return sorted(asked["touser"])

    assert play(story) == ["ann", "cai", "dan"]


def test_news_that_it_was_kept_back_counts_also_before_all_is_written_down(play: Play, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(mass, "AT_ONCE", 3)

    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        asked = await _asked(scene)
        outcome = await scene.house.doors[0].channel.send_to_many([*PEOPLE], asked.mass.text, asked.mass.name)
        await scene.house.bridge.write(partial(scene.rounds._record, asked.mass, outcome))
        await scene.house.bridge.write(partial(scene.rounds._advance, None))  # three of four
        with scene.house.core.database.unit_of_work() as uow:
            uow.deliveries.receipt(WECHAT, outcome.external_id, "mass_30003", scene.clock())
        await scene.rounds.go_round()
        return scene.states()

    assert play(story) == {"failed mass_30003": 4}


def test_one_person_alone_makes_no_list_and_is_left_to_the_telephone(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(["ann"])
        await scene.announce()
        await scene.rounds.go_round()
        return scene.states(), scene.paths()

    assert play(story) == ({"parked window_closed": 1}, [])


def test_at_night_nobody_is_told_and_in_the_morning_all_are(play: Play):
    async def story(scene: Scene) -> Any:
        scene.enrol(PEOPLE)
        await scene.announce()
        scene.clock.advance(timedelta(hours=14))  # midnight in Shanghai
        await scene.rounds.go_round()
        night = scene.told()
        scene.clock.advance(timedelta(hours=10))
        await scene.rounds.go_round()
        return night, scene.told()

    assert play(story, OUTREACH_QUIET_HOURS="21:00-08:00") == ([], sorted(PEOPLE))
