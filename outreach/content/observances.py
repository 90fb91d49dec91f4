"""The calendar of days on which what can wait does wait: ``observances.toml`` read and checked."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from outreach.content.vocabulary import TAG, Vocabulary
from outreach.domain.errors import BadInput
from outreach.domain.may_send import BY_AUDIENCE
from outreach.domain.messages import MessageKind
from outreach.domain.quiet_days import Almanac, QuietDays

OBSERVANCES = "observances.toml"
LONGEST = 15  # days: whoever hears nothing for longer should be asked, not spared
_YEARS = range(2000, 2200)
_KEYS = frozenset({"waits", "about", "audiences", "regions", "dates", "days"})
_KINDS = frozenset(kind.value for kind in BY_AUDIENCE)


def parse_observances(text: str, vocabulary: Vocabulary) -> Almanac:
    """The quiet days of ``observances.toml``, given as text, by their first day. Empty text: none.

    A table per observance: ``waits`` and ``dates``, and optionally ``about``, ``audiences``, ``regions``, ``days``.
    Raises `BadInput` with every problem of the file, each as ``path:line: what is wrong; what to do``.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        raise BadInput([f"{OBSERVANCES}: is not TOML ({wrong}); mend that place"]) from None
    problems = [
        f"{OBSERVANCES}:{_line_of(name, text)}: {problem}"
        for name, table in tables.items()
        for problem in _problems(name, table, vocabulary)
    ]
    if problems:
        raise BadInput(problems)
    days = [day for name, table in tables.items() for day in _days(name, table)]
    return Almanac(tuple(sorted(days, key=lambda day: (day.first, day.name))))


def _days(name: str, table: dict[str, Any]) -> Iterator[QuietDays]:
    lasts = timedelta(days=table.get("days", 1) - 1)
    waits = frozenset(MessageKind(kind) for kind in table["waits"])
    audiences, topics, regions = (frozenset(table.get(key, ())) for key in ("audiences", "about", "regions"))
    for first in table["dates"]:
        yield QuietDays(name, first, first + lasts, waits, audiences, topics, regions)


def _problems(name: str, table: object, vocabulary: Vocabulary) -> Iterator[str]:
    if not TAG.fullmatch(name):
        yield f"{name!r} is not a name; use small letters, digits and _, beginning with a letter"
    if not isinstance(table, dict):
        yield f"{name} is not a table; write [{name}] with waits and dates under it"
        return
    yield from (f"{name} has the unknown key {key!r}; take it away" for key in table if key not in _KEYS)
    yield from _list_problems(name, "waits", table.get("waits", []), _KINDS, required=True)
    yield from _list_problems(name, "about", table.get("about", []), vocabulary.topics.by_key)
    yield from _list_problems(name, "audiences", table.get("audiences", []), vocabulary.audiences.by_key)
    yield from _list_problems(name, "regions", table.get("regions", []))
    yield from _date_problems(name, table)


def _list_problems(
    name: str, key: str, given: object, known: Collection[str] | None = None, *, required: bool = False
) -> Iterator[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) and one.strip() for one in given):
        yield f"{key} of {name} is not a list of texts; write [“…”, “…”]"
        return
    if required and not given:
        yield f"{name} does not say what waits; add {key} = [“announcement”, “education”]"
    for one in given:
        if known is not None and one not in known:
            yield f"{key} of {name} has the unknown {one!r}; choose from {', '.join(sorted(known))}"


def _date_problems(name: str, table: dict[str, Any]) -> Iterator[str]:
    days, dates = table.get("days", 1), table.get("dates", [])
    if type(days) is not int or days not in range(1, LONGEST + 1):  # true would be 1
        yield f"days of {name} is {days!r}; write a whole number from 1 to {LONGEST}"
        return
    if not isinstance(dates, list) or not dates or not all(_is_day(one) for one in dates):
        yield f"dates of {name} is not a list of days; write [2026-12-31, 2027-12-31], without quotes"
        return
    for one, other in pairwise(sorted(dates)):
        if (other - one).days < days:
            yield f"{name} begins on {other} before what began on {one} is over; mend one of the two dates"


def _is_day(given: object) -> bool:
    return type(given) is date and given.year in _YEARS  # a moment is a date, too, to Python


def _line_of(name: str, text: str) -> int:
    header = re.search(rf"^\s*\[?[\"']?{re.escape(name)}\b", text, re.MULTILINE)
    return text.count("\n", 0, header.end()) + 1 if header else 1
