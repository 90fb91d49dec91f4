"""A resident at each door, playing over real HTTP: what they type and what they read."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.cookiejar import CookieJar
from typing import Any, Protocol
from uuid import uuid4


class Resident(Protocol):
    """Somebody at a door. Both give all that they read by then, newest last."""

    def say(self, text: str) -> str: ...

    def reads(self) -> str: ...


class WebChatResident:
    """A visitor of the web chat, with a cookie and a page that waits for news."""

    def __init__(self, url: str) -> None:
        self.url, self._cursor = url, 0
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
        self._opener.open(f"{url}/chat", timeout=30).close()
        self.read: list[dict[str, Any]] = []

    def say(self, text: str) -> str:
        """Type *text*; everything read so far."""
        return self.post({"id": str(uuid4()), "text": text})

    def press(self, label: str) -> str:
        """Press the newest button that reads *label*."""
        for message in reversed(self.read):
            for choice in message["choices"]:
                if choice["label"] == label:
                    return self.post({"id": str(uuid4()), "press": choice["data"]})
        raise AssertionError(f"there is no button {label!r}")

    def post(self, body: dict[str, Any]) -> str:
        """Send a request of the page as it is."""
        request = urllib.request.Request(
            f"{self.url}/chat/say", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        with self._opener.open(request, timeout=30) as response:
            self.read += json.load(response)["replies"]
        return self.all_read()

    def reads(self) -> str:
        """What is here by now; asks once for news."""
        with self._opener.open(f"{self.url}/chat/updates?after={self._cursor}", timeout=40) as response:
            messages = json.load(response)["messages"]
        for message in messages:
            self._cursor = max(self._cursor, message["cursor"])
        self.read += messages
        return self.all_read()

    def has(self, words: str) -> bool:
        """Whether *words* are on the page. Asks for news only if not: that question waits for some."""
        return words in self.all_read() or words in self.reads()

    def all_read(self) -> str:
        """Everything on the page."""
        return "\n".join(message["text"] for message in self.read)

    def files(self) -> list[str]:
        """Where the calendar files on the page are to be had."""
        return [message["file"]["href"] for message in self.read if message["file"]]


class TelegramResident:
    """Somebody in Telegram, played through the stand-in's control address."""

    def __init__(self, url: str, user: int) -> None:
        self._url, self.user = url, user

    def say(self, text: str) -> str:
        """Type *text*; what was read before the answer came."""
        self._post("say", {"user": self.user, "text": text})
        return self.reads()

    def press(self, label: str) -> None:
        """Press the newest button that reads *label*."""
        self._post("press", {"user": self.user, "label": label})

    def reads(self) -> str:
        """Everything in the chat."""
        return "\n".join(message["text"] for message in self.messages())

    def messages(self) -> list[dict[str, Any]]:
        """Everything in the chat, with buttons and files."""
        with urllib.request.urlopen(f"{self._url}/_control/sent?user={self.user}", timeout=30) as response:
            found: list[dict[str, Any]] = json.load(response)
        return found

    def files(self) -> list[bytes]:
        """The documents in the chat."""
        return [base64.b64decode(message["file"]["content"]) for message in self.messages() if message["file"]]

    def _post(self, action: str, body: dict[str, Any]) -> None:
        request = urllib.request.Request(
            f"{self._url}/_control/{action}", json.dumps(body).encode(), {"content-type": "application/json"}
        )
        urllib.request.urlopen(request, timeout=30).close()


class WeChatResident:
    """Somebody in WeChat, played by the stand-in in a process of its own."""

    def __init__(self, ask: Callable[[dict[str, Any]], dict[str, Any]], openid: str) -> None:
        self._ask, self.openid = ask, openid
        self.said: list[str] = []

    def say(self, text: str, msg_id: str | None = None) -> str:
        """Type *text*; the answer."""
        return self.do("say", text=text, **({} if msg_id is None else {"msg_id": msg_id}))

    def do(self, what: str, **more: Any) -> Any:
        """Any action of the stand-in; its reply."""
        came = self._ask({"do": what, "openid": self.openid, **more})
        assert came["ok"], came
        self.said.append(str(came["reply"]))
        return came["reply"]

    def reads(self) -> str:
        """Everything read so far."""
        return "\n".join(self.said)


@contextmanager
def wechat_beside(hook: str) -> Iterator[Callable[[dict[str, Any]], dict[str, Any]]]:
    """WeChat's servers as a process in front of *hook*; gives a function that has them do something."""
    command = [sys.executable, "-m", "outreach.testing.wechat", "--hook", hook]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    assert process.stdin is not None
    assert process.stdout is not None

    def ask(what: dict[str, Any]) -> dict[str, Any]:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(what, ensure_ascii=False) + "\n")
        process.stdin.flush()
        came: dict[str, Any] = json.loads(process.stdout.readline())
        return came

    try:
        yield ask
    finally:
        process.stdin.close()
        process.wait(timeout=30)
        process.stdout.close()


@contextmanager
def telegram_beside() -> Iterator[str]:
    """Telegram's servers as a process; gives their address."""
    command = [sys.executable, "-m", "outreach.testing.telegram", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield process.stdout.readline().split()[-1].strip()
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()
