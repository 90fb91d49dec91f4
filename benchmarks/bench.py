"""`make bench`: the figures that the issues state, with their floors measured in the same run.

Timings belong here and never into a test's verdict. Ratios are what to read: the machine is shared.
"""

from __future__ import annotations

import asyncio
import json
import os
import platform
import sqlite3
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))

import pages
import telegram_sends
import wechat_steady
from harness import free_port, median_of, percentile, post_all, python, served

from outreach.testing.telegram import TelegramStandIn
from outreach.testing.wechat import WeChatStandIn
from outreach.testing.wechat_wire import Account, unpack

ACCOUNT = Account()
TEXTS, PEOPLE, SEATS, CONNECTIONS = 4_000, 300, 30, 64
ROUNDS = 3


def main() -> None:
    """Measure everything and print a table."""
    print(_machine(), flush=True)
    print("\n| what | figure | floor in the same run | ratio or goal |\n|---|---|---|---|", flush=True)
    for measure in (_hook, _rush, steady, telegram_sends.line, pages.lines, _start_up, _memory):
        print(measure(), flush=True)


def _hook() -> str:
    floors, ours = [], []
    for _ in range(ROUNDS):
        floors.append(_bare_rate())
        ours.append(_house_rate())
    ratio = statistics.median(mine / floor for mine, floor in zip(ours, floors, strict=True))
    figure = f"{statistics.median(ours):,.0f}/s ({min(ours):,.0f}–{max(ours):,.0f})"
    floor = f"{statistics.median(floors):,.0f}/s ({min(floors):,.0f}–{max(floors):,.0f})"
    return (
        f"| WeChat texts a second through the whole house | {figure} | bare hook {floor} | {ratio:.2f} (goal ≥ 0.17) |"
    )


def _bare_rate() -> float:
    port = free_port()
    bare = Path(__file__).parent / "bare_hook.py"
    with served(python(str(bare), str(port)), port, {}):
        asyncio.run(post_all(port, _texts(CONNECTIONS * 4, "warm"), CONNECTIONS))
        seconds, _, _ = asyncio.run(post_all(port, _texts(TEXTS, "bare"), CONNECTIONS))
    return TEXTS / seconds


def _house_rate() -> float:
    with _house() as (port, _folder):
        asyncio.run(post_all(port, _texts(CONNECTIONS * 4, "warm"), CONNECTIONS))
        seconds, _, bodies = asyncio.run(post_all(port, _texts(TEXTS, "house"), CONNECTIONS))
    if any(body in (b"", b"success") for body in bodies):
        raise SystemExit("a text was not answered")
    return TEXTS / seconds


def _rush() -> str:
    totals, slowest = [], []
    for _ in range(ROUNDS):
        seconds, took = _one_rush()
        totals.append(seconds)
        slowest.append(percentile(took, 95))
    total, p95 = statistics.median(totals), statistics.median(slowest)
    return (
        f"| {PEOPLE} people (who have agreed) for {SEATS} seats through the hook | {total:.2f} s, p95 {p95:.2f} s, "
        f"0 oversold | pretix through its API: 12–15 s (measured apart) | goal < 1.5 s |"
    )


def _one_rush() -> tuple[float, list[float]]:
    with _house() as (port, folder):
        environment = {**os.environ, **_settings(folder, port)}
        for seats in (PEOPLE, SEATS):
            _add_activity(environment, seats)
        people = [f"rush-{number}" for number in range(PEOPLE)]
        for words in ("报名 100", "同意"):
            asyncio.run(post_all(port, [_packed(person, words) for person in people], CONNECTIONS))
        seconds, took, bodies = asyncio.run(post_all(port, [_packed(person, "报名 101") for person in people], PEOPLE))
        for person, body in zip(people, bodies, strict=True):
            if unpack(ACCOUNT, body, person) is None:
                raise SystemExit("somebody got no answer")
        shown = json.loads(
            subprocess.check_output(python("-m", "outreach", "activity", "show", "2", "--json"), env=environment)
        )
    if (shown["seated"], shown["waiting"]) != (SEATS, PEOPLE - SEATS):
        raise SystemExit(f"oversold or lost: {shown['seated']} seated, {shown['waiting']} waiting")
    return seconds, took


def steady(seconds: int = wechat_steady.SECONDS) -> str:
    """WeChat at a steady rate; see `wechat_steady`."""
    return wechat_steady.line(
        _house, _packed, _megabytes, lambda person, body: bool(unpack(ACCOUNT, body, person)), seconds
    )


def _megabytes(folder: Path) -> float:
    with _process_of(folder) as status:
        resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(resident.split()[1]) / 1024


def _start_up() -> str:
    def once() -> float:
        began = time.perf_counter()
        subprocess.run(python("-m", "outreach", "--help"), check=True, capture_output=True)
        return time.perf_counter() - began

    def bare() -> float:
        began = time.perf_counter()
        subprocess.run(python("-c", "import typer"), check=True, capture_output=True)
        return time.perf_counter() - began

    once()
    (middle, low, high), (floor, _, _) = median_of(7, once), median_of(7, bare)
    figure = f"{middle:.2f} s ({low:.2f}–{high:.2f})"
    return f"| start-up of `outreach --help` | {figure} | importing typer {floor:.2f} s | goal < 0.6 s |"


def _memory() -> str:
    with TelegramStandIn() as stand_in:
        telegram = {
            "OUTREACH_CHANNELS__TELEGRAM__TOKEN": stand_in.token,
            "OUTREACH_CHANNELS__TELEGRAM__API_URL": stand_in.url,
        }
        with _house(telegram) as (_port, _folder):
            time.sleep(5)
            megabytes = _megabytes(_folder)
    return f"| idle memory with web chat, Telegram and WeChat | {megabytes:.0f} MB | – | goal < 160 MB |"


_RUNNING: dict[Path, int] = {}


@contextmanager
def _process_of(folder: Path) -> Iterator[str]:
    yield Path(f"/proc/{_RUNNING[folder]}/status").read_text()


@contextmanager
def _house(more: dict[str, str] | None = None) -> Iterator[tuple[int, Path]]:
    port = free_port()
    with TemporaryDirectory() as name:
        folder = Path(name)
        with served(python("-m", "outreach", "run"), port, _settings(folder, port) | (more or {})) as server:
            _RUNNING[folder] = server.pid
            yield port, folder


def _settings(folder: Path, port: int) -> dict[str, str]:
    return {
        "OUTREACH_DATA_DIR": str(folder / "var"),
        "OUTREACH_PORT": str(port),
        "OUTREACH_CHANNELS__WECHAT__APPID": ACCOUNT.appid,
        "OUTREACH_CHANNELS__WECHAT__TOKEN": ACCOUNT.token,
        "OUTREACH_CHANNELS__WECHAT__AES_KEY": ACCOUNT.aes_key,
        "OUTREACH_CHANNELS__WECHAT__ORIGINAL_ID": ACCOUNT.original_id,
    }


def _add_activity(environment: dict[str, str], seats: int) -> None:
    starts = (datetime.now(UTC) + timedelta(days=3)).isoformat(timespec="seconds")
    command = [
        "activity",
        "add",
        "--title",
        "Salon",
        "--starts",
        starts,
        "--place",
        "Hall",
        "--seats",
        str(seats),
        "--json",
    ]
    subprocess.run(python("-m", "outreach", *command), check=True, capture_output=True, env=environment)


_CLIENT = WeChatStandIn("http://127.0.0.1:1/hooks/wechat", ACCOUNT)


def _texts(count: int, name: str) -> list[tuple[str, bytes]]:
    return [_packed(f"{name}-{number % 500}", "菜单") for number in range(count)]


_ids = iter(range(10**15, 10**16))


def _packed(person: str, words: str) -> tuple[str, bytes]:
    wire = _CLIENT.pack(person, {"MsgType": "text", "Content": words, "MsgId": str(next(_ids))})
    return f"/hooks/wechat?{urlencode(wire.query)}", wire.body


def _machine() -> str:
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("fastapi", "sqlalchemy", "sqlmodel", "uvicorn", "wechatpy")
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores, Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {packages}; client and server share the machine"
    )


if __name__ == "__main__":
    main()
