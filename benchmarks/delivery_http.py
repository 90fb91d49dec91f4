"""The whole sender with Telegram's adapter over HTTP: beside a bare durable outbox, a bare loop, and the stock library.

The same text to the same platform in a process of its own, 16 in the air. CPU is this process's alone.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp
import uvloop
from bare_outbox import Body, outbox, send_all
from delivery_platform import TOKEN, platform
from delivery_scene import Measured, count, sender_of, spread
from telegram import Bot, InlineKeyboardMarkup, LinkPreviewOptions

from outreach.bootstrap import App
from outreach.channels.telegram import open_channel
from outreach.domain.messages import Outcome, Outgoing
from outreach.domain.secret import Secret
from outreach.runtime.bridge import Bridge
from outreach.testing import make_context

AT_ONCE, ROUNDS = 16, 3
SENDS, STOCK = 4_000, 800  # a round
PEOPLE = SENDS * (ROUNDS + 2)
FIRST = 10**6  # of the numbers of chats


def lines(house: App, kind: str) -> Iterator[str]:
    """Rows of the table, on a town whose broadcast is in the ledger."""
    rows = min(SENDS, count(house, "state = 'queued'") // (ROUNDS + 1))
    body = _what_is_posted(house)
    ours, small, large, loop, stock, quick = ([] for _ in range(6))
    with platform() as url:
        address = f"{url}/bot{TOKEN}/sendMessage"
        for _ in range(ROUNDS):
            ours.append(_run(_whole(house, url, rows)))
            small.append(_outbox(house, kind, address, rows, body, AT_ONCE))
            large.append(_outbox(house, kind, address, rows, body, 500))
            loop.append(_run(_bare(address, rows, body)))
            stock.append(asyncio.run(_stock(url, min(rows, STOCK), body)))
            quick.append(_run(_stock(url, min(rows, STOCK), body)))
    yield _beside_outbox(kind, ours, small, large)
    yield _beside_loops(kind, ours, loop, stock, quick)


def _what_is_posted(house: App) -> Body:
    """What the house sends to one person, as it stands on the wire."""
    with TemporaryDirectory() as folder:
        log = Path(folder) / "log"
        with platform(log) as url:
            _run(_whole(house, url, AT_ONCE))
        found = json.loads(log.read_text().splitlines()[0].partition("\t")[2])
    return {name: value for name, value in found.items() if name != "chat_id"}


def _beside_outbox(kind: str, ours: list[Measured], small: list[Measured], large: list[Measured]) -> str:
    rate = statistics.median(mine.rate / floor.rate for mine, floor in zip(ours, small, strict=True))
    cpu = statistics.median(_per_second(mine) / _per_second(floor) for mine, floor in zip(ours, small, strict=True))
    in_500 = statistics.median(mine.rate / floor.rate for mine, floor in zip(ours, large, strict=True))
    return (
        f"| {kind}: the whole sender over HTTP, Telegram's adapter, {AT_ONCE} in the air"
        f" | {spread([mine.rate for mine in ours])}/s; {_cpu(ours):.1f} CPU s per 10,000"
        f" | a bare durable outbox over aiohttp, {AT_ONCE} a commit: {spread([floor.rate for floor in small])}/s,"
        f" {_cpu(small):.1f} CPU s; 500 a commit: {spread([floor.rate for floor in large])}/s, {_cpu(large):.1f} CPU s"
        f" | ≥ 0.6 × its rate: **{rate:.2f}** (per CPU second {cpu:.2f}; of that with 500 {in_500:.2f}) |"
    )


def _beside_loops(
    kind: str, ours: list[Measured], loop: list[Measured], stock: list[Measured], quick: list[Measured]
) -> str:
    bare, times, over_quick = (
        statistics.median(_per_second(mine) / _per_second(floor) for mine, floor in zip(ours, floors, strict=True))
        for floors in (loop, stock, quick)
    )
    return (
        f"| {kind}: Telegram sends per CPU second through the whole sender, {AT_ONCE} in the air"
        f" | {spread([_per_second(mine) for mine in ours])}"
        f" | a bare aiohttp loop on uvloop, as ours, nothing kept: {spread([_per_second(one) for one in loop])};"
        f" python-telegram-bot's `send_message`, as it comes: {spread([_per_second(one) for one in stock])},"
        f" on uvloop {spread([_per_second(one) for one in quick])}"
        f" | ≥ 0.3 of the bare loop: **{bare:.2f}**; ≥ 4 × stock: **{times:.1f}** (on uvloop {over_quick:.1f}) |"
    )


def _cpu(some: list[Measured]) -> float:
    return statistics.median(one.cpu / one.rows * 10_000 for one in some)


def _per_second(one: Measured) -> float:
    return one.rows / one.cpu


async def _whole(house: App, url: str, rows: int) -> Measured:
    """*rows* deliveries through a sender as the house has one, but for the pace."""
    bridge = Bridge(house.core.database, lambda _lanes: None)
    bridge.start()
    channel = _Telegram(url, rows)
    sender = sender_of(house, bridge, channel)
    channel.enough = sender.stop  # it finishes its batch
    before = count(house, "state = 'sent'")
    measured = await _timed(sender.drain(), lambda: channel.sent)
    await bridge.close()
    await channel.close()
    if count(house, "state = 'sent'") - before != measured.rows:
        raise SystemExit("what was sent is not what was recorded")
    return measured


class _Telegram:
    """Telegram's adapter at any pace; says *enough* at the last of *rows* messages."""

    def __init__(self, url: str, rows: int) -> None:
        self._channel = open_channel({"TOKEN": Secret(TOKEN), "API_URL": Secret(url)}, make_context("telegram"))
        self.lane, self.close = self._channel.lane, self._channel.close
        self.capabilities = replace(self._channel.capabilities, rate_per_second=1e6)
        self.sent, self._rows = 0, rows
        self.enough: Callable[[], None] = lambda: None

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Over HTTP."""
        self.sent += 1
        if self.sent == self._rows:
            self.enough()
        return await self._channel.send(to, message, key)


def _outbox(house: App, kind: str, address: str, rows: int, body: Body, batch: int) -> Measured:
    with TemporaryDirectory() as folder, outbox(kind, Path(folder), house.settings.database_url) as box:
        box.fill(range(FIRST, FIRST + rows), body)
        return _run(_timed(send_all(box, address, batch, AT_ONCE), lambda: rows))


async def _bare(address: str, rows: int, body: Body) -> Measured:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def send(number: int) -> None:
            data = json.dumps({**body, "chat_id": FIRST + number}, ensure_ascii=False).encode()
            async with session.post(address, data=data, headers={"content-type": "application/json"}) as answer:
                if not json.loads(await answer.read())["ok"]:
                    raise SystemExit("a send was refused")

        return await _timed(_side_by_side(send, rows), lambda: rows)


async def _stock(url: str, rows: int, body: Body) -> Measured:
    async with Bot(TOKEN, base_url=f"{url}/bot") as bot:
        keyboard = InlineKeyboardMarkup.de_json(body["reply_markup"], bot) if "reply_markup" in body else None
        quiet = LinkPreviewOptions(is_disabled=True)

        async def send(number: int) -> None:
            chat, text = FIRST + number, str(body["text"])
            await bot.send_message(chat, text, link_preview_options=quiet, reply_markup=keyboard)

        return await _timed(_side_by_side(send, rows), lambda: rows)


async def _side_by_side(send: Callable[[int], Awaitable[None]], rows: int) -> None:
    queue = list(range(rows))

    async def work() -> None:
        while queue:
            await send(queue.pop())

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))


async def _timed(work: Awaitable[object], rows: Callable[[], int]) -> Measured:
    began, cpu = time.perf_counter(), time.process_time()
    await work
    seconds, used = time.perf_counter() - began, time.process_time() - cpu
    return Measured(seconds, rows(), used)


def _run(work: Coroutine[object, object, Measured]) -> Measured:
    """On the loop that the house runs on."""
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(work)
