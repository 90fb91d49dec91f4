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
    """Goes round by a tick, in one process at a time: what is given away rests, and a name goes out once."""

    def __init__(self, bridge: Bridge, channel: MassChannel, outlet: Outlet, clock: Clock) -> None:
        self._bridge, self._channel, self._outlet, self._clock = bridge, channel, outlet, clock
        self._rests_until: datetime | None = None

    async def go_round(self) -> None:
        """Do what there is to do."""
        if self._rests_until is not None and self._clock() < self._rests_until:
            return
        again = mass.Again()
        soonest: datetime | None = None
        while True:
            step = await self._bridge.write(partial(self._advance, again.cursor))
            if isinstance(step, mass.Rest):
                self._rests_until = self._rest(step.until or soonest)
                return
            again = step if isinstance(step, mass.Again) else mass.Again()
            soonest = min((each for each in (soonest, again.later) if each is not None), default=None)
            if isinstance(step, mass.Ask):
                await self._ask(step)

    def _rest(self, until: datetime | None) -> datetime | None:
        return None if until is None else min(until, self._clock() + LONGEST_REST)

    async def _ask(self, step: mass.Ask) -> None:
        found, refs, after = step.mass, list[str](), DeliveryId(0)
        while page := await self._bridge.read(partial(self._refs, found, after)):
            refs += [ref for _, ref in page]
            after = page[-1][0]
        if len(refs) < step.fewest:
            await self._bridge.write(partial(self._leave_alone, found))
            return
        try:
            outcome = await self._channel.send_to_many(refs, found.text, found.name)
        except Exception as error:
            log.error("lane %s: a mass message raised %s", self._outlet.lane, type(error).__name__)
            outcome = Unconfirmed()
        await self._bridge.write(partial(self._record, found, outcome))

    def _advance(self, cursor: mass.Cursor | None, uow: UnitOfWork) -> mass.Step:
        return mass.advance(uow, self._outlet, self._channel.mass_terms, self._clock(), cursor)

    def _leave_alone(self, found: Mass, uow: UnitOfWork) -> None:
        mass.leave_alone(uow, found, self._clock())

    def _record(self, found: Mass, outcome: Outcome, uow: UnitOfWork) -> None:
        mass.record(uow, found, outcome, self._clock())

    def _refs(self, found: Mass, after: DeliveryId, uow: UnitOfWork) -> list[tuple[DeliveryId, str]]:
        return uow.masses.refs(found.id, after, _PAGE)
