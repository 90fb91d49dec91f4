"""The people who work here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Protocol

from outreach.domain.actor import Role
from outreach.domain.ids import RegionId, StaffId
from outreach.domain.messages import Language
from outreach.services.cards import Caller
from outreach.services.cards_staff import Credentials, NewStaff, Session, StaffCard


class Staffs(Protocol):
    """Accounts, sessions and the chats where staff get their pushes."""

    def add(self, new: NewStaff, password_hash: str, now: datetime) -> StaffCard | None:
        """A new account whose password must be changed; ``None`` if the login is taken."""

    def get(self, staff_id: StaffId) -> StaffCard:
        """Raises `NotFound`."""

    def by_login(self, login: str) -> StaffCard | None: ...

    def listed(
        self, region_path: str, limit: int, *, below: bool, after: str = "", with_disabled: bool = True
    ) -> list[StaffCard]:
        """By login, from behind *after*: those of that unit, or of all *below* it too."""

    def credentials(self, login: str) -> Credentials | None:
        """Of an account that is not disabled."""

    def note_failure(self, login: str, free_tries: int, locks: Sequence[timedelta], now: datetime) -> None:
        """One more wrong password; from the one after *free_tries* on the account is locked, each time for longer."""

    def begin_session(self, staff_id: StaffId, token: bytes, until: datetime, now: datetime) -> None:
        """Keep the hash *token*; the account's failures are forgotten."""

    def session(self, token: bytes, idle_since: datetime, now: datetime) -> Session | None:
        """Whose it is; ``None`` if it is over, was idle since then, or the account is disabled."""

    def touch_session(self, token: bytes, now: datetime) -> None: ...

    def end_session(self, token: bytes) -> None: ...

    def end_sessions(self, staff_id: StaffId) -> int: ...

    def purge_sessions(self, now: datetime, limit: int) -> int: ...

    def set_password(self, staff_id: StaffId, password_hash: str, *, must_change: bool, now: datetime) -> None: ...

    def change(
        self,
        staff_id: StaffId,
        now: datetime,
        *,
        name: str | None = None,
        role: Role | None = None,
        region_id: RegionId | None = None,
        on_duty: bool | None = None,
        language: Language | None = None,
    ) -> None:
        """Change what is given, leave the rest."""

    def disable(self, staff_id: StaffId, at: datetime | None, now: datetime) -> None:
        """Nobody signs in with it any more; ``None``: they may again."""

    def offer_door(self, staff_id: StaffId, until: datetime, now: datetime) -> str:
        """A fresh code of eight digits that makes a chat theirs, good until then."""

    def claim_door(self, code: str, caller: Caller, now: datetime) -> StaffCard | None:
        """The account behind *code*, used up by this call; *caller* is its chat from now on."""

    def drop_door(self, staff_id: StaffId, now: datetime) -> None: ...

    def drop_doors_at(self, caller: Caller, now: datetime) -> int:
        """That chat is nobody's any more; how many accounts had it."""

    def chats(self, region_path: str, limit: int) -> list[tuple[StaffCard, Caller]]:
        """Enabled accounts of the units on the way from that region up to the top, with their chat; nearest first."""
