"""Core statements compiled once and run on the driver itself: for the handful that every message needs.

SQLAlchemy's own way through a statement costs about 20 µs more a call (measured: ``make bench`` gained a fifth).
What it adds is kept: bound and returned values go through the columns' types, and errors are SQLAlchemy's.
"""

from __future__ import annotations

import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.visitors import cloned_traverse

from outreach.store.dialect import ByDialect

_Convert = Callable[[Any], Any]
_NAMED = re.compile(r"%\((\w+)\)s")  # psycopg's way, where places have names


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement in one database's words. *binds*: name, fixed value, conversion, in the order of the places."""

    text: str
    positional: bool
    binds: tuple[tuple[str, Any, _Convert | None], ...]
    converts: tuple[tuple[int, _Convert], ...]
    made: Callable[[Iterable[Any]], Any]

    def bound(self, values: Mapping[str, Any]) -> Sequence[Any] | Mapping[str, Any]:
        """*values* as the driver wants them. The keys are the same at every call."""
        if self.positional:
            return [_converted(values.get(name, fixed), convert) for name, fixed, convert in self.binds]
        return {name: _converted(values.get(name, fixed), convert) for name, fixed, convert in self.binds}

    def row(self, found: Sequence[Any]) -> Any:
        """A row of the driver with its values converted, each also by its column's name."""
        values = list(found)
        for place, convert in self.converts:
            values[place] = convert(values[place])
        return self.made(values)


class Prepared:
    """One statement, given once; run with a mapping of values that always has the same keys."""

    def __init__(self, statement: Any) -> None:
        self._statement = statement
        self._compiled: dict[tuple[str, int], _Compiled] = {}

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows that the statement gives."""
        compiled = self._on(connection, values)
        return [compiled.row(found) for found in self._cursor(connection, compiled, values).fetchall()]

    def first(self, connection: Connection, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The one row that the statement gives, ``None`` without one."""
        found = self.rows(connection, values)
        return found[0] if found else None

    def run(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """Run a statement that gives no rows; how many it changed."""
        count: int = self._cursor(connection, self._on(connection, values), values).rowcount
        return count

    def run_many(self, connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
        """Run it for each of *rows*, in order."""
        if rows:
            compiled = self._on(connection, rows[0])
            many_on_driver(connection, compiled.text, [compiled.bound(values) for values in rows])

    def _cursor(self, connection: Connection, compiled: _Compiled, values: Mapping[str, Any]) -> Any:
        return on_driver(connection, compiled.text, compiled.bound(values))

    def _on(self, connection: Connection, values: Mapping[str, Any]) -> _Compiled:
        name = connection.dialect.name
        if (name, 0) not in self._compiled:
            chosen = self._statement.named(name) if isinstance(self._statement, ByDialect) else self._statement
            self._compiled[name, 0] = _compile(chosen, connection.dialect, list(values))
        return self._compiled[name, 0]


class PreparedMany(Prepared):
    """A `Prepared` with one expanding parameter, *many*: compiled once for each power of two that it is long."""

    def __init__(self, many: str, build: Callable[[Any], Any]) -> None:
        super().__init__(build)
        self._many = many

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """All rows that the statement gives; the list in *values* has one value at least."""
        wanted = list(values[self._many])
        wanted += wanted[-1:] * ((1 << (len(wanted) - 1).bit_length()) - len(wanted))
        key = (connection.dialect.name, len(wanted))
        if key not in self._compiled:
            filled: BindParameter[Any] = bindparam(self._many, wanted, expanding=True)
            # Compiling asks for all values where one of them is a list. The parameters are shared, so copies are eased.
            statement = cloned_traverse(self._statement(filled), {}, {"bindparam": _ease})
            self._compiled[key] = _compile(statement, connection.dialect, [])
        compiled = self._compiled[key]
        flat = {**values, **{f"{self._many}_{number}": one for number, one in enumerate(wanted, 1)}}
        cursor = on_driver(connection, compiled.text, compiled.bound(flat))
        return [compiled.row(found) for found in cursor.fetchall()]


def on_driver(connection: Connection, text: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """The driver's cursor after running *text*. Its errors are raised as SQLAlchemy would, without the values."""
    with _errors_as_usual(connection, text):
        return _driver(connection).execute(text, values)


def many_on_driver(connection: Connection, text: str, rows: Sequence[Sequence[Any] | Mapping[str, Any]]) -> None:
    """Run *text* for each of *rows*, as `on_driver` does for one."""
    with _errors_as_usual(connection, text):
        _driver(connection).cursor().executemany(text, rows)


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection


@contextmanager
def _errors_as_usual(connection: Connection, text: str) -> Iterator[None]:
    base = connection.dialect.loaded_dbapi.Error
    try:
        yield
    except base as error:
        raise DBAPIError.instance(text, None, error, base, hide_parameters=True, dialect=connection.dialect) from error


def _compile(statement: Any, dialect: Dialect, keys: list[str]) -> _Compiled:
    columns = keys if getattr(statement, "is_insert", False) else None
    compiled: SQLCompiler = statement.compile(
        dialect=dialect, column_keys=columns, compile_kwargs={"render_postcompile": True}
    )
    fixed = compiled.construct_params(_check=False)
    converts = compiled._bind_processors
    names = list(compiled.positiontup or dict.fromkeys(_NAMED.findall(str(compiled))))
    binds = tuple((name, fixed.get(name), _one(converts.get(name))) for name in names)
    shown = compiled._result_columns
    found = tuple(
        (place, convert)
        for place, column in enumerate(shown)
        if (convert := column.type._cached_result_processor(dialect, None)) is not None
    )
    names_of_columns = " ".join(column.keyname for column in shown)
    row: Any = namedtuple("Found", names_of_columns, rename=True)  # type: ignore[misc]  # known only here
    return _Compiled(str(compiled), bool(compiled.positional), binds, found, row._make)


def _ease(parameter: BindParameter[Any]) -> None:
    parameter.required = False


def _one(converts: Any) -> _Convert | None:
    return converts if callable(converts) else None


def _converted(value: Any, convert: _Convert | None) -> Any:
    return value if convert is None else convert(value)
