"""Each test gets a town of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from services_town import Town, open_town


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with open_town(tmp_path) as opened:
        yield opened
