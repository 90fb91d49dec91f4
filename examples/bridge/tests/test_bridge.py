"""The bridge keeps every promise of the contract, against a gateway that speaks real HTTP."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from aiohttp import web
from outreach_bridge import open_channel
from outreach_bridge.decoding import SIGNATURE, signature_of

from outreach.channels.base import HookRequest, HookResponse
from outreach.domain.messages import Halted, Message, Rejected, RetryLater, Unconfirmed, Unreachable
from outreach.domain.secret import Secret
from outreach.testing import ChannelContract, Delivered, Recording, Situation
from outreach.testing.standin import StandIn

KEY = "a key that both sides know"
NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)


class Gateway(StandIn):
    """The program on the other side: takes pushes, drops repeats by their key, and has bad days."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: dict[str, Delivered] = {}
        self.bad_day: web.Response | None = None
        self.hangs = self.breaks_off = False
        self.called = asyncio.Event()

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/messages", self._take)]

    async def _take(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        self.called.set()
        if self.hangs:
            await asyncio.sleep(30)
        if self.bad_day is not None:
            return web.Response(status=self.bad_day.status, headers=self.bad_day.headers)
        if request.headers.get(SIGNATURE) != signature_of(KEY, body):
            return web.Response(status=401)
        said = json.loads(body)
        self.taken.setdefault(said["key"], Delivered(said["to"], said["text"]))
        if self.breaks_off and request.transport is not None:
            request.transport.close()
        return web.json_response({"id": said["key"]})


def posted(**fields: object) -> HookRequest:
    """A request as the gateway makes it."""
    body = json.dumps(fields).encode()
    return HookRequest("POST", {}, {SIGNATURE: signature_of(KEY, body)}, body, NOW)


class TestBridge(ChannelContract):
    opener = staticmethod(open_channel)
    gateway: Gateway

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        async with Gateway() as self.gateway:
            yield {"KEY": Secret(KEY), "PUSH_URL": Secret(f"{self.gateway.url}/messages")}

    def recordings(self) -> Sequence[Recording]:
        asked = posted(id="m-17", **{"from": self.person}, text=" hello\n", at=int(NOW.timestamp()) - 60)
        undated = posted(id="m-17", **{"from": "7001002"}, text="Hello 世界\n😀")
        return [
            self._recorded("a text", asked, self.person, "hello", NOW - timedelta(seconds=60)),
            self._recorded("the same id of somebody else, without a time", undated, "7001002", "Hello 世界\n😀", NOW),
        ]

    @staticmethod
    def _recorded(name: str, wire: HookRequest, person: str, text: str, sent_at: datetime) -> Recording:
        message_id = hashlib.sha256(f"{person}\0m-17".encode()).hexdigest()[:32]
        return Recording(name, wire, (Message(message_id, person, text, sent_at),))

    def unknown(self) -> Sequence[HookRequest]:
        return [
            posted(id="m-18", **{"from": self.person}, text="  "),
            posted(id="m-19", **{"from": self.person}, text=7),
            posted(id="", **{"from": self.person}, text="no id"),
            posted(id="m-20", **{"from": self.person}, picture="a.png"),
        ]

    def forged(self) -> Sequence[HookRequest]:
        genuine = posted(id="m-21", **{"from": self.person}, text="hello")
        return [
            replace(genuine, headers={}),
            replace(genuine, headers={SIGNATURE: "0" * 64}),
            replace(genuine, headers={SIGNATURE: "\u00e9"}),
            replace(genuine, body=genuine.body.replace(b"hello", b"hullo")),
        ]

    def texts_in(self, response: HookResponse) -> Sequence[str]:
        return [] if response.status != 200 else list(json.loads(response.body)["replies"])

    def delivered(self) -> Sequence[Delivered]:
        return list(self.gateway.taken.values())

    def situations(self) -> Sequence[Situation]:
        def answers(status: int, **headers: str) -> Callable[[], None]:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return lambda: setattr(self.gateway, "bad_day", web.Response(status=status, headers=named))

        def breaks_off() -> None:
            self.gateway.breaks_off = True

        return [
            Situation("flood", answers(429, retry_after="17"), RetryLater(timedelta(seconds=17), code="429")),
            Situation(
                "flood, odd pause", answers(429, retry_after="soon"), RetryLater(timedelta(seconds=5), code="429")
            ),
            Situation("blocked", answers(403), Unreachable("403")),
            Situation("gone", answers(410), Unreachable("410", gone=True)),
            Situation("wrong key", answers(401), Halted("401", "other")),
            Situation("bad message", answers(422), Rejected("422")),
            Situation("trouble over there", answers(502), RetryLater),
            Situation("elsewhere", answers(302, location="http://192.0.2.1/"), RetryLater),
            Situation("breaks off after taking it", breaks_off, Unconfirmed),
        ]

    def outage(self) -> None:
        self.gateway.bad_day = web.Response(status=503)

    def slow(self) -> Callable[[], Awaitable[None]]:
        self.gateway.hangs = True

        async def called() -> None:
            await self.gateway.called.wait()

        return called

    def secrets(self) -> Sequence[str]:
        return [KEY]

    def wrong_options(self) -> Mapping[str, Secret]:
        return {"KEY": Secret("short"), "PUSH_URL": Secret("gopher://there"), "COLOUR": Secret("green")}


class TestAnswersOnly(TestBridge):
    """Without an address to push to, it speaks when spoken to."""

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        async with Gateway() as self.gateway:
            yield {"KEY": Secret(KEY)}

    def situations(self) -> Sequence[Situation]:
        return []

    def slow(self) -> None:
        return None
