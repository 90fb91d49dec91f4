"""Connections: how a transaction begins on each database. The only page that knows pragmas and isolation levels."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from outreach.domain.errors import Fault

_BUSY = 5_000  # milliseconds that SQLite waits for another writer before it gives up
_KEPT_STATEMENTS = 512  # prepared statements a connection keeps: all of ours, so that none is parsed twice

_CONNECT = 10  # seconds that a server may take to let us in
# A server that is cut off says nothing: without these a statement waits for it a quarter of an hour and more.
_SILENT = {"keepalives_idle": 5, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}  # s, ms
_IDLE_READING = 60_000  # milliseconds that a transaction may do nothing
_IDLE_WRITING = 8_000  # a process that hangs in the middle of one holds up the others no longer than its lease
_LOCKED = 10_000  # milliseconds that a statement waits for somebody else's row before it gives up
WRITERS = 8  # transactions that write at once on a server; more would only wait for each other's rows
READERS = 8

Begin = Callable[[Connection], None]


@dataclass(frozen=True, slots=True)
class Engines:
    """Two ways into one database: transactions that may write and lock first, and transactions that only read."""

    writing: Engine
    reading: Engine

    @property
    def is_sqlite(self) -> bool:
        """Whether it is the small database, in a file of its own."""
        return self.writing.dialect.name == "sqlite"

    def close(self) -> None:
        """Close every pooled connection. Harmless when called twice."""
        self.reading.dispose()
        self.writing.dispose()


def open_engine(url: str, *, begin: Begin | None = None) -> Engines:
    """Ways into the database at *url*, SQLite or PostgreSQL; connects to nothing yet. Raises `Fault` for a bad URL.

    *begin* replaces how a writing transaction begins on SQLite. It exists for one test: without the lock, the
    race for the last seat must oversell, which proves that the other tests would notice.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        return Engines(_sqlite(parsed, begin or _begin_immediate, _writer), _sqlite(parsed, _begin_deferred, _reader))
    writing = _postgres(parsed, WRITERS, _IDLE_WRITING)
    return Engines(writing, _postgres(parsed, READERS, _IDLE_READING, **_READS_ONE_MOMENT))


def _parsed(url: str) -> URL:
    try:
        parsed = make_url(url)
        parsed.get_dialect()
    except (ArgumentError, NoSuchModuleError, ImportError):
        raise Fault(
            "OUTREACH_DATABASE_URL is not an address that we can open",
            "Write sqlite:///path/to/file.db or postgresql+psycopg://user@host/name; the latter needs psycopg.",
        ) from None
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise Fault("OUTREACH_DATABASE_URL names a database that we do not speak", "Use SQLite or PostgreSQL.")
    return parsed


def _sqlite(url: URL, begin: Begin, prepare: Callable[[sqlite3.Cursor], None]) -> Engine:
    # hide_parameters: an error must not print what a row was to hold.
    engine = create_engine(url, hide_parameters=True, connect_args={"cached_statements": _KEPT_STATEMENTS})

    @event.listens_for(engine, "connect")
    def connected(connection: sqlite3.Connection, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite would begin by itself, too late and without the lock
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {_BUSY}")
        cursor.execute("PRAGMA foreign_keys = ON")
        prepare(cursor)
        cursor.close()

    event.listen(engine, "begin", begin)
    return engine


_READS_ONE_MOMENT = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def _postgres(url: URL, at_once: int, idle: int, **transaction: Any) -> Engine:
    """A pool for *at_once* transactions, and half as many again for a moment. A connection that was lost is replaced.

    One that does nothing for *idle* milliseconds in the middle of a transaction is cut off by the server.
    Writing ones see what others have committed by each statement (READ COMMITTED): whoever waited for a locked row
    then reads its newest state.
    """
    settings = {"timezone": "UTC", "lock_timeout": _LOCKED, "idle_in_transaction_session_timeout": idle}
    return create_engine(
        url,
        hide_parameters=True,
        pool_pre_ping=True,
        pool_size=at_once,
        max_overflow=at_once // 2,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
            "connect_timeout": _CONNECT,
            **_SILENT,
            "application_name": "outreach",
        },
        # The count of rows is asked for after inserts that may meet a conflict; else it would be -1.
        execution_options={"preserve_rowcount": True} | transaction,
    )


def _writer(cursor: sqlite3.Cursor) -> None:
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")  # a committed sign-up survives a power cut; group commit pays for it
    cursor.execute("PRAGMA secure_delete = ON")  # what is erased is overwritten


def _reader(cursor: sqlite3.Cursor) -> None:
    cursor.execute("PRAGMA query_only = ON")


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")  # SQLite knows no FOR UPDATE: lock first, then look


def _begin_deferred(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN")
