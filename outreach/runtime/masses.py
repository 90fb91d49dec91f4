"""Mass messages of one lane, a round at a time: gather, give to the platform, write down what it said."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial

from outreach.channels.base import MassChannel
from outreach.domain.ids import DeliveryId
from outreach.domain.messages import Outcome, Unconfirmed
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.services import mass
from outreach.services.cards_mass import Mass
from outreach.services.dispatch import Outlet
from outreach.services.ports import UnitOfWork

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=30)
LONGEST_REST = timedelta(minutes=10)  # somebody else may come to wait meanwhile
_PAGE = 1_000


class MassRounds:
    """Goes round by a tick. Two processes that do so at once do no harm: a name goes out once."""

    def __init__(self, bridge: Bridge, channel: MassChannel, outlet: Outlet, clock: Clock) -> None:
        self._bridge, self._channel, self._outlet, self._clock = bridge, channel, outlet, clock
        self._rests_until: datetime | None = None

    async def go_round(self) -> None:
        """Do what there is to do."""
        if self._rests_until is not None and self._clock() < self._rests_until:
            return
        while True:
            step = await self._bridge.write(self._advance)
            if isinstance(step, mass.Rest):
                self._rests_until = step.until and min(step.until, self._clock() + LONGEST_REST)
                return
            if isinstance(step, mass.Ask):
                outcome = await self._ask(step.mass)
                await self._bridge.write(partial(self._record, step.mass, outcome))

    async def _ask(self, found: Mass) -> Outcome:
        refs: list[str] = []
        after = DeliveryId(0)
        while page := await self._bridge.read(partial(self._refs, found, after)):
            refs += [ref for _, ref in page]
            after = page[-1][0]
        try:
            return await self._channel.send_to_many(refs, found.text, found.name)
        except Exception as error:
            log.error("lane %s: a mass message raised %s", self._outlet.lane, type(error).__name__)
            return Unconfirmed()

    def _advance(self, uow: UnitOfWork) -> mass.Step:
        return mass.advance(uow, self._outlet, self._channel.mass_terms, self._clock())

    def _record(self, found: Mass, outcome: Outcome, uow: UnitOfWork) -> None:
        mass.record(uow, found, outcome, self._clock())

    def _refs(self, found: Mass, after: DeliveryId, uow: UnitOfWork) -> list[tuple[DeliveryId, str]]:
        return uow.masses.refs(found.id, after, _PAGE)
