"""Read models of the office: what was done by whom, and how the channel accounts stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.ids import LaneName, StaffId


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One deed or look. Ids only; *reason* where staff gave one."""

    id: int
    at: datetime
    role: str
    actor: str
    staff_id: StaffId | None
    action: str
    subject: str
    subject_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class LaneHealth:
    """One account at a glance. *open*: deliveries that wait or need a look, by state; *held_until* may be past."""

    lane: LaneName
    driven: bool
    held_until: datetime | None
    hold_code: str
    open: Mapping[str, int] = field(default_factory=dict)
