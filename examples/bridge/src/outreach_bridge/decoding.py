"""From a signed request to what it means. Any bytes give a value, never an exception."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from outreach.channels.base import HookRequest, HookResponse
from outreach.domain.messages import Incoming, Message, Unparsed

SIGNATURE = "x-bridge-signature"
LONGEST_TEXT = 4_000  # characters


def signature_of(key: str, body: bytes) -> str:
    """HMAC-SHA256 of *body*, in hex."""
    return hmac.new(key.encode(), body, hashlib.sha256).hexdigest()


def decode(request: HookRequest, key: str) -> Incoming | HookResponse:
    """What *request* says, or the refusal of what is forged."""
    if request.method != "POST":
        return HookResponse(405)
    given = request.headers.get(SIGNATURE, "").encode("utf-8", "replace")
    if not hmac.compare_digest(given, signature_of(key, request.body).encode()):
        return HookResponse(403)
    # The same bytes have the same id: that is all a redelivery is.
    message_id = hashlib.sha256(request.body).hexdigest()[:32]
    return _meaning(_object(request.body), message_id, request.received_at)


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _meaning(fields: Mapping[str, Any], message_id: str, received_at: datetime) -> Incoming:
    match fields:
        case {"id": str(own), "from": str(sender), "text": str(text)} if own and sender:
            clean = text.encode("utf-8", "replace").decode().strip()  # JSON can say half a character
            if clean and len(clean) <= LONGEST_TEXT:
                return Message(_own_id(sender, own), sender, clean, _moment(fields.get("at"), received_at))
            return Unparsed(message_id, "no_text", received_at)
        case _:
            return Unparsed(message_id, "unknown_shape", received_at)


def _own_id(sender: str, own: str) -> str:
    return hashlib.sha256(f"{sender}\0{own}".encode("utf-8", "replace")).hexdigest()[:32]


def _moment(at: object, received_at: datetime) -> datetime:
    if isinstance(at, int) and 0 <= at < 2**33:
        return datetime.fromtimestamp(at, UTC)
    return received_at
