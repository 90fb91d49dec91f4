"""A stand-in for WeChat's servers: it calls our hook as they do, insists as they do, and reads replies as strictly.

In a test::

    wechat = WeChatStandIn("http://127.0.0.1:8000/hooks/wechat")
    assert "活动" in wechat.say("o1", "帮助")

As a program, ``python -m outreach.testing.wechat --hook URL`` reads one command a line from standard input, such as
``{"do": "say", "openid": "o1", "text": "帮助", "msg_id": "77"}``, and writes one result a line:
``{"ok": true, "reply": "…"}`` or ``{"ok": false, "error": "…"}``. The commands are the methods' names.
"""

from __future__ import annotations

import argparse
import http.client
import itertools
import json
import secrets
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TextIO
from urllib.parse import urlencode, urlsplit

from outreach.testing.wechat_wire import Account, IllegalReply, Wire, compose, pack, sign, unpack

if TYPE_CHECKING:  # the program below does without a server of its own
    from outreach.testing.wechat_api_state import WeChatApiState

PATIENCE = 5.0  # seconds until WeChat hangs up
TRIES = 3
_MAX_REPLY = 64 * 1024


class ServiceUnavailable(Exception):
    """The person would see WeChat's own notice that the account is in trouble."""


@dataclass(frozen=True, slots=True)
class RawReply:
    """What the hook answered."""

    status: int
    body: bytes = field(repr=False)


class WeChatStandIn:
    """WeChat for one account, in front of one hook. Blocking; safe to use from several threads.

    *patience* is in seconds; *clock* gives seconds since 1970. *attempts* counts the posts of all deliveries. What
    people do opens their windows in *api*, if given, as it does at WeChat.
    """

    def __init__(
        self,
        hook: str,
        account: Account | None = None,
        *,
        patience: float = PATIENCE,
        clock: Callable[[], float] = time.time,
        api: WeChatApiState | None = None,
    ) -> None:
        self.account = account or Account()
        self.attempts = 0
        self._api = api
        self._hook, self._patience, self._clock = urlsplit(hook), patience, clock
        self._ids = itertools.count(secrets.randbelow(2**40) + 2**61)

    def say(self, openid: str, text: str, msg_id: str | None = None) -> str | None:
        """*openid* types *text*; gives what they read then, ``None`` for silence. Raises `ServiceUnavailable`."""
        fields = {"MsgType": "text", "Content": text, "MsgId": msg_id or str(next(self._ids))}
        return self.deliver(openid, fields)

    def say_twice_in_parallel(self, openid: str, text: str, msg_id: str | None = None) -> tuple[str | None, str | None]:
        """Two copies of one message at the same moment, as when a retry overtakes."""
        same_id = msg_id or str(next(self._ids))
        with ThreadPoolExecutor(2) as pool:
            first, second = (pool.submit(self.say, openid, text, same_id) for _ in range(2))
            return first.result(), second.result()

    def follow(self, openid: str, scene: str | None = None) -> str | None:
        """*openid* follows the account, through a QR code with *scene* or without one."""
        key = {"EventKey": f"qrscene_{scene}", "Ticket": "stand-in"} if scene is not None else {"EventKey": ""}
        return self._happens(openid, "subscribe", key)

    def unfollow(self, openid: str) -> str | None:
        """*openid* leaves."""
        return self._happens(openid, "unsubscribe", {"EventKey": ""})

    def scan(self, openid: str, scene: str) -> str | None:
        """*openid*, who follows already, scans a QR code."""
        return self._happens(openid, "SCAN", {"EventKey": scene, "Ticket": "stand-in"})

    def click(self, openid: str, key: str) -> str | None:
        """*openid* taps the menu entry *key*."""
        return self._happens(openid, "CLICK", {"EventKey": key})

    def finish_jobs(self) -> int:
        """Tell what became of each template message that was sent by the API; how many there were."""
        jobs = []
        if self._api is not None:
            jobs, self._api.jobs = self._api.jobs, jobs
        for job in jobs:
            self._happens(job.to, "TEMPLATESENDJOBFINISH", {"MsgID": job.msgid, "Status": job.status})
        return len(jobs)

    def verify(self, echostr: str = "4375120948345356249") -> bool:
        """Whether the hook passes the check that WeChat makes of a new address."""
        moment, nonce = str(int(self._clock())), self._nonce()
        query = {"timestamp": moment, "nonce": nonce, "echostr": echostr}
        query["signature"] = sign(self.account.token, moment, nonce)
        reply = self._call("GET", b"", query)
        return reply.status == 200 and reply.body == echostr.encode()

    def deliver(self, openid: str, fields: Mapping[str, str], created: int | None = None) -> str | None:
        """Post a callback of *fields*; after silence on the line, again with the same content, three times in all."""
        if self._api is not None:
            self._api.witness(openid, fields)
        xml = compose(self.account, openid, int(self._clock()) if created is None else created, fields)
        for _ in range(TRIES):
            wire = pack(self.account, xml, int(self._clock()), self._nonce())
            try:
                reply = self.post(wire.body, wire.query)
            except (OSError, http.client.HTTPException):
                continue  # hung up, dropped or refused: WeChat tries again
            return self._read(reply, openid)
        raise ServiceUnavailable(f"no answer in {TRIES} tries")

    def post(self, body: bytes, query: Mapping[str, str]) -> RawReply:
        """One POST, as it is. Raises `OSError` or `http.client.HTTPException` when nothing comes back in time."""
        self.attempts += 1
        return self._call("POST", body, query)

    def pack(self, openid: str, fields: Mapping[str, str]) -> Wire:
        """A callback ready for `post`, to be spoiled first."""
        now = int(self._clock())
        return pack(self.account, compose(self.account, openid, now, fields), now, self._nonce())

    def _happens(self, openid: str, event: str, fields: Mapping[str, str]) -> str | None:
        return self.deliver(openid, {"MsgType": "event", "Event": event, **fields})

    def _read(self, reply: RawReply, openid: str) -> str | None:
        if reply.status != 200:  # whether WeChat would try again is not documented: never rely on it
            raise ServiceUnavailable(f"the hook answered with {reply.status}")
        try:
            return unpack(self.account, reply.body, openid)
        except IllegalReply as error:
            raise ServiceUnavailable(f"the reply {error}") from error

    def _call(self, method: str, body: bytes, query: Mapping[str, str]) -> RawReply:
        assert self._hook.hostname is not None, "the hook needs a host"
        connection = http.client.HTTPConnection(self._hook.hostname, self._hook.port, timeout=self._patience)
        try:
            path = f"{self._hook.path or '/'}?{urlencode(query)}"
            connection.request(method, path, body or None, {"Content-Type": "text/xml"})
            response = connection.getresponse()
            reply = RawReply(response.status, response.read(_MAX_REPLY))
            if response.length and len(reply.body) < _MAX_REPLY:  # the line broke in the middle of the answer
                raise http.client.IncompleteRead(reply.body, response.length)
            return reply
        finally:
            connection.close()

    @staticmethod
    def _nonce() -> str:
        return str(secrets.randbelow(10**10))


COMMANDS = ("say", "say_twice_in_parallel", "follow", "unfollow", "scan", "click", "verify")


def run_commands(wechat: WeChatStandIn, commands: Iterable[str], results: TextIO) -> None:
    """Obey *commands*, one JSON object a line, and write a JSON result for each."""
    for line in commands:
        if line.strip():
            results.write(json.dumps(_obey(wechat, line), ensure_ascii=False) + "\n")
            results.flush()


def _obey(wechat: WeChatStandIn, line: str) -> dict[str, Any]:
    try:
        command = json.loads(line)
        name = command.pop("do")
        if name not in COMMANDS:
            return {"ok": False, "error": f"no such command; there are {', '.join(COMMANDS)}"}
        return {"ok": True, "reply": getattr(wechat, name)(**command)}
    except (ServiceUnavailable, OSError, http.client.HTTPException) as error:
        return {"ok": False, "error": f"{type(error).__name__}: {error}"}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        return {"ok": False, "error": f"bad command: {type(error).__name__}"}


def main(arguments: list[str] | None = None) -> None:
    """The program: WeChat in a process of its own."""
    standard = Account()
    parser = argparse.ArgumentParser(
        prog="python -m outreach.testing.wechat", description="WeChat in front of a hook of ours."
    )
    parser.add_argument("--hook", required=True, help="address of the hook, such as http://127.0.0.1:8000/hooks/wechat")
    parser.add_argument("--appid", default=standard.appid)
    parser.add_argument("--token", default=standard.token)
    parser.add_argument("--aes-key", default=standard.aes_key, help="43 characters; empty for plaintext mode")
    parser.add_argument("--original-id", default=standard.original_id)
    parser.add_argument("--patience", type=float, default=PATIENCE, help="seconds until it hangs up")
    given = parser.parse_args(arguments)
    account = Account(given.appid, given.token, given.aes_key, given.original_id)
    for stream in (sys.stdin, sys.stdout):
        stream.reconfigure(encoding="utf-8")  # type: ignore[union-attr]  # never replaced in our own program
    run_commands(WeChatStandIn(given.hook, account, patience=given.patience), sys.stdin, sys.stdout)


if __name__ == "__main__":
    main()
