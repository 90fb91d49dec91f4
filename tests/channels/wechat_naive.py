"""A client of WeChat's API as one writes it in an afternoon, and a stand-in for it to stumble over."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from typing import Any

import aiohttp

from outreach.testing.wechat_api import APPID, SECRET, Kind, WeChatApiStandIn

BEST = Kind(service=True, verified=True)
TEMPLATES = {"tpl": ("thing1", "time2", "phrase3")}
ANN = "oAnn"


class Naive:
    """A token once, no looking back."""

    def __init__(self, api: WeChatApiStandIn, session: aiohttp.ClientSession) -> None:
        self.api, self.session, self.token = api, session, ""

    async def ask(self, path: str, body: object = None, token: str | None = None) -> dict[str, Any]:
        raw = json.dumps(body or {}, ensure_ascii=False).encode()
        url = f"{self.api.url}/cgi-bin/{path}?access_token={self.token if token is None else token}"
        async with self.session.post(url, data=raw) as response:
            return json.loads(await response.read())

    async def fetch(self, force: bool = False, **other: str) -> dict[str, Any]:
        asked = {"grant_type": "client_credential", "appid": APPID, "secret": SECRET, "force_refresh": force}
        answer = await self.ask("stable_token", asked | other, token="")
        self.token = answer.get("access_token", self.token)
        return answer

    async def say(self, text: str = "在", to: str = ANN) -> Any:
        asked = {"touser": to, "msgtype": "text", "text": {"content": text}}
        return (await self.ask("message/custom/send", asked))["errcode"]

    async def remind(self, to: str = ANN, template: str = "tpl", **more: Any) -> dict[str, Any]:
        fields = {"thing1": "太极", "time2": "14:00", "phrase3": "待参加"} | more.pop("fields", {})
        data = {key: {"value": value} for key, value in fields.items() if value is not None}
        return await self.ask("message/template/send", {"touser": to, "template_id": template, "data": data, **more})


class Clock:
    """Seconds since 1970, moved by the test."""

    now = 1_800_000_000.0

    def __call__(self) -> float:
        return self.now


def play(scene: Callable[[Naive], Coroutine[Any, Any, Any]], kind: Kind = BEST, clock: Clock | None = None) -> Any:
    """What *scene* gives, with a fresh stand-in and a naive client that has a token."""

    async def played() -> Any:
        api = WeChatApiStandIn(kind, templates=TEMPLATES, clock=clock or Clock())
        async with api, aiohttp.ClientSession() as session:
            naive = Naive(api, session)
            await naive.fetch()
            return await scene(naive)

    return asyncio.run(played())
