"""Each test types its commands in an empty folder of its own."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_room import Room


@pytest.fixture
def room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Room]:
    monkeypatch.chdir(tmp_path)
    yield Room(tmp_path, monkeypatch)
    logging.getLogger().setLevel(logging.WARNING)
