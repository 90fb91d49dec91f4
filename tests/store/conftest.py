"""A database for each test, on SQLite and on PostgreSQL; ready ones are copies of one made once for a worker."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from outreach.store import Database

READY = "ready_town"  # PostgreSQL's template with all tables, sealed with the key of `ready`


@pytest.fixture(scope="session")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an up-to-date SQLite database and its key."""
    folder = tmp_path_factory.mktemp("ready")
    database = Database.open(f"sqlite:///{folder / 'outreach.db'}", folder / "town.key", folder)
    database.upgrade()
    database.close()
    return folder


@pytest.fixture(scope="session")
def ready_postgres(ready: Path, request: pytest.FixtureRequest) -> str:
    """The name of an up-to-date database on PostgreSQL, with the same key."""
    url = request.getfixturevalue("postgres").create(READY)
    database = Database.open(url, ready / "town.key", ready)
    database.upgrade()
    database.close()
    return READY


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where the test's database is: with all tables if the test asks for `database` too, else empty."""
    is_ready = "database" in request.fixturenames
    if database_kind == "sqlite":
        return _sqlite_url(tmp_path / "town", request.getfixturevalue("ready") if is_ready else None)
    make: Callable[..., str] = request.getfixturevalue("new_postgres")
    return make(request.getfixturevalue("ready_postgres")) if is_ready else make()


def _sqlite_url(folder: Path, ready: Path | None) -> str:
    if ready is not None:
        folder.mkdir()
        shutil.copy(ready / "outreach.db", folder)
    return f"sqlite:///{folder / 'outreach.db'}"


@pytest.fixture
def database(database_url: str, ready: Path, tmp_path: Path) -> Iterator[Database]:
    """The test's database, up to date and open."""
    shutil.copy(ready / "town.key", tmp_path)  # with its mode: a key that others may read is refused
    opened = Database.open(database_url, tmp_path / "town.key", tmp_path / "town")
    yield opened
    opened.close()
