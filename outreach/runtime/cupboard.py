"""The cupboard that the processes of a lane share: sealed marks in the database, reached over the bridge."""

from __future__ import annotations

from datetime import datetime

from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret
from outreach.runtime.bridge import Bridge


class StoredCupboard:
    """A `Cupboard` over the bridge."""

    def __init__(self, bridge: Bridge) -> None:
        self._bridge = bridge

    async def get(self, lane: LaneName, name: str) -> tuple[Secret, datetime] | None:
        """What was put under *name* last and until when it is good; ``None``: nothing."""
        return await self._bridge.read(lambda uow: uow.marks.secret(lane, name))

    async def put(self, lane: LaneName, name: str, value: Secret, good_until: datetime) -> None:
        """Keep *value* instead of what was kept before. Returns once it is committed."""
        await self._bridge.write(lambda uow: uow.marks.put_secret(lane, name, value, good_until))
