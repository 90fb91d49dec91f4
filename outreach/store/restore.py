"""Read a backup into an empty database: all of it, checked, in one transaction, or nothing."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import IO
from zipfile import BadZipFile, ZipFile, is_zipfile

from sqlalchemy import Connection, column, insert, table, text

from outreach.domain.errors import Fault
from outreach.store import upgrade as structure
from outreach.store.archive import MANIFEST, SIGNATURE, Manifest, TableEntry, read_manifest, row_of, type_of
from outreach.store.backup import AT_ONCE, Tell
from outreach.store.database import Database
from outreach.store.keys import KeyRing
from outreach.store.migrations import HEAD

_ANOTHER = "Take another copy of it, or an older backup."
_LONGEST_LINE = 64 << 20  # bytes; the longest row of ours has a few thousand


def read(database: Database, path: Path, tell: Tell) -> Manifest:
    """Fill the empty *database* with the backup at *path*, whichever database that was made from; what it held.

    An older backup is brought up to date on the way. Raises `Fault`, and has then changed nothing, if the database
    is not empty or the backup is another key's, changed, damaged, cut short, or of a newer version.
    """
    with _opened(path) as archive, database.unit_of_work() as uow:
        manifest = _manifest(archive, database.ring)
        structure.wait_for_others(uow.connection)
        _require_empty(uow.connection)
        structure.upgrade(uow.connection, manifest.step)
        for entry in manifest.tables:
            _fill(archive, uow.connection, entry, tell)
            _count_on(uow.connection, entry)
        structure.upgrade(uow.connection)
        if uow.connection.dialect.name == "postgresql":
            uow.connection.execute(text("ANALYZE"))
    return manifest


@contextmanager
def _opened(path: Path) -> Iterator[ZipFile]:
    try:
        with path.open("rb") as file:
            if not is_zipfile(file):
                raise _no_archive(file)
            with ZipFile(file) as archive:
                yield archive
    except OSError as reason:
        raise Fault(f"the backup {path} cannot be read: {reason.strerror}", "Check its name and rights.") from reason
    except BadZipFile as reason:
        raise Fault("the backup is damaged", _ANOTHER) from reason


def _no_archive(file: IO[bytes]) -> Fault:
    file.seek(0)
    if file.read(4) == b"PK\x03\x04":
        return Fault("the backup is cut short: its end is missing", _ANOTHER)
    return Fault("the file is not a backup of outreach", "Point at a file that `outreach backup` wrote.")


def _manifest(archive: ZipFile, ring: KeyRing) -> Manifest:
    names = set(archive.namelist())
    if not {MANIFEST, SIGNATURE} <= names:
        raise Fault("the file is not a backup of outreach", "Point at a file that `outreach backup` wrote.")
    with _checked("its list of tables"):
        manifest = read_manifest(archive.read(MANIFEST), archive.read(SIGNATURE), ring)
    if manifest.step > HEAD:
        raise Fault("the backup was made by a newer outreach than this one", "Install that version or a later one.")
    return manifest


def _require_empty(connection: Connection) -> None:
    if not structure.is_empty(connection):
        raise Fault(
            "the database is not empty, and what is in it is not overwritten",
            "Point OUTREACH_DATABASE_URL, or OUTREACH_DATA_DIR, at a new one, and keep the old one aside.",
        )


def _fill(archive: ZipFile, connection: Connection, entry: TableEntry, tell: Tell) -> None:
    """Insert the rows of *entry*; count and hash are compared before anything is committed."""
    names, kinds = [name for name, _ in entry.columns], [kind for _, kind in entry.columns]
    into = insert(table(entry.name, *(column(name, type_of(kind)) for name, kind in entry.columns)))
    digest, rows = hashlib.sha256(), 0
    with _checked(entry.name), archive.open(entry.member) as member:
        for lines in _chunks(member):
            digest.update(b"".join(lines))
            found = [dict(zip(names, row_of(kinds, line), strict=True)) for line in lines]
            connection.execute(into, found)
            rows += len(found)
            tell(entry.name, rows)
        if (rows, digest.hexdigest()) != (entry.rows, entry.sha256):
            raise Fault(f"the backup is damaged in {entry.name}: nothing was restored", _ANOTHER)


def _chunks(member: IO[bytes]) -> Iterator[list[bytes]]:
    lines = iter(lambda: member.readline(_LONGEST_LINE), b"")
    while chunk := list(islice(lines, AT_ONCE)):
        yield chunk


@contextmanager
def _checked(where: str) -> Iterator[None]:
    """What a damaged archive may raise, in one sentence."""
    try:
        yield
    except (BadZipFile, zlib.error, EOFError, KeyError, ValueError, OverflowError, RuntimeError) as reason:
        raise Fault(f"the backup is damaged in {where}: nothing was restored", _ANOTHER) from reason


def _count_on(connection: Connection, entry: TableEntry) -> None:
    """The next id is above all that were given, here and where the backup was made."""
    if ("id", "integer") not in entry.columns:
        return
    highest = connection.execute(text(f"SELECT coalesce(max(id), 0) FROM {entry.name}")).scalar_one()  # noqa: S608
    values = {"name": entry.name, "given": max(highest, entry.counter)}
    if not values["given"]:
        return
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :given)"), values)
    elif entry.counter:
        connection.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), values)
        connection.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :given)"), values)
