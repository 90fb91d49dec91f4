"""A stand-in Bot API server: real HTTP on this machine, Telegram's rules, its bad days, and residents to play.

In a test: ``async with TelegramStandIn() as telegram`` or, without a loop, ``with TelegramStandIn() as telegram``.
As a program: ``python -m outreach.testing.telegram --port 8081``, played through ``/_control/…`` (see `control`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from outreach.testing import telegram_rules as rules
from outreach.testing.standin import StandIn, parameters_of
from outreach.testing.telegram_control import control_routes
from outreach.testing.telegram_updates import BOT, JsonObject, UpdateQueue, chat_of

TOKEN = "7001:stand-in-token-that-opens-nothing"
_LONGEST_POLL = 50  # seconds
_SAME_OFFSET_SECONDS = 0.5  # asked again with the same offset so soon, the server gives one update only


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: *files* are pairs of name and bytes by parameter."""

    method: str
    parameters: JsonObject
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SentMessage:
    """One message that a resident has got."""

    message_id: int
    chat: int
    text: str
    buttons: list[tuple[str, str]]
    file: tuple[str, bytes] | None = None


@dataclass(slots=True)
class BadDay:
    """How to misbehave for the next *times* calls (``None``: from now on) of *method* (``*``: any) about *chat*."""

    method: str
    times: int | None = 1
    status: int = 200
    description: str = ""
    retry_after: float | None = None
    migrate_to: int | None = None
    body: bytes | None = None
    delay: float = 0.0
    disconnect: bool = False
    chat: int | None = None


class TelegramStandIn(StandIn):
    """One bot's account. `calls` is all that arrived, `sent` all that residents have got, oldest first."""

    def __init__(
        self, token: str = TOKEN, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(port)
        self.token = token
        self.calls: list[Call] = []
        self.sent: list[SentMessage] = []
        self.commands: dict[str, list[JsonObject]] = {}
        self.answered_presses: list[str] = []
        self.updates = UpdateQueue(clock)
        self._known: set[int] = set()
        self._blocked: set[int] = set()
        self._open_presses: set[str] = set()
        self._bad_days: list[BadDay] = []
        self._polls = 0
        self._last_poll: tuple[int, float] = (0, 0.0)

    # residents

    def know(self, user: int) -> None:
        """Let *user* be somebody who pressed Start some time ago."""
        self._known.add(user)

    def say(self, user: int, text: str, **more: Any) -> int:
        """*user* types *text*. Gives the update's number."""
        self.know(user)
        return self.queue(self.updates.said(user, text, **more))

    def press(self, user: int, data: str) -> int:
        """*user* presses the button that carries *data*, whoever got it."""
        shown = next((sent for sent in reversed(self.sent) if data in [d for _, d in sent.buttons]), None)
        query_id = f"{user}{len(self.calls)}{len(self._open_presses)}"
        self._open_presses.add(query_id)
        message = self.updates.message(user, {"text": shown.text}, BOT) if shown is not None else None
        return self.queue(self.updates.pressed(user, data, query_id, message))

    def press_label(self, user: int, label: str) -> int:
        """*user* presses the newest button of theirs that reads *label*. Raises `LookupError` if there is none."""
        for sent in reversed(self.sent):
            for shown, data in sent.buttons:
                if sent.chat == user and shown == label:
                    return self.press(user, data)
        raise LookupError("that person has no such button")

    def block(self, user: int) -> int:
        """*user* blocks the bot."""
        self._blocked.add(user)
        return self.queue(self.updates.membership(user, "member", "kicked"))

    def unblock(self, user: int) -> int:
        """*user* lets the bot in again."""
        self._blocked.discard(user)
        return self.queue(self.updates.membership(user, "kicked", "member"))

    def queue(self, payload: JsonObject) -> int:
        """Any update, however strange; without an ``update_id`` it gets the next one. Gives the number."""
        number = self.updates.put(payload)
        self.changed()
        return number

    def sent_to(self, user: int) -> list[SentMessage]:
        """What *user* has got, oldest first."""
        return [sent for sent in self.sent if sent.chat == user]

    # bad days

    def misbehave(self, method: str, **how: Any) -> None:
        """Have a `BadDay`: ``misbehave("sendMessage", status=429, retry_after=3)``.

        *delay* (seconds) comes first; *disconnect* takes the message and hangs up; *body* is answered as it is;
        a *status* other than 200 refuses; 200 with nothing else is an ``ok: false``. A day of another kind of call
        or chat waits for its turn.
        """
        self._bad_days.append(BadDay(method, **how))

    def behave(self) -> None:
        """Be well again."""
        self._bad_days.clear()

    # the server

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
        day = self._day_of(call)
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

    def _day_of(self, call: Call) -> BadDay | None:
        chat = _whole(call.parameters.get("chat_id"))
        for day in self._bad_days:
            if day.method in (call.method, "*") and day.chat in (None, chat):
                if day.times is not None:
                    day.times -= 1
                    if day.times <= 0:
                        self._bad_days.remove(day)
                return day
        return None

    async def _carry_out(self, call: Call) -> web.Response:
        carry_out = {
            "getMe": self._get_me,
            "getUpdates": self._get_updates,
            "deleteWebhook": self._delete_webhook,
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
        return _yes(True)

    async def _get_updates(self, call: Call) -> web.Response:
        offset, limit = _whole(call.parameters.get("offset")) or 0, _whole(call.parameters.get("limit")) or 100
        if offset > 0:
            self.updates.confirm_below(offset)
        self._polls += 1
        mine = self._polls
        self.changed()  # whoever still polls is told so, and hangs up
        seconds = min(_LONGEST_POLL, _whole(call.parameters.get("timeout")) or 0)
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
        chat = _whole(call.parameters.get("chat_id"))
        buttons = rules.keyboard_of(call.parameters)
        if chat is None or chat not in self._known:
            refusal = (400, "Bad Request: chat not found")
        elif chat in self._blocked:
            refusal = (403, "Forbidden: bot was blocked by the user")
        if refusal is not None or isinstance(buttons, tuple) or chat is None:
            return _no(*(refusal or buttons))
        message = self.updates.message(chat, {"caption" if file else "text": text.strip()}, BOT)
        self.sent.append(SentMessage(message["message_id"], chat, text.strip(), buttons, file))
        self.changed()
        return _yes(message | {"chat": chat_of(chat)})

    async def _answer_callback_query(self, call: Call) -> web.Response:
        query_id = str(call.parameters.get("callback_query_id", ""))
        if query_id not in self._open_presses:
            return _no(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._open_presses.discard(query_id)
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
    return Call(method, parameters, files)


def _whole(value: Any) -> int | None:
    return int(value) if re.fullmatch(r"-?\d{1,19}", str(value), re.ASCII) else None


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
