"""A PostgreSQL of our own that is stopped as a crash does, under whoever works with it, and comes back."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import time
from pathlib import Path

import postgres_server
from postgres_server import Postgres


class Breakable:
    """A PostgreSQL of our own that a test may stop as a crash does (``pg_ctl -m immediate``), and start again."""

    def __init__(self, server: Postgres) -> None:
        self.server = server
        with server._connect() as connection:
            connection.execute("ALTER ROLE postgres SET synchronous_commit = on")  # as it is by default: we crash it
            self._data = Path(connection.execute("SHOW data_directory").fetchone()[0])  # type: ignore[index]
        self._command = shlex.split((self._data / "postmaster.opts").read_text())
        self._again: subprocess.Popen[bytes] | None = None

    def stop(self) -> None:
        """Every connection is cut, nothing is written any more."""
        os.kill(int((self._data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
        self._await(answers=False)
        if self._again is not None:
            self._again.wait(20)

    def start(self) -> None:
        """It comes back with what was committed."""
        user = postgres_server._as(postgres_server._user())
        quiet = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._again = subprocess.Popen(self._command, cwd="/", **quiet, **user)  # type: ignore[call-overload]
        self._await(answers=True)

    def end(self) -> None:
        """Stop what we started; the first one has its own keeper."""
        if self._again is not None and self._again.poll() is None:
            self._again.send_signal(signal.SIGQUIT)
            self._again.wait(20)

    def _await(self, *, answers: bool) -> None:
        deadline = time.monotonic() + 20
        while self.server.answers() is not answers:
            assert time.monotonic() < deadline
            time.sleep(0.02)
