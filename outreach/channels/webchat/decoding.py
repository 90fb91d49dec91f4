"""From the page's JSON to what it means. What is no page of ours is refused with a code that the page can word."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outreach.channels.base import HookResponse, Signer
from outreach.domain.messages import START, Incoming, Message, Pressed, Reach, Reachability, Unparsed

LONGEST_BODY = 64 * 1024  # bytes: the longest text with every character escaped as a surrogate pair
LONGEST_TEXT = 4_000  # characters
_ID = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}", re.ASCII)
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def decode_body(body: bytes, person: str, signer: Signer, received_at: datetime) -> Incoming | HookResponse:
    """What the page says; or the final refusal. The same page id gives the same message id every time."""
    if len(body) > LONGEST_BODY:
        return refused(413, "too_long")
    fields = _object(body)
    page_id = None if fields is None else fields.get("id")
    if fields is None or not isinstance(page_id, str) or not _ID.fullmatch(page_id):
        return refused(400, "malformed")
    message_id = "w-" + hashlib.sha256(f"{person}:{page_id}".encode()).hexdigest()[:24]
    return _meaning(fields, message_id, person, signer, received_at)


def refused(status: int, reason: str) -> HookResponse:
    """A refusal that the page knows how to put into words."""
    return HookResponse(status, json.dumps({"error": reason}).encode(), "application/json")


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _meaning(
    fields: Mapping[str, Any], message_id: str, person: str, signer: Signer, at: datetime
) -> Incoming | HookResponse:
    match fields:
        case {"press": str(data)}:
            token = signer.verify(data, person)
            if token is None:  # somebody else's, or signed under an earlier key
                return Unparsed(message_id, "unknown_button", at)
            return Pressed(message_id, person, token, at)
        case {"start": True}:
            return _started(fields.get("source"), message_id, person, at)
        case {"text": str(text)}:
            return _typed(text, message_id, person, at)
        case _:  # a page of another version, perhaps
            return Unparsed(message_id, "unknown_shape", at)


def _started(source: object, message_id: str, person: str, at: datetime) -> Incoming:
    if isinstance(source, str) and _SOURCE.fullmatch(source):
        return Reachability(message_id, person, at, Reach.JOINED, source)
    return Pressed(message_id, person, START, at)


def _typed(text: str, message_id: str, person: str, at: datetime) -> Incoming | HookResponse:
    whole = text.encode("utf-8", "replace").decode("utf-8")  # JSON can say half a character
    clean = unicodedata.normalize("NFC", whole).translate(_CONTROLS).strip()
    if not clean:
        return Unparsed(message_id, "empty_text", at)
    if len(clean) > LONGEST_TEXT:
        return refused(413, "too_long")
    return Message(message_id, person, clean, at)
