"""An announcement to ten thousand residents through two Telegram bots, from the draft to the last message."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from walk_crowd import Group, Resident, settle
from walk_house import House, PacedTelegram, VirtualTime, open_house, until

from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About, BroadcastId, BroadcastState, SecondPersonNeeded
from outreach.domain.ids import LaneName, StaffId
from outreach.domain.messages import Language
from outreach.runtime.pacing import BURST_SECONDS
from outreach.services import broadcast_run, broadcasts, regions
from outreach.services.cards import Region
from outreach.services.cards_broadcasts import BroadcastCard, NewBroadcast, Preview

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

RATE = 1_000  # messages a second of one bot: the most that Telegram sells; two bots make 2,000
LANES = (LaneName("telegram"), LaneName("telegram2"))
ZH, EN = Language.ZH, Language.EN
TEXTS = {
    ZH: "下周三起，活动室上午八点开门。\n想来坐坐的，直接来就行。",
    EN: "From next Wednesday on, the hall opens at eight.\nCome and sit with us whenever you like.",
}
LIN, WANG = (Actor(Role.NETWORK_ADMIN, name, StaffId(number)) for number, name in ((901, "lin"), (902, "wang")))


class Scene:
    """A house with two bots, a tree of regions, and what the bots' servers have seen."""

    def __init__(self, house: House, bots: Sequence[PacedTelegram], moving: VirtualTime) -> None:
        self.house, self.bots, self.moving = house, bots, moving
        self.room = house.app.newsroom

    async def unit(self, code: str, above: Region | None = None, **texts: str) -> Region:
        """A region below *above*, or below the top, that sets *texts* itself."""

        def add(uow: Any) -> Region:
            parent = above or uow.regions.root()
            return regions.add(uow, Actor.operator(), parent.id, code, code, self.moving(), texts=texts).region

        return await self.house.do(add)

    async def crowd(self, *groups: Group) -> list[Resident]:
        """Make them, and let Telegram know them."""
        made = await asyncio.to_thread(settle, self.house.app.core.database, groups, LANES, self.moving())
        for one in made:
            self.bots[LANES.index(one.lane)].know(one.user)
        return made

    async def draft(self, region: Region, **more: Any) -> BroadcastCard:
        """What Lin writes to older adults."""
        given = {"texts": TEXTS, "audience": frozenset({"elderly"})} | more
        new = NewBroadcast(About.TEXT, region.id, **given)
        return await self.house.do(lambda uow: broadcasts.draft(uow, LIN, self.room, new, self.moving()))

    async def approve(self, card: BroadcastCard, by: Actor, **more: Any) -> BroadcastCard:
        """*by* lets it go out."""
        return await self.house.do(lambda uow: broadcasts.approve(uow, by, self.room, card.id, self.moving(), **more))

    async def outcomes(self, broadcast_id: BroadcastId) -> dict[tuple[str, str], int]:
        """People by the state of their delivery and its reason."""
        found = await self.house.look(lambda uow: broadcasts.status(uow, LIN, broadcast_id))
        return {(outcome.state.value, outcome.reason): outcome.people for outcome in found.outcomes}

    async def state(self, broadcast_id: BroadcastId) -> BroadcastState:
        """How far it is."""
        return (await self.house.look(lambda uow: uow.broadcasts.get(broadcast_id))).state

    async def arrived(self, messages: int) -> None:
        """Return when the bots' servers have seen so many in all."""

        async def have_come() -> bool:
            return self.arrivals >= messages

        await until(have_come, f"{messages} messages, of which {self.arrivals} came")

    @property
    def arrivals(self) -> int:
        """How many messages have come in."""
        return sum(len(bot.arrivals) for bot in self.bots)

    def got(self) -> Counter[int]:
        """How many messages each user has got."""
        return Counter(sent.chat for bot in self.bots for sent in bot.sent)

    def assert_pace(self) -> None:
        """No bot was ever asked for more than its rate, but for the burst that a pause allows."""
        for bot in self.bots:
            assert bot.most_in(1.0) <= RATE * (1 + BURST_SECONDS)
            assert bot.most_in(0.1) <= RATE * (0.1 + BURST_SECONDS)


@asynccontextmanager
async def a_town(folder: Path, database_url: str):
    """A house whose two bots may send a thousand messages a second each, in virtual time."""
    moving = VirtualTime()
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(PacedTelegram(moving)) for _ in LANES]
        settings = {}
        for lane, bot in zip(LANES, bots, strict=True):
            section = {"ADAPTER": "telegram", "TOKEN": bot.token, "API_URL": bot.url, "RATE": str(RATE)}
            settings |= {f"CHANNELS__{lane.upper()}__{name}": text for name, text in section.items()}
        house = await stack.enter_async_context(open_house(folder, database_url, moving, moving.pacer, **settings))
        yield Scene(house, bots, moving)


def words_of(preview: Preview) -> dict[tuple[LaneName, Language], bytes]:
    """What a preview shows, by lane and language."""
    found = {}
    for sample in preview.samples:
        (part,) = sample.parts
        found[sample.lane, sample.language] = part.text.encode()
    return found


def words_at(scene: Scene, crowd: Sequence[Resident]) -> Iterator[tuple[tuple[LaneName, Language], bytes]]:
    """What came to the bots' servers, by lane and language of the one it was for."""
    by_user = {one.user: one for one in crowd}
    for lane, bot in zip(LANES, scene.bots, strict=True):
        for call in bot.calls:
            if call.method == "sendMessage":
                one = by_user[int(call.parameters["chat_id"])]
                assert one.lane == lane
                yield (lane, Language(one.language)), str(call.parameters["text"]).encode()


async def _announce(folder: Path, database_url: str) -> None:
    async with a_town(folder, database_url) as scene:
        town, other = await scene.unit("t1"), await scene.unit("t2")
        plain = await scene.unit("t1a", town)
        night = await scene.unit("t1b", town, quiet_hours="08:00-12:00")  # it is nine
        silent = await scene.unit("t1c", town, weekly_cap="0")
        days = [timedelta(days=each) for each in (6, 4, 2)]
        blocking = Group(20, plain.id)
        waiting, full = Group(300, night.id), Group(100, plain.id, told=tuple(days))
        crowd = await scene.crowd(
            Group(9_580, plain.id), blocking, waiting, full,
            Group(120, plain.id, agrees=False), Group(80, plain.id, mutes=town.id),
            Group(150, plain.id, audiences="parent"), Group(60, silent.id), Group(30, plain.id, reach="gone"),
            Group(50, other.id),
        )  # fmt: skip
        for bot in scene.bots:
            bot.blocked |= {one.user for one in crowd if one.group is blocking}

        # when Lin writes it, looks at whom it reaches, and Wang lets it go
        card = await scene.draft(town)
        dry = await scene.house.look(lambda uow: broadcasts.dry_run(uow, LIN, scene.room, card.id, scene.moving()))
        preview = await scene.house.look(lambda uow: broadcasts.preview(uow, WANG, scene.room, card.id, scene.moving()))
        with pytest.raises(SecondPersonNeeded):
            await scene.approve(card, LIN)
        assert scene.arrivals == 0
        await scene.approve(card, WANG, fingerprint=preview.fingerprint)
        await scene.arrived(9_600)
        sent_in = max(bot.arrivals[-1] for bot in scene.bots)

        # then the count was exact
        aimed = {one.user: one for one in crowd if one.group.people in (9_580, 20, 300, 100)}
        cells = Counter((one.lane, Language(one.language)) for one in aimed.values())
        assert {(cell.lane, cell.language): cell.people for cell in dry.cells} == cells
        assert dry.people == len(aimed) == 10_000
        assert dry.later == 100
        assert dry.left_out == {"no_consent": 120, "muted": 80, "not_for_them": 150, "capped": 60, "no_address": 30}

        # then those who may be written to now got it, at the bots' pace and not much slower
        assert set(scene.got()) == {one.user for one in aimed.values() if one.group.people == 9_580}
        assert 9_600 / (2 * RATE) * 0.9 <= sent_in <= 9_600 / (2 * RATE) * 1.5

        # then who is asleep gets it at noon, and who had their share of the week when it has room again
        await until(lambda: _open(scene, card, 400), "the rest to wait")
        assert scene.arrivals == 9_600
        scene.moving.pass_by(timedelta(hours=3))
        await scene.arrived(9_900)
        scene.moving.pass_by(timedelta(days=1))
        await scene.arrived(10_000)
        await until(lambda: _is(scene, card, BroadcastState.DONE), "the end")
        scene.assert_pace()
        assert scene.got() == {user: 1 for user, one in aimed.items() if one.group is not blocking}
        assert set(words_at(scene, crowd)) == set(words_of(preview).items())

        # then it is told of everybody what became of it
        kept = await scene.house.look(lambda uow: uow.broadcasts.get(card.id))
        assert kept.left_out == {"no_consent": 120, "muted": 80, "not_for_them": 150}
        outcomes = await scene.outcomes(card.id)
        assert outcomes.pop(("sent", "")) == 9_980
        assert sum(outcomes.values()) == 20 + 60 + 30
        assert outcomes["withdrawn", "capped"] == 60
        by = Actor.operator()
        calls = await scene.house.do(lambda uow: broadcasts.call_list(uow, by, card.id, scene.moving(), 1_000))
        unreached = {one.id for one in crowd if one.group is blocking or one.group.reach == "gone"}
        assert {line.resident_id for line in calls} == unreached


async def _open(scene: Scene, card: BroadcastCard, people: int) -> bool:
    return (await scene.outcomes(card.id)).get(("queued", ""), 0) == people


async def _is(scene: Scene, card: BroadcastCard, state: BroadcastState) -> bool:
    return await scene.state(card.id) is state


async def _stop_in_the_middle(folder: Path, database_url: str) -> None:
    async with a_town(folder, database_url) as scene:
        town = await scene.unit("t1")
        crowd = await scene.crowd(Group(10_000, town.id))
        at_ten = scene.moving() + timedelta(hours=1)
        card = await scene.draft(town, texts={ZH: TEXTS[ZH]}, languages=frozenset({ZH}), starts_at=at_ten)
        await scene.approve(card, WANG)

        # when it is planned in portions, by one who goes away after the second
        steps = []
        for _ in range(2):
            await scene.house.do(lambda uow: broadcast_run.plan_next(uow, at_ten))
            kept = await scene.house.look(lambda uow: uow.broadcasts.get(card.id))
            steps.append((kept.planned_up_to, kept.planned, kept.state))
        scene.moving.pass_by(timedelta(hours=1))
        await scene.arrived(3_000)
        await scene.house.do(lambda uow: broadcasts.stop(uow, LIN, card.id, scene.moving()))
        stopped_at, sent_by_then = scene.moving.seconds, scene.arrivals

        # then the ledger says of everybody what became of it, and not one goes out later
        async def is_settled() -> bool:
            return (await scene.house.look(lambda uow: uow.broadcasts.get(card.id))).settled_at is not None

        await until(is_settled, "the rest to be taken back")
        scene.moving.pass_by(timedelta(hours=1))
        left = [await scene.house.look(lambda uow, lane=lane: uow.deliveries.next_due(lane)) for lane in LANES]
        outcomes = await scene.outcomes(card.id)
        in_the_air = 2 * 16  # what each bot had claimed already
        assert left == [None, None]
        assert steps == [(500, 450, BroadcastState.PLANNING), (1_000, 900, BroadcastState.PLANNING)]
        assert 3_000 <= scene.arrivals <= sent_by_then + in_the_air < 9_000
        assert max(bot.arrivals[-1] for bot in scene.bots) <= stopped_at + 1
        assert outcomes.pop(("sent", "")) == scene.arrivals == len(scene.got())
        assert set(outcomes) <= {("withdrawn", "stopped")}
        kept = await scene.house.look(lambda uow: uow.broadcasts.get(card.id))
        assert kept.state is BroadcastState.STOPPED
        assert sum(outcomes.values()) == kept.planned - scene.arrivals
        assert set(scene.got().values()) == {1}
        assert {one.language for one in crowd if one.user in scene.got()} == {"zh"}
        scene.assert_pace()


def test_ten_thousand_get_it_once_in_the_words_that_were_approved_and_nobody_else_gets_it(
    tmp_path: Path, database_url: str
):
    asyncio.run(_announce(tmp_path, database_url))


def test_what_is_stopped_in_the_middle_ends_within_a_second(tmp_path: Path, database_url: str):
    asyncio.run(_stop_in_the_middle(tmp_path, database_url))
