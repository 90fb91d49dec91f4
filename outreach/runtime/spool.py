"""Where an alert goes when the database cannot take it: a file of sealed lines, read back when it can.

Several processes on one machine may share it: what one reads and clears, another may be writing to. Where the disk
is full, too, an alert waits in memory: the database may have room again before the process ends.
"""

from __future__ import annotations

import json
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from outreach.domain.ids import LaneName
from outreach.safety import RiskClass, Subtype, Verdict
from outreach.services.cards import Caller

log = logging.getLogger(__name__)


class Keys(Protocol):
    """Seals and opens bytes for a purpose and a place."""

    def seal(self, purpose: str, plain: bytes, aad: str) -> bytes: ...

    def open(self, purpose: str, sealed: bytes, aad: str) -> bytes: ...


_PURPOSE, _PLACE = "spool", "spool.line"


@dataclass(frozen=True, slots=True)
class Spooled:
    """An alert that waits for the database: ids and rule names, never a word."""

    caller: Caller
    verdict: Verdict
    key: str
    at: datetime


class Spool:
    """Keeps alerts in *path*, one sealed line each, on the disk before `keep` returns if the disk takes them."""

    def __init__(self, path: Path, keys: Keys) -> None:
        self._path, self._keys = path, keys
        self._seen: frozenset[bytes] = frozenset()
        self._unwritten: list[Spooled] = []
        self._handed = 0  # how many of those `waiting` gave last

    def keep(self, alert: Spooled) -> None:
        """Keep *alert*. What even the disk will not take stays in memory, and the log says so."""
        try:
            self._write(alert)
        except OSError as error:  # whoever wrote is answered all the same, and the duty is told of it by the log
            log.error("the alert spool cannot be written (%s): an alert waits in memory alone", type(error).__name__)
            self._unwritten.append(alert)

    def is_empty(self) -> bool:
        """Whether nothing waits."""
        return not self._unwritten and not self._path.exists()

    def waiting(self) -> list[Spooled]:
        """All that waits; a line that cannot be opened is left out and named in the log by its number."""
        kept = self._path.read_bytes() if self._path.exists() else b""
        self._seen, self._handed = frozenset(kept.splitlines()), len(self._unwritten)
        return [*self._opened(kept.decode("ascii", "replace")), *self._unwritten]

    def clear(self) -> None:
        """What `waiting` gave last is in the database now; what came since stays."""
        del self._unwritten[: self._handed]
        self._handed = 0
        if not self._path.exists():
            return
        with _alone(self._path):
            kept = self._path.read_bytes().splitlines() if self._path.exists() else []
            since = [line for line in kept if line and line not in self._seen]
            if since:
                fresh = self._path.with_name(f"{self._path.name}.new")
                fresh.unlink(missing_ok=True)
                _append(fresh, b"\n".join(since) + b"\n")
                fresh.replace(self._path)
            else:
                self._path.unlink(missing_ok=True)
        self._seen = frozenset()

    def _write(self, alert: Spooled) -> None:
        sealed = self._keys.seal(_PURPOSE, json.dumps(_to_json(alert)).encode(), _PLACE)
        # It begins with a line break too: a line that a power cut has torn must not take this one along.
        with _alone(self._path):
            _append(self._path, b"\n" + sealed.hex().encode() + b"\n")

    def _opened(self, text: str) -> Iterator[Spooled]:
        for number, line in enumerate(text.splitlines(), start=1):
            if not line:
                continue
            try:
                yield _from_json(json.loads(self._keys.open(_PURPOSE, bytes.fromhex(line), _PLACE)))
            except Exception as error:  # a torn last line after a power cut must not hide the others
                log.error("the alert spool has an unreadable line %d (%s)", number, type(error).__name__)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """No other process writes or clears *path* meanwhile; on Windows one process has it anyway."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _append(path: Path, data: bytes) -> None:
    """Write *data* at the end of the file at *path*, and see it and its name on the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "ab") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if os.name == "posix":
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _to_json(alert: Spooled) -> dict[str, object]:
    return {
        "lane": alert.caller.lane,
        "user": alert.caller.user_ref,
        "risk": alert.verdict.risk.value,
        "subtype": alert.verdict.subtype,
        "rules": list(alert.verdict.rules),
        "lexicon": alert.verdict.lexicon,
        "key": alert.key,
        "at": alert.at.isoformat(),
    }


def _from_json(fields: dict[str, object]) -> Spooled:
    rules = fields["rules"]
    verdict = Verdict(
        RiskClass(str(fields["risk"])),
        Subtype(str(fields["subtype"])),
        tuple(str(rule) for rule in rules) if isinstance(rules, list) else (),
        str(fields["lexicon"]),
    )
    caller = Caller(LaneName(str(fields["lane"])), str(fields["user"]))
    return Spooled(caller, verdict, str(fields["key"]), datetime.fromisoformat(str(fields["at"])))
