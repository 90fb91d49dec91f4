"""Outbound on one lane: take the lease, then exchange batches with the ledger until nothing is due.

Only what is about to go on the wire is `calling`, so a crash leaves at most one batch in doubt. What a call came to
is kept here until a write has taken it: a database that fails for a moment must not make us say things twice.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from outreach.channels.base import Channel
from outreach.domain.errors import LaneLost
from outreach.domain.messages import Halted, Language
from outreach.runtime.breaker import Breaker
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.pacing import Pacer, Pacing
from outreach.runtime.steady import lease_clock
from outreach.runtime.wire import Wire
from outreach.services import dispatch
from outreach.services.dispatch import Batch, Outlet, Result
from outreach.services.ports import UnitOfWork

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=10)  # so long a lane rests after its driver died
RENEW_EVERY = 3.0  # seconds: a slow batch must not outlast the lease
SET_BACK = timedelta(seconds=5)  # by which the machine's clock is behind where it was, and more than chance
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Sender:
    """Drives one lane. `wake` says that something may be due; `poll` is the tick that finds what nobody announced.

    *shares*: other processes drive it in turn, so it is handed back whenever nothing more is due.
    """

    def __init__(
        self,
        bridge: Bridge,
        channel: Channel,
        outlet: Outlet,
        adapter: str,
        owner: str,
        clock: Clock,
        pacing: Pacing = Pacer,
        *,
        shares: bool = False,
    ) -> None:
        self._bridge, self._channel, self._outlet = bridge, channel, outlet
        self._adapter, self._owner, self._clock, self._shares = adapter, owner, clock, shares
        self._leases = lease_clock(clock)
        self._behind = timedelta()  # how far the machine's clock was behind that of the leases when we looked last
        self._wire = Wire(channel, pacing(outlet.capabilities.rate_per_second), self._holds)
        self._until: datetime | None = None  # when our lease is over, unless it is renewed
        self._breaker = Breaker()
        self._woken, self._stopping = asyncio.Event(), False
        self._results: list[Result] = []
        self._epoch: int | None = None
        self._tidy = False  # whether all that was left on the lane has been brought back

    @property
    def limit(self) -> int:
        """Deliveries a batch: what may be in the air at once, at most a second of the rate; one after trouble."""
        able = self._channel.capabilities
        return self._breaker.most(max(1, min(able.max_in_flight, int(able.rate_per_second))))

    def wake(self) -> None:
        """Something became due."""
        self._woken.set()

    async def run(self) -> None:
        """Drain whenever woken, until `stop`. A fault of the database is logged and tried again, ever more slowly."""
        pause = FIRST_PAUSE
        while not self._stopping or self._results:
            await self._woken.wait()
            self._woken.clear()
            try:
                await self.drain()
                pause = FIRST_PAUSE
            except Exception as error:
                log.error("lane %s: sending stumbled over %s", self._outlet.lane, type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(LONGEST_PAUSE, pause * 2)
                self._woken.set()

    async def poll(self) -> None:
        """Wake up if something is due."""
        if self._was_set_back() or await self._bridge.read(self._is_waited_for):
            self.wake()

    def _was_set_back(self) -> bool:
        return self._leases() - self._clock() > self._behind + SET_BACK

    def _is_waited_for(self, uow: UnitOfWork) -> bool:
        """Something is due, or whoever drove last has died: what was in the air then has nobody to bring it back."""
        lane = self._outlet.lane
        due = uow.deliveries.next_due(lane)
        return (due is not None and due <= self._clock()) or uow.lanes.abandoned(lane, self._owner, self._leases())

    def stop(self) -> None:
        """Finish the batch in the air, claim nothing new."""
        self._stopping = True
        self._woken.set()

    def abandon(self) -> None:
        """After `stop`: end the calls in the air too, and write down what became of each."""
        self._wire.abandon()

    async def drain(self) -> None:
        """Send all that is due on the lane, if it is ours to drive."""
        epoch = await self._take_lane()
        if epoch is None:
            return
        claimed = await self._drain(epoch)
        if claimed is not None and self._shares:
            await self.release()
            if claimed:  # whoever was told of something between our last look and this moment found the lane taken
                await self.poll()

    async def _drain(self, epoch: int) -> int | None:
        """Send until nothing is due; how many were claimed, ``None``: the lane was lost on the way."""
        claimed = 0
        renewing = asyncio.create_task(self._keep_lane())
        try:
            while (batch := await self._exchange(epoch)).claimed:
                claimed += batch.claimed
                for one in batch.unwritable:
                    log.error("lane %s: %s cannot be written out and is given up", self._outlet.lane, one)
                if batch.ready:
                    await self._wire.put(batch.ready, self._results)
                    self._results[:] = self._breaker.weighed(self._results)
                    self._tell_staff(self._results)
        except LaneLost:
            log.warning("lane %s: another process drives it now", self._outlet.lane)
            self._results.clear()
            self._tidy = False
            return None
        except BaseException:
            self._tidy = False
            raise
        finally:
            renewing.cancel()
        return claimed

    async def release(self) -> None:
        """Let another process have the lane at once; with calls in doubt, when the lease is over, under a new epoch."""
        if self._results or not self._tidy:
            return
        await self._bridge.write(lambda uow: uow.lanes.release(self._outlet.lane, self._owner))

    async def _exchange(self, epoch: int) -> Batch:
        if not self._holds():  # we stalled: go on only if nobody else has taken the lane since
            await self._renew()
        results = tuple(self._results)
        batch = await self._bridge.write(partial(self._turn, results, epoch))
        del self._results[: len(results)]
        return batch

    def _turn(self, results: Sequence[Result], epoch: int, uow: UnitOfWork) -> Batch:
        able = self._channel.capabilities
        outlet = replace(self._outlet, capabilities=able)  # a right may have been lost since the last batch
        limit = 0 if self._stopping else self.limit
        return dispatch.exchange(uow, outlet, results, epoch=epoch, limit=limit, now=self._clock())

    async def _take_lane(self) -> int | None:
        results, until = tuple(self._results), self._leases() + LEASE
        epoch = await self._bridge.write(partial(self._take, results))
        if epoch is not None:
            self._until = until
            del self._results[: len(results)]
            self._epoch, self._tidy = epoch, True
            self._behind = self._leases() - self._clock()
        return epoch

    def _take(self, results: Sequence[Result], uow: UnitOfWork) -> int | None:
        """Ours, with what failed to be written down before, and what was left behind brought back."""
        lane, now = self._outlet.lane, self._clock()
        epoch = uow.lanes.take(lane, self._adapter, self._owner, self._leases(), LEASE)
        if epoch is not None and epoch != self._epoch:
            held = uow.lanes.held_until(lane)
            self._breaker.inherit(None if held is None else held[0], now)
        if epoch is not None and self._was_set_back():
            log.warning("lane %s: the clock was set back, what was put off is looked at again", lane)
            uow.lanes.set_back(lane, now)
        if epoch is not None and (epoch != self._epoch or not self._tidy):
            if results and epoch == self._epoch:
                uow.deliveries.record(results, epoch=epoch, now=now)
            uow.deliveries.recover(lane, epoch=epoch, now=now)
        return epoch

    async def _keep_lane(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            try:
                await self._renew()
            except LaneLost:
                self._until = None  # what is not on the wire yet is the other's to call
            except Exception as error:  # the epoch is checked at every turn: a lost lease does no harm
                log.warning("lane %s: the lease was not renewed (%s)", self._outlet.lane, type(error).__name__)

    async def _renew(self) -> None:
        """Drive on. Raises `LaneLost` if another does by now."""
        until = self._leases() + LEASE
        if not await self._bridge.write(lambda uow: uow.lanes.renew(self._outlet.lane, self._owner, until)):
            raise LaneLost(f"lane {self._outlet.lane} is driven by another")
        self._until = until

    def _holds(self) -> bool:
        """Whether the lane is ours for sure: what is called later may have been called by another meanwhile."""
        return self._until is not None and self._leases() < self._until

    def _tell_staff(self, results: Sequence[Result]) -> None:
        for _, outcome, _ in results:
            if isinstance(outcome, Halted):
                wording, key = self._outlet.desk.wording, f"halt.{outcome.remedy}"
                said = wording.say(key if wording.has(key) else "halt.other", Language.EN)
                log.error("lane %s is stopped (%s). %s", self._outlet.lane, outcome.code, said)
