"""From an empty or older database to the newest structure, and whether structure and models agree."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from outreach.domain.errors import Fault
from outreach.store.migrations import HEAD

VERSION_TABLE = "alembic_version"
_OURS = 0x6F757472656163  # "outreac": the number of our lock
_MIGRATIONS = Path(__file__).parent / "migrations"


def current(connection: Connection) -> str | None:
    """The step that the database stands at; ``None`` for an empty one."""
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none()
    return found


def is_empty(connection: Connection) -> bool:
    """Whether nothing is in it at all, ours or anybody's."""
    return not inspect(connection).get_table_names()


def wait_for_others(connection: Connection) -> None:
    """Let one process at a time change the structure, until its commit. On SQLite the transaction does so by itself."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:ours)"), {"ours": _OURS})


def upgrade(connection: Connection, to: str = HEAD) -> str:
    """Run the steps that are missing up to *to*; its name. Raises `Fault` for a database that is not ours.

    Alembic is loaded only if there is something to do: a start on an up-to-date database should not pay for it.
    """
    at = current(connection)
    if at == to:
        return to
    if at is None and not is_empty(connection):
        raise Fault(
            "the database holds tables that are not ours",
            "Point OUTREACH_DATABASE_URL at an empty database or at one that outreach made.",
        )
    _run(connection, to)
    return to


def differences(connection: Connection) -> list[Any]:
    """What Alembic would change to make the database match the models; empty if they agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from outreach.store.tables import METADATA

    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, METADATA))


def _run(connection: Connection, to: str) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, to)
    except CommandError as error:
        raise Fault(
            "the database was made by a newer outreach than this one", "Install that version or a later one."
        ) from error
