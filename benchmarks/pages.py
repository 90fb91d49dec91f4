"""How long the server takes for each page, with a whole county in the database: `python benchmarks/pages.py`.

50,000 residents, 20,000 activities, 100,000 sign-ups and as many messages sent (`big_town`), one reader after another,
from the request to the last byte on the loopback. The floor is `/healthz` of the same server: it does nothing.
"""

from __future__ import annotations

import http.client
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote, urlencode

sys.path.insert(0, str(Path(__file__).parent))

from harness import free_port, percentile, python, served

ROUNDS = 60
GOAL = 50.0  # milliseconds, the 95th percentile
ACTIVITY = 4  # in the year to come
BARE = "/healthz"
PUBLIC = ("/", "/?near=b03", "/a/big000004", "/feeds/region/b0305.ics")
WHOLE_FEED = "/feeds/public.ics"
BY_ROLE = {
    "area_admin": (
        "/console/",
        "/console/activities",
        "/console/activities?q=活动 19",
        "/console/activities?when=past",
        "/console/activities/month",
        "/console/activities/new",
        f"/console/activities/{ACTIVITY}",
        f"/console/activities/{ACTIVITY}/edit",
        f"/console/activities/{ACTIVITY}/move",
        "/console/alerts",
        "/console/announce",
        "/console/announce/1",
        "/console/announce/2",
        "/console/regions",
        "/console/staff",
        "/console/channels",
    ),
    "village_admin": ("/console/", f"/console/activities/{ACTIVITY}/roster", "/console/threads"),
    "editor": ("/console/library",),
    "auditor": ("/console/audit",),
}


def lines(rounds: int = ROUNDS) -> str:
    """One table row a page, slowest last, and one for the feed of everything, which is a file and no page."""
    with _county() as (port, cookies):
        floor = _measured(port, BARE, "", rounds)
        found = [(path, "anybody", _measured(port, path, "", rounds)) for path in PUBLIC]
        for role, pages in BY_ROLE.items():
            found += [(path, role, _measured(port, path, cookies[role], rounds)) for path in pages]
        whole = _measured(port, WHOLE_FEED, "", rounds // 4)
    rows = [_row(each, floor) for each in sorted(found, key=lambda each: percentile(each[2], 95))]
    feed = f"p95 {percentile(whole, 95):.0f} ms | a bare page p95 {percentile(floor, 95):.1f} ms | no goal: a file |"
    return "\n".join([*rows, f"| feed `{WHOLE_FEED}` of the whole county | {feed}"])


def _row(measured: tuple[str, str, list[float]], floor: list[float]) -> str:
    path, who, took = measured
    p95 = percentile(took, 95)
    return (
        f"| page `{path}` ({who}) | p95 {p95:.1f} ms, median {statistics.median(took):.1f} ms "
        f"| a bare page p95 {percentile(floor, 95):.1f} ms | {p95 / GOAL:.2f} of the goal (< {GOAL:.0f} ms) |"
    )


def _measured(port: int, path: str, cookie: str, rounds: int) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        connection.request("GET", _encoded(path), headers={"cookie": cookie, "accept-language": "zh"})
        answer = connection.getresponse()
        answer.read()
        took.append((time.perf_counter() - began) * 1000)
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
    connection.close()
    return took[rounds // 10 :]  # the first ones fill caches


def _encoded(path: str) -> str:
    return quote(path, safe="/?=&")


@contextmanager
def _county() -> Iterator[tuple[int, dict[str, str]]]:
    """A server with the county, and a cookie for each role."""
    port = free_port()
    with TemporaryDirectory() as name:
        settings = {"OUTREACH_DATA_DIR": str(Path(name) / "var"), "OUTREACH_PORT": str(port)}
        environment = {**os.environ, **settings}
        big_town = str(Path(__file__).parent / "big_town.py")
        subprocess.run(python(big_town), check=True, capture_output=True, env=environment)
        village = _told(environment, "activity", "show", str(ACTIVITY))["region_name"].split()[-1]
        homes = {"village_admin": village}
        passwords = {role: _member(environment, role, homes.get(role, "root")) for role in BY_ROLE}
        _told(environment, "broadcast", "draft", "--activity", str(ACTIVITY))
        _told(environment, "broadcast", "draft", "--text-zh", "明天停水，活动照常。", "--text-en", "All goes on.")
        with served(python("-m", "outreach", "run"), port, settings):
            yield port, {role: _signed_in(port, role, password) for role, password in passwords.items()}


def _member(environment: dict[str, str], role: str, region: str) -> str:
    login = role.replace("_", "-")
    made = _told(environment, "staff", "add", login, "--name", "Bench", "--role", role, "--region", region, "--on-duty")
    return str(made["password"])


def _told(environment: dict[str, str], *command: str) -> Any:
    return json.loads(subprocess.check_output(python("-m", "outreach", *command, "--json"), env=environment))


def _signed_in(port: int, role: str, password: str) -> str:
    """The cookie of a fresh session, with a password of their own."""
    login = role.replace("_", "-")
    cookie, _ = _posted(port, "/console/sign-in", {"login": login, "password": password}, "")
    new = f"{password} and a bit more"
    changed, _ = _posted(port, "/console/account/password", {"old": password, "new": new, "again": new}, cookie)
    return changed or cookie


def _posted(port: int, path: str, form: dict[str, str], cookie: str) -> tuple[str, int]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "origin": f"http://127.0.0.1:{port}",
        "cookie": cookie,
    }
    connection.request("POST", path, urlencode(form), headers)
    answer = connection.getresponse()
    answer.read()
    given = answer.getheader("set-cookie", "").partition(";")[0]
    connection.close()
    if answer.status != 303:
        raise SystemExit(f"{path} answered {answer.status}")
    return given, answer.status


if __name__ == "__main__":
    print(lines())
