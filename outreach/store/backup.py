"""Write all that is in the database to one file, as it was at one moment, while the house goes on working."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any
from zipfile import ZIP_DEFLATED, ZipFile

from sqlalchemy import Column, Connection, Select, String, Table, func, select, text

from outreach.domain.errors import Fault
from outreach.store import upgrade as structure
from outreach.store.archive import MANIFEST, SIGNATURE, Manifest, TableEntry, kind_of, line_of, signature
from outreach.store.database import Database
from outreach.store.migrations import HEAD
from outreach.store.tables import METADATA

AT_ONCE = 1_000  # rows in memory
Tell = Callable[[str, int], None]
"""Is told how many rows of which table are done."""


def write(
    database: Database, path: Path, made_by: str, now: datetime, tell: Tell, *, replace: bool = False
) -> Manifest:
    """Write a backup to *path*; what it holds. *made_by* is our version; *now* is when, aware.

    All rows are of one moment. The file appears whole or not at all, and only its owner may read it.
    Raises `Fault` if the database is older than we are, the file is there and not to be *replace*d, or cannot be made.
    """
    if path.exists() and not replace:
        raise Fault(f"there is a file at {path} already", "Choose another name, or add --replace.")
    with database.reading() as uow, _appearing(path) as file:
        _require_newest(uow.connection)
        with ZipFile(file, "w", ZIP_DEFLATED, strict_timestamps=False) as archive:
            entries = tuple(_add(archive, uow.connection, table, tell) for table in METADATA.sorted_tables)
            manifest = Manifest(now, made_by, HEAD, database.ring.fingerprint, entries)
            archive.writestr(MANIFEST, manifest.written())
            archive.writestr(SIGNATURE, signature(database.ring, manifest.written()))
    return manifest


def _require_newest(connection: Connection) -> None:
    if structure.current(connection) != HEAD:
        raise Fault("the database is empty or older than this outreach", "Run `outreach db upgrade` first.")


def _add(archive: ZipFile, connection: Connection, table: Table, tell: Tell) -> TableEntry:
    columns = tuple((column.name, kind_of(column)) for column in table.columns)
    kinds = [kind for _, kind in columns]
    digest, rows = hashlib.sha256(), 0
    counter = counter_of(connection, table)
    entry = TableEntry(table.name, columns, 0, counter, "")
    with archive.open(entry.member, "w", force_zip64=True) as member:
        for chunk in _chunks(connection, table):
            lines = b"".join(line_of(kinds, row) for row in chunk)
            digest.update(lines)
            member.write(lines)
            rows += len(chunk)
            tell(table.name, rows)
    return TableEntry(table.name, columns, rows, counter, digest.hexdigest())


def _chunks(connection: Connection, table: Table) -> Iterator[Any]:
    """The rows of *table* in an order that is the same on every database, not all of them in memory."""
    streaming = connection.execution_options(stream_results=True)
    with streaming.execute(_in_order(connection, table)) as found:
        yield from found.partitions(AT_ONCE)


def _in_order(connection: Connection, table: Table) -> Select[Any]:
    keys = [_sorted_alike(connection, column) for column in table.primary_key]
    if any(key.column.table is table for key in table.foreign_keys):
        # Who stands above comes first, or could not be referred to: its lineage is always shorter.
        keys.insert(0, func.length(table.c.path))
    return select(table).order_by(*keys)


def _sorted_alike(connection: Connection, column: Column[Any]) -> Any:
    by_bytes = connection.dialect.name == "postgresql" and isinstance(column.type, String)
    return column.collate("C") if by_bytes else column


def counter_of(connection: Connection, table: Table) -> int:
    """The highest id that *table* ever gave; 0 if its database does not count. No id is given twice, even later."""
    if not table.dialect_options["sqlite"].get("autoincrement"):
        return 0
    if connection.dialect.name == "sqlite":
        found = connection.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return int(found.scalar_one_or_none() or 0)
    sequence = connection.execute(text("SELECT pg_get_serial_sequence(:name, 'id')"), {"name": table.name}).scalar_one()
    last = connection.exec_driver_sql(f"SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM {sequence}")  # noqa: S608
    return int(last.scalar_one())


@contextmanager
def _appearing(path: Path) -> Iterator[IO[bytes]]:
    """A file to write that takes the name *path* once it is whole and on the disk; until then it has another."""
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)  # made 0600
    except OSError as reason:
        raise Fault(
            f"no file can be made in {path.parent}: {reason.strerror}",
            "Choose a folder that is there and may be written.",
        ) from reason
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
        _keep_name(path.parent)
    except BaseException as reason:
        Path(name).unlink(missing_ok=True)
        if isinstance(reason, OSError):
            raise Fault(
                f"the backup cannot be written: {reason.strerror}", "Make room, or choose another disk."
            ) from reason
        raise


def _keep_name(folder: Path) -> None:
    """Have the new name of a file on the disk too, where folders can be opened."""
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
