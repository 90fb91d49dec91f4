"""Moved and called off in the console: what follows reaches people at every door, their reminders and the feeds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx2
import pytest
from doors import TelegramResident, WebChatResident
from sqlalchemy import text
from walk_house import VirtualTime, until
from walk_town import PLACE, WeChatTown, wechat_town

from outreach.calendar.check import problems
from outreach.domain.actor import Actor, Role
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.domain.signup import Standing
from outreach.services import activities, passwords, reminders, signups, staff
from outreach.services.cards import ActivityCard
from outreach.services.cards_staff import NewStaff
from outreach.services.ports import UnitOfWork
from outreach.testing.telegram import TelegramStandIn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(120)]

ANN = "oFictionalAnn"
PASSWORD = "three-quiet-mountains"
MOVED, OFF, REMINDED, AGREE = "变动", "不办了", "活动快到了", "同意并报名"
SEATS = 4


class Doors:
    """Ann in WeChat, Cai in the web chat, Bea and Dan in Telegram have a seat; Dan then blocks the bot. Eve waits."""

    def __init__(self, town: WeChatTown, telegram: TelegramStandIn) -> None:
        self.town, self.telegram = town, telegram
        self.bea, self.dan, self.eve = (TelegramResident(telegram.url, user) for user in (4711, 4712, 4713))
        self.cai: WebChatResident | None = None

    async def fill(self, card: ActivityCard) -> None:
        """All sign up, each at their own door, over HTTP."""
        wish = f"报名 {card.number}"
        await self.town.follows(ANN)
        await self.town.does(ANN, wish, "同意")
        await asyncio.to_thread(self._cai_comes, wish)
        for resident, hears in ((self.bea, PLACE), (self.dan, PLACE), (self.eve, "排上队")):
            await asyncio.to_thread(resident.say, wish)
            await self.reads(lambda resident=resident: str(resident.messages()), AGREE)
            await asyncio.to_thread(resident.press, AGREE)
            await self.reads(resident.reads, hears)
        self.telegram.block(self.dan.user)
        await until(lambda: self._is_lost(card), "the house to hear that Dan left")

    async def reads(self, door: Callable[[], str], about: str) -> None:
        """Wait until *about* was read at *door*."""

        async def look() -> bool:
            return about in await asyncio.to_thread(door)

        await until(look, about)

    async def all_read(self, about: str) -> None:
        """Wait until everybody who can be reached has read *about*."""
        for door in (self.in_wechat(about), self.bea.reads, self.eve.reads, self.cai_reads(about)):
            await self.reads(door, about)

    async def counts(self, about: str) -> dict[str, int]:
        """How often each of the five has read *about*."""
        assert self.cai is not None
        chats = {"bea": self.bea, "dan": self.dan, "eve": self.eve}
        doors = {"cai": self.cai.all_read} | {name: resident.reads for name, resident in chats.items()}
        found = {name: (await asyncio.to_thread(door)).count(about) for name, door in doors.items()}
        return found | {"ann": len(self.town.pushed(ANN, about))}

    def in_wechat(self, about: str) -> Callable[[], str]:
        """What Ann was sent with *about* in it."""
        return lambda: "\n".join(self.town.pushed(ANN, about))

    def cai_reads(self, about: str) -> Callable[[], str]:
        """What is on Cai's page; asks for news if *about* is not."""
        cai = self.cai
        assert cai is not None
        return lambda: cai.all_read() if about in cai.all_read() else cai.reads()

    async def _is_lost(self, card: ActivityCard) -> bool:
        by = Actor.operator()
        return (await self.town.house.look(lambda uow: activities.ripple(uow, by, card.id))).unreachable == 1

    def _cai_comes(self, wish: str) -> None:
        self.cai = WebChatResident(self.town.house.url)
        self.cai.post({"id": "a-first-visit", "start": True})
        self.cai.say(wish)
        self.cai.press(AGREE)


async def employ(town: WeChatTown) -> None:
    """Give the village an administrator."""
    secret = await asyncio.to_thread(passwords.hash_of, PASSWORD)

    def add(uow: UnitOfWork) -> None:
        east = uow.regions.by_code("east")
        assert east is not None
        new = NewStaff("lin", "林（虚构）", Role.VILLAGE_ADMIN, east.id, False, Language.ZH)
        card = staff.add(uow, Actor.operator(), new, secret, town.moving())
        staff.set_own_password(uow, card.actor, secret, town.moving())

    await town.house.do(add)


@asynccontextmanager
async def signed_in(town: WeChatTown) -> AsyncIterator[httpx2.AsyncClient]:
    """A browser in which the administrator is signed in."""
    async with httpx2.AsyncClient(base_url=town.house.url) as browser:
        answer = await browser.post("/console/sign-in", data={"login": "lin", "password": PASSWORD, "to": ""})
        assert answer.status_code == 303, answer.text
        yield browser


def fields_in(page: str) -> dict[str, str]:
    """What the form of *page* would send as it stands."""
    form = page.rpartition('<form method="post"')[2].partition("</form>")[0]
    tags = [dict(re.findall(r'([\w-]+)="([^"]*)"', tag)) for tag in re.findall(r"<input [^>]*>", form)]
    return {tag["name"]: unescape(tag.get("value", "")) for tag in tags if "name" in tag}


def lines_of(calendar: str) -> dict[str, str]:
    """The lines of the one entry in *calendar*, by name."""
    unfolded = calendar.replace("\r\n ", "")
    entry = unfolded.partition("BEGIN:VEVENT")[2].partition("END:VEVENT")[0]
    return dict(re.findall(r"^([A-Z-]+)[^:\r]*:(.*)\r$", entry, re.MULTILINE))


async def feeds(town: WeChatTown, card: ActivityCard) -> list[dict[str, str]]:
    """The activity in the feed of the network, in that of its village, and in its own file."""
    found = []
    for path in ("/feeds/public.ics", "/feeds/region/east.ics", f"/a/{card.slug}.ics"):
        status, calendar = await town.house.get(path)
        assert status == 200
        assert problems(calendar.encode()) == []
        found.append(lines_of(calendar))
    return found


async def standings(town: WeChatTown, card: ActivityCard) -> list[tuple[int, Standing, int | None]]:
    """Number, standing and turn of everybody."""
    by = Actor.operator()
    found = await town.house.do(lambda uow: signups.roster(uow, by, card.id, town.moving()))
    return [(line.number, line.standing, line.turn) for line in found]


async def unreached(town: WeChatTown, about: str) -> int:
    """How many notices *about* this lie in the ledger as impossible, for staff to see."""
    query = text("SELECT count(*) FROM delivery WHERE state = 'failed' AND reason = 'no_address' AND key LIKE :end")
    return int(await town.house.look(lambda uow: uow.connection.execute(query, {"end": f"%:{about}"}).scalar_one()))


def stamp(moment: datetime) -> str:
    """*moment* as a calendar writes it."""
    return f"{moment:%Y%m%dT%H%M%SZ}"


async def after(town: WeChatTown, span: timedelta) -> None:
    """Let *span* pass, and see that whatever is due by then is in the ledger and out of it."""
    now = town.moving.pass_by(span)
    await town.house.do(lambda uow: reminders.queue_due(uow, town.house.app.core.rule, now))
    await until(lambda: town.house.look(lambda uow: _nothing_due(uow, town.house.app.lanes, now)), "nothing to be due")


def _nothing_due(uow: UnitOfWork, lanes: Sequence[LaneName], now: datetime) -> bool:
    found = [uow.deliveries.next_due(lane) for lane in lanes]
    return all(due is None or due > now for due in found)


async def _move(town: WeChatTown, browser: httpx2.AsyncClient, card: ActivityCard, starts_at: datetime) -> str:
    """What the page says before, having moved it."""
    path = f"/console/activities/{card.id}/move"
    page = (await browser.get(path)).text
    local = starts_at.astimezone(ZoneInfo(card.zone))
    answer = await browser.post(path, data=fields_in(page) | {"starts": f"{local:%Y-%m-%dT%H:%M}"})
    assert answer.status_code == 303, answer.text
    return page


async def _story(town: WeChatTown, doors: Doors) -> None:
    card = await town.plan(town.moving() + timedelta(hours=30), SEATS)  # Tuesday, 15:00
    later = card.starts_at + timedelta(hours=3)
    await doors.fill(card)
    await employ(town)
    places, calendars = await standings(town, card), await feeds(town, card)
    assert places == [(number, Standing.SEATED, None) for number in range(1, SEATS + 1)] + [(5, Standing.WAITING, 1)]

    # staff look at what a move would do, and move it: everybody hears of it once, nobody's place is touched
    async with signed_in(town) as browser:
        before = await _move(town, browser, card, later)
    await doors.all_read(MOVED)
    assert "马上通知 4 份报名" in before
    assert "有 1 份报名现在联系不上" in before
    assert await doors.counts(MOVED) == {"ann": 1, "bea": 1, "cai": 1, "eve": 1, "dan": 0}
    assert await unreached(town, "moved") == 1
    assert await standings(town, card) == places

    # every feed has the same entry, one step on, at the new time
    for old, new in zip(calendars, await feeds(town, card), strict=True):
        assert (old["SEQUENCE"], old["DTSTART"]) == ("0", stamp(card.starts_at))
        assert (new["UID"], new["SEQUENCE"], new["DTSTART"]) == (old["UID"], "1", stamp(later))

    # nobody is reminded when it would have been due at first; who has a seat is reminded once, at the new time
    await after(town, timedelta(hours=31) - timedelta(seconds=1))
    assert set((await doors.counts(REMINDED)).values()) == {0}
    await after(town, timedelta(seconds=2))
    for door in (doors.in_wechat(REMINDED), doors.bea.reads, doors.cai_reads(REMINDED)):
        await doors.reads(door, REMINDED)
    await after(town, timedelta(minutes=30))
    assert await doors.counts(REMINDED) == {"ann": 1, "bea": 1, "cai": 1, "eve": 0, "dan": 0}

    # it is called off: everybody hears of it once, and it stays in the feeds as cancelled
    async with signed_in(town) as browser:
        path = f"/console/activities/{card.id}/call-off"
        before = (await browser.get(path)).text
        assert (await browser.post(path, data=fields_in(before))).status_code == 303
    await doors.all_read(OFF)
    assert "马上通知 4 份报名" in before
    assert await doors.counts(OFF) == {"ann": 1, "bea": 1, "cai": 1, "eve": 1, "dan": 0}
    assert await unreached(town, "called_off") == 1
    for old, new in zip(calendars, await feeds(town, card), strict=True):
        assert (new["UID"], new["SEQUENCE"], new["STATUS"]) == (old["UID"], "2", "CANCELLED")
    await after(town, timedelta(hours=3))
    assert sum((await doors.counts(REMINDED)).values()) == 3


async def _whole(folder: Path, database_url: str) -> None:
    moving = VirtualTime()
    async with TelegramStandIn(clock=moving) as telegram:
        section = {
            "CHANNELS__TELEGRAM__TOKEN": telegram.token, "CHANNELS__TELEGRAM__API_URL": telegram.url,
            "CHANNELS__WEBCHAT__ENABLED": "true",
        }  # fmt: skip
        async with wechat_town(folder, database_url, moving, **section) as town:
            await _story(town, Doors(town, telegram))


def test_a_move_and_then_the_end_reach_everybody_their_reminders_and_their_calendars(tmp_path: Path, database_url: str):
    asyncio.run(_whole(tmp_path, database_url))
