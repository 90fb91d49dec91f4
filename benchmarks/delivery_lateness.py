"""How late reminders are while a broadcast goes out: two houses run beside each other, and only one has a broadcast.

Both are `outreach run` with Telegram at 30 messages a second, each with a platform that notes when what came.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from delivery_platform import TOKEN, platform
from delivery_reminders import plan_activities
from delivery_scene import analyse, environment_of, now, town
from harness import free_port, percentile, python, served

REMINDERS, MINUTES, RATE = 300, 3, "30"
STARTS = timedelta(seconds=20)  # until both houses are open
PATIENCE = 30.0  # seconds after the last is due
_TITLE = re.compile(r"活动 (\d+)")


def lines(kind: str, residents: int) -> Iterator[str]:
    """A row of the table."""
    with ExitStack() as stack, TemporaryDirectory() as folder:
        logs = {news: Path(folder) / f"news-{news}" for news in (False, True)}
        moments = {news: _start(stack, kind, residents, log, news=news) for news, log in logs.items()}
        last = max(max(due.values()) for due in moments.values())
        time.sleep(max(0.0, last - time.time() + PATIENCE))
        late = {news: sorted(_late(log, moments[news])) for news, log in logs.items()}
        sent = {news: len(log.read_bytes().splitlines()) for news, log in logs.items()}
    told = {news: _told(late[news]) for news in late}
    more = percentile(late[True], 99) - percentile(late[False], 99)
    yield (
        f"| {kind}: lateness of {REMINDERS} reminders due during {MINUTES} minutes of a broadcast to {residents:,} at"
        f" {RATE}/s | {told[True]}; {sent[True] - REMINDERS:,} of the broadcast went out meanwhile"
        f" | the same without the broadcast, at the same time: {told[False]}"
        f" | p99 ≤ 2 s more: **{more:+.2f} s** |"
    )


def _start(stack: ExitStack, kind: str, residents: int, log: Path, *, news: bool) -> dict[int, float]:
    """A house that runs until *stack* ends; when the reminder of each activity is due."""
    house = stack.enter_context(town(kind, residents, news=news))
    url = stack.enter_context(platform(log))
    begins, port = now() + STARTS, free_port()
    due = [begins + number * timedelta(minutes=MINUTES) / REMINDERS for number in range(REMINDERS)]
    ids = plan_activities(house, due, 1)
    analyse(house)
    telegram = {"TOKEN": TOKEN, "API_URL": url, "RATE": RATE}
    given = {f"OUTREACH_CHANNELS__TELEGRAM__{name}": value for name, value in telegram.items()}
    given |= environment_of(house) | {"OUTREACH_PORT": str(port)}
    stack.enter_context(served(python("-m", "outreach", "run"), port, given))
    return {number: at.timestamp() for number, at in zip(ids, due, strict=True)}


def _late(log: Path, due: dict[int, float]) -> Iterator[float]:
    """Seconds from when each was due to when it came."""
    open_ = dict(due)
    for line in log.read_text().splitlines():
        at, _, body = line.partition("\t")
        found = _TITLE.search(json.loads(body)["text"])
        if found is not None:
            yield float(at) - open_.pop(int(found[1]))
    if open_:
        raise SystemExit(f"{len(open_)} of {len(due)} reminders did not come")


def _told(late: list[float]) -> str:
    return f"p50 {percentile(late, 50):.2f} s, p99 {percentile(late, 99):.2f} s, latest {late[-1]:.2f} s"
