"""From the database's own errors to one sentence and a remedy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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
    """The sentence for *error*. It names no value of any row."""
    sentence, remedy = _SENTENCES.get(_kind(error), _OTHER)
    return Fault(sentence, remedy)


def _kind(error: DBAPIError) -> str:
    """SQLite's primary name for *error*, such as ``SQLITE_BUSY``; empty on other databases."""
    name = str(getattr(error.orig, "sqlite_errorname", "") or "")
    return "_".join(name.split("_")[:2])
