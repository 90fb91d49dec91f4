"""The large engine as a city has it: web and workers as processes of their own; killed, stalled, stopped, restarted."""

from __future__ import annotations

import json
import time
import urllib.request
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cluster_scene import Cluster, cluster_of, until
from conftest import Program, free_port
from doors import WebChatResident

from outreach.testing.telegram import TelegramStandIn

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

PEOPLE = 40
IN_THE_AIR = 4  # of the rate below: a claim is one second's worth
RATE = str(IN_THE_AIR)


@pytest.fixture
def cluster(tmp_path: Path, new_postgres: Callable[[], str]) -> Iterator[Cluster]:
    with TelegramStandIn() as telegram:
        made = cluster_of(tmp_path, new_postgres(), telegram, free_port(), CHANNELS__TELEGRAM__RATE=RATE)
        try:
            yield made
        finally:
            made.end()


def moved(cluster: Cluster, activity: int) -> None:
    """Everybody who comes is told of another time: `PEOPLE` messages, ten seconds' worth."""
    starts = (datetime.now(UTC) + timedelta(days=4)).isoformat(timespec="seconds")
    cluster.run("activity", "move", str(activity), "--starts", starts)


def busy_driver(cluster: Cluster) -> str:
    """The worker that is in the middle of sending."""
    until(lambda: len(cluster.telegram.sent) >= IN_THE_AIR, "the first messages")
    driver: str = until(cluster.driver, "a driver")
    return driver


def test_a_web_process_answers_and_a_worker_sends(cluster: Cluster):
    cluster.enrol(1)
    cluster.start("web", "--only", "web")
    cluster.start("worker", "--only", "worker")
    ann = WebChatResident(f"http://127.0.0.1:{cluster.environment['OUTREACH_PORT']}")

    ann.post({"id": "a-first-visit", "start": True})
    ann.press("看看活动")
    cluster.telegram.say(1_001, "我的")
    until(lambda: any("清早太极" in one.text for one in cluster.telegram.sent), "the answer of whoever asks Telegram")
    with urllib.request.urlopen(f"{ann.url}/readyz", timeout=10) as answer:
        ready = answer.status
    codes = [cluster.stop(name)[0] for name in ("web", "worker")]

    assert "清早太极" in ann.all_read()
    assert ready == 200
    assert codes == [0, 0]


def test_when_a_worker_is_killed_another_goes_on_and_nobody_is_left_out(cluster: Cluster):
    activity = cluster.enrol(PEOPLE)
    for number in range(3):
        cluster.start(f"worker{number}", "--only", "worker")
    moved(cluster, activity)

    killed = busy_driver(cluster)
    cluster.kill(killed)
    before = len(cluster.telegram.sent)
    until(lambda: len(cluster.telegram.sent) > before, "another worker to go on")
    until(lambda: len(cluster.got()) == PEOPLE, "everybody to be told")
    time.sleep(1.0)  # for anything that would come twice
    after = cluster.got()

    # News of a move is said again if it may have been lost: at most what was in the air comes twice.
    assert sum(after.values()) <= PEOPLE + IN_THE_AIR
    assert cluster.driver() != killed


def test_a_worker_that_hung_and_wakes_up_sends_nothing_twice(cluster: Cluster):
    activity = cluster.enrol(PEOPLE)
    for number in range(2):
        cluster.start(f"worker{number}", "--only", "worker")
    moved(cluster, activity)

    stalled = busy_driver(cluster)
    cluster.stall(stalled)
    until(lambda: cluster.driver() not in (stalled, None), "another worker to take over")
    until(lambda: len(cluster.got()) >= PEOPLE - IN_THE_AIR, "the other to send")
    cluster.wake(stalled)
    until(lambda: len(cluster.got()) == PEOPLE, "everybody to be told")
    time.sleep(2.0)
    after = cluster.got()

    assert sum(after.values()) <= PEOPLE + IN_THE_AIR
    assert cluster.stop(stalled)[0] == 0


def test_a_rolling_restart_loses_nothing_and_stops_within_ten_seconds(cluster: Cluster):
    activity = cluster.enrol(PEOPLE)
    for number in range(2):
        cluster.start(f"worker{number}", "--only", "worker")
    moved(cluster, activity)

    took = []
    until(lambda: len(cluster.telegram.sent) >= IN_THE_AIR, "the first messages")
    for number in range(2):
        took.append(cluster.stop(f"worker{number}"))
        cluster.start(f"worker{number}", "--only", "worker")
    until(lambda: len(cluster.got()) == PEOPLE, "everybody to be told")
    time.sleep(1.0)

    assert [code for code, _ in took] == [0, 0]
    assert max(seconds for _, seconds in took) < 10
    assert set(cluster.got().values()) == {1}


@pytest.mark.parametrize("only", ["web", "worker"])
def test_a_part_of_a_small_house_is_refused_with_the_remedy(tmp_path: Path, site: Path, only: str):
    program = Program(site, tmp_path, free_port())

    told = program.run("run", "--only", only, code=1)
    program.settings["OUTREACH_ENGINE"] = "large"
    on_a_file = program.run("run", code=1)

    assert "OUTREACH_ENGINE=large" in told
    assert "PostgreSQL" in on_a_file
    assert json.dumps(told).count("Traceback") == 0
