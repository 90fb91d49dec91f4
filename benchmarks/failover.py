"""How long a lane rests when the worker that drives it is killed: `python benchmarks/failover.py`.

Three workers of the large engine on a PostgreSQL of its own, sending to a stand-in of Telegram; the one that drives
the lane is killed in the middle of it, again and again, and the time until the next message arrives is taken.
"""

from __future__ import annotations

import statistics
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "walks"))
sys.path.insert(0, str(Path(__file__).parent))

from cluster_scene import Cluster, cluster_of, until
from harness import free_port
from postgres_server import running

from outreach.testing.telegram import TelegramStandIn

TRIALS, WORKERS, PEOPLE, RATE = 8, 3, 60, "4"
GOAL = 15.0  # seconds


def main() -> None:
    """Measure and print one row."""
    print(line(), flush=True)


def line(trials: int = TRIALS) -> str:
    """A row of the table in docs/performance.md."""
    rests = measured(trials)
    figure = f"median {statistics.median(rests):.1f} s, longest {max(rests):.1f} s of {len(rests)} kills"
    goal = f"{max(rests) / GOAL:.2f} of the goal (≤ {GOAL:.0f} s)"
    return f"| a lane rests after `kill -9` of its worker, {WORKERS} workers | {figure} | the lease of 10 s | {goal} |"


def measured(trials: int) -> list[float]:
    """Seconds from each kill to the next message."""
    with TemporaryDirectory() as folder, TelegramStandIn() as telegram, running() as server:
        url = server.create("failover")
        cluster = cluster_of(Path(folder), url, telegram, free_port(), CHANNELS__TELEGRAM__RATE=RATE)
        try:
            return _trials(cluster, trials)
        finally:
            cluster.end()


def _trials(cluster: Cluster, trials: int) -> list[float]:
    activity, rests = cluster.enrol(PEOPLE), []
    for number in range(WORKERS):
        cluster.start(f"worker{number}", "--only", "worker")
    for trial in range(trials):
        starts = (datetime.now(UTC) + timedelta(days=4 + trial)).isoformat(timespec="seconds")
        before = len(cluster.telegram.sent)
        cluster.run("activity", "move", str(activity), "--starts", starts)
        until(lambda seen=before: len(cluster.telegram.sent) >= seen + 8, "the first messages")
        driver = until(cluster.driver, "a driver")
        cluster.kill(driver)
        began, seen = time.monotonic(), len(cluster.telegram.sent)
        until(lambda seen=seen: len(cluster.telegram.sent) > seen, "another worker")
        rests.append(time.monotonic() - began)
        cluster.start(driver, "--only", "worker")
        until(lambda seen=before: len(cluster.telegram.sent) >= seen + PEOPLE, "everybody to be told")
    return rests


if __name__ == "__main__":
    main()
