"""Read models of staff: accounts as lists show them, what signing in needs, who is signed in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.actor import Actor, Role
from outreach.domain.ids import LaneName, RegionId, StaffId
from outreach.domain.messages import Language


@dataclass(frozen=True, slots=True)
class NewStaff:
    """What somebody enters for a new account; checked by `services.staff.add`."""

    login: str
    name: str
    role: Role
    region_id: RegionId
    on_duty: bool = False
    language: Language = Language.ZH


@dataclass(frozen=True, slots=True)
class StaffCard:
    """An account. *region_path* is the lineage of its unit; *door*: the lane of the chat where pushes go."""

    id: StaffId
    login: str
    name: str
    role: Role
    on_duty: bool
    region_id: RegionId
    region_path: str
    region_name: str
    language: Language
    must_change: bool
    door: LaneName | None
    seen_at: datetime | None
    disabled_at: datetime | None
    created_at: datetime

    @property
    def actor(self) -> Actor:
        """Who they are at work."""
        return Actor(self.role, self.name, self.id, self.region_path, self.on_duty)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a password is compared with. *password_hash* is argon2's."""

    staff_id: StaffId
    password_hash: str = field(repr=False)
    locked_until: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """One browser that somebody signed in with, until *expires_at* at most; last used at *seen_at*, about."""

    actor: Actor
    staff: StaffCard
    expires_at: datetime
    seen_at: datetime
