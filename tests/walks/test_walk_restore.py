"""A rehearsed restore: a house that is in use is backed up, lost, and goes on elsewhere as if nothing had been."""

from __future__ import annotations

import shutil
import urllib.parse
import urllib.request
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookiejar import CookieJar
from pathlib import Path

import pytest
from conftest import Program, eventually
from doors import WebChatResident

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

TITLE = "清早太极"


def in_time(**amount: float) -> str:
    return (datetime.now(UTC) + timedelta(**amount)).isoformat(timespec="seconds")


def signs_in(program: Program, login: str, password: str) -> bool:
    """Whether the console lets them in; over HTTP, as a browser does it."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
    body = urllib.parse.urlencode({"login": login, "password": password}).encode()
    request = urllib.request.Request(f"{program.url}/console/sign-in", body, {"origin": program.url})
    with opener.open(request, timeout=30) as response:
        return "sign-in" not in response.geturl()


def empty_database(kind: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """Where the house goes on: a database of the same kind (tests/store holds the journeys between the kinds)."""
    if kind == "sqlite":
        return f"sqlite:///{folder / 'outreach.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgres")
    return make()


def test_a_house_goes_on_from_its_backup(program: Program, database_kind: str, request: pytest.FixtureRequest):
    program.settings |= {"OUTREACH_REMINDERS": "1h", "OUTREACH_BASE_URL": program.url}
    program.json(
        "activity", "add", "--kind", "cultural", "--title", TITLE, "--starts", in_time(days=3),
        "--minutes", "60", "--seats", "1", "--place", "老槐树广场", "--audience", "general",
    )  # fmt: skip
    password = program.json("staff", "add", "lan", "--role", "village_admin", "--name", "兰")["password"]
    program.start()
    ann, bob = WebChatResident(program.url), WebChatResident(program.url)
    for person in (ann, bob):
        person.post({"id": "a-first-visit", "start": True})
        person.press("看看活动")
        person.say("报名 1")
        person.press("同意并报名")
    eventually(lambda: ann.files() or (ann.reads() and ann.files()), "the confirmation with its file")
    assert "老槐树广场" in ann.all_read()
    program.run("activity", "move", "1", "--starts", in_time(hours=1, seconds=15))  # reminded an hour before
    eventually(lambda: ann.has("变动"), "the news of the move")
    entry = ann.files()[-1]
    before = program.get(entry)[1]

    made = program.json("backup", str(program.home / "town.backup"))  # beside the running server
    program.kill()
    shutil.rmtree(program.home / "var")
    elsewhere = replace(program, settings=dict(program.settings), server=None)
    elsewhere.settings |= {
        "OUTREACH_DATA_DIR": str(program.home / "next"),
        "OUTREACH_KEY_FILE": str(program.home / "var.key"),
        "OUTREACH_DATABASE_URL": empty_database(database_kind, program.home / "next", request),
    }
    back = elsewhere.json("restore", str(program.home / "town.backup"))
    try:
        elsewhere.start()
        eventually(lambda: ann.has("活动快到了"), "the reminder")
        ann.say("取消 1")
        ann.say("是")
        eventually(lambda: bob.has("排到您了"), "the seat for bob")

        assert back["rows"] == made["rows"]
        assert ann.all_read().count("活动快到了") == 1
        assert elsewhere.get(entry)[1].startswith(before[:200])
        assert signs_in(elsewhere, "lan", password)
        assert elsewhere.run("db", "check")
    finally:
        elsewhere.stop()
