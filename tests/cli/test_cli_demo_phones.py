"""`outreach demo --with telegram,wechat`: telephones on this machine, on which staff can practise both."""

from __future__ import annotations

import json
import re
import signal
import time
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from cli_room import PATIENCE, Room
from test_cli_servers import free_port

pytestmark = pytest.mark.slow


def chat(phone: str) -> list[dict[str, Any]]:
    """All bubbles on the telephone."""
    with urllib.request.urlopen(f"{phone}/chat", timeout=30) as response:
        found: list[dict[str, Any]] = json.load(response)
    return found


def act(phone: str, path: str, **what: str) -> None:
    """Type or tap."""
    request = urllib.request.Request(f"{phone}/{path}", json.dumps(what).encode(), {"content-type": "application/json"})
    urllib.request.urlopen(request, timeout=30).close()


def eventually(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not look():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.1)


def reads(phone: str) -> str:
    return "\n".join(bubble["text"] for bubble in chat(phone) if not bubble["mine"])


def test_a_resident_signs_up_on_each_played_telephone_and_gets_a_confirmation(room: Room):
    room.set(PORT=free_port())
    process = room.start("demo", "--with", "telegram,wechat")
    try:
        told = b""
        assert process.stderr is not None
        while b"Ctrl-C stops it" not in told and process.poll() is None:
            told += process.stderr.readline()
        phones = dict(re.findall(r"played telephone\s+(http\S+)\s+\((\w+)\)", told.decode()))
        assert sorted(phones.values()) == ["telegram", "wechat"], told

        for phone in phones:
            with urllib.request.urlopen(phone, timeout=30) as page:
                assert b"practice" in page.read()
            act(phone, "say", text="活动")
            eventually(lambda phone=phone: "Try me" in reads(phone), "the list")  # type: ignore[misc]
            number = re.findall(r"Try me.*?编号(\d+)", reads(phone) + buttons(phone), re.DOTALL)[0]
            act(phone, "say", text=f"报名 {number}")
            eventually(lambda phone=phone: "您同意吗" in reads(phone), "the notice")  # type: ignore[misc]
            act(phone, "say", text="同意")
            eventually(lambda phone=phone: "不能来了？" in reads(phone), "the confirmation")  # type: ignore[misc]
        process.send_signal(signal.SIGINT)
        _, rest = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, rest
        assert b"Traceback" not in rest
    finally:
        process.kill()
        process.communicate()


def buttons(phone: str) -> str:
    return "\n".join(label for bubble in chat(phone) for label in bubble["buttons"])


def test_what_cannot_be_played_is_told_before_anything_starts(room: Room):
    assert "telegram, wechat" in room.refused("demo", "--with", "pigeon")
    assert room.files() == set()
