"""What residents do, as the updates that Telegram makes of it, and the queue they wait in."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

JsonObject = dict[str, Any]

BOT: JsonObject = {"id": 7001, "is_bot": True, "first_name": "Outreach", "username": "outreach_stand_in_bot"}
_COMMAND = re.compile(r"/\w{1,32}(?:@\w+)?")


class UpdateQueue:
    """Updates by number, oldest first, until an offset confirms them."""

    def __init__(self, clock: Callable[[], datetime], first_update: int = 830_001) -> None:
        self._clock = clock
        self._next_update, self._next_message = first_update, 1
        self.waiting: dict[int, JsonObject] = {}

    def put(self, payload: JsonObject) -> int:
        """Queue *payload*; it keeps its ``update_id`` if it has one. Gives the number."""
        number = payload.get("update_id", self._next_update)
        self._next_update = max(self._next_update, number) + 1
        self.waiting[number] = {"update_id": number} | payload
        return int(number)

    def confirm_below(self, offset: int) -> None:
        """Forget what the poller says it has."""
        for number in [number for number in self.waiting if number < offset]:
            del self.waiting[number]

    def pending(self, offset: int, limit: int) -> list[JsonObject]:
        """The oldest *limit* updates from *offset* on; a negative offset counts from the end."""
        numbers = sorted(self.waiting)
        if offset < 0:
            numbers = numbers[offset:]
        return [self.waiting[number] for number in numbers[:limit]]

    def said(self, user: int, text: str, **more: Any) -> JsonObject:
        """The update for *text* typed by *user* in the private chat."""
        message = self.message(user, {"text": text} | more, user_of(user))
        if command := _COMMAND.match(text):
            message["entities"] = [{"type": "bot_command", "offset": 0, "length": command.end()}]
        return {"message": message}

    def pressed(self, user: int, data: str, query_id: str, message: JsonObject | None) -> JsonObject:
        """The update for a press by *user* of the button that carries *data*."""
        query = {"id": query_id, "from": user_of(user), "chat_instance": "1", "data": data}
        return {"callback_query": query | ({"message": message} if message is not None else {})}

    def membership(self, user: int, old: str, new: str) -> JsonObject:
        """The update for a block (``member`` to ``kicked``) or its end."""
        return {
            "my_chat_member": {
                "chat": chat_of(user),
                "from": user_of(user),
                "date": self._now(),
                "old_chat_member": {"user": BOT, "status": old},
                "new_chat_member": {"user": BOT, "status": new},
            }
        }

    def message(self, chat: int, content: JsonObject, sender: JsonObject) -> JsonObject:
        """A message with a number of its own, dated now."""
        number, self._next_message = self._next_message, self._next_message + 1
        return {"message_id": number, "from": sender, "chat": chat_of(chat), "date": self._now()} | content

    def _now(self) -> int:
        return int(self._clock().timestamp())


def user_of(number: int) -> JsonObject:
    """A resident as Telegram describes one; the name is nobody's."""
    return {"id": number, "is_bot": False, "first_name": f"Resident {number % 1000}", "language_code": "zh-hans"}


def chat_of(number: int) -> JsonObject:
    """The private chat with that resident."""
    return {"id": number, "type": "private", "first_name": f"Resident {number % 1000}"}
