"""Telegram sends per CPU second: our adapter against a bare aiohttp loop, and python-telegram-bot as it comes.

The same text to the same stand-in, which runs in a process of its own, at 16 in the air. Part of ``make bench``.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import aiohttp
from harness import python
from telegram import Bot

from outreach.channels.telegram import open_channel
from outreach.domain.messages import Choice, MessageKind, Outgoing, Sent
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.telegram import TOKEN

SENDS, AT_ONCE, ROUNDS = 1_500, 16, 3
PERSON = 700_100
TEXT = "提醒您，活动快到了：\n手工沙龙\n12月1日（周二）下午2:00–3:30\n东坡村活动室\n等您来。"
MESSAGE = Outgoing(MessageKind.REMINDER, TEXT, (Choice("不去了", "leave:17"), Choice("我报的名", "mine")))


def line() -> str:
    """Measure, and give a row of the table."""
    with _stand_in() as url:
        rates = [(asyncio.run(_bare(url)), asyncio.run(_ours(url))) for _ in range(ROUNDS)]
        stock = asyncio.run(_stock(url))
    ratio = statistics.median(ours / bare for bare, ours in rates)
    bare, ours = (statistics.median(column) for column in zip(*rates, strict=True))
    return (
        f"| Telegram sends per CPU second, {AT_ONCE} in the air | {ours:,.0f} | bare aiohttp {bare:,.0f}; "
        f"python-telegram-bot as it comes {stock:,.0f} ({stock / bare:.2f}) | {ratio:.2f} (goal ≥ 0.4) |"
    )


@contextmanager
def _stand_in() -> Iterator[str]:
    server = subprocess.Popen(python("-m", "outreach.testing.telegram"), stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        url = server.stdout.readline().strip()
        asyncio.run(_know(url))
        yield url
    finally:
        server.terminate()
        server.wait(timeout=30)


async def _know(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        await session.post(f"{url}/_control/know", json={"user": PERSON})


async def _ours(url: str) -> float:
    options = {"TOKEN": Secret(TOKEN), "API_URL": Secret(url)}
    channel = open_channel(options, make_context("telegram"))

    async def send(number: int) -> None:
        outcome = await channel.send(str(PERSON), MESSAGE, f"bench:{number}")
        if not isinstance(outcome, Sent):
            raise SystemExit(f"a send came to {outcome}")

    try:
        return await _rate(send)
    finally:
        await channel.close()


async def _bare(url: str) -> float:
    labels = {"不去了": "leave:17.abcdefghij", "我报的名": "mine.abcdefghij"}
    buttons = [[{"text": label, "callback_data": data} for label, data in labels.items()]]
    body = {
        "chat_id": PERSON, "text": TEXT, "reply_markup": {"inline_keyboard": buttons},
        "link_preview_options": {"is_disabled": True},
    }  # fmt: skip
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=AT_ONCE)) as session:

        async def send(_number: int) -> None:
            data = json.dumps(body, ensure_ascii=False).encode()
            headers = {"content-type": "application/json"}
            async with session.post(f"{url}/bot{TOKEN}/sendMessage", data=data, headers=headers) as answer:
                if not json.loads(await answer.read())["ok"]:
                    raise SystemExit("a send was refused")

        return await _rate(send)


async def _stock(url: str) -> float:
    async with Bot(TOKEN, base_url=f"{url}/bot") as bot:

        async def send(_number: int) -> None:
            await bot.send_message(PERSON, TEXT)

        return await _rate(send, SENDS // 5)


async def _rate(send: Callable[[int], Awaitable[None]], sends: int = SENDS) -> float:
    """Sends per second of this process's CPU."""
    queue = list(range(sends))

    async def work() -> None:
        while queue:
            await send(queue.pop())

    await asyncio.gather(*(send(-number) for number in range(1, AT_ONCE + 1)))  # connections are open by then
    began = time.process_time()
    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return sends / (time.process_time() - began)


if __name__ == "__main__":
    print(line())
