"""Button data that nobody can forge: a token and a short signature, bound to a lane and a person."""

from __future__ import annotations

import base64
import hashlib
import hmac

_SIGNATURE_CHARS = 11  # 66 bits of HMAC-SHA256: fits 64-byte buttons, far beyond online guessing


class HmacSigner:
    """A `Signer` over one secret key. *lane* keeps one account's buttons from working in another's."""

    def __init__(self, key: bytes, lane: str) -> None:
        self._key, self._lane = key, lane

    def sign(self, token: str, person: str) -> str:
        """*token*, a dot, and 11 characters."""
        return f"{token}.{self._signature(token, person)}"

    def verify(self, data: str, person: str) -> str | None:
        """The token, or ``None`` for anything that `sign` did not give for this person."""
        token, dot, signature = data.rpartition(".")
        if not dot or not data.isascii():
            return None
        return token if hmac.compare_digest(signature, self._signature(token, person)) else None

    def _signature(self, token: str, person: str) -> str:
        text = f"{self._lane}\0{person}\0{token}".encode(errors="surrogatepass")
        digest = hmac.new(self._key, text, hashlib.sha256).digest()
        return base64.urlsafe_b64encode(digest)[:_SIGNATURE_CHARS].decode()
