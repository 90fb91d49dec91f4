"""From the database's own errors to one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from outreach.domain.errors import Fault

_SENTENCES = {
    "SQLITE_BUSY": (
        "the database is locked by another process",
        "Wait until the other command has finished, or stop the process that holds it, then try again.",
    ),
    "SQLITE_FULL": ("the disk is full", "Free some space on the disk that holds the data folder, then start again."),
    "SQLITE_NOTADB": (
        "the database file is not a database",
        "Point OUTREACH_DATABASE_URL or OUTREACH_DATA_DIR at the right place, or restore a backup.",
    ),
    "SQLITE_CORRUPT": ("the database file is damaged", "Stop the program and restore the last backup."),
    "SQLITE_READONLY": (
        "the database may only be read",
        "Let the user that runs outreach write the database file and its folder.",
    ),
    "SQLITE_CANTOPEN": (
        "the database cannot be opened",
        "Check that the data folder exists and that the user that runs outreach may write it.",
    ),
    "SQLITE_IOERR": (
        "the disk that holds the database reports an error",
        "Check the disk and free space on it, then start again.",
    ),
    "SQLITE_ERROR": ("the database refused a statement", "Run `outreach db check`; it says what does not fit."),
}
_UNREACHABLE = (
    "the database cannot be reached",
    "Check that PostgreSQL runs, and that address, name, user and password in OUTREACH_DATABASE_URL are right.",
)
_BY_SQLSTATE = {  # PostgreSQL's codes, or their first two letters: appendix A of its manual
    "08": _UNREACHABLE,
    "28": _UNREACHABLE,
    "3D": _UNREACHABLE,
    "57P": ("the database is shutting down or starting", "Wait a moment, then try again."),
    "53100": ("the disk is full", "Free some space on the disk of the database, then start again."),
    "53300": ("the database has no connection left", "Let PostgreSQL have more connections (max_connections)."),
    "53": ("the database has too little memory or disk", "Give its machine more of it, then start again."),
    "55P03": (
        "the database is locked by another process",
        "Wait until the other command has finished, or stop the process that holds it, then try again.",
    ),
    "57014": ("the database took too long", "Try again; if it stays so, look at what keeps the server busy."),
    "25P03": ("the database ended a transaction that did nothing", "Try again; the machine may be overloaded."),
    "40": ("two changes met at the same rows", "Try again; nothing of this one was done."),
    "25006": ("the database may only be read", "Point OUTREACH_DATABASE_URL at the server that takes changes."),
    "42501": ("the database does not allow that", "Let the user in OUTREACH_DATABASE_URL own the database."),
    "XX00": ("the database is damaged", "Stop the program and restore the last backup."),
    "23": ("the database refused a row", "Run `outreach db check`; it says what does not fit."),
    "42": ("the database refused a statement", "Run `outreach db check`; it says what does not fit."),
}
_OTHER = ("the database failed", "Check that it runs and can be reached, then run `outreach db check`.")


@contextmanager
def as_faults() -> Iterator[None]:
    """Turn what the database raises inside into `Fault`; its own error stays the cause."""
    try:
        yield
    except DBAPIError as error:
        raise fault_of(error) from error
    except PoolTimeout as error:
        raise Fault("all connections to the database are in use", "Wait a moment, then try again.") from error


def fault_of(error: DBAPIError) -> Fault:
    """The sentence for *error*. Neither it nor *error* afterwards names a value of any row."""
    sqlstate = _sqlstate(error)
    if sqlstate is None:
        sentence, remedy = _SENTENCES.get(_sqlite_kind(error), _OTHER)
    else:
        _hide_values(error, sqlstate)
        sentence, remedy = _of_sqlstate(sqlstate)
    return Fault(sentence, remedy)


def is_passing(error: DBAPIError) -> bool:
    """Whether the same transaction may well succeed at once: after a deadlock, or two that crossed each other."""
    return (_sqlstate(error) or "").startswith("40")


def _of_sqlstate(sqlstate: str) -> tuple[str, str]:
    """The sentence of the longest beginning of *sqlstate* that has one. No code at all: the connection is gone."""
    if not sqlstate:
        return _UNREACHABLE
    found = (_BY_SQLSTATE.get(sqlstate[:length]) for length in range(len(sqlstate), 1, -1))
    return next(filter(None, found), _OTHER)


def _hide_values(error: DBAPIError, sqlstate: str) -> None:
    """PostgreSQL tells in its errors which value it minded; whoever prints them would print it too."""
    cause: Any = error.orig
    names = [getattr(cause.diag, name, None) for name in ("table_name", "column_name", "constraint_name")]
    cause.args = error.args = (" ".join([type(cause).__name__, sqlstate, *filter(None, names)]),)


def _sqlstate(error: DBAPIError) -> str | None:
    """PostgreSQL's code, empty where the connection failed; ``None`` on SQLite."""
    if not hasattr(error.orig, "sqlstate"):
        return None
    return str(getattr(error.orig, "sqlstate", None) or "")


def _sqlite_kind(error: DBAPIError) -> str:
    """SQLite's primary name for *error*, such as ``SQLITE_BUSY``; empty on other databases."""
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    return "_".join(name.split("_")[:2])
