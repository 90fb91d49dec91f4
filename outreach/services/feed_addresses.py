"""Secret addresses of feeds: 160 bits that nobody can guess, of which the database keeps a digest alone.

The address is made of a stored salt and a key that follows from the key file. So it can be said again to whom it
belongs, and whoever has nothing but the database, or a backup of it, has no address.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from datetime import datetime

from outreach.services.cards_feeds import FeedKind
from outreach.services.ports import UnitOfWork

_SALT_BYTES, _TOKEN_BYTES = 16, 20
_TOKEN = re.compile(r"[a-z2-7]{32}", re.ASCII)


class FeedAddresses:
    """Gives, finds and revokes tokens. *key* never leaves the process."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, uow: UnitOfWork, kind: FeedKind, owner_id: int, now: datetime) -> str:
        """The token of that owner's feed, made at the first call."""
        known = uow.feeds.token(kind, owner_id)
        if known is not None:
            return self._token(kind, known.salt)
        salt = secrets.token_bytes(_SALT_BYTES)
        token = self._token(kind, salt)
        uow.feeds.add_token(kind, owner_id, salt, _digest(token), now)
        return token

    def renew(self, uow: UnitOfWork, kind: FeedKind, owner_id: int, now: datetime) -> str:
        """Another one: what was given out before opens nothing any more."""
        uow.feeds.revoke(kind, owner_id)
        return self.token(uow, kind, owner_id, now)

    def owner(self, uow: UnitOfWork, kind: FeedKind, token: str) -> int | None:
        """Whose feed it opens; ``None`` for what is none, or was revoked."""
        return uow.feeds.owner(kind, _digest(token)) if _TOKEN.fullmatch(token) else None

    def _token(self, kind: FeedKind, salt: bytes) -> str:
        made = hmac.digest(self._key, b"feed:%s:" % kind.value.encode() + salt, "sha256")
        return base64.b32encode(made[:_TOKEN_BYTES]).decode().lower()


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
