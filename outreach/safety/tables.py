"""Reading a TOML file of the library so that ALL its problems are told at once, each with file, line and remedy."""

from __future__ import annotations

import tomllib
from datetime import date
from typing import Any, TypeAlias

from outreach.domain.errors import BadInput

Table: TypeAlias = dict[str, Any]


class Problems:
    """The problems of one file; *text* is only searched for the line to name."""

    def __init__(self, path: str, text: str) -> None:
        self.path, self._lines, self.found = path, text.splitlines(), list[str]()

    def add(self, near: str, problem: str, after: int = 0) -> None:
        """Note *problem* at the first line past line *after* that holds *near* (line 1 if none does)."""
        numbered = enumerate(self._lines, start=1)
        line = next((number for number, text in numbered if number > after and near in text), max(1, after))
        self.found.append(f"{self.path}:{line}: {problem}")

    def line_of_nth(self, header: str, index: int) -> int:
        """The line of the *index*-th (from 0) table array header ``[[header]]``; 0 if it is not written so."""
        lines = [number for number, line in enumerate(self._lines, start=1) if line.strip() == f"[[{header}]]"]
        return lines[index] if index < len(lines) else 0

    def raise_if_any(self) -> None:
        """Raise `BadInput` with all that was found."""
        if self.found:
            raise BadInput(self.found)

    # Each reader gives a value of its type in any case, so that reading goes on to the next problem.

    def text(self, table: Table, key: str, after: int = 0, default: str | None = None) -> str:
        """A text; missing without *default*, empty or of another type is a problem."""
        value = table.get(key, default)
        if isinstance(value, str) and (value or value == default):
            return value
        self.add(key, f'{key!r} must be a text that is not empty: write {key} = "…"', after)
        return ""

    def texts(self, table: Table, key: str, after: int = 0, *, required: bool = True) -> tuple[str, ...]:
        """A list of texts; if *required*, at least one."""
        value = table.get(key, [])
        if isinstance(value, list) and all(isinstance(item, str) for item in value) and (value or not required):
            return tuple(value)
        self.add(key, f'{key!r} must be a list of texts: write {key} = ["…"]', after)
        return ()

    def flag(self, table: Table, key: str, after: int = 0, *, default: bool) -> bool:
        """True or false."""
        value = table.get(key, default)
        if isinstance(value, bool):
            return value
        self.add(key, f"{key!r} must be true or false", after)
        return default

    def day(self, table: Table, key: str, after: int = 0) -> date | None:
        """A date, or ``None`` if it is not given."""
        value = table.get(key)
        if value is None or type(value) is date:
            return value
        self.add(key, f"{key!r} must be a date: write {key} = 2026-11-21", after)
        return None

    def table(self, table: Table, key: str, after: int = 0) -> Table:
        """A table of its own; none given is an empty one."""
        value = table.get(key, {})
        if isinstance(value, dict):
            return value
        self.add(key, f"{key!r} must be a table: write [{key}]", after)
        return {}

    def tables(self, table: Table, key: str) -> list[Table]:
        """A list of tables, at least one."""
        value = table.get(key, [])
        if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
            return value
        self.add(key, f"{key!r} must be a list of tables: write [[{key}]]")
        return []

    def only(self, table: Table, allowed: frozenset[str], after: int = 0) -> None:
        """Every key must be one of *allowed*: a misspelt one would be silently ignored."""
        for key in sorted(table.keys() - allowed):
            self.add(key, f"{key!r} is not known here: use one of {', '.join(sorted(allowed))}", after)


def read_toml(path: str, text: str) -> Table:
    """*text* as TOML. Raises `BadInput` with the place that TOML's parser names."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadInput([f"{path}: {error}: correct the TOML there"]) from None
