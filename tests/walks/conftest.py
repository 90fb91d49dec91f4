"""The program as a newcomer has it: installed from its wheel, in an empty home, spoken to over real HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

REPO = Path(__file__).parents[2]
PATIENCE = 60.0  # seconds until a program that does not answer counts as broken


def free_port() -> int:
    """A port on 127.0.0.1 that nobody uses at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def eventually(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What *look* finds as soon as it finds something; fails with *what* when patience is over."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")


@dataclass
class Program:
    """One installed Outreach with its own folder, run as subprocesses."""

    site: Path
    home: Path
    port: int
    settings: dict[str, str] = field(default_factory=dict)
    server: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        return self.home / "server.log"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.home),
            "PYTHONPATH": str(self.site),
            "PYTHONSAFEPATH": "1",
            "OUTREACH_DATA_DIR": str(self.home / "var"),
            "OUTREACH_PORT": str(self.port),
            "OUTREACH_QUIET_HOURS": "off",
            "OUTREACH_QUIET_DAYS": "off",
            **self.settings,
        }

    def start(self, *command: str) -> None:
        """Start the server and wait until it is ready."""
        with self.log.open("ab") as log:
            self.server = subprocess.Popen(
                [sys.executable, "-m", "outreach", *(command or ("run",))],
                cwd=self.home, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            )  # fmt: skip
        eventually(self._is_ready, "the server to be ready")

    def kill(self) -> None:
        """SIGKILL, as a power cut would."""
        if self.server is not None:
            self.server.kill()
            self.server.wait()
            self.server = None

    def stop(self) -> int | None:
        """Ctrl-C; the exit code."""
        if self.server is None:
            return None
        self.server.send_signal(signal.SIGINT)
        code = self.server.wait(timeout=PATIENCE)
        self.server = None
        return code

    def run(self, *command: str, code: int = 0, text: str = "") -> str:
        """Run a command to its end; what it printed. Fails unless it exits with *code*."""
        done = subprocess.run(
            [sys.executable, "-m", "outreach", *command],
            cwd=self.home, env=self.environment, input=text, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == code, f"{command}: exit {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout if code == 0 else done.stderr

    def json(self, *command: str) -> Any:
        """What a command prints with --json."""
        return json.loads(self.run(*command, "--json"))

    def get(self, path: str, headers: dict[str, str] | None = None) -> tuple[int, bytes, dict[str, str]]:
        """Status, body and headers of a GET."""
        address = path if path.startswith("http") else self.url + path
        request = urllib.request.Request(address, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return (
                    response.status,
                    response.read(),
                    {name.lower(): value for name, value in response.headers.items()},
                )
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read(), {name.lower(): value for name, value in refused.headers.items()}

    def _is_ready(self) -> bool:
        if self.server is not None and self.server.poll() is not None:
            raise AssertionError(f"the server ended with {self.server.returncode}:\n{self.log.read_text()[-3000:]}")
        try:
            return self.get("/readyz")[0] == 200
        except OSError:
            return False


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with Outreach installed from its wheel, and nothing of the checkout."""
    folder = tmp_path_factory.mktemp("installed")
    wheels = folder / "wheels"
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(wheels), str(REPO)]
    subprocess.run(build, check=True, capture_output=True, timeout=120)
    (wheel,) = wheels.glob("*.whl")
    into = [sys.executable, "-m", "pip", "install", "--no-deps", "--no-index", "--quiet", "--target"]
    subprocess.run([*into, str(folder / "site"), str(wheel)], check=True, capture_output=True, timeout=120)
    return folder / "site"


@pytest.fixture
def program(site: Path, tmp_path: Path, database_url: str) -> Iterator[Program]:
    """An installed Outreach that is not running yet, on either database."""
    made = Program(site, tmp_path, free_port(), {"OUTREACH_DATABASE_URL": database_url})
    yield made
    made.kill()


@pytest.fixture
def database_url(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """Where an empty database is: a file of the test's own, or a database on the suite's PostgreSQL."""
    if database_kind == "sqlite":
        return f"sqlite:///{tmp_path / 'var' / 'outreach.db'}"
    make: Callable[[], str] = request.getfixturevalue("new_postgres")
    return make()
