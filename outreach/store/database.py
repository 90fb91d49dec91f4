"""The database of one house: opened with its key, brought up to date, read and written through units of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.services.ports import UnitOfWork
from outreach.store import upgrade as structure
from outreach.store.batch import Batch
from outreach.store.engine import READERS, WRITERS, Begin, Engines, open_engine
from outreach.store.faults import as_faults, is_passing
from outreach.store.key_file import make_key, read_key
from outreach.store.keys import KeyRing
from outreach.store.migrations import HEAD
from outreach.store.transaction import DEFAULTS, Defaults
from outreach.store.unit_of_work import SqlUnitOfWork, transaction

FINGERPRINT = "key_fingerprint"
SQLITE_READERS = 4  # more do not read faster: they share one file and, in Python, one lock
TRIES = 4  # of a transaction that made way for another
_COLLATIONS = {"C", "POSIX", "C.UTF-8", "C.utf8"}

_T = TypeVar("_T")


class Database:
    """Made by `open`. *ring* holds the keys that belong to it."""

    def __init__(self, engines: Engines, ring: KeyRing, defaults: Defaults = DEFAULTS) -> None:
        self._engines, self.ring, self._defaults = engines, ring, defaults

    @classmethod
    def open(
        cls,
        url: str,
        key_file: Path,
        data_dir: Path,
        *,
        defaults: Defaults = DEFAULTS,
        begin: Begin | None = None,
        may_make_key: bool = True,
    ) -> Database:
        """The database at *url* with the key at *key_file*, which is made if the database is empty and it *may* be.

        Changes no structure: that is `upgrade`. *begin*: see `open_engine`, for one test.
        Raises `Fault` if the database cannot be used, or the key is missing, readable by others, or another's.
        """
        _make_folder(data_dir)
        engines = open_engine(url, begin=begin)
        try:
            with as_faults(), engines.reading.begin() as connection:
                ring = _key_for(connection, key_file, may_make_key)
        except BaseException:
            engines.close()
            raise
        return cls(engines, ring, defaults)

    def unit_of_work(self) -> AbstractContextManager[SqlUnitOfWork]:
        """A transaction that may write: it locks first, commits on clean exit and rolls back on any exception."""
        return transaction(self._engines.writing, self.ring, self._defaults)

    def reading(self) -> AbstractContextManager[SqlUnitOfWork]:
        """A transaction that only reads, and sees one moment. It waits for nobody. Writing in it is a `Fault`."""
        return transaction(self._engines.reading, self.ring, self._defaults)

    @property
    def writers(self) -> int:
        """How many transactions may well write at once: one on SQLite, which locks the whole."""
        return 1 if self._engines.is_sqlite else WRITERS

    @property
    def readers(self) -> int:
        """How many transactions may well read at once."""
        return SQLITE_READERS if self._engines.is_sqlite else READERS

    def run(self, work: Callable[[UnitOfWork], _T], woken: set[LaneName] | None = None) -> _T:
        """What *work* returns, in a transaction of its own; the lanes to wake after it join *woken*.

        If the database ends it to let another one through (a deadlock), it is run again, *TRIES* times in all.
        """
        for tries_left in reversed(range(TRIES)):
            try:
                with self.unit_of_work() as uow:
                    result = work(uow)
            except Fault as fault:
                if tries_left and isinstance(fault.__cause__, DBAPIError) and is_passing(fault.__cause__):
                    continue
                raise
            if woken is not None:
                woken |= uow.woken
            return result
        raise AssertionError("the last try returns or raises")

    @contextmanager
    def batch(self) -> Iterator[Batch]:
        """Many calls in one transaction: `Batch.run` each, one commit at the end, `Batch.woken` afterwards.

        Raises `Fault` at the end if the whole transaction was lost: then nothing of it happened.
        """
        with self.unit_of_work() as uow:
            batch = Batch(uow)
            yield batch
            batch.require_intact()

    def upgrade(self) -> str:
        """Bring an empty or older database up to date; the name of its newest step. Raises `Fault`."""
        if self._is_ready():
            return HEAD  # a command beside a running house should not have to wait for its lock
        with self.unit_of_work() as uow:
            structure.wait_for_others(uow.connection)
            reached = structure.upgrade(uow.connection)
            if uow.marks.get(FINGERPRINT) is None:
                uow.marks.put(FINGERPRINT, self.ring.fingerprint)
            uow.regions.root()
        return reached

    def check(self) -> list[str]:
        """What is wrong with structure, key or integrity, one sentence each; empty if nothing is."""
        with as_faults(), self._engines.reading.begin() as connection:
            look = _check_integrity if self._engines.is_sqlite else _check_letters
            return _check_structure(connection) + look(connection)

    def close(self) -> None:
        """Let go of every connection. Harmless when called twice."""
        self._engines.close()

    def _is_ready(self) -> bool:
        with self.reading() as uow:
            return structure.current(uow.connection) == HEAD and uow.marks.get(FINGERPRINT) is not None


def _make_folder(data_dir: Path) -> None:
    try:
        data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as reason:
        raise Fault(
            f"the data folder {data_dir} cannot be made: {reason.strerror}",
            "Set OUTREACH_DATA_DIR to a place that the user that runs outreach may write.",
        ) from reason


def _key_for(connection: Connection, key_file: Path, may_make_key: bool) -> KeyRing:
    if structure.is_empty(connection):
        return make_key(key_file) if may_make_key and not key_file.exists() else read_key(key_file)
    ring = read_key(key_file)
    if structure.current(connection) is not None:
        _require_fingerprint(connection, ring, key_file)
    return ring


def _require_fingerprint(connection: Connection, ring: KeyRing, key_file: Path) -> None:
    kept = SqlUnitOfWork(connection, ring).marks.get(FINGERPRINT)
    if kept is not None and kept != ring.fingerprint:
        raise Fault(
            f"the key file {key_file} belongs to another database: its fingerprint is {ring.fingerprint}, not {kept}",
            "Put back the key file that belongs to this database, or point OUTREACH_KEY_FILE at it.",
        )


def _check_structure(connection: Connection) -> list[str]:
    at = structure.current(connection)
    if at is None:
        return ["the database is empty: run `outreach db upgrade`"]
    found = structure.differences(connection)
    return [f"the structure differs from step {at} in {len(found)} places: run `outreach db upgrade`"] if found else []


def _check_letters(connection: Connection) -> list[str]:
    """PostgreSQL sorts by the rules that a database was made with; only those of C are the same on every machine."""
    encoding, collation = connection.exec_driver_sql(
        "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database WHERE datname = current_database()"
    ).one()
    if encoding == "UTF8" and collation in _COLLATIONS:
        return []
    return [
        f"the database was made with {encoding} and {collation}: make another with ENCODING 'UTF8' LOCALE 'C.UTF-8'"
        " TEMPLATE template0, and move with `outreach backup` and `outreach restore`"
    ]


def _check_integrity(connection: Connection) -> list[str]:
    damaged = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check(10)") if row[0] != "ok"]
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    problems = [f"the database file is damaged ({len(damaged)} findings): restore the last backup"] if damaged else []
    if dangling:
        problems.append(f"{len(dangling)} rows refer to rows that are gone: restore the last backup")
    return problems
