"""The stand-in API's own small door, through which another process plays residents. JSON in, JSON out.

``POST /_control/heard`` {"openid", "how"} · ``/know``, ``/unfollow``, ``/refuse``, ``/block`` {"openid"} ·
``/misbehave`` {…as `BadDay`} · ``/behave``, ``/expire_token``, ``/revoke_token`` {};
``GET /_control/sent?openid=&after=&wait=`` gives the messages from number *after* on, having waited up to *wait*
seconds for one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from outreach.testing.wechat_api_state import Pushed, WeChatApiState


def control_routes(stand_in: WeChatApiState) -> list[web.RouteDef]:
    """Routes that play residents of *stand_in*."""
    control = _Control(stand_in)
    return [web.post("/_control/{action}", control.act), web.get("/_control/sent", control.sent)]


class _Control:
    def __init__(self, stand_in: WeChatApiState) -> None:
        self._stand_in = stand_in

    async def act(self, request: web.Request) -> web.Response:
        asked = await request.json() if request.can_read_body else {}
        try:
            self._act(request.match_info["action"], asked)
        except (LookupError, TypeError, ValueError) as error:
            return web.json_response({"error": type(error).__name__}, status=400)
        return web.json_response({"done": True})

    def _act(self, action: str, asked: dict[str, Any]) -> None:
        stand_in = self._stand_in
        whole = {
            "behave": stand_in.behave,
            "expire_token": stand_in.expire_token,
            "revoke_token": stand_in.revoke_token,
        }
        if action == "misbehave":
            stand_in.misbehave(**asked)
        elif action in whole:
            whole[action]()
        elif action == "heard":
            stand_in.heard(str(asked["openid"]), str(asked.get("how", "message")))
        else:
            about: dict[str, Callable[[str], None]] = {
                "know": stand_in.know,
                "unfollow": stand_in.unfollow,
                "refuse": stand_in.refusing.add,
                "block": stand_in.blocking.add,
            }
            about[action](str(asked["openid"]))

    async def sent(self, request: web.Request) -> web.Response:
        openid, after = request.query.get("openid"), int(request.query.get("after", "0"))

        def found() -> list[Pushed]:
            return self._stand_in.sent if openid is None else self._stand_in.sent_to(openid)

        try:
            await self._stand_in.until(lambda: len(found()) > after, float(request.query.get("wait", "0.001")))
        except TimeoutError:
            return web.json_response([])
        return web.json_response([_shown(pushed) for pushed in found()[after:]])


def _shown(pushed: Pushed) -> dict[str, Any]:
    return {
        "to": pushed.to,
        "text": pushed.text,
        "template": pushed.template,
        "fields": dict(pushed.fields),
        "url": pushed.url,
        "msgid": pushed.msgid,
    }
