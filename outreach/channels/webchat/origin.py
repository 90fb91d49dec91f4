"""Whether a request comes from a page of ours: what browsers say of that, and no page can forge."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

_OURS = frozenset({"same-origin", "none"})  # "none": typed or a bookmark, no other page had a hand in it


def is_foreign(headers: Mapping[str, str], base_url: str) -> bool:
    """Whether another site's page made the request whose lower-case *headers* those are.

    ``Sec-Fetch-Site`` decides where it is sent (https, localhost), else ``Origin`` against the host that was asked
    and against *base_url*, for proxies that rename it. A program that sends neither is no browser with a cookie.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in _OURS
    origin = headers.get("origin")
    return origin is not None and _host_of(origin) not in {headers.get("host", "").lower(), _host_of(base_url)}


def is_json(headers: Mapping[str, str]) -> bool:
    """Whether the body is declared as JSON: a form of another site cannot do that without being asked first."""
    return headers.get("content-type", "").partition(";")[0].strip().lower() == "application/json"


def _host_of(address: str) -> str | None:
    try:
        return urlsplit(address).netloc.lower() or None
    except ValueError:
        return None
