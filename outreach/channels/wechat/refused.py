"""What the hook says no to: a status for the caller and a short fixed word for our counters."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """A request that is forged, stale or dangerous. *reason* never holds anything of the request."""

    reason: str
    status: int = 403
