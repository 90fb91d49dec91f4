"""Outbound on one lane: take the lease, then exchange batches with the ledger until nothing is due.

Only what is about to go on the wire is `calling`, so a crash leaves at most one batch in doubt.
"""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from functools import partial

from outreach.channels.base import Channel
from outreach.domain.errors import LaneLost
from outreach.domain.messages import Halted, Language, Outcome, Outgoing, Sent, Unconfirmed
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.pacing import Pacer
from outreach.services import dispatch
from outreach.services.dispatch import Outlet, Ready, Result
from outreach.services.ports import UnitOfWork

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
SEND_PATIENCE = 30.0  # seconds for one call; beyond it we cannot know what became of it
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 30.0


class Sender:
    """Drives one lane. `wake` says that something may be due; `poll` is the tick that finds what nobody announced."""

    def __init__(
        self, bridge: Bridge, channel: Channel, outlet: Outlet, adapter: str, owner: str, clock: Clock
    ) -> None:
        self._bridge, self._channel, self._outlet = bridge, channel, outlet
        self._adapter, self._owner, self._clock = adapter, owner, clock
        self._pacer = Pacer(outlet.capabilities.rate_per_second)
        self._woken, self._stopping = asyncio.Event(), False
        self._recovered_epoch: int | None = None

    @property
    def limit(self) -> int:
        """Deliveries a batch: what may be in the air at once, at most one second of the lane's rate."""
        able = self._outlet.capabilities
        return max(1, min(able.max_in_flight, int(able.rate_per_second)))

    def wake(self) -> None:
        """Something became due."""
        self._woken.set()

    async def run(self) -> None:
        """Drain whenever woken, until `stop`. A fault of the database is logged and tried again, ever more slowly."""
        pause = FIRST_PAUSE
        while not self._stopping:
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
        due = await self._bridge.read(lambda uow: uow.deliveries.next_due(self._outlet.lane))
        if due is not None and due <= self._clock():
            self.wake()

    def stop(self) -> None:
        """Finish the batch in the air, claim nothing new."""
        self._stopping = True
        self._woken.set()

    async def drain(self) -> None:
        """Send all that is due on the lane, if it is ours to drive."""
        epoch = await self._take_lane()
        if epoch is None:
            return
        results: list[Result] = []
        try:
            while True:
                ready = await self._bridge.write(partial(self._exchange, results, epoch))
                if not ready:
                    return
                results = list(await asyncio.gather(*(self._send(one) for one in ready)))
        except LaneLost:
            log.warning("lane %s: another process drives it now", self._outlet.lane)

    async def release(self) -> None:
        """Let another process have the lane at once."""
        await self._bridge.write(lambda uow: uow.lanes.release(self._outlet.lane, self._owner))

    def _exchange(self, results: list[Result], epoch: int, uow: UnitOfWork) -> list[Ready]:
        limit = 0 if self._stopping else self.limit
        return dispatch.exchange(uow, self._outlet, results, epoch=epoch, limit=limit, now=self._clock())

    async def _take_lane(self) -> int | None:
        return await self._bridge.write(self._take)

    def _take(self, uow: UnitOfWork) -> int | None:
        lane, now = self._outlet.lane, self._clock()
        epoch = uow.lanes.take(lane, self._adapter, self._owner, now, LEASE)
        if epoch is not None and epoch != self._recovered_epoch:
            uow.deliveries.recover(lane, epoch=epoch, now=now)
            self._recovered_epoch = epoch
        return epoch

    async def _send(self, ready: Ready) -> Result:
        letter, done = ready.letter, ready.letter.parts_sent
        outcome: Outcome = Sent()
        for part in ready.parts:
            await self._pacer.wait()
            outcome = await self._call(letter.to, part, f"{letter.key}:{done}")
            if not isinstance(outcome, Sent):
                break
            done += 1
        if isinstance(outcome, Halted):
            self._tell_staff(outcome)
        return letter, outcome, done

    def _tell_staff(self, halted: Halted) -> None:
        wording = self._outlet.desk.wording
        key = f"halt.{halted.remedy}" if wording.has(f"halt.{halted.remedy}") else "halt.other"
        log.error("lane %s is stopped (%s). %s", self._outlet.lane, halted.code, wording.say(key, Language.EN))

    async def _call(self, to: str, part: Outgoing, key: str) -> Outcome:
        try:
            async with asyncio.timeout(SEND_PATIENCE):
                return await self._channel.send(to, part, key)
        except TimeoutError:
            return Unconfirmed("timeout")
        except Exception as error:  # a bug of the adapter: we cannot know what it did
            log.error("lane %s: the adapter raised %s", self._outlet.lane, type(error).__name__)
            return Unconfirmed("adapter_error")
