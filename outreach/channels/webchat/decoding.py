"""From the page's JSON to what it means. Anything else is refused in words that the page can show."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outreach.channels.base import HookResponse, Signer
from outreach.domain.messages import START, Incoming, Message, Pressed, Reach, Reachability

LONGEST_BODY = 32 * 1024  # bytes: four times the longest text in the widest script
LONGEST_TEXT = 4_000  # characters
_ID = re.compile(r"[A-Za-z0-9-]{8,64}")
_SOURCE = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))


def decode_body(body: bytes, person: str, signer: Signer, received_at: datetime) -> Incoming | HookResponse:
    """What the page says; or the final refusal. The same page id gives the same message id every time."""
    if len(body) > LONGEST_BODY:
        return refused(413, "too_long")
    fields = _object(body)
    if fields is None or not _ID.fullmatch(str(fields.get("id", ""))):
        return refused(400, "malformed")
    message_id = "w-" + hashlib.sha256(f"{person}:{fields['id']}".encode()).hexdigest()[:24]
    if isinstance(fields.get("press"), str):
        return _pressed(fields["press"], message_id, person, signer, received_at)
    if fields.get("start") is True:
        return _started(fields.get("source"), message_id, person, received_at)
    return _typed(fields.get("text"), message_id, person, received_at)


def refused(status: int, reason: str) -> HookResponse:
    """A refusal that the page knows how to put into words."""
    return HookResponse(status, json.dumps({"error": reason}).encode(), "application/json")


def _object(body: bytes) -> Mapping[str, Any] | None:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _pressed(data: str, message_id: str, person: str, signer: Signer, at: datetime) -> Incoming | HookResponse:
    token = signer.verify(data, person)
    return refused(403, "forged") if token is None else Pressed(message_id, person, token, at)


def _started(source: object, message_id: str, person: str, at: datetime) -> Incoming:
    if isinstance(source, str) and _SOURCE.fullmatch(source):
        return Reachability(message_id, person, at, Reach.JOINED, source)
    return Pressed(message_id, person, START, at)


def _typed(text: object, message_id: str, person: str, at: datetime) -> Incoming | HookResponse:
    if not isinstance(text, str):
        return refused(400, "malformed")
    clean = unicodedata.normalize("NFC", text.encode("utf-8", "replace").decode("utf-8")).translate(_CONTROLS).strip()
    if not clean:
        return refused(400, "empty")
    if len(clean) > LONGEST_TEXT:
        return refused(413, "too_long")
    return Message(message_id, person, clean, at)
