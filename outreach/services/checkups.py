"""What the facts about an installation mean: is it well, what is wrong, and what to do. Pure: facts in, remarks out.

This page judges the machine: clock, zones, key, database, disk, settings. The work done on it: `checkups_work`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit

from outreach.domain.errors import Fault
from outreach.services.cards_vitals import Stamps

_BUILT = datetime(2026, 1, 1, tzinfo=UTC)  # before this program was written: no clock that is right says so
_SKEW = timedelta(minutes=2)  # WeChat's requests are refused when older than 5; the rest is for ordinary drift
_JUMP = timedelta(seconds=2)
_TIGHT, _FULL = 1 << 30, 100 << 20  # bytes free: SQLite and its log of a busy day need some hundred megabytes
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1"})


class Level(StrEnum):
    """How bad it is. Only an `ERROR` makes `outreach doctor` end with 1."""

    OK = "ok"
    ADVICE = "advice"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Remark:
    """One thing that was looked at: the *part* of the house, how it is, and what to do about it."""

    part: str
    level: Level
    said: str
    remedy: str = ""


def of_fault(part: str, fault: Fault) -> Remark:
    """What could not be looked at, or is broken, in the fault's own words."""
    return Remark(part, Level.ERROR, str(fault), fault.remedy)


def clock(now: datetime, drift: timedelta) -> Iterator[Remark]:
    """*drift*: by how much the wall clock moved otherwise than the machine's own count of seconds, meanwhile."""
    mend = "Set date and time of the machine, and let it follow a time server (on Linux: timedatectl set-ntp true)."
    if now < _BUILT:
        yield Remark("clock", Level.ERROR, f"the machine believes that it is {now:%Y-%m-%d}", mend)
    elif abs(drift) > _JUMP:
        yield Remark("clock", Level.ERROR, f"the clock jumped by {drift.total_seconds():+.0f} s meanwhile", mend)
    else:
        yield Remark("clock", Level.OK, f"it is {now:%Y-%m-%d %H:%M} UTC, and the clock goes evenly")


def stamps(kept: Stamps, now: datetime) -> Iterator[Remark]:
    """Nothing that is kept can be later than now: neither what we wrote, nor what a platform stamped."""
    mend = "Set the clock right before you go on: reminders would go out at a wrong time."
    sources = {"what was stored here last": kept.ours, "what a platform stamped": kept.theirs}
    late = {what: at for what, at in sources.items() if at is not None and at > now + _SKEW}
    for what, at in late.items():
        yield Remark("clock", Level.ERROR, f"{what} is {span_text(at - now)} ahead of this machine's clock", mend)
    if not late:
        yield Remark("clock", Level.OK, "nothing that is stored is later than now")


def zones(home: str, known: Mapping[str, bool]) -> Iterator[Remark]:
    """*known*: each zone of the regions, and whether this machine knows it."""
    strange = sorted(zone for zone, is_known in known.items() if not is_known)
    if strange:
        mend = "Install the package tzdata, or give these regions an IANA name such as Asia/Shanghai."
        yield Remark("zone", Level.ERROR, f"not known on this machine: {', '.join(strange)}", mend)
    else:
        yield Remark("zone", Level.OK, f"local time is that of {', '.join(sorted({home, *known}))}")


def key(found: str, kept: str | None, where: str, *, is_with_data: bool) -> Iterator[Remark]:
    """*found*: the fingerprint of the key in the file *where*; *kept*: the one that the database belongs to."""
    if kept is not None and kept != found:
        said = f"the key file {where} belongs to another database: its fingerprint is {found}, not {kept}"
        yield Remark(
            "key", Level.ERROR, said, "Put back the key file of this database; without it nothing is readable."
        )
        return
    if is_with_data:
        mend = "Move it out and point OUTREACH_KEY_FILE at it: whoever has both can read everything."
        yield Remark("key", Level.WARNING, f"the key file {where} lies in the data folder", mend)
    mine = "is the database's own" if kept is not None else "has no database yet"
    yield Remark("key", Level.OK, f"key {found} {mine}, for nobody else to read; keep a copy of it somewhere else")


def structure(step: str | None, newest: str, *, is_empty: bool) -> Iterator[Remark]:
    """Where the structure stands beside the *newest* step that this program knows."""
    upgrade = "Make a backup, then `outreach db upgrade`; `outreach run` does it by itself, too."
    if step is None and not is_empty:
        mend = "Point OUTREACH_DATABASE_URL at an empty database or at one that outreach made."
        yield Remark("database", Level.ERROR, "it holds tables that are not ours", mend)
    elif step is None:
        yield Remark("database", Level.ADVICE, "it is empty", "`outreach run` fills it at the first start.")
    elif step < newest:
        yield Remark("database", Level.WARNING, f"its structure is older (step {step}, newest {newest})", upgrade)
    elif step > newest:
        mend = "Install that version of outreach or a later one."
        yield Remark("database", Level.ERROR, f"a newer outreach made it (step {step}; here {newest})", mend)
    else:
        yield Remark("database", Level.OK, f"its structure is up to date (step {step})")


def wholeness(is_whole: bool | None, size: int) -> Iterator[Remark]:
    """Whether the database's pages are sound; ``None``: too large for a short look, or not ours to look into."""
    if is_whole is None:
        yield Remark("database", Level.OK, f"it has {_bytes(size)}; `outreach db check` looks through all of it")
    elif is_whole:
        yield Remark("database", Level.OK, f"it has {_bytes(size)}, and every page of it is sound")
    else:
        mend = "Stop the program, keep the damaged file aside, and restore the last backup."
        yield Remark("database", Level.ERROR, "the database file is damaged", mend)


def disk(where: str, free: int, needed: int) -> Iterator[Remark]:
    """*free* bytes beside the data; a backup takes about as much as *needed*."""
    mend = "Free some space, or move the data folder to a larger disk."
    if free < _FULL:
        yield Remark("disk", Level.ERROR, f"only {_bytes(free)} are free at {where}: soon nothing can be stored", mend)
    elif free < max(_TIGHT, needed):
        yield Remark(
            "disk", Level.WARNING, f"{_bytes(free)} are free at {where}; a backup needs {_bytes(needed)}", mend
        )
    else:
        yield Remark("disk", Level.OK, f"{_bytes(free)} are free at {where}")


def folder(where: str, mode: int) -> Iterator[Remark]:
    """*mode*: the rights of the data folder. Much in the database is plain, if without names."""
    if mode & 0o077:
        said = f"the data folder {where} is open to other users of this machine"
        yield Remark("disk", Level.WARNING, said, f"Run `chmod 700 {where}`.")


def refused_settings(problems: Iterable[str]) -> Iterator[Remark]:
    """What is wrong with the settings, each in its own words."""
    for problem in problems:
        yield Remark("settings", Level.ERROR, problem, "docs/reference/settings.md names them all.")


def settings(base_url: str, file_mode: int | None, file: str) -> Iterator[Remark]:
    """*file_mode*: rights of the settings file, which may hold secrets; ``None`` without one."""
    if file_mode is not None and file_mode & 0o077:
        said = f"{file} may be read by other users of this machine, and it may hold secrets"
        yield Remark("settings", Level.WARNING, said, f"Run `chmod 600 {file}`.")
    parts = urlsplit(base_url)
    if parts.hostname in _LOCAL:
        mend = "Set OUTREACH_BASE_URL to the https address at which people reach you."
        yield Remark("settings", Level.ADVICE, "links in messages lead to this machine only", mend)
    elif parts.scheme != "https":
        mend = "Put a proxy with TLS before it and begin OUTREACH_BASE_URL with https."
        yield Remark("settings", Level.WARNING, "people reach us without encryption (http)", mend)
    yield Remark("settings", Level.OK, "every setting is known and can be read")


def _bytes(size: int) -> str:
    for unit, factor in (("GB", 1 << 30), ("MB", 1 << 20), ("kB", 1 << 10)):
        if size >= factor:
            return f"{size / factor:,.1f} {unit}"
    return f"{size} bytes"


def span_text(span: timedelta) -> str:
    """*span* in its largest unit, such as ``3 h``."""
    for unit, length in (("days", timedelta(days=1)), ("h", timedelta(hours=1)), ("min", timedelta(minutes=1))):
        if span >= length:
            return f"{span // length} {unit}"
    return f"{span.total_seconds():.0f} s"
