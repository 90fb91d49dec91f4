"""What is asked of the store about what platforms still let through to somebody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Protocol

from outreach.domain.ids import AddressId
from outreach.domain.windows import PushWindow
from outreach.services.cards import Caller


class Windows(Protocol):
    """One window an address. What is sent is counted with the outcome of its call."""

    def opened(self, caller: Caller, window: PushWindow, now: datetime) -> bool:
        """*caller* opened *window*; False for a stranger, or where what is open already is the safer guess."""

    def kept_for_reminders(self, addresses: Iterable[AddressId | None]) -> Mapping[AddressId | None, int]:
        """How many activities remind the owner of each of *addresses* before its window ends; 0 is left out."""
