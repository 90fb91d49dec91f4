"""The ways to one resident, and the one of them that a message takes: never two for one message."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from outreach.domain.ids import AddressId, LaneName


@dataclass(frozen=True, slots=True)
class Way:
    """One address of a resident. *cost*: of one message, in a unit that all ways share; 0: it costs nothing.

    *is_open*: whether we may write there first just now (windows, quotas).
    """

    address_id: AddressId
    lane: LaneName
    last_word_at: datetime
    preferred: bool = False
    reachable: bool = True
    is_open: bool = True
    cost: int = 0


def choose_way(ways: Iterable[Way], tried: Collection[AddressId] = ()) -> Way | None:
    """The way to take, of those not *tried*: what they prefer, else the cheapest, else where they wrote last.

    One that is closed just now is taken only if all are: then the message waits there. ``None``: no way is left.
    The store chooses among open ways that cost the same; a test holds the two together.
    """
    left = (way for way in ways if way.reachable and way.address_id not in tried)
    return min(left, key=_place, default=None)


def _place(way: Way) -> tuple[bool, bool, int, float, int]:
    return (not way.is_open, not way.preferred, way.cost, -way.last_word_at.timestamp(), way.address_id)
