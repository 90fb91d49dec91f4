"""How often somebody may try: counted in memory, for a bounded number of names."""

from __future__ import annotations

from collections import OrderedDict, deque
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address

MOST_NAMES = 10_000  # a few hundred bytes each; the one tried longest ago is forgotten first


class Throttle:
    """At most *limit* tries *within* a while for each name. Each process counts for itself."""

    def __init__(self, limit: int, within: timedelta, most: int = MOST_NAMES) -> None:
        self._limit, self._within, self._most = limit, within, most
        self._tries: OrderedDict[str, deque[datetime]] = OrderedDict()

    def allows(self, name: str, now: datetime) -> bool:
        """Count one more try of *name*; whether it is within the limit."""
        tries = self._tries.setdefault(name, deque(maxlen=self._limit))
        self._tries.move_to_end(name)
        while len(self._tries) > self._most:
            self._tries.popitem(last=False)
        if len(tries) == self._limit and tries[0] > now - self._within:
            return False
        tries.append(now)
        return True

    def forget(self, name: str) -> None:
        """They got it right: what was tried before counts no more."""
        self._tries.pop(name, None)


def network_of(address: str) -> str:
    """What counts as one place: an IPv4 address, or the 64 bits of IPv6 that one household gets."""
    try:
        found = ip_address(address)
    except ValueError:
        return address[:64]
    return str(IPv6Address(int(found) >> 64 << 64)) if isinstance(found, IPv6Address) else str(found)
