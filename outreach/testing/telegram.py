"""A stand-in Bot API server: real HTTP on this machine, Telegram's rules, its bad days, and residents to play.

In a test: ``async with TelegramStandIn() as telegram`` or, without a loop, ``with TelegramStandIn() as telegram``.
As a program: ``python -m outreach.testing.telegram --port 8081``, played through ``/_control/…``
(`outreach.testing.telegram_control`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import time
from typing import Any

from aiohttp import web

from outreach.testing import telegram_rules as rules
from outreach.testing.standin import parameters_of
from outreach.testing.telegram_control import control_routes
from outreach.testing.telegram_residents import TOKEN, BadDay, Call, SentMessage, TelegramResidents, whole
from outreach.testing.telegram_updates import BOT, JsonObject, chat_of

__all__ = ["TOKEN", "BadDay", "Call", "SentMessage", "TelegramStandIn"]

_LONGEST_POLL = 50  # seconds
_SAME_OFFSET_SECONDS = 0.5  # asked again with the same offset so soon, the server gives one update only


class TelegramStandIn(TelegramResidents):
    """The server of one bot. What is played and seen is in `TelegramResidents`."""

    _polls = 0
    _last_poll = (0, 0.0)

    def routes(self) -> list[web.RouteDef]:
        """The Bot API's one address, and what plays residents."""
        return [*control_routes(self), web.route("*", "/bot{token}/{method}", self._call)]

    async def _call(self, request: web.Request) -> web.StreamResponse:
        token, method = request.match_info["token"], request.match_info["method"]
        if token != self.token:
            return _no(401, "Unauthorized") if re.fullmatch(r"\d+:[\w-]+", token) else _no(404, "Not Found")
        call = await _read(request, method)
        self.calls.append(call)
        self.changed()
        day = self.day_of(call)
        if day is None:
            return await self._carry_out(call)
        await asyncio.sleep(day.delay)
        if day.disconnect:
            await self._carry_out(call)
            if request.transport is not None:
                request.transport.abort()
        if day.body is not None:
            return web.Response(status=day.status, body=day.body, content_type="text/html")
        if day.delay and day.status == 200:
            return await self._carry_out(call)
        return _refusal(day)

    async def _carry_out(self, call: Call) -> web.Response:
        carry_out = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "deleteWebhook": self._delete_webhook,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": self._get_webhook_info,
            "getMyDescription": self._get_text,
            "setMyDescription": self._set_text,
            "getMyShortDescription": self._get_text,
            "setMyShortDescription": self._set_text,
            "getMyCommands": self._get_my_commands,
            "setMyCommands": self._set_my_commands,
            "sendMessage": self._send_message,
            "sendDocument": self._send_document,
            "answerCallbackQuery": self._answer_callback_query,
        }.get(call.method)
        return await carry_out(call) if carry_out is not None else _no(404, "Not Found: method not found")

    async def _get_me(self, call: Call) -> web.Response:
        return _yes(BOT | {"can_join_groups": True, "can_read_all_group_messages": False})

    async def _delete_webhook(self, call: Call) -> web.Response:
        self.webhook = {}
        return _yes(True)

    async def _set_webhook(self, call: Call) -> web.Response:
        url, secret = str(call.parameters.get("url", "")), str(call.parameters.get("secret_token", ""))
        if not url.startswith("https://"):
            return _no(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
            return _no(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": url, "secret_token": secret}
        return _yes(True)

    async def _get_webhook_info(self, call: Call) -> web.Response:
        info = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        return _yes(info | {"pending_update_count": len(self.updates.waiting)} | self.webhook_trouble)

    async def _get_text(self, call: Call) -> web.Response:
        name = _snake(call.method.removeprefix("getMy"))
        return _yes({name: self.texts.get((name, str(call.parameters.get("language_code", ""))), "")})

    async def _set_text(self, call: Call) -> web.Response:
        name = _snake(call.method.removeprefix("setMy"))
        text = str(call.parameters.get(name, ""))
        if len(text) > {"description": 512, "short_description": 120}[name]:
            return _no(400, "Bad Request: BOT_DESCRIPTION_TOO_LONG")
        self.texts[name, str(call.parameters.get("language_code", ""))] = text
        return _yes(True)

    async def _get_updates(self, call: Call) -> web.Response:
        if self.webhook:
            return _no(409, "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook first")
        offset, limit = whole(call.parameters.get("offset")) or 0, whole(call.parameters.get("limit")) or 100
        if offset > 0:
            self.updates.confirm_below(offset)
        self._polls += 1
        mine = self._polls
        self.changed()  # whoever still polls is told so, and hangs up
        seconds = min(_LONGEST_POLL, whole(call.parameters.get("timeout")) or 0)
        try:
            await self.until(lambda: bool(self.updates.waiting) or self._polls != mine, max(seconds, 0.001))
        except TimeoutError:
            return _yes([])
        if self._polls != mine:
            return _no(409, "Conflict: terminated by other getUpdates request; make sure that only one bot instance is"
                            " running")  # fmt: skip
        return _yes(self.updates.pending(offset, min(limit, self._guarded_limit(offset))))

    def _guarded_limit(self, offset: int) -> int:
        now, (last_offset, last_time) = time.monotonic(), self._last_poll
        self._last_poll = offset, now
        again = bool(last_time) and offset == last_offset and now - last_time < _SAME_OFFSET_SECONDS
        return 1 if again else 100

    async def _get_my_commands(self, call: Call) -> web.Response:
        return _yes(self.commands.get(str(call.parameters.get("language_code", "")), []))

    async def _set_my_commands(self, call: Call) -> web.Response:
        commands = rules.parsed(call.parameters.get("commands"))
        if refusal := rules.refusal_of_commands(commands):
            return _no(*refusal)
        self.commands[str(call.parameters.get("language_code", ""))] = commands
        return _yes(True)

    async def _send_message(self, call: Call) -> web.Response:
        text = str(call.parameters.get("text", ""))
        return self._deliver(call, text, None, rules.refusal_of_text(text))

    async def _send_document(self, call: Call) -> web.Response:
        file = call.files.get("document")
        caption = str(call.parameters.get("caption", ""))
        refusal = rules.refusal_of_caption(caption)
        if file is None or not file[1]:
            refusal = (400, "Bad Request: there is no document in the request")
        return self._deliver(call, caption, file, refusal)

    def _deliver(
        self, call: Call, text: str, file: tuple[str, bytes] | None, refusal: rules.Refusal | None
    ) -> web.Response:
        chat = whole(call.parameters.get("chat_id"))
        buttons = rules.keyboard_of(call.parameters)
        if chat is None or chat not in self.known:
            refusal = (400, "Bad Request: chat not found")
        elif chat in self.blocked:
            refusal = (403, "Forbidden: bot was blocked by the user")
        if refusal is not None or isinstance(buttons, tuple) or chat is None:
            return _no(*(refusal or buttons))
        message = self.updates.message(chat, {"caption" if file else "text": text.strip()}, BOT)
        self.sent.append(SentMessage(message["message_id"], chat, text.strip(), buttons, file))
        self.changed()
        return _yes(message | {"chat": chat_of(chat)})

    async def _answer_callback_query(self, call: Call) -> web.Response:
        query_id = str(call.parameters.get("callback_query_id", ""))
        if query_id not in self.open_presses:
            return _no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self.open_presses.discard(query_id)
        self.answered_presses.append(query_id)
        self.changed()
        return _yes(True)


async def _read(request: web.Request, method: str) -> Call:
    parameters: JsonObject = {}
    files: dict[str, tuple[str, bytes]] = {}
    for name, value in (await parameters_of(request)).items():
        if isinstance(value, web.FileField):
            files[name] = (value.filename, value.file.read())
        else:
            parameters[name] = value
    peer = request.transport.get_extra_info("peername") if request.transport is not None else None
    return Call(method, parameters, files, peer[1] if peer else 0)


def _snake(name: str) -> str:
    return re.sub(r"(?<!^)([A-Z])", r"_\1", name).lower()


def _yes(result: Any) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _no(status: int, description: str, **parameters: Any) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description}
    return web.json_response(body | ({"parameters": parameters} if parameters else {}), status=status)


def _refusal(day: BadDay) -> web.Response:
    if day.status == 200:
        return web.json_response({"ok": False})
    hints = {"retry_after": day.retry_after, "migrate_to_chat_id": day.migrate_to}
    given = {name: value for name, value in hints.items() if value is not None}
    standard = {429: f"Too Many Requests: retry after {day.retry_after}", 401: "Unauthorized", 404: "Not Found"}
    return _no(day.status, day.description or standard.get(day.status, "Bad day"), **given)


def main() -> None:
    """The program: serve until interrupted, and print the address first."""
    parser = argparse.ArgumentParser(prog="python -m outreach.testing.telegram", description=main.__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--token", default=TOKEN)
    chosen = parser.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(TelegramStandIn(chosen.token, chosen.port).serve())


if __name__ == "__main__":
    main()
