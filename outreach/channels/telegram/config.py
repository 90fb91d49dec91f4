"""The lane's section of the settings, checked at once and as a whole."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from outreach.channels.base import BadOptions
from outreach.domain.messages import Capabilities
from outreach.domain.secret import Secret

_TOKEN = re.compile(r"\d{1,20}:[A-Za-z0-9_-]{1,200}")
_KNOWN = ("TOKEN", "API_URL", "MODE", "RATE", "POLL_SECONDS", "WEBHOOK_SECRET")
_NOT_OURS = frozenset({"ADAPTER", "ENABLED"})  # what the registry reads in the same section
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}", re.ASCII)  # Telegram takes 1 to 256 of these
_MODES = ("polling", "webhook")
_DEFAULT_URL = "https://api.telegram.org"
_LONGEST_POLL = 50  # seconds: the server cuts longer ones to that
_TEXT_LIMIT = 4096  # documented as characters; UTF-16 units are never fewer, so counting them is safe either way
_MAX_BUTTONS = 8
_MAX_IN_FLIGHT = 16  # more only costs CPU: 30 messages a second need 2 to 5 at usual round trips


@dataclass(frozen=True, slots=True)
class Config:
    """One bot. *api_url* has no slash at its end; *rate* is messages a second over the whole bot."""

    token: Secret
    api_url: str = _DEFAULT_URL
    rate: float = 25.0
    poll_seconds: int = 25
    webhook_secret: Secret | None = None
    """Set in the webhook mode only."""

    @classmethod
    def parse(cls, options: Mapping[str, Secret]) -> Config:
        """The config of *options*, whose names may be in any case. Raises `BadOptions` with all problems."""
        given = {name.upper(): value.reveal().strip() for name, value in options.items()}
        problems = [f"{name} is not an option: known are {', '.join(_KNOWN)}" for name in _strangers(given)]
        if not _TOKEN.fullmatch(given.get("TOKEN", "")):
            problems.append("TOKEN must be the bot's token as BotFather gives it: digits, a colon, letters and digits")
        api_url = given.get("API_URL", _DEFAULT_URL).rstrip("/")
        if not _is_base_url(api_url):
            problems.append("API_URL must be https://host (http:// only to this machine or a private network)")
        mode = given.get("MODE", "polling").lower()
        if mode not in _MODES:
            problems.append(f"MODE must be {' or '.join(_MODES)}")
        secret = given.get("WEBHOOK_SECRET", "")
        if mode == "webhook" and not _SECRET.fullmatch(secret):
            problems.append("WEBHOOK_SECRET must be 16 to 256 letters, digits, _ or -: make one up for this bot alone")
        rate = _number(given.get("RATE", "25"))
        if rate is None or not 0 < rate <= 1000:
            problems.append("RATE must be messages a second: a number above 0, at most 1000; Telegram allows about 30")
        poll_seconds = _number(given.get("POLL_SECONDS", "25"))
        if poll_seconds is None or not 1 <= poll_seconds <= _LONGEST_POLL or poll_seconds != int(poll_seconds):
            problems.append(f"POLL_SECONDS must be a whole number from 1 to {_LONGEST_POLL}")
        if problems or rate is None or poll_seconds is None:
            raise BadOptions(problems)
        hook = Secret(secret) if mode == "webhook" else None
        return cls(Secret(given["TOKEN"]), api_url, rate, int(poll_seconds), hook)

    def capabilities(self) -> Capabilities:
        """What this account can do."""
        return Capabilities(
            text_limit=_TEXT_LIMIT,
            text_unit="utf16",
            buttons=True,
            max_buttons=_MAX_BUTTONS,
            files=True,
            may_push=True,
            replies_in_place=0,
            rate_per_second=self.rate,
            max_in_flight=_MAX_IN_FLIGHT,
        )


def _strangers(given: Mapping[str, str]) -> list[str]:
    return sorted(name for name in given if name not in _KNOWN and name not in _NOT_OURS)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d{1,6}(\.\d{1,6})?", text, re.ASCII) else None


def _is_base_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or parts.query or parts.fragment or re.search(r"[\s{}]", text):
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and _is_near(host))


def _is_near(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "." not in host  # localhost, or a container's name: never a name on the internet
    return address.is_loopback or address.is_private
