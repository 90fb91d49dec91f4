"""A demo town in a process of its own, started and ended as people do it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

PATIENCE = 60.0  # seconds until a program that does not answer, or does not end, counts as broken


class Town:
    """`python -m outreach demo` in *home*, always on the same port, so that an open page finds it again."""

    def __init__(self, home: Path) -> None:
        self._home = home
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self._server: subprocess.Popen[bytes] | None = None

    def start(self, *options: str) -> None:
        """Open it; returns once it serves."""
        settings = {
            "OUTREACH_DATA_DIR": str(self._home / "var"),
            "OUTREACH_PORT": str(self._port),
            "HOME": str(self._home),
        }
        with self._log.open("ab") as log:
            self._server = subprocess.Popen(
                [sys.executable, "-m", "outreach", "demo", *options],
                cwd=self._home,
                env={**os.environ, **settings},
                stdout=log,
                stderr=log,
            )
        self._wait_until_ready(self._server)

    def stop(self) -> int:
        """Ctrl-C; the exit code. Harmless when it is not running."""
        if self._server is None:
            return 0
        server, self._server = self._server, None
        server.send_signal(signal.SIGINT)
        try:
            return server.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            server.kill()
            raise

    def kill(self) -> None:
        """As if the plug had been pulled."""
        if self._server is not None:
            self._server.kill()
            self._server.wait(PATIENCE)
            self._server = None

    def told(self) -> str:
        """What the program has printed."""
        return self._log.read_text()

    @property
    def _log(self) -> Path:
        return self._home / "log"

    def _wait_until_ready(self, server: subprocess.Popen[bytes]) -> None:
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and server.poll() is None:
            try:
                with urllib.request.urlopen(f"{self.address}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        self.kill()
        raise AssertionError(f"the demo did not start:\n{self.told()[-3000:]}")
