"""`outreach backup` and `outreach restore`: all that is kept in one file, and back, on either database."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import AsJson, local_time, print_json, set_up_logging

if TYPE_CHECKING:
    from outreach.store import Database
    from outreach.store.archive import Manifest

Archive = Annotated[Path, typer.Argument(metavar="FILE", help="The backup, one file.", dir_okay=False)]


def backup(
    file: Archive,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in the place of a file of that name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Write all that is kept to FILE, as it is at one moment, while the house goes on working.

    What is personal is sealed in it as it is in the database. The key is never in it: keep a copy of the key file
    at another place, because nobody can read a backup without it.
    """
    from outreach import __version__
    from outreach.store.backup import write

    with _opened(may_make_key=False) as database:
        manifest = write(database, file, __version__, datetime.now(UTC), _tell, replace=replace)
    size = file.stat().st_size
    if as_json:
        print_json(_summary(manifest) | {"file": str(file), "bytes": size})
        return
    print(f"{manifest.rows:,} rows of {len(manifest.tables)} tables are in {file} ({size:,} bytes), sealed.")
    print(f"The key {manifest.key_fingerprint} is not in it: keep a copy of the key file somewhere else.")


def restore(file: Archive, as_json: AsJson = False) -> None:
    """Read FILE into an empty database, SQLite or PostgreSQL, whichever it was made from. All of it or nothing.

    It needs the key file of the house that made it. What was sent after the backup was made may be sent again, and
    who was erased after it is back: erase them again.
    """
    from outreach.settings import load
    from outreach.store import exclusive
    from outreach.store.restore import read

    with exclusive(load().data_dir), _opened(may_make_key=False) as database:
        manifest = read(database, file, _tell)
    if as_json:
        print_json(_summary(manifest))
        return
    made_at = local_time(manifest.made_at)
    print(f"{manifest.rows:,} rows of {len(manifest.tables)} tables are back as they were at {made_at}, all checked.")


@contextmanager
def _opened(*, may_make_key: bool) -> Iterator[Database]:
    from outreach.settings import load
    from outreach.store import Database

    set_up_logging("WARNING")
    settings = load()
    database = Database.open(settings.database_url, settings.key_file, settings.data_dir, may_make_key=may_make_key)
    try:
        yield database
    finally:
        database.close()


def _tell(table: str, rows: int) -> None:
    """A line that is written over as it grows, for somebody who sits and waits."""
    if sys.stderr.isatty():
        print(f"\r\033[K{table}: {rows:,} rows", end="", file=sys.stderr, flush=True)


def _summary(manifest: Manifest) -> dict[str, object]:
    fields = asdict(manifest)
    tables = {table.name: table.rows for table in manifest.tables}
    return {name: fields[name] for name in ("made_at", "made_by", "step", "key_fingerprint")} | {
        "rows": manifest.rows,
        "tables": tables,
    }
