"""Passwords of staff: hashed with argon2id, compared in the same time whether or not there is such an account.

Each takes a core and tens of megabytes for a moment: never on the event loop, never in the writer's thread.
"""

from __future__ import annotations

import secrets
from functools import cache

from pwdlib import PasswordHash

from outreach.services.cards_staff import Credentials

SHORTEST = 12  # characters of a password that somebody chooses
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that an eye or a telephone could mix up
_GROUPS, _GROUP_LENGTH = 4, 4  # 16 of 31 letters: 79 bits


def fresh() -> str:
    """A password for somebody else, to be shown once and changed at the first sign-in."""
    return "-".join("".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH)) for _ in range(_GROUPS))


def hash_of(password: str) -> str:
    """What is kept of *password*."""
    return _hasher().hash(password)


def verify(credentials: Credentials | None, password: str) -> bool:
    """Whether *password* is that of *credentials*. Takes as long where there is no such account."""
    kept = _nobodys() if credentials is None else credentials.password_hash
    return _hasher().verify(password, kept) and credentials is not None


@cache
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@cache
def _nobodys() -> str:
    """The hash of a password that nobody has."""
    return hash_of(secrets.token_urlsafe())
