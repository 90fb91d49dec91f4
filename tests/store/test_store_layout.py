"""The rest of the suite gets its SQLite tables at once: they are those that the steps make, to the letter."""

from __future__ import annotations

import sqlite3
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

import alike

from outreach.store import Database

Row = tuple[object, ...]


def made_in(folder: Path, way: AbstractContextManager[None]) -> tuple[list[Row], list[Row], list[str]]:
    """What lies in a fresh database: its structure, the step it stands at, and what a check complains of."""
    with way:
        database = Database.open(f"sqlite:///{folder / 'outreach.db'}", folder / "town.key", folder)
        database.upgrade()
    problems = database.check()
    database.close()
    with sqlite3.connect(folder / "outreach.db") as looked:
        structure = looked.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name").fetchall()
        step = looked.execute("SELECT * FROM alembic_version").fetchall()
    looked.close()
    return structure, step, problems


def test_tables_at_once_are_those_of_the_steps(tmp_path: Path):
    folders = [tmp_path / name for name in ("steps", "first", "again")]
    for folder in folders:
        folder.mkdir()

    by_steps = made_in(folders[0], nullcontext())
    made_in(folders[1], alike.laid_out_at_once())
    at_once = made_in(folders[2], alike.laid_out_at_once())

    assert at_once == by_steps
    assert at_once[2] == []
