"""What all tables have in common: one metadata with names for every constraint, and how statements get at a table."""

from __future__ import annotations

from sqlalchemy import Index, MetaData, Table, text
from sqlmodel import SQLModel


class Row(SQLModel):
    """Base of every table. Rows never leave the store: shelves give out domain values and cards."""

    # A constraint without a name could not be changed by a later migration.
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def table_of(row: type[Row]) -> Table:
    """The Core table behind *row*, for statements on hot paths."""
    return Row.metadata.tables[str(row.__tablename__)]


def partial_index(name: str, *columns: str, where: str, unique: bool = False) -> Index:
    """An index over those rows only for which *where* holds: small, however large the table grows."""
    return Index(name, *columns, unique=unique, sqlite_where=text(where), postgresql_where=text(where))


NEVER_REUSED = {"sqlite_autoincrement": True}
"""Ids that appear in dedupe keys, links or printed numbers are never given twice, even after the last row is gone."""
