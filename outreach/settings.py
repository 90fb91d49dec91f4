"""Settings: environment over ``outreach.toml`` over defaults, read once, frozen, all problems at once.

Secrets are `Secret`: they never print. A channel's section stays texts; its adapter reads it.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import TypeAlias, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from outreach.domain.errors import BadInput
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.domain.secret import Secret
from outreach.domain.times import QuietHours, parse_duration, parse_leads, parse_weekly

PREFIX = "OUTREACH_"
FILE = "outreach.toml"
SHORTEST_KEY = 16  # characters of what signs cookies and buttons
_LANE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_OFF_IN = {"open": frozenset[str](), "mainland": frozenset({"telegram"})}
"""Profiles, and the adapters that stay shut in each: Telegram cannot be used in the mainland."""
_Texts: TypeAlias = Mapping[str, str]
_T = TypeVar("_T")


class EngineName(StrEnum):
    """What wakes senders and ticks."""

    SMALL = "small"
    LARGE = "large"


@dataclass(frozen=True, slots=True)
class Settings:
    """All that can be set. Paths are absolute; durations timedeltas; times of day local to *timezone*."""

    data_dir: Path
    database_url: str = field(repr=False)
    key_file: Path
    base_url: str
    host: str
    port: int
    timezone: str
    language: Language
    country: str
    opening_hours: str
    network_name: str
    library: Path | None
    font: Path | None
    profile: str
    leads: tuple[timedelta, ...]
    quiet: QuietHours | None
    quiet_days: bool
    tips: tuple[int, time]
    first_tip_after: timedelta | None
    weekly_cap: int | None
    log_level: str
    engine: EngineName
    secret_key: Secret | None
    channels: Mapping[LaneName, Mapping[str, Secret]]

    @property
    def adapters_off(self) -> frozenset[str]:
        """Adapters that the profile keeps shut whatever the sections say."""
        return _OFF_IN[self.profile]

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file of ours."""
        return self.database_url.startswith("sqlite")


def load(environment: Mapping[str, str] | None = None, folder: Path | None = None) -> Settings:
    """The settings from *environment* (default: the process's) and ``outreach.toml`` in *folder* (default: here).

    Raises `BadInput` with every problem, each naming the setting, where it came from and the remedy.
    """
    reader = _Reader(
        _from_file((folder or Path.cwd()) / FILE), _from_environment(os.environ if environment is None else environment)
    )
    settings = _build(reader, folder or Path.cwd())
    reader.refuse_leftovers()
    if reader.problems:
        raise BadInput(reader.problems)
    return settings


def _build(reader: _Reader, folder: Path) -> Settings:
    data_dir = (folder / reader.take("data_dir", "var", _path)).resolve()
    port = reader.take("port", "8000", _port)
    host = reader.take("host", "127.0.0.1", _host)
    return Settings(
        data_dir=data_dir,
        database_url=reader.take("database_url", f"sqlite:///{data_dir / 'outreach.db'}", _database_url),
        key_file=(folder / reader.take("key_file", f"{data_dir}.key", _path)).resolve(),
        base_url=reader.take("base_url", _own_address(host, port), _base_url),
        host=host,
        port=port,
        timezone=reader.take("timezone", "Asia/Shanghai", _zone),
        language=reader.take("language", "zh", _language),
        country=reader.take("country", "CN", _country),
        opening_hours=reader.take("opening_hours", "", _short),
        network_name=reader.take("network_name", "", _short),
        library=reader.take("library", "", lambda text: (folder / text).resolve() if text else None),
        font=reader.take("font", "", lambda text: (folder / text).resolve() if text else None),
        profile=reader.take("profile", "open", _profile),
        leads=reader.take("reminders", "24h,2h", parse_leads),
        quiet=reader.take("quiet_hours", "21:30-07:30", _quiet_hours),
        quiet_days=reader.take("quiet_days", "on", _on_or_off),
        tips=reader.take("tips", "tue 10:00", _weekly),
        first_tip_after=reader.take("first_tip_after", "", lambda text: parse_duration(text) if text else None),
        weekly_cap=reader.take("weekly_cap", "3", _weekly_cap),
        log_level=reader.take("log_level", "INFO", _log_level),
        engine=reader.take("engine", "small", _engine),
        secret_key=reader.take("secret_key", "", _secret_key),
        channels=reader.channels(),
    )


class _Reader:
    """Takes settings by name, remembers what is wrong and what nobody asked for."""

    def __init__(self, file: tuple[_Texts, list[str]], environment: _Texts) -> None:
        self._file, self.problems = dict(file[0]), list(file[1])
        self._environment = dict(environment)

    def take(self, name: str, default: str, read: Callable[[str], _T]) -> _T:
        """The value of *name*, read; on a problem it is noted and the default stands in."""
        in_file, in_environment = self._file.pop(name, None), self._environment.pop(name, None)
        text = in_environment if in_environment is not None else in_file
        if text is None:
            return read(default)
        try:
            return read(text)
        except ValueError as reason:
            where = f"{PREFIX}{name.upper()}" if in_environment is not None else f"{FILE}: {name}"
            self.problems.append(f"{where}: {reason}")
            return read(default)

    def channels(self) -> Mapping[LaneName, Mapping[str, Secret]]:
        """The ``channels`` sections, lane by lane. The web chat is there unless it says otherwise."""
        found: dict[LaneName, dict[str, Secret]] = {LaneName("webchat"): {}}
        for source in (self._file, self._environment):
            for name in [name for name in source if name.startswith("channels__")]:
                text = source.pop(name)
                lane, _, option = name.removeprefix("channels__").partition("__")
                if not _LANE.fullmatch(lane) or not option:
                    self.problems.append(f"{PREFIX}{name.upper()}: write it as {PREFIX}CHANNELS__<NAME>__<OPTION>")
                    continue
                found.setdefault(LaneName(lane), {})[option] = Secret(text)
        webchat = found[LaneName("webchat")]
        if webchat.get("enabled", Secret("true")).reveal().strip().lower() in {"false", "no", "off", "0"}:
            del found[LaneName("webchat")]
        return found

    def refuse_leftovers(self) -> None:
        """A setting that nobody asked for is a typing error: say so."""
        for name in self._environment:
            self.problems.append(f"{PREFIX}{name.upper()}: there is no such setting")
        for name in self._file:
            self.problems.append(f"{FILE}: {name}: there is no such setting")


def _from_environment(environment: Mapping[str, str]) -> _Texts:
    return {
        name.removeprefix(PREFIX).lower(): text
        for name, text in environment.items()
        if name.startswith(PREFIX) and text != ""
    }


def _from_file(path: Path) -> tuple[_Texts, list[str]]:
    if not path.exists():
        return {}, []
    try:
        # parse_float=str: a token such as 1e345 that somebody wrote without quotes stays the text that it is.
        found = list(_flat(tomllib.loads(path.read_text("utf-8-sig"), parse_float=str), ""))
    except tomllib.TOMLDecodeError as reason:
        return {}, [f"{FILE}: it cannot be read ({reason}); mend it or take it away"]
    except UnicodeDecodeError as reason:
        return {}, [f"{FILE}: byte {reason.start + 1} is not UTF-8; save it as UTF-8"]
    except OSError as reason:
        return {}, [f"{FILE}: it cannot be read ({reason.strerror}); mend it or take it away"]
    return dict(found), [f"{FILE}: {name}: it is said twice; keep one" for name in _repeated(name for name, _ in found)]


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]


def _flat(table: Mapping[str, object], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        key = f"{prefix}{name.lower()}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{key}__")
        elif isinstance(value, list):
            yield key, ",".join(_text(each) for each in value)
        else:
            yield key, _text(value)


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _path(text: str) -> str:
    if not text.strip() or "\0" in text:
        raise ValueError("give the path of a file or folder")
    return str(Path(text).expanduser())


def _host(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+(%[A-Za-z0-9]+)?", text):
        raise ValueError(f"{text!r} is not a host: give an address of this machine such as 127.0.0.1 or 0.0.0.0")
    return text


def _own_address(host: str, port: int) -> str:
    """Where a browser on this machine reaches us: an address that means "all of them" is no address to go to."""
    named = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - named, not bound
    return f"http://[{named}]:{port}" if ":" in named else f"http://{named}:{port}"


def _quiet_hours(text: str) -> QuietHours | None:
    quiet = QuietHours.parse(text)
    if quiet is not None and (quiet.begins.tzinfo is not None or quiet.ends.tzinfo is not None):
        raise ValueError(f"{text!r}: leave the offset away, the time is local; write 21:30-07:30")
    return quiet


def _on_or_off(text: str) -> bool:
    given = text.strip().lower()
    if given not in {"on", "off", "true", "false"}:
        raise ValueError(f"{text!r} is neither on nor off: give one of the two")
    return given in {"on", "true"}


def _weekly(text: str) -> tuple[int, time]:
    weekday, at = parse_weekly(text)
    if at.tzinfo is not None:
        raise ValueError(f"{text!r}: leave the offset away, the time is local; write tue 10:00")
    return weekday, at


def _port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 65535:
        raise ValueError(f"{text!r} is not a port: give a number from 1 to 65535")
    return int(text)


def _weekly_cap(text: str) -> int | None:
    if text.strip().lower() in {"off", "none"}:
        return None
    if not text.isascii() or not text.isdigit() or int(text) > 100:
        raise ValueError(f"{text!r} is not a number of messages: give one from 0 to 100, or off")
    return int(text)


def _database_url(text: str) -> str:
    if text.startswith("sqlite:///"):
        if text.removeprefix("sqlite:///") in {"", ":memory:"}:
            raise ValueError("a database in memory forgets everything: give sqlite:///path/to/outreach.db")
        return text
    if re.match(r"postgresql\+psycopg://.*/[^/?]", text):
        return text
    # The text is not repeated: it may hold a password.
    raise ValueError("give sqlite:///path/to/outreach.db or postgresql+psycopg://user:password@host/name")


def _base_url(text: str) -> str:
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text):
        raise ValueError(f"{text!r} is not an address: give one such as https://outreach.example.org")
    return text.rstrip("/")


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone: give an IANA name such as Asia/Shanghai") from None
    return text


def _language(text: str) -> Language:
    try:
        return Language(text.strip().lower())
    except ValueError:
        raise ValueError(f"{text!r} is not a language we write in: give {' or '.join(Language)}") from None


def _country(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", text):
        raise ValueError(f"{text!r} is not a country: give two letters such as CN")
    return text.upper()


def _short(text: str) -> str:
    if len(text) > 200:
        raise ValueError("more than 200 characters")
    return text.strip()


def _secret_key(text: str) -> Secret | None:
    if text and len(text) < SHORTEST_KEY:
        raise ValueError(
            f"shorter than {SHORTEST_KEY} characters; take a long random text, or leave it to the key file"
        )
    return Secret(text) if text else None


def _profile(text: str) -> str:
    if text.strip().lower() not in _OFF_IN:
        raise ValueError(f"{text!r} is no profile: {' or '.join(_OFF_IN)}")
    return text.strip().lower()


def _engine(text: str) -> EngineName:
    try:
        return EngineName(text.strip().lower())
    except ValueError:
        raise ValueError(f"write {' or '.join(EngineName)}: one process, or many on one PostgreSQL") from None


def _log_level(text: str) -> str:
    if text.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise ValueError(f"{text!r} is not a level: give DEBUG, INFO, WARNING or ERROR")
    return text.upper()
