"""What the other side's answer means to the ledger: the table of the README."""

from __future__ import annotations

from datetime import timedelta

from outreach.domain.messages import Halted, Outcome, Rejected, RetryLater, Sent, Unreachable

_LONGEST = 3600  # seconds; nobody waits longer on a stranger's word


def outcome_of(status: int, retry_after: str) -> Outcome:
    """The outcome for an HTTP *status*; *retry_after* in seconds counts with 429."""
    match status:
        case _ if 200 <= status < 300:
            return Sent()
        case 429:
            return RetryLater(timedelta(seconds=_seconds(retry_after)), code="429")
        case 403:
            return Unreachable("403")
        case 410:
            return Unreachable("410", gone=True)
        case 401:
            return Halted("401", "other")
        case _ if 400 <= status < 500:
            return Rejected(str(status))
        case _:
            return RetryLater(timedelta(seconds=5), code=str(status))


def _seconds(text: str) -> int:
    return min(_LONGEST, max(1, int(text))) if text.isdecimal() and len(text) < 10 else 5
