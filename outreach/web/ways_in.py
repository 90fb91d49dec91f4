"""The doors of the house as links and codes that carry an activity along: a chat opened by them begins with it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.bootstrap import App
from outreach.channels.webchat import WebChatChannel
from outreach.domain.messages import Language
from outreach.runtime.doors import Door
from outreach.runtime.entrances import entrance

PATIENCE = 3.0  # seconds that a page waits for a platform to make an address; the next one finds it made
_LASTS, _LASTS_NOT = timedelta(hours=12), timedelta(minutes=2)
_MOST = 2_000  # addresses remembered


@dataclass(frozen=True, slots=True)
class WayIn:
    """One door. *by_code*: its address is for a camera, not for a finger."""

    lane: str
    name: str
    address: str
    by_code: bool


def source_of(slug: str) -> str:
    """What a door is told: the activity that somebody came for."""
    return f"a-{slug}"


class WaysIn:
    """Addresses of all doors but the web chat's, which every page links by itself; remembered for hours."""

    def __init__(self, house: App, patience: float = PATIENCE) -> None:
        self._house, self._patience = house, patience
        self._known: OrderedDict[tuple[str, str], tuple[str | None, datetime]] = OrderedDict()
        self._being_made: dict[tuple[str, str], asyncio.Task[str | None]] = {}

    async def of(self, slug: str, lang: Language) -> list[WayIn]:
        """Those that lead to the activity and have an address now."""
        return await self.leading(source_of(slug), lang)

    async def leading(self, source: str, lang: Language) -> list[WayIn]:
        """Those that bring *source* along; one that takes too long to have an address is left out this time."""
        doors = [door for door in self._house.doors if not isinstance(door.channel, WebChatChannel)]
        addresses = await asyncio.gather(*(self._address(door, source) for door in doors))
        return [
            WayIn(door.lane, self._name(door, lang), address, door.adapter == "wechat")
            for door, address in zip(doors, addresses, strict=True)
            if address is not None
        ]

    async def _address(self, door: Door, source: str) -> str | None:
        key = (door.lane, source)
        known = self._known.get(key)
        if known is not None and self._house.clock() < known[1]:
            return known[0]
        making = self._being_made.get(key)
        if making is None:
            making = asyncio.create_task(self._make(door, source))
            self._being_made[key] = making
            making.add_done_callback(lambda _: self._being_made.pop(key, None))
        done, _ = await asyncio.wait({making}, timeout=self._patience)
        return making.result() if done else None

    async def _make(self, door: Door, source: str) -> str | None:
        address = await entrance([door], source)
        lasts = _LASTS if address is not None else _LASTS_NOT
        self._known[door.lane, source] = address, self._house.clock() + lasts
        while len(self._known) > _MOST:
            self._known.popitem(last=False)
        return address

    def _name(self, door: Door, lang: Language) -> str:
        wording, key = self._house.core.crafts.wording, f"channel.{door.adapter}"
        return wording.say(key if wording.has(key) else "channel.other", lang)
