"""Sealing: one key file, a key for each purpose, a key for each person, and blind indexes to find what is sealed.

AES-256-GCM and HKDF-SHA256 from the `cryptography` library. Why so: docs/decisions/0005-sealing.md.
"""

from __future__ import annotations

import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from outreach.domain.errors import Fault

KEY_BYTES = 32
_NONCE_BYTES = 12
_INDEX_BYTES = 16  # 128 bits: no two people collide, and half a digest is enough to look up
_VERSION = b"\x01"  # of key and construction: a later one is told apart by its first byte
_PERSON_KEY = "resident.key"


class Seal:
    """One key at work. *aad* names the column (``table.column``), so that a value opens only where it belongs."""

    __slots__ = ("_cipher",)

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, aad: str) -> bytes:
        """*plain*, unreadable and tamper-proof: version, nonce, ciphertext with its tag."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _VERSION + nonce + self._cipher.encrypt(nonce, plain, aad.encode())

    def open(self, sealed: bytes, aad: str) -> bytes:
        """What `seal` was given. Raises `Fault` for another key, another column or a changed byte."""
        nonce, body = sealed[1 : 1 + _NONCE_BYTES], sealed[1 + _NONCE_BYTES :]
        if sealed[:1] != _VERSION or len(nonce) < _NONCE_BYTES:
            raise _unreadable(aad)
        try:
            return self._cipher.decrypt(nonce, body, aad.encode())
        except InvalidTag:
            raise _unreadable(aad) from None


class KeyRing:
    """All keys that follow from the one in the key file."""

    def __init__(self, master: bytes) -> None:
        if len(master) != KEY_BYTES:
            raise ValueError(f"a master key has {KEY_BYTES} bytes, not {len(master)}")
        self._master = master
        self._keys: dict[str, bytes] = {}
        self._seals: dict[str, Seal] = {}
        self._index_key = self.key("index")

    @property
    def fingerprint(self) -> str:
        """Tells one key from another and nothing about either: 16 hexadecimal digits."""
        return self.key("fingerprint")[:8].hex()

    def key(self, purpose: str) -> bytes:
        """The 32 bytes for *purpose* (``sign``, ``calendar``, …): always the same, and unrelated to any other."""
        if purpose not in self._keys:
            kdf = HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=f"outreach/1/{purpose}".encode())
            self._keys[purpose] = kdf.derive(self._master)
        return self._keys[purpose]

    def seal(self, purpose: str, plain: bytes, aad: str) -> bytes:
        """Seal what belongs to nobody we keep a key for."""
        return self._seal_of(purpose).seal(plain, aad)

    def open(self, purpose: str, sealed: bytes, aad: str) -> bytes:
        """What `seal` was given for the same purpose and column. Raises `Fault`."""
        return self._seal_of(purpose).open(sealed, aad)

    def new_person(self) -> tuple[Seal, bytes]:
        """A data key for one person, at work and sealed for the database. Destroying the latter is erasure."""
        key = secrets.token_bytes(KEY_BYTES)
        return Seal(key), self.seal("person", key, _PERSON_KEY)

    def person(self, key_sealed: bytes) -> Seal:
        """A person's data key at work. Raises `Fault`."""
        return Seal(self.open("person", key_sealed, _PERSON_KEY))

    def index(self, *parts: str) -> bytes:
        """The blind index of *parts*: equal parts, equal 16 bytes; nobody without the key can tell whose they are."""
        return hmac.digest(self._index_key, "\0".join(parts).encode(errors="surrogatepass"), "sha256")[:_INDEX_BYTES]

    def __repr__(self) -> str:
        return f"KeyRing({self.fingerprint})"

    def _seal_of(self, purpose: str) -> Seal:
        if purpose not in self._seals:
            self._seals[purpose] = Seal(self.key(f"seal/{purpose}"))
        return self._seals[purpose]


def _unreadable(aad: str) -> Fault:
    return Fault(
        f"a sealed value of {aad} does not open: it was sealed with another key or has been changed",
        "Check that the key file belongs to this database: `outreach db check` compares their fingerprints.",
    )
