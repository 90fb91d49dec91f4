"""The lane's section of the settings, read and checked: every problem is told, no secret is."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from outreach.channels.base import BadOptions
from outreach.channels.wechat.address import is_base_address
from outreach.channels.wechat.templates import Template, parse_fields
from outreach.domain.messages import Act, Allowance, MessageKind
from outreach.domain.secret import Secret
from outreach.domain.times import parse_duration

MAX_BODY_BYTES = 64 * 1024  # a genuine callback is below 10 KiB; nothing larger is looked at
TEXT_LIMIT_BYTES = 2000  # 2,048 is what works in practice (platforms.md A5); the rest is head-room
RATE_PER_SECOND = 10.0
MAX_IN_FLIGHT = 4
API_URL = "https://api.weixin.qq.com"
MASS_A_MONTH = 4  # what WeChat lets through to a follower of a service account (platforms.md A9)
FRESHNESS = "5m"  # WeChat's own three tries are 15 s apart at most; the rest is for clocks that drift

_MEANING = {
    "APPID": "the AppID, which begins with wx",
    "TOKEN": "the Token of the server settings: 3 to 32 letters or digits",
    "AES_KEY": "the EncodingAESKey of the server settings: 43 letters or digits",
    "ORIGINAL_ID": "the account's original id, which begins with gh_",
}
_SHAPES = {
    "APPID": re.compile(r"wx[0-9A-Za-z_]{2,62}", re.ASCII),
    "TOKEN": re.compile(r"[0-9A-Za-z]{3,32}", re.ASCII),
    "AES_KEY": re.compile(r"[0-9A-Za-z]{43}", re.ASCII),
    "ORIGINAL_ID": re.compile(r"gh_[0-9A-Za-z_]{1,61}", re.ASCII),
}
_TEMPLATES = {  # what somebody asked for themselves; education by template would be advertising
    MessageKind.CONFIRMATION: ("TEMPLATE_CONFIRMATION", "FIELDS_CONFIRMATION"),
    MessageKind.CHANGE: ("TEMPLATE_CHANGE", "FIELDS_CHANGE"),
    MessageKind.REMINDER: ("TEMPLATE_REMINDER", "FIELDS_REMINDER"),
}
_QUOTAS = {  # platforms.md A6; the platform has changed them before
    Act.MESSAGE: ("QUOTA_MESSAGE", "5/48h"),
    Act.CLICK: ("QUOTA_CLICK", "3/60s"),
    Act.FOLLOW: ("QUOTA_FOLLOW", "3/60s"),
    Act.SCAN: ("QUOTA_SCAN", "3/60s"),
}
_QUOTA = re.compile(r"([0-9]{1,4})/([1-9][0-9]{0,5}[smhd])", re.ASCII)
_OPTIONS = frozenset(_MEANING) | {"SECRET", "MODE", "ACCOUNT", "VERIFIED", "API_URL", "FRESHNESS", "MENU"}
_OPTIONS |= {name for name, _ in _QUOTAS.values()} | {"MASS_A_MONTH"}
_OPTIONS |= {name for names in _TEMPLATES.values() for name in names}
_NOT_OURS = frozenset({"ADAPTER", "ENABLED"})  # what the registry reads in the same section
_TEMPLATE_ID = re.compile(r"[0-9A-Za-z_-]{10,64}", re.ASCII)


class Mode(StrEnum):
    """How the account's server settings say that messages travel. Compatible mode is `SECURE` to us."""

    SECURE = "secure"
    PLAINTEXT = "plaintext"


class Account(StrEnum):
    """The kind of Official Account, on which its rights depend (platforms.md A0)."""

    SERVICE = "service"
    SUBSCRIPTION = "subscription"


@dataclass(frozen=True, slots=True)
class Config:
    """One Official Account. *aes_key* is the 32 decoded bytes, ``None`` only in plaintext mode."""

    appid: str
    token: Secret
    aes_key: bytes | None = field(repr=False)
    secret: Secret
    original_id: str
    """Empty: taken from each request."""
    account: Account
    verified: bool
    api_url: str
    freshness: timedelta
    templates: Mapping[MessageKind, Template] = field(default_factory=dict)
    keep_menu: bool = False
    """Leave the account's menu as it is."""
    allowances: Mapping[Act, Allowance] = field(default_factory=dict)
    """How many customer-service messages each act lets through, and for how long."""
    mass_a_month: int = 4
    """How many mass messages each follower may get in a calendar month; 0: we send none."""


def parse_config(options: Mapping[str, Secret]) -> Config:
    """The section as a `Config`. Option names may be in either case. Raises `BadOptions` with all problems."""
    reader = _Reader(options)
    config = Config(
        appid=reader.shaped("APPID"),
        token=Secret(reader.shaped("TOKEN")),
        aes_key=reader.aes_key(),
        secret=Secret(reader.text("SECRET")),
        original_id=reader.shaped("ORIGINAL_ID", required=False),
        account=Account(reader.one_of("ACCOUNT", tuple(Account), default=Account.SUBSCRIPTION)),
        verified=reader.one_of("VERIFIED", ("true", "false"), default="false") == "true",
        api_url=reader.url("API_URL", default=API_URL),
        freshness=reader.duration("FRESHNESS", default=FRESHNESS),
        templates=reader.templates(),
        keep_menu=reader.one_of("MENU", ("ours", "keep"), default="ours") == "keep",
        mass_a_month=reader.number("MASS_A_MONTH", default=MASS_A_MONTH, most=31),
        allowances={act: reader.quota(name, default) for act, (name, default) in _QUOTAS.items()},
    )
    if reader.problems:
        raise BadOptions(reader.problems)
    return config


class _Reader:
    """Reads one option after another and keeps what is wrong, so that all of it is told at once."""

    def __init__(self, options: Mapping[str, Secret]) -> None:
        self._options = {name.upper(): value.reveal().strip() for name, value in options.items()}
        self.problems: list[str] = []
        for name in sorted(self._options.keys() - _OPTIONS - _NOT_OURS):
            self._complain(name, f"is not an option; there are {', '.join(sorted(_OPTIONS))}")

    def text(self, name: str, default: str = "") -> str:
        return self._options.get(name) or default

    def shaped(self, name: str, required: bool = True) -> str:
        text = self.text(name)
        if not text:
            if required:
                self._complain(name, f"is missing: it is {_MEANING[name]}")
        elif not _SHAPES[name].fullmatch(text):
            self._complain(name, f"does not look right: it is {_MEANING[name]}")
        return text

    def number(self, name: str, *, default: int, most: int) -> int:
        text = self.text(name, str(default))
        if text.isascii() and text.isdigit() and int(text[:9]) <= most:
            return int(text)
        self._complain(name, f"is not a number from 0 to {most}")
        return default

    def aes_key(self) -> bytes | None:
        mode = self.one_of("MODE", tuple(Mode), default=Mode.SECURE)
        if mode == Mode.PLAINTEXT:
            if self.text("AES_KEY"):
                self._complain("AES_KEY", "has no use with MODE=plaintext: take one of the two away")
            return None
        text = self.shaped("AES_KEY")
        return base64.b64decode(text + "=") if _SHAPES["AES_KEY"].fullmatch(text) else None

    def one_of(self, name: str, allowed: tuple[str, ...], default: str) -> str:
        text = self.text(name, default).lower()
        if text not in allowed:
            self._complain(name, f"must be {' or '.join(allowed)}")
            return default
        return text

    def url(self, name: str, default: str) -> str:
        text = self.text(name, default)
        if not is_base_address(text):
            self._complain(
                name, f"must be an address such as {default} (http only to this machine or a private network)"
            )
        return text.rstrip("/")

    def templates(self) -> Mapping[MessageKind, Template]:
        """The template table: an id and its fields for each kind that has one, both or none."""
        found: dict[MessageKind, Template] = {}
        for kind, (id_option, fields_option) in _TEMPLATES.items():
            template_id, fields = self.text(id_option), self.text(fields_option)
            if not template_id and not fields:
                continue
            if not _TEMPLATE_ID.fullmatch(template_id):
                self._complain(id_option, "is the template's id, as the account's console shows it")
            try:
                found[kind] = Template(template_id, parse_fields(fields))
            except ValueError as wrong:
                self._complain(fields_option, str(wrong))
        return found

    def quota(self, name: str, default: str) -> Allowance:
        """``5/48h``: five messages in 48 hours."""
        found = _QUOTA.fullmatch(self.text(name, default))
        if found is None:
            self._complain(name, f"must be a number of messages and how long they may be sent, such as {default}")
            return self.quota("", default)
        return Allowance(int(found[1]), parse_duration(found[2]))

    def duration(self, name: str, default: str) -> timedelta:
        try:
            return parse_duration(self.text(name, default))
        except ValueError:
            self._complain(name, f"must be a number and s, m, h or d, such as {default}")
            return parse_duration(default)

    def _complain(self, name: str, problem: str) -> None:
        self.problems.append(f"{name} {problem}")
