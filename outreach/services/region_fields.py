"""What may be typed about a region, in a form, a file or a command: read, with every problem and its remedy."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.services.cards_regions import OFF, SETTINGS, RegionOwn
from outreach.services.problems import BadFields, Problem

LONGEST_CODE = 32
LONGEST_NAME = 60  # characters
LONGEST_HOURS = 200
MOST_A_WEEK = 100
ABOVE = "above"
"""As the region above it has it; so does an empty text."""

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*", re.ASCII)
_CLOCKS = re.compile(r"([01]?[0-9]|2[0-3]):([0-5][0-9])-([01]?[0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_ABOVE = frozenset({"", "-", ABOVE, "as above", "同上级", "同上", "沿用上级"})
_OFF = frozenset({OFF, "none", "关", "关闭", "不设", "无"})
_SAID = {
    **dict.fromkeys(("yes", "true", "1", "y", "on", "是", "要", "需要"), True),
    **dict.fromkeys(("no", "false", "0", "n", "off", "否", "不要", "不需要"), False),
}
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_DASHES = re.compile(r"\s*(?:[-‐‑–—―~〜～至到]|--)\s*")


def read_settings(
    texts: Mapping[str, str], before: RegionOwn, sets: Collection[str]
) -> tuple[RegionOwn, list[Problem]]:
    """*before* with what *texts* say, setting by setting, and what is wrong with them.

    A setting that is not in *texts* stays as it is. *sets*: the countries that the library has helplines for.
    """
    changed: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, text in texts.items():
        try:
            changed[name] = _read(name, text, sets)
        except BadFields as refused:
            problems += refused.found
    return replace(before, **changed), problems


def shown(own: RegionOwn) -> dict[str, str]:
    """What `read_settings` would take for *own*, setting by setting: for forms and files."""
    return {name: _shown(getattr(own, name)) for name in SETTINGS}


def about_code(code: str) -> list[Problem]:
    """What is wrong with a code."""
    if not code:
        return [Problem("code", "empty", "it is empty; files and links know a region by its code")]
    if len(code) > LONGEST_CODE:
        return [_too_long("code", code, LONGEST_CODE)]
    if _CODE.fullmatch(code):
        return []
    said = f"{code!r} is no code: letters, digits, dashes and underscores, beginning with a letter or digit"
    return [Problem("code", "region_code_form", said, {"code": code})]


def about_name(name: str) -> list[Problem]:
    """What is wrong with a name."""
    if not name:
        return [Problem("name", "empty", "it is empty; residents choose their region by its name")]
    if len(name) > LONGEST_NAME:
        return [_too_long("name", name, LONGEST_NAME)]
    return [_not_one_line("name")] if _has_unseen(name) else []


def clean(text: str) -> str:
    """*text* with full-width letters and digits as the plain ones, trimmed: for codes and settings."""
    return unicodedata.normalize("NFKC", text).strip()


def _read(name: str, text: str, sets: Collection[str]) -> object:
    if clean(text).casefold() in _ABOVE:
        return None
    return _helplines(text, sets) if name == "helplines" else _READERS[name](text)


def _zone(text: str) -> str:
    name = clean(text)
    if not _is_zone(name):
        said = f"{name[:40]!r} is not a time zone: give an IANA name such as Asia/Shanghai"
        raise BadFields([Problem("zone", "zone", said, {"zone": name[:40]})])
    return name


@lru_cache(maxsize=256)
def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _quiet_hours(text: str) -> str:
    plain = clean(text).casefold()
    if plain in _OFF:
        return OFF
    found = _CLOCKS.fullmatch(_DASHES.sub("-", plain.replace("24:00", "00:00")))
    if found is None:
        said = f"{plain[:40]!r} are not quiet hours: write 21:30-07:30, or off"
        raise BadFields([Problem("quiet_hours", "quiet_hours", said, {"text": plain[:40]})])
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        said = "they begin and end at the same time; write off if there are to be none"
        raise BadFields([Problem("quiet_hours", "quiet_hours_equal", said)])
    return f"{begins:%H:%M}-{ends:%H:%M}"


def _opening_hours(text: str) -> str:
    said = text.strip()
    if len(said) > LONGEST_HOURS:
        raise BadFields([_too_long("opening_hours", said, LONGEST_HOURS)])
    if _has_unseen(said):
        raise BadFields([_not_one_line("opening_hours")])
    return said


def _helplines(text: str, sets: Collection[str]) -> str:
    country = clean(text).upper()
    if country not in sets:
        known = ", ".join(sorted(sets))
        said = f"the library has no helplines for {country[:40]!r}; it has them for {known}"
        raise BadFields([Problem("helplines", "helplines_unknown", said, {"country": country[:40], "known": known})])
    return country


def _second_person(text: str) -> bool:
    found = _SAID.get(clean(text).casefold())
    if found is None:
        said = f"{text[:40]!r} is neither yes nor no"
        raise BadFields([Problem("second_person", "yes_or_no", said, {"text": text[:40]})])
    return found


def _weekly_cap(text: str) -> int:
    plain = clean(text)
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10 and int(plain) <= MOST_A_WEEK):
        said = f"{plain[:40]!r} is not a number of messages: give one from 0 to {MOST_A_WEEK}"
        raise BadFields([Problem("weekly_cap", "weekly_cap", said, {"text": plain[:40], "most": MOST_A_WEEK})])
    return int(plain)


_READERS: Mapping[str, Callable[[str], object]] = {
    "zone": _zone,
    "quiet_hours": _quiet_hours,
    "opening_hours": _opening_hours,
    "second_person": _second_person,
    "weekly_cap": _weekly_cap,
}


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _has_unseen(text: str) -> bool:
    return bool(_UNSEEN & {unicodedata.category(letter) for letter in text})


def _too_long(where: str, text: str, most: int) -> Problem:
    said = f"{len(text)} characters are too many, {most} fit"
    return Problem(where, "too_long", said, {"length": len(text), "most": most})


def _not_one_line(where: str) -> Problem:
    return Problem(where, "one_line", "keep to one line of plain text")
