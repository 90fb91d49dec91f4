"""A look at every account, for staff: what stands well, what does not, and the remedy. Changes nothing."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from outreach.channels.base import Channel, CheckedChannel, Finding, HookChannel
from outreach.domain.ids import LaneName
from outreach.runtime.doors import Door

log = logging.getLogger(__name__)

PATIENCE = 30.0  # seconds for one account; a platform that takes longer is a finding in itself
_LOCAL = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0"})  # noqa: S104 - compared with, never bound


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at one account found."""

    lane: LaneName
    adapter: str
    findings: tuple[Finding, ...]

    @property
    def good(self) -> bool:
        """Whether nothing needs staff."""
        return all(finding.good for finding in self.findings)


async def look(doors: Iterable[Door], base_url: str) -> list[Look]:
    """Look at all of *doors* at the same time. An adapter that raises, or takes too long, is a finding."""
    return list(await asyncio.gather(*(_look(door, base_url) for door in doors)))


async def _look(door: Door, base_url: str) -> Look:
    found = await _findings(door)
    return Look(door.lane, door.adapter, (*_address(door.channel, base_url), *found))


async def _findings(door: Door) -> Sequence[Finding]:
    if not isinstance(door.channel, CheckedChannel):
        return (Finding("account", True, "nothing_to_check"),)
    try:
        async with asyncio.timeout(PATIENCE):
            return await door.channel.check()
    except TimeoutError:
        return (Finding("account", False, "no_answer", "no_answer"),)
    except Exception as error:
        log.error("lane %s: the check failed with %s", door.lane, type(error).__name__)
        return (Finding("account", False, "check_failed", "report"),)


def _address(channel: Channel, base_url: str) -> Sequence[Finding]:
    """A platform calls us from outside: it needs an address that can be reached from there."""
    if not isinstance(channel, HookChannel) or not isinstance(channel, CheckedChannel):
        return ()
    parts = urlsplit(base_url)
    reachable = parts.scheme == "https" and parts.hostname not in _LOCAL
    return () if reachable else (Finding("address", False, "not_public", "public_address"),)
