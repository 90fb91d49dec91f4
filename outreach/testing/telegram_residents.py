"""The people whom the stand-in Telegram plays, what they have got, and the bad days it can have."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from outreach.testing.standin import StandIn
from outreach.testing.telegram_updates import BOT, JsonObject, UpdateQueue

TOKEN = "7001:stand-in-token-that-opens-nothing"


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it arrived: *files* are pairs of name and bytes by parameter, *peer_port* tells connections apart."""

    method: str
    parameters: JsonObject
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    peer_port: int = 0


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


class TelegramResidents(StandIn):
    """One bot's account and its people. `calls` is all that arrived, `sent` all that people have got, oldest first."""

    def __init__(
        self, token: str = TOKEN, port: int = 0, clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        super().__init__(port)
        self.token = token
        self.calls: list[Call] = []
        self.sent: list[SentMessage] = []
        self.commands: dict[str, list[JsonObject]] = {}
        self.answered_presses: list[str] = []
        self.webhook: dict[str, str] = {}
        """The address and the secret of the webhook that is set; empty while polling is allowed."""
        self.webhook_trouble: JsonObject = {}
        """What ``getWebhookInfo`` says besides, such as ``last_error_date``."""
        self.texts: dict[tuple[str, str], str] = {}
        """Descriptions, by name and language."""
        self.updates = UpdateQueue(clock)
        self.known: set[int] = set()
        self.blocked: set[int] = set()
        self.open_presses: set[str] = set()
        self._bad_days: list[BadDay] = []

    def know(self, user: int) -> None:
        """Let *user* be somebody who pressed Start some time ago."""
        self.known.add(user)

    def say(self, user: int, text: str, **more: Any) -> int:
        """*user* types *text*. Gives the update's number."""
        self.know(user)
        return self.queue(self.updates.said(user, text, **more))

    def press(self, user: int, data: str) -> int:
        """*user* presses the button that carries *data*, whoever got it."""
        shown = next((sent for sent in reversed(self.sent) if data in [d for _, d in sent.buttons]), None)
        query_id = f"{user}{len(self.calls)}{len(self.open_presses)}"
        self.open_presses.add(query_id)
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
        self.blocked.add(user)
        return self.queue(self.updates.membership(user, "member", "kicked"))

    def unblock(self, user: int) -> int:
        """*user* lets the bot in again."""
        self.blocked.discard(user)
        return self.queue(self.updates.membership(user, "kicked", "member"))

    def queue(self, payload: JsonObject) -> int:
        """Any update, however strange; without an ``update_id`` it gets the next one. Gives the number."""
        number = self.updates.put(payload)
        self.changed()
        return number

    def sent_to(self, user: int) -> list[SentMessage]:
        """What *user* has got, oldest first."""
        return [sent for sent in self.sent if sent.chat == user]

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

    def day_of(self, call: Call) -> BadDay | None:
        """The bad day that *call* meets, if any; it is used up a little by that."""
        chat = whole(call.parameters.get("chat_id"))
        for day in self._bad_days:
            if day.method in (call.method, "*") and day.chat in (None, chat):
                if day.times is not None:
                    day.times -= 1
                    if day.times <= 0:
                        self._bad_days.remove(day)
                return day
        return None


def whole(value: Any) -> int | None:
    """A parameter that is a number, as a number or as its text."""
    return int(value) if re.fullmatch(r"-?\d{1,19}", str(value), re.ASCII) else None
