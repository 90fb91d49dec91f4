"""The small version of `make bench-delivery`: it runs, counts what was sent, and prints its rows. No figure decides."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_table_of_delivery_is_printed_for_a_small_town():
    command = [sys.executable, "benchmarks/delivery.py", "--residents", "400", "--only", "SQLite"]

    done = subprocess.run(
        [*command, "--rows", "ledger", "http", "reminders"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    rows = [line for line in done.stdout.splitlines() if line.startswith("| SQLite: ")]
    assert [row.split("|")[1].split(" ")[2] for row in rows] == ["plan", "take,", "take,", "the", "Telegram", "40"]
