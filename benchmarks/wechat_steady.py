"""WeChat at a steady 200 messages a second for a minute, on SQLite: every one answered, in time, and memory flat.

Open loop: messages leave at their times whatever the answers do, and a delay counts from the time a message was due.
Part of ``make bench``; ``python benchmarks/wechat_steady.py 10`` for ten seconds.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable

from harness import percentile

RATE, SECONDS, CONNECTIONS = 200, 60, 32
WORDS = ("帮助", "活动", "我的", "1", "菜单", "读一读")


def line(
    house: Callable[[], object], packed: Callable[[str, str], tuple[str, bytes]], memory: Callable[[object], float],
    answered: Callable[[str, bytes], bool], seconds: int = SECONDS,
) -> str:  # fmt: skip
    """Measure with what `bench` gives: a house, a message as WeChat posts it, the house's memory in MB, a reading."""
    with house() as (port, folder):  # type: ignore[attr-defined]
        took, mute, memories = asyncio.run(_steady(port, packed, lambda: memory(folder), answered, seconds))
    first, last = memories[len(memories) // 4], memories[-1]
    return (
        f"| WeChat texts at a steady {RATE}/s for {seconds} s | p50 {percentile(took, 50) * 1000:.0f} ms, "
        f"p99 {percentile(took, 99) * 1000:.0f} ms, {mute} of {len(took):,} unanswered | "
        f"memory {first:.0f} MB after a quarter, {last:.0f} MB at the end | goal p99 < 300 ms, none, flat |"
    )


async def _steady(
    port: int, packed: Callable[[str, str], tuple[str, bytes]], memory: Callable[[], float],
    answered: Callable[[str, bytes], bool], seconds: int,
) -> tuple[list[float], int, list[float]]:  # fmt: skip
    took: list[float] = []
    memories: list[float] = []
    mute = 0
    due: asyncio.Queue[tuple[float, str, str] | None] = asyncio.Queue()

    async def work() -> None:
        nonlocal mute
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while (task := await due.get()) is not None:
            at, person, words = task
            target, body = packed(person, words)
            head = f"POST {target} HTTP/1.1\r\nhost: x\r\ncontent-type: text/xml\r\ncontent-length: {len(body)}\r\n\r\n"
            writer.write(head.encode() + body)
            top = await reader.readuntil(b"\r\n\r\n")
            length = int(top.lower().partition(b"content-length:")[2].split(b"\r\n")[0])
            answer = await reader.readexactly(length)
            took.append(time.perf_counter() - at)
            mute += not answered(person, answer)
        writer.close()

    workers = [asyncio.create_task(work()) for _ in range(CONNECTIONS)]
    began = time.perf_counter()
    for number in range(RATE * seconds):
        at = began + number / RATE
        if (pause := at - time.perf_counter()) > 0:
            await asyncio.sleep(pause)
        due.put_nowait((at, f"steady-{number % 3000}", WORDS[number % len(WORDS)]))
        if number % RATE == 0:
            memories.append(memory())
    for _ in workers:
        due.put_nowait(None)
    await asyncio.gather(*workers)
    memories.append(memory())
    return took, mute, memories


if __name__ == "__main__":
    import bench

    print(bench.steady(int(sys.argv[1]) if len(sys.argv) > 1 else SECONDS))
