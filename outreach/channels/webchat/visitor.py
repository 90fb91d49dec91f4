"""Who a visitor of the web chat is: a random cookie outside, a hash of it inside."""

from __future__ import annotations

import hashlib
import re
import secrets
from http.cookies import CookieError, SimpleCookie

COOKIE = "visitor"
_FORM = re.compile(r"[A-Za-z0-9_-]{32,64}")


def new_visitor() -> str:
    """A fresh cookie value: 192 random bits."""
    return secrets.token_urlsafe(24)


def visitor_of(cookie_header: str) -> str | None:
    """The reference of the visitor whose ``Cookie`` header that is: 32 hexadecimal digits; ``None`` without one."""
    try:
        found = SimpleCookie(cookie_header).get(COOKIE)
    except CookieError:
        return None
    if found is None or not _FORM.fullmatch(found.value):
        return None
    return hashlib.sha256(found.value.encode()).hexdigest()[:32]
