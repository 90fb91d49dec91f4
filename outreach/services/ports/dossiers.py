"""All that is kept of one person."""

from __future__ import annotations

from typing import Protocol

from outreach.domain.ids import ResidentId
from outreach.services.cards import Caller
from outreach.services.cards_dossier import Dossier


class Dossiers(Protocol):
    """For a person who asks what is kept of them."""

    def of_resident(self, resident_id: ResidentId) -> Dossier:
        """Everything, opened. Raises `NotFound`."""

    def of_stranger(self, caller: Caller) -> Dossier:
        """What is kept under the address of somebody who never agreed to anything; it may be nothing."""
