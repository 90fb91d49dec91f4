"""Column types that mean the same on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import BigInteger, DateTime, Integer
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class Moment(TypeDecorator[datetime]):
    """An aware moment, back in UTC: ``timestamptz`` on PostgreSQL, whole microseconds since 1970 on SQLite.

    SQLite has no type for time; integers compare and index in the order of time, and convert several times
    faster than text. A naive moment raises `TypeError` or `ValueError`.
    """

    impl = BigInteger
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime] | TypeEngine[int]:
        """The column type of *dialect*."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | datetime | None:
        """To the database."""
        if value is None:
            return None
        if dialect.name == "sqlite":
            return (value - _EPOCH) // _MICROSECOND
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value

    def process_result_value(self, value: int | datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return _EPOCH + timedelta(microseconds=value) if isinstance(value, int) else value.astimezone(UTC)


SERIAL = BigInteger().with_variant(Integer(), "sqlite")
"""An identifier that the database gives: SQLite counts by itself only in a column that is called INTEGER."""


def joined(tags: Iterable[str]) -> str:
    """A set of tags as one column: slugs, sorted, with commas between."""
    return ",".join(sorted(tags))


def split(column: str) -> frozenset[str]:
    """The tags of a column that `joined` made."""
    return frozenset(column.split(",")) if column else frozenset()
