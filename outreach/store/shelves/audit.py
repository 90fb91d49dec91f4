"""Who did or read what, when."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import insert

from outreach.domain.actor import Actor
from outreach.store.rows import table_of
from outreach.store.rows_staff import AuditRow
from outreach.store.transaction import Shelf

_WRITE = insert(table_of(AuditRow))


class AuditShelf(Shelf):
    """Matches `services.ports.Audit`."""

    __slots__ = ()

    def write(
        self, by: Actor, action: str, subject: str, subject_id: int | str, now: datetime, reason: str = ""
    ) -> None:
        """One line: ids only, and the reason that staff gave where one is asked for."""
        values = {
            "at": now,
            "role": by.role.value,
            "actor": by.name,
            "staff_id": by.staff_id,
            "action": action,
            "subject": subject,
            "subject_id": str(subject_id),
            "reason": reason,
        }
        self._at.connection.execute(_WRITE, values)
