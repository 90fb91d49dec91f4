"""A database for each test. Another kind of database needs another `database_url`, and no other line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from outreach.store import Database


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'town' / 'outreach.db'}"


@pytest.fixture
def database(database_url: str, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(database_url, tmp_path / "town.key", tmp_path / "town")
    opened.upgrade()
    yield opened
    opened.close()
