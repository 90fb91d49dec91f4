"""A look at a database in whatever state it is: needs no key, makes nothing, changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from outreach.store import upgrade as structure
from outreach.store.database import FINGERPRINT, Database
from outreach.store.engine import open_engine
from outreach.store.keys import KEY_BYTES, KeyRing
from outreach.store.migrations import HEAD
from outreach.store.unit_of_work import SqlUnitOfWork

NO_KEY = KeyRing(bytes(KEY_BYTES))  # opens nothing; what is looked at here is not sealed
QUICK = 64 << 20  # bytes that SQLite looks through in well under a second


@dataclass(frozen=True, slots=True)
class Condition:
    """*step*: where its structure stands, ``None`` for none of ours; *fingerprint*: of the key that belongs to it.

    *size* in bytes. *is_whole*: every page was looked at and is sound; ``None``: it is too large for a short look.
    """

    step: str | None
    is_empty: bool
    fingerprint: str | None
    size: int
    is_whole: bool | None
    newest: str = HEAD


def file_of(url: str) -> Path | None:
    """The file that holds the database at *url*; ``None`` for one on a server."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


@contextmanager
def opened_blind(url: str) -> Iterator[Database]:
    """The database at *url* for looks at what is not sealed. Raises `Fault` if it cannot be opened at all."""
    database = Database(open_engine(url), NO_KEY)
    try:
        yield database
    finally:
        database.close()


def examine(database: Database) -> Condition:
    """How it stands. Raises `Fault` if it cannot be reached, or is none."""
    with database.reading() as uow:
        connection = uow.connection
        step = structure.current(connection)
        size = _size(connection)
        fingerprint = SqlUnitOfWork(connection, NO_KEY).marks.get(FINGERPRINT) if step is not None else None
        return Condition(step, structure.is_empty(connection), fingerprint, size, _is_whole(connection, size))


def _size(connection: Connection) -> int:
    if connection.dialect.name == "sqlite":
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
    return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar_one())


def _is_whole(connection: Connection, size: int) -> bool | None:
    if connection.dialect.name != "sqlite" or size > QUICK:
        return None
    return bool(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar_one() == "ok")
