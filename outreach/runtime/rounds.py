"""What the house sees to every now and then, whoever writes: reminders, offers, tips, broadcasts, and its own order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock
from outreach.runtime.ticker import Tick
from outreach.services import afterwards, broadcast_run, dead_letters, duty, housekeeping, offers, reminders, tips
from outreach.services.manners import Manners
from outreach.services.offers import OfferRule
from outreach.services.ports import UnitOfWork
from outreach.services.reminders import ReminderRule
from outreach.services.tips import TipRhythm
from outreach.wording import Wording


@dataclass(frozen=True, slots=True)
class Rounds:
    """Each of them looks only at what is due, in transactions of a few milliseconds, until nothing is."""

    bridge: Bridge
    clock: Clock
    reminding: ReminderRule
    offering: OfferRule
    rhythm: TipRhythm
    manners: Manners
    wording: Wording

    def ticks(self) -> list[Tick]:
        """All of them, with how often."""
        return [
            Tick("reminders", timedelta(seconds=1), self._queue_reminders),
            Tick("offers", timedelta(seconds=1), self._drive_offers),
            Tick("first come", timedelta(seconds=30), self._call_those_who_wait),
            Tick("afterwards", timedelta(seconds=10), self._speak_afterwards),
            Tick("tips", timedelta(seconds=2), self._queue_tips),
            Tick("broadcasts", timedelta(seconds=1), self._drive_broadcasts),
            Tick("duty", timedelta(seconds=5), self._tell_staff),
            Tick("housekeeping", timedelta(minutes=10), self._purge),
            Tick("dead letters", timedelta(minutes=1), self._revive),
        ]

    async def _until_less(self, work: Callable[[UnitOfWork], int], at_once: int) -> None:
        while await self.bridge.write(work) == at_once:
            continue

    async def _queue_reminders(self) -> None:
        rule = self.reminding
        await self._until_less(lambda uow: reminders.queue_due(uow, rule, self.clock()), reminders.AT_ONCE)

    async def _drive_offers(self) -> None:
        rule = self.offering
        await self._until_less(lambda uow: offers.pass_on(uow, self.clock()), offers.AT_ONCE)
        await self._until_less(lambda uow: offers.tell(uow, rule, self.clock()), offers.AT_ONCE)

    async def _call_those_who_wait(self) -> None:
        await self.bridge.write(lambda uow: offers.call(uow, self.clock()))

    async def _speak_afterwards(self) -> None:
        await self._until_less(lambda uow: afterwards.queue_due(uow, self.clock()), afterwards.AT_ONCE)

    async def _queue_tips(self) -> None:
        await self._until_less(lambda uow: tips.queue_due(uow, self.rhythm, self.clock(), self.manners), tips.AT_ONCE)

    async def _drive_broadcasts(self) -> None:
        while await self.bridge.write(lambda uow: broadcast_run.plan_next(uow, self.clock(), self.manners)):
            continue
        while await self.bridge.write(lambda uow: broadcast_run.settle(uow, self.clock())) > 0:
            continue

    async def _tell_staff(self) -> None:
        if not await self.bridge.read(lambda uow: duty.is_quiet(uow, self.clock())):
            await self.bridge.write(lambda uow: duty.tell_staff(uow, self.wording, self.clock()))

    async def _purge(self) -> None:
        while await self.bridge.write(lambda uow: housekeeping.purge(uow, self.clock())) > 0:
            continue

    async def _revive(self) -> None:
        await self._until_less(lambda uow: dead_letters.revive(uow, self.clock()), dead_letters.AT_ONCE)
