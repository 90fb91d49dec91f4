"""Every statement of every shelf can be written for both databases."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from sqlalchemy import Executable
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect

from outreach.store import shelves
from outreach.store.dialect import ByDialect


def _statements() -> Iterator[tuple[str, Executable | ByDialect]]:
    for room in pkgutil.iter_modules(shelves.__path__, "outreach.store.shelves."):
        for name, value in vars(importlib.import_module(room.name)).items():
            found = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
            for statement in found:
                if isinstance(statement, Executable | ByDialect):
                    yield f"{room.name}.{name}", statement


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()], ids=["sqlite", "postgresql"])
def test_every_statement_compiles(dialect: Dialect):
    compiled = {
        name: str(_for(statement, dialect).compile(dialect=dialect))  # type: ignore[attr-defined]
        for name, statement in _statements()
    }

    assert len(compiled) > 80
    locks = [name for name, text in compiled.items() if "FOR UPDATE" in text]
    assert bool(locks) == (dialect.name == "postgresql")


def _for(statement: Executable | ByDialect, dialect: Dialect) -> Executable:
    return statement.named(dialect.name) if isinstance(statement, ByDialect) else statement
