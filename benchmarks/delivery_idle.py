"""What a house costs that has nothing to do: `outreach run` with web chat, Telegram and WeChat open."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

from delivery_platform import TOKEN, platform
from delivery_scene import environment_of, town
from harness import free_port, python, served

from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_wire import Account

SETTLES, SECONDS = 20, 60  # what a start leaves to do is no part of it
PEOPLE = 20_000


def lines(kind: str, residents: int) -> Iterator[str]:
    """A row of the table."""
    port, people = free_port(), min(residents, PEOPLE)
    with (
        town(kind, people, news=False) as house,
        platform() as telegram,
        WeChatApiStandIn(Kind(service=True, verified=True)) as wechat,
        served(python("-m", "outreach", "run"), port, environment_of(house) | _accounts(telegram, wechat, port)) as run,
    ):
        time.sleep(SETTLES)
        before, began = _cpu(run.pid), time.monotonic()
        time.sleep(SECONDS)
        share = (_cpu(run.pid) - before) / (time.monotonic() - began)
        megabytes = _megabytes(run.pid)
    yield (
        f"| {kind}: an idle `outreach run`, {people:,} people, Telegram and WeChat open, over {SECONDS} s"
        f" | {share:.2%} of a core, {megabytes:.0f} MB | – | ≤ 0.5 %: **{share:.2%}**; ≤ 160 MB: **{megabytes:.0f}** |"
    )


def _accounts(telegram: str, wechat: WeChatApiStandIn, port: int) -> dict[str, str]:
    account = Account()
    given = {
        "TELEGRAM__TOKEN": TOKEN,
        "TELEGRAM__API_URL": telegram,
        "WECHAT__APPID": account.appid,
        "WECHAT__TOKEN": account.token,
        "WECHAT__AES_KEY": account.aes_key,
        "WECHAT__ORIGINAL_ID": account.original_id,
        "WECHAT__SECRET": SECRET,
        "WECHAT__ACCOUNT": "service",
        "WECHAT__VERIFIED": "true",
        "WECHAT__API_URL": wechat.url,
    }
    return {f"OUTREACH_CHANNELS__{name}": value for name, value in given.items()} | {"OUTREACH_PORT": str(port)}


def _cpu(process: int) -> float:
    """Seconds of all its threads so far, its own and the kernel's for it."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(process: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0
