"""What WeChat's API allows, in data: rights by kind of account, windows by what somebody did, fields by their prefix.

Facts: platforms.md A0, A6, A7, A12 and A13. Written without a look at the adapter, so that the two check each other.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_TEXT_BYTES = 2048
HOUR, MINUTE = 3600.0, 60.0


@dataclass(frozen=True, slots=True)
class Kind:
    """The kind of account that WeChat knows this one to be."""

    service: bool = False
    verified: bool = False

    def may(self, path: str) -> bool:
        """Whether an account of this kind has the right to the API at *path*."""
        if path == "message/custom/send":
            return self.verified
        if path == "message/mass/send":
            return self.verified and self.service
        if path.startswith(("message/mass/", "tags/", "user/tag/")):
            return self.verified
        if path.startswith(("material/", "media/")):
            return self.verified
        if path.startswith("menu/"):
            return self.verified or self.service
        if path.startswith(("message/template/", "template/", "qrcode/")):
            return self.verified and self.service
        return True


@dataclass(frozen=True, slots=True)
class Window:
    """How many customer-service messages one act opens, and for how many seconds."""

    messages: int
    seconds: float


WINDOWS: Mapping[str, Window] = {
    "message": Window(5, 48 * HOUR),
    "click": Window(3, MINUTE),
    "follow": Window(3, MINUTE),
    "scan": Window(3, MINUTE),
}

OPENING_EVENTS: Mapping[str, str] = {
    "subscribe": "follow",
    "scan": "scan",
    "click": "click",
    "scancode_push": "click",
    "scancode_waitmsg": "click",
}
"""Which events open a window, and which one; `VIEW` opens none."""

_CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?"
_DAY = r"\d{4}(年\d{1,2}月\d{1,2}日|-\d{1,2}-\d{1,2})"
_MOMENT = rf"({_DAY}( ?{_CLOCK})?|{_CLOCK})"
_FIELDS: Mapping[str, str] = {
    "thing": r".{1,20}",
    "short_thing": r".{1,20}",
    "number": r"(?=.{1,32}\Z)\d+(\.\d+)?",
    "letter": r"[A-Za-z]{1,32}",
    "symbol": r"[^\w\s]{1,5}",
    "character_string": r"[!-~ ]{1,32}",
    "time": rf"{_MOMENT}( ?~ ?{_MOMENT})?",
    "date": rf"{_MOMENT}( ?~ ?{_MOMENT})?",
    "amount": r"[¥$€£]?\d{1,10}(\.\d+)?元?",
    "phone_number": r"[\d+()\- ]{1,17}",
    "car_number": r".{1,8}",
    "name": r"[\u4e00-\u9fff]{1,10}|[!-~ ]{1,20}",
    "phrase": r"[\u4e00-\u9fff]{1,5}",
    "const": r".{1,20}",
    "enum": r".{1,20}",
}
_KEY = re.compile(r"([a-z_]+?)\d+", re.ASCII)
_OLD = re.compile(r"keyword\d+", re.ASCII)  # fields of templates from before 2023: trimmed, never refused
_PICTURE = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff\ufe0f]")


def unfit_field(wanted: tuple[str, ...], given: object) -> str:
    """The first field of a template that is missing, unknown or breaks the rule of its prefix; empty if all fit."""
    fields: dict[str, object] = given if isinstance(given, dict) else {}
    for key in (*wanted, *(key for key in fields if key not in wanted)):
        if key not in wanted or not _fits(key, fields.get(key)):
            return key
    return ""


def shown(given: Mapping[str, Any]) -> dict[str, str]:
    """What a person reads of the fields of a template: those of an old kind lose pictures, lines and what is long."""
    read = {key: str(entry["value"]) for key, entry in given.items()}
    return {key: _trimmed(value) if _OLD.fullmatch(key) else value for key, value in read.items()}


def _trimmed(value: str) -> str:
    return _PICTURE.sub("", value.replace("\n", ""))[:20]


def _fits(key: str, entry: Any) -> bool:
    prefix = _KEY.fullmatch(key)
    value = entry.get("value") if isinstance(entry, dict) else None
    if _OLD.fullmatch(key):
        return isinstance(value, str)
    rule = _FIELDS.get(prefix[1], "") if prefix else ""
    return isinstance(value, str) and bool(value.strip()) and re.fullmatch(rule, value) is not None


def fault_of_menu(menu: Mapping[str, Any]) -> tuple[int, str] | None:
    """What is wrong with a custom menu: too many entries, names too long, or a key too long."""
    entries = menu.get("button")
    if not isinstance(entries, list) or not 1 <= len(entries) <= 3:
        return 40016, "invalid button size"
    for entry in entries:
        below = entry.get("sub_button") or []
        if len(below) > 5:
            return 40023, "invalid sub button size"
        if _too_long(entry, 16) or any(_too_long(one, 60) for one in below):
            return 40018, "invalid button name size"
        if any(len(str(one.get("key", "")).encode()) > 128 for one in (entry, *below)):
            return 40019, "invalid button key size"
    return None


def _too_long(entry: Mapping[str, Any], most: int) -> bool:
    return not 1 <= len(str(entry.get("name", "")).encode()) <= most
