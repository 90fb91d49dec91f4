"""The few statements that SQLite and PostgreSQL write alike but SQLAlchemy builds apart: INSERT … ON CONFLICT."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from sqlalchemy import Connection, Executable, Table
from sqlalchemy.dialects import postgresql, sqlite

Insert: TypeAlias = Any
"""A dialect's own insert construct: the two share no base class that knows ON CONFLICT."""


class ByDialect:
    """A statement for each database, built once from the same description.

    *build* gets an insert into *table* that understands ``on_conflict_do_nothing`` and ``on_conflict_do_update``.
    """

    def __init__(self, table: Table, build: Callable[[Insert], Executable]) -> None:
        self._statements = {"sqlite": build(sqlite.insert(table)), "postgresql": build(postgresql.insert(table))}

    def on(self, connection: Connection) -> Executable:
        """The statement for the database behind *connection*."""
        return self.named(connection.dialect.name)

    def named(self, dialect: str) -> Executable:
        """The statement for the database called *dialect*."""
        return self._statements[dialect]
