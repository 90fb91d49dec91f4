"""A stand-in for WeChat's API: real HTTP on this machine, its rights and rules by kind of account, its bad days.

In a test: ``async with WeChatApiStandIn(Kind(service=True, verified=True)) as api`` or, without a loop, ``with``.
As a program: ``python -m outreach.testing.wechat_api --service --verified --port 8082``, played through
``/_control/…`` (`outreach.testing.wechat_api_control`). People's side of the chat is `outreach.testing.wechat`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import re
from collections.abc import Callable
from typing import Any

from aiohttp import web

from outreach.testing import wechat_api_rules as rules
from outreach.testing.wechat_api_control import control_routes
from outreach.testing.wechat_api_mass import LIST_SIZES
from outreach.testing.wechat_api_rules import Kind
from outreach.testing.wechat_api_state import APPID, SECRET, ApiCall, BadDay, FinishedJob, Pushed, WeChatApiState
from outreach.testing.wechat_api_tokens import TokenDesk

__all__ = ["APPID", "SECRET", "ApiCall", "BadDay", "Kind", "Pushed", "WeChatApiStandIn"]

_CLIENT_ID_SECONDS = 600.0
_MOST_A_DAY = {"message/custom/send": 500_000, "message/template/send": 100_000, "menu/create": 1000}
_LONGEST_CODE = 2_592_000
_ESCAPE = re.compile(rb"(?<!\\)\\u[0-9a-fA-F]{4}")  # WeChat shows such escapes as they are, or refuses them
Answer = dict[str, Any]
_PICTURE = re.compile(rb'name="media"; filename="([^"]+)".*?\r\n\r\n\x89PNG\r\n', re.DOTALL)


class WeChatApiStandIn(TokenDesk, WeChatApiState):
    """The API of one account. What is played and seen is in `WeChatApiState`."""

    def routes(self) -> list[web.RouteDef]:
        """All of ``/cgi-bin/``, and what plays residents."""
        return [*control_routes(self), web.route("*", "/cgi-bin/{path:.+}", self._call)]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        raw = await request.read()
        call = ApiCall(request.match_info["path"], _object(raw), request.query.get("access_token", ""), raw)
        self.calls.append(call)
        self.changed()
        day = self._day_of(call.path)
        if day is None:
            return _response(self.carry_out(call))
        if day.delay:
            await asyncio.sleep(day.delay)
        if day.body is not None or day.status != 200:
            return web.Response(status=day.status, text=day.body or "", content_type="text/html")
        if day.errcode is not None:
            code = str(day.errcode) if day.as_text else day.errcode
            return _response({"errcode": code, "errmsg": f"{day.errmsg} rid: 65a1-stand-in"})
        answer = self.carry_out(call)
        if day.disconnect and request.transport is not None:
            request.transport.abort()
        return _response(answer)

    def carry_out(self, call: ApiCall) -> Answer:
        """What WeChat does and says."""
        if call.path == "stable_token":
            return self.give_token(call.asked)
        if (fault := self.fault_of_token(call.token)) is not None:
            return _no(*fault)
        if not self.kind.may(call.path):
            return _no(48001, "api unauthorized")
        if call.path == "material/add_material":
            return self._keep_picture(call)
        if _ESCAPE.search(call.raw):
            return _no(40033, "invalid charset. please check your request, if include \\uxxxx will create fail!")
        known: dict[str, Callable[[Answer], Answer]] = {
            "message/custom/send": self._send_text,
            "message/template/send": self._send_template,
            "template/get_all_private_template": self._list_templates,
            "menu/create": self._set_menu,
            "qrcode/create": self._make_code,
            "openapi/quota/get": self._tell_quota,
            "message/mass/sendall": self._send_by_tag,
            "message/mass/send": self._send_by_list,
            "tags/create": lambda asked: self.mass.create(str(asked.get("tag", {}).get("name", ""))),
            "tags/get": lambda asked: self.mass.listed(),
            "user/tag/get": self.mass.tagged,
            "tags/members/batchtagging": lambda asked: self.mass.mark(asked, has=True),
            "tags/members/batchuntagging": lambda asked: self.mass.mark(asked, has=False),
        }
        doing = known.get(call.path)
        if doing is None:
            return _no(40066, "invalid url")
        self.used[call.path] += 1
        return doing(dict(call.asked))

    def _keep_picture(self, call: ApiCall) -> Answer:
        found = _PICTURE.search(call.raw)
        if found is None:
            return _no(41005, "media data missing")
        self.pictures.append(found[1].decode("utf-8", "replace"))
        number = next(self._numbers)
        return {"media_id": f"standin-picture-{number}", "url": f"http://mmbiz.qpic.cn/stand-in-{number}"}

    def _send_text(self, asked: Answer) -> Answer:
        to, text = str(asked.get("touser", "")), asked.get("text", {}).get("content", "")
        if asked.get("msgtype") != "text" or not str(text).strip():
            return _no(44004, "empty content")
        if len(str(text).encode()) > rules.MOST_TEXT_BYTES:
            return _no(45002, "content size out of limit")
        if to not in self._followers:
            return _no(45015 if to in self._left else 40003, "response out of time limit or subscription is canceled")
        opened = self._open(to)
        if not opened:
            return _no(45015, "response out of time limit or subscription is canceled")
        if all(window.left <= 0 for window in opened):
            return _no(45047, "out of response count limit")
        for window in opened:  # quotas do not add up: one message counts in all of them
            window.left -= 1
        self.sent.append(Pushed(to, str(text)))
        self.changed()
        return _yes()

    def _send_template(self, asked: Answer) -> Answer:
        to, template = str(asked.get("touser", "")), str(asked.get("template_id", ""))
        if template not in self.templates:
            return _no(40037, "invalid template_id")
        if unfit := rules.unfit_field(self.templates[template], asked.get("data")):
            return _no(47003, f"argument invalid! data.{unfit}.value invalid")
        if to not in self._followers:
            return _no(43004, "require subscribe")
        if to in self.refusing:
            return _no(43101, "user refuse to accept the msg")
        number = self._first_with(to, str(asked.get("client_msg_id", "")))
        return number or self._push_template(to, template, asked)

    def _first_with(self, to: str, client_id: str) -> Answer | None:
        taken_at, number = self._client_ids.get((to, client_id), (0.0, ""))
        again = bool(client_id) and bool(number) and self.clock() - taken_at < _CLIENT_ID_SECONDS
        return _yes(msgid=int(number)) if again else None

    def _push_template(self, to: str, template: str, asked: Answer) -> Answer:
        fields = rules.shown(asked["data"])
        number = 3_000_000_000_000_000_000 + next(self._numbers)
        self._client_ids[to, str(asked.get("client_msg_id", ""))] = self.clock(), str(number)
        text = "\n".join(fields.values())
        self.jobs.append(FinishedJob(to, str(number), "failed:user block" if to in self.blocking else "success"))
        if to not in self.blocking:
            self.sent.append(Pushed(to, text, template, fields, str(asked.get("url", "")), str(number)))
        self.changed()
        return _yes(msgid=number)

    def _send_by_tag(self, asked: Answer) -> Answer:
        whom = sorted(self.mass.tags.get(asked.get("filter", {}).get("tag_id"), set()) & self._followers)
        return self.mass.send(asked, whom, self.clock(), once_a_day=not self.kind.service)

    def _send_by_list(self, asked: Answer) -> Answer:
        whom = asked.get("touser")
        if not isinstance(whom, list) or len(whom) not in LIST_SIZES:
            return _no(40032, "invalid openid list size")
        return self.mass.send(asked, [each for each in whom if each in self._followers], self.clock(), once_a_day=False)

    def _list_templates(self, asked: Answer) -> Answer:
        listed = [
            {"template_id": name, "title": "stand-in", "content": "\n".join(f"{{{{{key}.DATA}}}}" for key in keys)}
            for name, keys in self.templates.items()
        ]
        return {"template_list": listed}

    def _set_menu(self, asked: Answer) -> Answer:
        if (fault := rules.fault_of_menu(asked)) is not None:
            return _no(*fault)
        self.menu = asked
        self.changed()
        return _yes()

    def _make_code(self, asked: Answer) -> Answer:
        scene = asked.get("action_info", {}).get("scene", {}).get("scene_str", "")
        if asked.get("action_name") not in ("QR_STR_SCENE", "QR_LIMIT_STR_SCENE") or not 1 <= len(scene) <= 64:
            return _no(40053, "invalid action info")
        seconds = min(int(asked.get("expire_seconds", 60)), _LONGEST_CODE)
        number = next(self._numbers)
        return {"ticket": f"t{number}", "expire_seconds": seconds, "url": f"http://weixin.qq.com/q/stand-in-{number}"}

    def _tell_quota(self, asked: Answer) -> Answer:
        path = str(asked.get("cgi_path", ""))
        if not path.startswith("/cgi-bin/"):
            return _no(76003, "cgi_path not found, please check")
        name = path.removeprefix("/cgi-bin/")
        if not self.kind.may(name):
            return _no(48001, "api unauthorized")
        most, used = _MOST_A_DAY.get(name, 100_000), self.used[name]
        return _yes(quota={"daily_limit": most, "used": used, "remain": most - used})


def _object(raw: bytes) -> Answer:
    try:
        found = json.loads(raw or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _yes(**more: Any) -> Answer:
    return {"errcode": 0, "errmsg": "ok", **more}


def _no(code: int, message: str) -> Answer:
    return {"errcode": code, "errmsg": f"{message} rid: 65a1-stand-in"}


def _response(answer: Answer) -> web.Response:
    # the wrong media type is WeChat's own
    return web.Response(body=json.dumps(answer, ensure_ascii=False).encode(), content_type="text/plain")


def main() -> None:
    """The program: serve until interrupted, and print the address first."""
    parser = argparse.ArgumentParser(prog="python -m outreach.testing.wechat_api", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--service", action="store_true", help="a service account; else a subscription account")
    parser.add_argument("--verified", action="store_true")
    parser.add_argument("--template", action="append", default=[], metavar="ID=thing1,time2")
    chosen = parser.parse_args()
    templates = {name: keys.split(",") for name, _, keys in (given.partition("=") for given in chosen.template)}
    kind = Kind(chosen.service, chosen.verified)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(WeChatApiStandIn(kind, templates=templates, port=chosen.port).serve())


if __name__ == "__main__":
    main()
