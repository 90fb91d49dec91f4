"""Outreach's command line in an empty folder: most commands in this process, some as a newcomer starts them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from outreach.bootstrap import Core, open_core
from outreach.cli import main
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import people, signups
from outreach.services.cards import Caller
from outreach.services.people import Arrival, Notice
from outreach.settings import load

NEXT_WEEK = f"{datetime.now(UTC) + timedelta(days=7):%Y-%m-%d}T14:00"
PATIENCE = 60.0  # seconds until a command that does not end counts as broken


@dataclass(frozen=True)
class Done:
    """What a command came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Room:
    """A folder, its environment, and the commands that are typed there."""

    folder: Path
    patch: pytest.MonkeyPatch
    environment: dict[str, str] = field(default_factory=dict)

    def set(self, **settings: str) -> None:
        """Settings by their names without the prefix."""
        for name, value in settings.items():
            self.environment[f"OUTREACH_{name}"] = value
            self.patch.setenv(f"OUTREACH_{name}", value)

    def run(self, *command: str, stdin: str | bytes = b"") -> Done:
        """Run the console script's function in this process."""
        given = stdin.encode() if isinstance(stdin, str) else stdin
        streams = [io.TextIOWrapper(io.BytesIO(data), encoding="utf-8") for data in (given, b"", b"")]
        with self.patch.context() as patch:
            patch.setattr(sys, "argv", ["outreach", *command])
            for name, stream in zip(("stdin", "stdout", "stderr"), streams, strict=True):
                patch.setattr(sys, name, stream)
            code = _code_of_entry()
        out, err = (_text_of(stream) for stream in streams[1:])
        assert "Traceback" not in err
        return Done(code, out, err)

    def json(self, *command: str) -> Any:
        """What a command that works prints with --json."""
        done = self.run(*command, "--json")
        assert done.code == 0, done.err
        return done.json

    def refused(self, *command: str, code: int = 2, stdin: str | bytes = b"") -> str:
        """What a command says that must not work."""
        done = self.run(*command, stdin=stdin)
        assert done.code == code, (done.code, done.out, done.err)
        assert done.err.strip()
        return done.err

    def start(self, *command: str) -> subprocess.Popen[bytes]:
        """The same in a process of its own."""
        keep = {name: os.environ[name] for name in ("PATH", "LANG") if name in os.environ}
        return subprocess.Popen(
            [sys.executable, "-m", "outreach", *command],
            cwd=self.folder,
            env={**keep, "HOME": str(self.folder), **self.environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run_apart(self, *command: str, stdin: bytes = b"") -> Done:
        """Run it to its end in a process of its own."""
        process = self.start(*command)
        out, err = process.communicate(stdin, timeout=PATIENCE)
        assert b"Traceback" not in err, err.decode()
        return Done(process.returncode, out.decode(), err.decode())

    def add(self, *more: str, title: str = "Sleep well") -> Any:
        """A lecture in a week, as JSON."""
        return self.json("activity", "add", "--title", title, "--starts", NEXT_WEEK, "--place", "Hall", *more)

    @contextmanager
    def core(self) -> Iterator[Core]:
        """What lies behind the commands."""
        core = open_core(load())
        try:
            yield core
        finally:
            core.database.close()

    def join(self, activity: int, name: str, party: int = 1) -> int:
        """Somebody on the web chat signs up; the sign-up's id."""
        now = datetime.now(UTC)
        with self.core() as core, core.database.unit_of_work() as uow:
            caller, arrival = Caller(LaneName("webchat"), name), Arrival(Language.ZH)
            person = people.agree(uow, caller, (Purpose.TAKE_PART,), Notice("1", "0" * 16), arrival, now)
            fact = signups.sign_up(uow, ResidentId(int(person.resident_id or 0)), ActivityId(activity), now, party)
            return int(fact.sign_up.id)

    def files(self) -> set[str]:
        """All that lies in the folder."""
        return {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}


def _code_of_entry() -> int:
    try:
        main.entry()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else 1
    return 0


def _text_of(stream: io.TextIOWrapper) -> str:
    stream.flush()
    data = stream.buffer
    assert isinstance(data, io.BytesIO)
    return data.getvalue().decode()
