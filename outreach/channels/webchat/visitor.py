"""Who a visitor of the web chat is: a random cookie outside, a hash of it inside."""

from __future__ import annotations

import hashlib
import re
import secrets

COOKIE = "visitor"
_FORM = re.compile(r"[A-Za-z0-9_-]{32,64}", re.ASCII)


def new_visitor() -> str:
    """A fresh cookie value: 192 random bits."""
    return secrets.token_urlsafe(24)


def visitor_of(cookie_header: str) -> str | None:
    """The reference of the visitor whose ``Cookie`` header that is: 32 hexadecimal digits; ``None`` without one."""
    value = cookie_in(cookie_header)
    return None if value is None else hashlib.sha256(value.encode()).hexdigest()[:32]


def cookie_in(cookie_header: str) -> str | None:
    """The value of our cookie; ``None`` if there is none, or one that is not ours.

    Other cookies of the host may look like anything: only ours is read, and of two the first.
    """
    for part in cookie_header.split(";"):
        name, _, value = part.strip().partition("=")
        if name == COOKIE:
            return value if _FORM.fullmatch(value) else None
    return None
