"""Who did or read what, when."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, insert, select

from outreach.domain.actor import Actor
from outreach.domain.ids import StaffId
from outreach.services.cards_office import AuditLine
from outreach.store.rows import table_of
from outreach.store.rows_staff import AuditRow
from outreach.store.transaction import Shelf

_AUDIT = table_of(AuditRow)
_A = _AUDIT.c
_WRITE = insert(_AUDIT)
_LINES = (
    select(_A.id, _A.at, _A.role, _A.actor, _A.staff_id, _A.action, _A.subject, _A.subject_id, _A.reason)
    .order_by(_A.id.desc())
    .limit(bindparam("limit"))
)


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

    def listed(
        self,
        limit: int,
        *,
        before: int | None = None,
        subject: str = "",
        subject_id: str = "",
        staff_id: StaffId | None = None,
    ) -> list[AuditLine]:
        """Newest first, from before the line *before*; narrowed to what is named."""
        statement: Select[Any] = _LINES
        if before is not None:
            statement = statement.where(_A.id < before)
        if subject:
            statement = statement.where(_A.subject == subject)
        if subject_id:
            statement = statement.where(_A.subject_id == subject_id)
        if staff_id is not None:
            statement = statement.where(_A.staff_id == staff_id)
        return [AuditLine(*row) for row in self._at.connection.execute(statement, {"limit": limit})]
