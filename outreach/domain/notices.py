"""News of a change: told is not known. Whoever has a place says that they know, or somebody calls them in time."""

from __future__ import annotations

from datetime import datetime, timedelta

TO_CONFIRM = timedelta(hours=24)
"""So long whoever was told has to say that they know."""
AT_LATEST = timedelta(hours=6)
"""Before it begins: then there is still time to call them."""


def told_before(starts_at: datetime, now: datetime) -> datetime:
    """Whoever was told before then, and has not said that they know, is to be called at *now*."""
    return now if now >= starts_at - AT_LATEST else now - TO_CONFIRM
