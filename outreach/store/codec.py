"""Messages as bytes and back, for what is sealed. Read leniently: a field that is missing has its default."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from outreach.domain.messages import (
    Choice,
    File,
    Grant,
    Incoming,
    Message,
    MessageKind,
    Outgoing,
    Pressed,
    Reach,
    Reachability,
    Receipt,
    Unparsed,
)

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def packed(value: object) -> bytes:
    """A JSON value as bytes."""
    # A platform may cut a text in the middle of a sign: half of one is no reason to lose a message.
    return _encode(value).encode(errors="surrogatepass")


def unpacked(data: bytes) -> Any:
    """The JSON value that `packed` was given."""
    return json.loads(data)


def pack_answers(messages: Iterable[Outgoing]) -> bytes:
    """Outgoing messages as bytes."""
    return packed([_outgoing(message) for message in messages])


def unpack_answers(data: bytes) -> tuple[Outgoing, ...]:
    """The messages that `pack_answers` was given."""
    return tuple(_to_outgoing(found) for found in unpacked(data))


def pack_incoming(incoming: Incoming) -> bytes:
    """An inbound message as bytes, with its sender."""
    return packed(
        {"type": type(incoming).__name__}
        | {name: _plain(getattr(incoming, name)) for name in incoming.__dataclass_fields__}
    )


def unpack_incoming(data: bytes) -> Incoming:
    """The inbound message that `pack_incoming` was given."""
    found = unpacked(data)
    return _INCOMING[found["type"]](found)


def _plain(value: object) -> object:
    return _moment(value) if isinstance(value, datetime) else value


def _moment(value: datetime) -> float:
    return value.timestamp()


def _to_moment(value: float) -> datetime:
    return datetime.fromtimestamp(value, UTC)


def _message(found: Mapping[str, Any]) -> Message:
    moment = _to_moment(found["sent_at"])
    return Message(found["message_id"], found["sender"], found["text"], moment, found.get("private", True))


def _pressed(found: Mapping[str, Any]) -> Pressed:
    return Pressed(
        found["message_id"],
        found["sender"],
        found["token"],
        _to_moment(found["sent_at"]),
        found.get("press_id"),
        found.get("private", True),
    )


def _reachability(found: Mapping[str, Any]) -> Reachability:
    return Reachability(
        found["message_id"],
        found["sender"],
        _to_moment(found["sent_at"]),
        Reach(found["reach"]),
        found.get("source"),
        found.get("new_ref"),
    )


def _receipt(found: Mapping[str, Any]) -> Receipt:
    return Receipt(
        found["message_id"],
        found["sender"],
        _to_moment(found["sent_at"]),
        found["external_id"],
        found["delivered"],
        found.get("code", ""),
    )


def _grant(found: Mapping[str, Any]) -> Grant:
    moment = _to_moment(found["sent_at"])
    return Grant(found["message_id"], found["sender"], moment, found["template"], found["count"])


def _unparsed(found: Mapping[str, Any]) -> Unparsed:
    moment = found.get("sent_at")
    sent_at = None if moment is None else _to_moment(moment)
    return Unparsed(found["message_id"], found["reason"], sent_at, found.get("sender"))


_INCOMING: dict[str, Callable[[Mapping[str, Any]], Incoming]] = {
    "Message": _message,
    "Pressed": _pressed,
    "Reachability": _reachability,
    "Receipt": _receipt,
    "Grant": _grant,
    "Unparsed": _unparsed,
}


def _outgoing(message: Outgoing) -> dict[str, object]:
    packed_message: dict[str, object] = {"kind": message.kind.value, "text": message.text}
    if message.choices:
        packed_message["choices"] = [[choice.label, choice.token, choice.detail] for choice in message.choices]
    if message.file is not None:
        packed_message["file"] = _file(message.file)
    if message.link is not None:
        packed_message["link"] = message.link
    if message.fields:
        packed_message["fields"] = dict(message.fields)
    return packed_message


def _file(file: File) -> list[str | None]:
    return [file.name, file.media_type, base64.b64encode(file.content).decode(), file.link]


def _to_outgoing(found: Mapping[str, Any]) -> Outgoing:
    file = found.get("file")
    return Outgoing(
        MessageKind(found["kind"]),
        found["text"],
        tuple(Choice(*choice) for choice in found.get("choices", ())),
        None if file is None else File(file[0], file[1], base64.b64decode(file[2]), file[3]),
        found.get("link"),
        found.get("fields", {}),
    )
