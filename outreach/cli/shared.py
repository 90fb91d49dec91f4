"""What several commands need: the core, a moment from text, and printing."""

from __future__ import annotations

import dataclasses
import json
import logging
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Any
from unicodedata import east_asian_width

import typer

from outreach.domain.errors import BadInput

if TYPE_CHECKING:
    from outreach.bootstrap import Core

AsJson = Annotated[bool, typer.Option("--json", help="Print data as JSON.")]
LARGEST_ID = 2**63 - 1  # what a database keeps as a number


@contextmanager
def opened_core() -> Iterator[Core]:
    """The core of the house over the settings' database, closed afterwards. Works beside a running server."""
    from outreach.bootstrap import open_core
    from outreach.settings import load

    set_up_logging("WARNING")
    core = open_core(load())
    try:
        yield core
    finally:
        core.database.close()


def set_up_logging(level: str) -> None:
    """One line a record, to stderr. Libraries that print addresses or tokens speak only when it is serious."""
    logging.basicConfig(level=level, format="%(asctime)s %(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    for loud in (
        "httpx",
        "httpcore",
        "telegram",
        "aiohttp",
        "apscheduler",
        "asyncio",
        "uvicorn.access",
        "alembic",
        "procrastinate",
    ):
        logging.getLogger(loud).setLevel(logging.WARNING)


def moment(text: str, zone: str, option: str) -> datetime:
    """``2026-12-01T14:00`` in *zone*, or with an offset of its own, in UTC. Raises `BadInput`."""
    from zoneinfo import ZoneInfo

    if _is_date(text):
        raise BadInput([f"{option}: {text!r} has no time of day: write 2026-12-01T14:00"])
    try:
        found = datetime.fromisoformat(text)
        local = found if found.tzinfo is not None else found.replace(tzinfo=ZoneInfo(zone))
        moment = local.astimezone(UTC)
        shown = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadInput([f"{option}: {text!r} is not a time: write 2026-12-01T14:00"]) from None
    if found.tzinfo is None and shown != found:
        raise BadInput([f"{option}: {text!r} does not exist there: the clock jumps over it; take another time"])
    return moment


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def local_time(moment: datetime, zone: str = "") -> str:
    """*moment* as staff read it: local time of *zone*, or of this machine, to the minute."""
    from zoneinfo import ZoneInfo

    return f"{moment.astimezone(ZoneInfo(zone) if zone else None):%Y-%m-%d %H:%M}"


def print_json(value: object) -> None:
    """*value* as JSON: dataclasses as objects, moments in ISO form, sets sorted."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def print_table(headings: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """A plain table in columns; says so if it is empty."""
    lines = [[" ".join(str(cell).split()) for cell in row] for row in rows]
    if not lines:
        print("(none)")
        return
    table = [list(headings), *lines]
    widths = [max(map(_width, column)) for column in zip(*table, strict=True)]
    for line in table:
        cells = (cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True))
        print("  ".join(cells).rstrip())


def _width(text: str) -> int:
    """Columns in a terminal: a Chinese character takes two."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)


def fields_of(card: Any) -> dict[str, Any]:
    """A card as a mapping, one level deep."""
    return {field.name: getattr(card, field.name) for field in dataclasses.fields(card)}


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, Mapping):
        return dict(value)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return fields_of(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
