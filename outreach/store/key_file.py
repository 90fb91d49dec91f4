"""The key file: read strictly, made once, never replaced."""

from __future__ import annotations

import base64
import binascii
import os
import secrets
import stat
from pathlib import Path

from outreach.domain.errors import Fault
from outreach.store.keys import KEY_BYTES, KeyRing

_RESTORE = "Put back the key file that belongs to this database, or point OUTREACH_KEY_FILE at it."
_TOO_LONG = 1_000  # bytes; a key has 45


def make_key(path: Path) -> KeyRing:
    """A new key in a new file that only its owner may read. Raises `Fault` if the file is there already."""
    master = secrets.token_bytes(KEY_BYTES)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(file, "wb") as opened:
            opened.write(base64.b64encode(master) + b"\n")
            opened.flush()
            os.fsync(opened.fileno())
    except OSError as reason:
        raise Fault(
            f"the key file {path} cannot be made: {reason.strerror}",
            "Make its folder writable, or point OUTREACH_KEY_FILE at a place that is.",
        ) from reason
    return KeyRing(master)


def read_key(path: Path) -> KeyRing:
    """The key in the file at *path*. Raises `Fault` if it is missing, unreadable, too open or no key of ours."""
    try:
        with path.open("rb") as opened:
            _require_private(path, os.fstat(opened.fileno()).st_mode)
            text = opened.read(_TOO_LONG)
    except FileNotFoundError:
        raise Fault(f"the key file {path} is missing", _RESTORE) from None
    except OSError as reason:
        raise Fault(
            f"the key file {path} cannot be read: {reason.strerror}",
            "Let the user that runs outreach read it, and nobody else.",
        ) from reason
    return KeyRing(_decoded(path, text))


def _require_private(path: Path, mode: int) -> None:
    if os.name == "posix" and stat.S_IMODE(mode) & 0o077:
        raise Fault(f"the key file {path} is open to other users", f"Run `chmod 600 {path}`.")


def _decoded(path: Path, text: bytes) -> bytes:
    try:
        master = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        master = b""
    if len(master) != KEY_BYTES:
        raise Fault(f"the key file {path} holds no key of outreach", _RESTORE)
    return master
