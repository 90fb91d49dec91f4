"""What was done by whom: for those who look after that."""

from __future__ import annotations

from outreach.domain.actor import Actor, Permission
from outreach.domain.ids import StaffId
from outreach.services.access import require_somewhere
from outreach.services.cards_office import AuditLine
from outreach.services.ports import UnitOfWork


def listed(
    uow: UnitOfWork,
    by: Actor,
    limit: int,
    *,
    before: int | None = None,
    subject: str = "",
    subject_id: str = "",
    staff_id: StaffId | None = None,
) -> list[AuditLine]:
    """Newest first, from before the line *before*; of one *subject* (with its id) or one member of staff if named.

    Raises `Forbidden` for whoever may not see the audit.
    """
    require_somewhere(by, Permission.SEE_AUDIT)
    return uow.audit.listed(limit, before=before, subject=subject, subject_id=subject_id, staff_id=staff_id)
