"""What every shelf of one unit of work stands on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import Connection, Executable

from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.services.cards import Caller
from outreach.store.keys import KeyRing


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds where nobody has said otherwise. *zone* is an IANA name, of the root region."""

    zone: str = "Asia/Shanghai"
    language: Language = Language.ZH


DEFAULTS = Defaults()


@dataclass(frozen=True, slots=True)
class Transaction:
    """One open transaction: its connection, the keys, and the lanes to wake once it is committed."""

    connection: Connection
    ring: KeyRing
    defaults: Defaults
    woken: set[LaneName] = field(default_factory=set)

    def insert(self, statement: Executable, values: Mapping[str, object]) -> int:
        """Insert one row; the id that the database gave it."""
        key = self.connection.execute(statement, values).inserted_primary_key
        if key is None:
            raise LookupError("the row has no id")
        return int(key[0])

    def person(self, caller: Caller) -> bytes:
        """The blind index under which *caller* is found."""
        return self.ring.index(caller.lane, caller.user_ref)


class Shelf:
    """Base of all shelves: holds the transaction and nothing else."""

    __slots__ = ("_at",)

    def __init__(self, at: Transaction) -> None:
        self._at = at
