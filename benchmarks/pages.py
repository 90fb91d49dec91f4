"""How long the server takes for each page, with a whole county in the database: `python benchmarks/pages.py`.

50,000 residents and 20,000 activities (`big_town`), one reader after the other, server time from request to last byte
on the loopback. The floor is `/healthz` of the same server in the same run: a page that does nothing.
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
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent))

from harness import free_port, percentile, python, served

ROUNDS = 200
GOAL = 50.0  # milliseconds, the 95th percentile
PUBLIC = ("/", "/a/big000004", "/feeds/public.ics")
CONSOLE = (
    "/console/",
    "/console/activities",
    "/console/activities?q=活动",
    "/console/activities/month",
    "/console/activities/4",
    "/console/activities/4/roster",
    "/console/threads",
    "/console/alerts",
    "/console/announce",
    "/console/library",
    "/console/staff",
    "/console/channels",
)


def lines(rounds: int = ROUNDS) -> str:
    """One table row a page, slowest last."""
    with _county() as (port, cookie):
        floor = _measured(port, "/healthz", "", rounds)
        found = [(path, _measured(port, path, "", rounds)) for path in PUBLIC]
        found += [(path, _measured(port, path, cookie, rounds)) for path in CONSOLE]
    bare = percentile(floor, 95)
    rows = [
        f"| page `{path}` | p95 {percentile(took, 95):.1f} ms, median {statistics.median(took):.1f} ms "
        f"| a bare page p95 {bare:.1f} ms | {percentile(took, 95) / GOAL:.2f} of the goal (< {GOAL:.0f} ms) |"
        for path, took in sorted(found, key=lambda one: percentile(one[1], 95))
    ]
    return "\n".join(rows)


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
    where, _, query = path.partition("?")
    return f"{where}?{urlencode([part.split('=', 1) for part in query.split('&')])}" if query else where


@contextmanager
def _county() -> Iterator[tuple[int, str]]:
    port = free_port()
    with TemporaryDirectory() as name:
        settings = {"OUTREACH_DATA_DIR": str(Path(name) / "var"), "OUTREACH_PORT": str(port)}
        environment = {**os.environ, **settings}
        big_town = str(Path(__file__).parent / "big_town.py")
        subprocess.run(python(big_town), check=True, capture_output=True, env=environment)
        password = _member(environment, "bench", "area_admin")
        with served(python("-m", "outreach", "run"), port, settings):
            yield port, _signed_in(port, "bench", password)


def _member(environment: dict[str, str], login: str, role: str) -> str:
    command = ["staff", "add", login, "--name", "Bench", "--role", role, "--region", "root", "--on-duty", "--json"]
    made = subprocess.check_output(python("-m", "outreach", *command), env=environment)
    return str(json.loads(made)["password"])


def _signed_in(port: int, login: str, password: str) -> str:
    """The cookie of a fresh session, with a password of their own."""
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
