"""Processes of one house beside a Telegram of their own: started, killed, stalled, stopped; large or small."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, people, signups
from outreach.services.cards import Caller, NewActivity
from outreach.services.people import Arrival, Notice
from outreach.services.reminders import ReminderRule
from outreach.store import Database
from outreach.testing.telegram import TOKEN, TelegramStandIn

TELEGRAM = LaneName("telegram")
PATIENCE = 60.0


@dataclass
class Cluster:
    """Processes by name, on one database. *environment* is what all of them are given."""

    folder: Path
    environment: dict[str, str]
    telegram: TelegramStandIn
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str, *only: str) -> None:
        """Start a process and wait until it says that it works."""
        log = self.folder / f"{name}.log"
        before = log.stat().st_size if log.exists() else 0
        with log.open("ab") as out:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-m", "outreach", "run", *only],
                cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
            )  # fmt: skip
        until(lambda: "open safety alerts" in log.read_text()[before:], f"{name} to start; see {log}")

    def kill(self, name: str) -> None:
        """SIGKILL."""
        process = self.processes.pop(name)
        process.send_signal(signal.SIGCONT)
        process.kill()
        process.wait()

    def stop(self, name: str) -> tuple[int, float]:
        """SIGTERM; the exit code and how many seconds it took."""
        process = self.processes.pop(name)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        return process.wait(timeout=PATIENCE), time.monotonic() - began

    def stall(self, name: str) -> None:
        """As a machine that hangs."""
        self.processes[name].send_signal(signal.SIGSTOP)

    def wake(self, name: str) -> None:
        """It goes on where it hung."""
        self.processes[name].send_signal(signal.SIGCONT)

    def driver(self) -> str | None:
        """Which process drives Telegram's lane at the moment."""
        with self.database() as database, database.reading() as uow:
            row = uow.connection.exec_driver_sql("SELECT owner FROM lane WHERE name = 'telegram'").one_or_none()
        pid = int(row[0].rsplit(":", 2)[1]) if row is not None and row[0] else 0
        return next((name for name, process in self.processes.items() if process.pid == pid), None)

    def got(self) -> Counter[int]:
        """How many messages each person of Telegram has got."""
        return Counter(message.chat for message in list(self.telegram.sent))

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The database, looked at from outside."""
        folder = Path(self.environment["OUTREACH_DATA_DIR"])
        key = Path(self.environment["OUTREACH_KEY_FILE"])
        database = Database.open(self.environment["OUTREACH_DATABASE_URL"], key, folder)
        try:
            yield database
        finally:
            database.close()

    def enrol(self, count: int) -> ActivityId:
        """*count* people of Telegram with a seat in an activity in three days; whoever told them did so already."""
        now, starts = datetime.now(UTC), datetime.now(UTC) + timedelta(days=3)
        with self.database() as database:
            database.upgrade()
            with database.unit_of_work() as uow:
                new = NewActivity(
                    kind=ActivityKind.LECTURE, title="清早太极", summary="", place="广场", starts_at=starts,
                    ends_at=starts + timedelta(hours=1), seats=count, region_id=uow.regions.root().id,
                    audience=frozenset({"general"}), policy=SignUpPolicy.OPEN, restricted=False, draft=False,
                )  # fmt: skip
                card = activities.add(uow, Actor.operator(), new, ReminderRule((timedelta(hours=1),), None), now)
                for person in range(1, count + 1):
                    self.telegram.know(1_000 + person)
                    caller, came = Caller(TELEGRAM, str(1_000 + person)), Arrival(Language.ZH)
                    found = people.agree(uow, caller, (Purpose.TAKE_PART,), Notice("t", "0" * 16), came, now)
                    signups.sign_up(uow, ResidentId(int(found.resident_id or 0)), card.id, now)
                uow.connection.exec_driver_sql("UPDATE delivery SET state = 'sent'")
        return ActivityId(int(card.id))

    def run(self, *command: str) -> str:
        """A command beside the running processes; what it printed."""
        done = subprocess.run(
            [sys.executable, "-m", "outreach", *command],
            cwd=self.folder, env=self.environment, capture_output=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def end(self) -> None:
        """Kill what still runs."""
        for name in list(self.processes):
            self.kill(name)


def cluster_of(folder: Path, database_url: str, telegram: TelegramStandIn, port: int, **settings: str) -> Cluster:
    """Nothing runs yet. *settings* without their prefix."""
    named = {
        "DATA_DIR": str(folder / "var"), "KEY_FILE": str(folder / "var.key"), "DATABASE_URL": database_url,
        "ENGINE": "large", "QUIET_HOURS": "off", "QUIET_DAYS": "off", "PORT": str(port),
        "CHANNELS__TELEGRAM__TOKEN": TOKEN, "CHANNELS__TELEGRAM__API_URL": telegram.url,
    }  # fmt: skip
    environment = {f"OUTREACH_{name}": value for name, value in (named | settings).items()}
    kept = {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ}
    return Cluster(folder, kept | {"HOME": str(folder)} | environment, telegram)


def until(look: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """What *look* finds as soon as it finds something."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited in vain for {what}")
