"""Read models of the office: what was done by whom, how the channel accounts stand, what could not be delivered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.ids import ActivityId, DeliveryId, LaneName, StaffId
from outreach.domain.messages import MessageKind


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


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A delivery that was given up after *tries* calls. Nothing of whom it is for but the name of their unit."""

    id: DeliveryId
    lane: LaneName
    kind: MessageKind
    reason: str
    tries: int
    created_at: datetime
    died_at: datetime
    helps_until: datetime | None = None
    activity_id: ActivityId | None = None
    broadcast_id: int | None = None
    region_name: str | None = None
