"""One raw update of Telegram to one `Incoming`, whatever the update looks like."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeAlias

from outreach.channels.base import Signer
from outreach.domain.messages import Incoming, Message, Pressed, Reach, Reachability, Unparsed

Clock: TypeAlias = Callable[[], datetime]
JsonObject: TypeAlias = dict[str, Any]

_START = re.compile(r"/start(?:@\w{1,64})?(?:\s+(?P<payload>.*))?", re.ASCII | re.IGNORECASE | re.DOTALL)
_PAYLOAD = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_ADDRESSED = re.compile(r"(/\w{1,64})@\w{1,64}(?=\s|$)")
_CONTROLS = dict.fromkeys([*range(0x20), 0x7F]) | {0x09: " ", 0x0A: "\n"}
_NOBODY = frozenset({777000, 1087968824})  # Telegram itself; the mask of anonymous administrators
_LARGEST_ID = 1 << 52
_LARGEST_TIME = 1 << 33  # the year 2242
_IGNORED = frozenset({"edited_message", "channel_post", "edited_channel_post"})
_MEMBERSHIPS = {"member": Reach.JOINED, "kicked": Reach.LEFT}


def utc_now() -> datetime:
    """The wall clock."""
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Heard:
    """What an update says. *refused_press* is the callback query of a press that we do not accept, to be quieted."""

    incoming: Incoming
    update_id: int | None
    refused_press: str | None = field(default=None)


class _Odd(Exception):
    """This update is not for us, or not as it should be: a fixed reason, and who waits for an answer all the same."""

    def __init__(self, reason: str, waiting: str | None = None, sent_at: datetime | None = None) -> None:
        self.reason, self.waiting, self.sent_at = reason, waiting, sent_at
        super().__init__(reason)


def hear(update: Any, signer: Signer, received_at: datetime) -> Heard:
    """What *update* says. Never raises: what is strange is `Unparsed`, under an id that stays the same.

    Edits are not run again; groups, channels and bots are not answered. *received_at* dates presses, which have
    no time of their own: Telegram drops those older than 150 s.
    """
    number = _number_of(update)
    message_id = str(number) if number is not None else _fingerprint(update)
    try:
        return Heard(_read(update, message_id, signer, received_at), number)
    except _Odd as odd:
        unparsed = Unparsed(message_id, odd.reason, odd.sent_at, odd.waiting)
    except Exception:  # anything at all: one update that we trip over must not stop those behind it
        unparsed = Unparsed(message_id, "malformed")
    return Heard(unparsed, number, _press_id(update))


def clean(text: str) -> str:
    """*text* without control characters and lone surrogates, which neither storage nor the wire can carry."""
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return whole.translate(_CONTROLS)


def _read(update: Any, message_id: str, signer: Signer, received_at: datetime) -> Incoming:
    if type(update) is not dict or not message_id.isdigit():
        raise _Odd("malformed")
    if "message" in update:
        return _message(_object(update, "message"), message_id)
    if "callback_query" in update:
        return _press(_object(update, "callback_query"), message_id, signer, received_at)
    if "my_chat_member" in update:
        return _membership(_object(update, "my_chat_member"), message_id)
    raise _Odd(next((kind for kind in sorted(_IGNORED) if kind in update), "unknown_kind"))


def _message(message: JsonObject, message_id: str) -> Incoming:
    person = _private_person(_object(message, "chat"), message)
    sent_at = _time(message)
    text = message.get("text", message.get("caption"))  # a photo's caption is said as well: it must be screened
    if text is None:
        raise _Odd("not_text", person, sent_at)  # a picture, a voice: whoever sent it waits for an answer
    if type(text) is not str:
        raise _Odd("malformed")
    words = clean(text)
    if not words.strip():
        raise _Odd("empty")
    if start := _START.fullmatch(words):
        return Reachability(message_id, person, sent_at, Reach.JOINED, _payload(start["payload"]))
    return Message(message_id, person, _ADDRESSED.sub(r"\1", words, count=1), sent_at)


def _press(query: JsonObject, message_id: str, signer: Signer, received_at: datetime) -> Incoming:
    message = query.get("message")
    chat = message.get("chat") if type(message) is dict else None
    person = str(_person_id(_object(query, "from")))
    if type(chat) is dict and chat.get("type") != "private":
        raise _Odd("group")
    data = query.get("data")
    token = signer.verify(data, person) if type(data) is str else None
    if token is None:
        raise _Odd("forged_button")
    press_id = query.get("id")
    if type(press_id) is not str:
        raise _Odd("malformed")
    return Pressed(message_id, person, token, received_at, press_id)


def _membership(change: JsonObject, message_id: str) -> Incoming:
    person = _private_person(_object(change, "chat"), change)
    status = _object(change, "new_chat_member").get("status")
    reach = _MEMBERSHIPS.get(status) if type(status) is str else None
    if reach is None:
        raise _Odd("membership")
    return Reachability(message_id, person, _time(change), reach)


def _private_person(chat: JsonObject, said: JsonObject) -> str:
    if chat.get("type") != "private":
        raise _Odd("group")
    if "sender_chat" in said:
        raise _Odd("anonymous")
    person = _person_id(_object(said, "from"))
    if chat.get("id") != person:
        raise _Odd("malformed")
    return str(person)


def _person_id(user: JsonObject) -> int:
    number = user.get("id")
    if type(number) is not int or not 0 < number < _LARGEST_ID:
        raise _Odd("malformed")
    if number in _NOBODY:
        raise _Odd("anonymous")
    if user.get("is_bot"):
        raise _Odd("bot")
    return number


def _object(parent: JsonObject, name: str) -> JsonObject:
    child = parent.get(name)
    if type(child) is not dict:
        raise _Odd("malformed")
    return child


def _time(said: JsonObject) -> datetime:
    seconds = said.get("date")
    if type(seconds) is not int or not 0 < seconds < _LARGEST_TIME:
        raise _Odd("malformed")
    return datetime.fromtimestamp(seconds, UTC)


def _payload(text: str | None) -> str | None:
    payload = (text or "").strip()
    return payload if _PAYLOAD.fullmatch(payload) else None


def _number_of(update: Any) -> int | None:
    number = update.get("update_id") if type(update) is dict else None
    return number if type(number) is int and 0 <= number < _LARGEST_ID else None


def _press_id(update: Any) -> str | None:
    query = update.get("callback_query") if type(update) is dict else None
    press_id = query.get("id") if type(query) is dict else None
    return press_id if type(press_id) is str and len(press_id) <= 64 else None


def _fingerprint(update: Any) -> str:
    try:
        text = json.dumps(update, sort_keys=True, default=repr)
    except (RecursionError, TypeError):
        text = type(update).__name__
    return "unnumbered-" + hashlib.sha256(text.encode()).hexdigest()[:16]
