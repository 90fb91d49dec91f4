"""Ways in that fit on a wall: the address behind a QR code."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable

from outreach.channels.base import EntranceChannel
from outreach.runtime.doors import Door

log = logging.getLogger(__name__)

PATIENCE = 20.0  # seconds for one platform to make an address


async def entrance(doors: Iterable[Door], source: str) -> str | None:
    """The first address that one of *doors* has for *source*, in their order; ``None`` if none has the right to one."""
    for door in doors:
        if isinstance(door.channel, EntranceChannel):
            try:
                async with asyncio.timeout(PATIENCE):
                    address = await door.channel.entrance(source)
            except Exception as error:
                log.error("lane %s: no address could be had (%s)", door.lane, type(error).__name__)
                continue
            if address is not None:
                return address
    return None
