"""Where the API is: an address to which the AppSecret may travel."""

from __future__ import annotations

import re
from ipaddress import ip_address
from urllib.parse import urlsplit

_BASE = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?", re.ASCII)


def is_base_address(text: str) -> bool:
    """Whether *text* is an https address without a query; http only to this machine or a private network."""
    if not _BASE.fullmatch(text):
        return False
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    return parts.scheme == "https" or _is_near(host)


def _is_near(host: str) -> bool:
    try:
        found = ip_address(host)
    except ValueError:
        return "." not in host  # localhost, or a container's name: never a name on the internet
    return found.is_loopback or found.is_private
