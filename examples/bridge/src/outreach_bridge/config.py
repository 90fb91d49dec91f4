"""The lane's section of the settings. Everything wrong with it is told at once, and no secret is repeated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from outreach.channels.base import BadOptions
from outreach.domain.secret import Secret

_SHORTEST_KEY = 16  # characters
_OPTIONS = frozenset({"KEY", "PUSH_URL"})


@dataclass(frozen=True, slots=True)
class Config:
    """*push_url* is empty where the other side takes answers only."""

    key: Secret
    push_url: str


def parse_config(options: Mapping[str, Secret]) -> Config:
    """*options* as a `Config`; names in either case. Raises `BadOptions` with all problems."""
    given = {name.upper(): value for name, value in options.items() if name.upper() != "ENABLED"}
    key, push_url = given.get("KEY", Secret("")), given.get("PUSH_URL", Secret("")).reveal()
    problems = [f"{name}: there is no such option" for name in sorted(given.keys() - _OPTIONS)]
    if len(key.reveal()) < _SHORTEST_KEY:
        problems.append(f"KEY: give at least {_SHORTEST_KEY} characters, the same as on the other side")
    if push_url and not _is_address(push_url):
        problems.append("PUSH_URL: give an http or https address")
    if problems:
        raise BadOptions(problems)
    return Config(key, push_url)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
