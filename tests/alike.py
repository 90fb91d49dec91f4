"""What all houses of a suite do alike is done once a worker: it took a third of the suite, and no test is about it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import TypeVar

import pytest
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import Connection

from outreach.bootstrap import core
from outreach.content import parse
from outreach.safety import screen
from outreach.safety.helplines import Helplines
from outreach.store import upgrade
from outreach.store.migrations import HEAD

T = TypeVar("T")
MOST = 256  # texts: the shipped ones are some 50, twice over for tests with changed ones
_as_shipped = upgrade._run
_layout: list[str] = []


def read_once() -> None:
    """Read a text of the library that was read before no second time: the same text always gives the same value."""
    parse.part = lru_cache(MOST)(parse.part)
    parse.html_lines = lru_cache(MOST)(_listed(parse.html_lines))
    screen.parse_patterns = lru_cache(MOST)(screen.parse_patterns)
    Helplines.parse = staticmethod(lru_cache(MOST)(Helplines.parse))  # type: ignore[method-assign]
    core.parse_wording = _by_items(core.parse_wording)


def hash_lightly() -> None:
    """Hash passwords at a hundredth of the cost; what a real hash costs is tested in a process without this."""
    PasswordHash.recommended = staticmethod(  # type: ignore[method-assign]
        lambda: PasswordHash((Argon2Hasher(time_cost=1, memory_cost=64, parallelism=1),))
    )


@contextmanager
def laid_out_at_once() -> Iterator[None]:
    """Give an empty SQLite database the tables that the steps of `outreach.store` made the first time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upgrade, "_run", _lay_out)
        yield


def _lay_out(connection: Connection, to: str) -> None:
    if connection.dialect.name != "sqlite" or to != HEAD or not upgrade.is_empty(connection):
        _as_shipped(connection, to)
    elif not _layout:
        _as_shipped(connection, to)
        dump = connection.connection.driver_connection.iterdump()  # type: ignore[union-attr]
        _layout.extend(line for line in dump if line not in {"BEGIN TRANSACTION;", "COMMIT;"})
    else:
        for line in _layout:
            connection.exec_driver_sql(line)


def _listed(read: Callable[[str], Iterator[int]]) -> Callable[[str], tuple[int, ...]]:
    return lambda text: tuple(read(text))


def _by_items(read: Callable[[Mapping[str, str]], T]) -> Callable[[Mapping[str, str]], T]:
    remembered = lru_cache(MOST)(lambda items: read(dict(items)))
    return lambda files: remembered(tuple(sorted(files.items())))
