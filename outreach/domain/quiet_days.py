"""Days on which what can wait does wait: festivals and exams, as local dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

from outreach.domain.messages import MessageKind

MORNING_AFTER = time(8)
"""Until then a quiet day lasts, so that midnight wakes nobody who has no quiet hours."""
_NEAR = timedelta(days=2)  # any zone's yesterday and tomorrow, and the night before


@dataclass(frozen=True, slots=True)
class QuietDays:
    """The local days *first* to *last*, and what waits on them: *kinds*, for those who chose one of *audiences*.

    *audiences* empty: for everybody. What is about one of *topics* belongs to these days and does not wait.
    *regions*: codes of where they hold, there and in all below; empty: everywhere.
    """

    name: str
    first: date
    last: date
    kinds: frozenset[MessageKind]
    audiences: frozenset[str] = frozenset()
    topics: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()

    def hold_up(self, kind: MessageKind, topics: frozenset[str], chosen: frozenset[str]) -> bool:
        """Whether a message about *topics* waits on these days for somebody who chose the audiences *chosen*."""
        if kind not in self.kinds or topics & self.topics:
            return False
        return not self.audiences or bool(self.audiences & chosen)

    def end_after(self, moment: datetime, zone: tzinfo) -> datetime | None:
        """When they are over, in UTC, if *moment* is one of theirs; ``None``: it is not."""
        local = moment.astimezone(zone)
        day_after = self.last + timedelta(days=1)
        is_theirs = self.first <= local.date() <= self.last or (
            local.date() == day_after and local.time() < MORNING_AFTER
        )
        return datetime.combine(day_after, MORNING_AFTER, tzinfo=zone).astimezone(UTC) if is_theirs else None


@dataclass(frozen=True, slots=True)
class Almanac:
    """All quiet days that are known."""

    days: tuple[QuietDays, ...] = ()

    def near(self, moment: datetime) -> tuple[QuietDays, ...]:
        """Those that may hold at *moment* or in the night after it, whatever the zone."""
        day = moment.astimezone(UTC).date()
        return tuple(one for one in self.days if one.first - _NEAR <= day <= one.last + _NEAR)
