"""The running house: channels, hub, senders and ticks around the core."""

from __future__ import annotations

import asyncio
import logging
import os
import secrets
import socket
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from functools import partial

from outreach.bootstrap.core import Core, open_core
from outreach.channels.base import ChannelContext, Finding, LibraryChannel, MassChannel, PollingChannel
from outreach.channels.registry import OpenedChannel, open_channels
from outreach.channels.signing import HmacSigner
from outreach.channels.webchat import WebChatChannel
from outreach.domain.errors import BadInput, Fault
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.runtime.bridge import Bridge
from outreach.runtime.clock import Clock, system_clock
from outreach.runtime.cupboard import StoredCupboard
from outreach.runtime.doors import Door, prepare
from outreach.runtime.engines.port import Engine, Part
from outreach.runtime.engines.small import SmallEngine
from outreach.runtime.entrances import entrance
from outreach.runtime.guard import Guard
from outreach.runtime.hub import Hub
from outreach.runtime.looking import Look, look
from outreach.runtime.mailbox import StoredMailbox
from outreach.runtime.masses import EVERY as MASSES_EVERY
from outreach.runtime.masses import MassRounds
from outreach.runtime.pacing import Pacer, Pacing
from outreach.runtime.rounds import Rounds
from outreach.runtime.sender import Sender
from outreach.runtime.spool import Spool
from outreach.runtime.ticker import Tick
from outreach.runtime.turns import Turns
from outreach.services.broadcast_words import Newsroom
from outreach.services.dispatch import Outlet
from outreach.services.ports import UnitOfWork
from outreach.settings import EngineName, Settings
from outreach.store import exclusive

log = logging.getLogger(__name__)

DEMO_MARK = "demo"
SPOOL_FILE = "alerts.spool"


class App:
    """The running house: what the web face and the command line are given."""

    def __init__(
        self,
        core: Core,
        clock: Clock = system_clock,
        *,
        demo: bool = False,
        pacing: Pacing = Pacer,
        part: Part = Part.ALL,
    ) -> None:
        self.core, self.settings, self.clock, self.demo = core, core.settings, clock, demo
        self._pacing, self.part = pacing, part
        self.feeds = core.calendars
        self.bridge = Bridge(core.database, self._wake)
        self.mailbox, self._cupboard = StoredMailbox(self.bridge, clock), StoredCupboard(self.bridge)
        self._channels = self._open_channels()
        self._doors = [self._door(opened) for opened in self._channels]
        self.guard = Guard(self.bridge, core.crafts.safeguard, self._spool(), core.settings.language, clock)
        self.hub = Hub(self.bridge, self.guard, self._doors, clock)
        self._owner = f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"
        self._senders = {door.lane: self._sender(door) for door in self._doors}
        self._ticks = self._house_ticks()
        self._engine: Engine = SmallEngine({}, ())  # nobody to wake yet
        self._polls = [self._poll(door) for door in self._doors if isinstance(door.channel, PollingChannel)]
        self._background: list[asyncio.Task[None]] = []
        self._held = ExitStack()
        self.ready = False

    @property
    def doors(self) -> Sequence[Door]:
        """The accounts that are open."""
        return self._doors

    @property
    def lanes(self) -> list[LaneName]:
        """The lanes that are open."""
        return [door.lane for door in self._doors]

    @property
    def webchat(self) -> WebChatChannel | None:
        """The web chat, if it is on."""
        return next((door.channel for door in self._doors if isinstance(door.channel, WebChatChannel)), None)

    @property
    def newsroom(self) -> Newsroom:
        """What it takes to write a broadcast, and to see it as each account will be handed it."""
        crafts, outlets = self.core.crafts, tuple(map(self._outlet, self._doors))
        return Newsroom(self.core.desk, crafts.vocabulary, crafts.wording_rules, outlets)

    def add_tick(self, name: str, every: timedelta, work: Callable[[UnitOfWork], object]) -> None:
        """Run *work* in a transaction every now and then, from the start on."""
        self._ticks.append(Tick(name, every, partial(self.bridge.write, work)))

    def network_name(self, language: Language) -> str:
        """How the network presents itself."""
        return self.core.office.network[language]

    def emergency_text(self, language: Language) -> str:
        """One line with the numbers that help, for a page's head."""
        values = self.core.crafts.lines.values(language, self.clock())
        return self.core.crafts.wording.say("page.emergency", language, **values)

    def look_at_channels(self, lane: str = "") -> list[Look]:
        """See how each account stands, or only *lane*'s, without opening for people: works beside a running server.

        Raises `BadInput` for a lane that there is none of. The house is closed afterwards.
        """
        doors = [door for door in self._doors if lane in ("", door.lane)]
        if not doors:
            raise BadInput([f"there is no channel {lane!r}: the settings name {', '.join(self.lanes) or 'none'}"])
        return asyncio.run(self._look(doors))

    async def _look(self, doors: Sequence[Door]) -> list[Look]:
        self.bridge.start()
        try:
            return await look(doors, self.settings.base_url)
        finally:
            await self._close_channels()
            self.core.database.close()

    def entrance(self, source: str, lane: str = "") -> str | None:
        """The address that leads somebody into the chat and brings *source* along: of *lane*, or the best there is.

        ``None`` if there is none that can be reached from outside. The channels are closed afterwards.
        """
        return asyncio.run(self._entrance(source, lane))

    def keep_picture(self, lane: str, name: str, png: bytes) -> str | None:
        """Put *png* into the picture library of *lane*'s account; what it is called there, ``None``: not taken.

        The channels are closed afterwards.
        """
        return asyncio.run(self._keep_picture(lane, name, png))

    async def _keep_picture(self, lane: str, name: str, png: bytes) -> str | None:
        self.bridge.start()
        try:
            for door in self._doors:
                if door.lane == lane and isinstance(door.channel, LibraryChannel):
                    return await door.channel.keep_picture(name, png)
            return None
        finally:
            await self._close_channels()

    async def _entrance(self, source: str, lane: str) -> str | None:
        self.bridge.start()
        try:
            doors = [door for door in self._doors if lane in ("", door.lane)]
            doors.sort(key=lambda door: isinstance(door.channel, WebChatChannel))  # people's own messenger goes first
            return await entrance(doors, source)
        finally:
            await self._close_channels()

    async def _close_channels(self) -> None:
        for door in self._doors:
            await door.channel.close()
        await self.bridge.close()

    def remedy(self, finding: Finding, language: Language | None = None) -> str:
        """What staff can do about *finding*, in *language* or that of the settings."""
        wording, key, said_in = self.core.crafts.wording, f"remedy.{finding.remedy}", language or self.settings.language
        return wording.say(key if wording.has(key) else "remedy.other", said_in, **finding.values)

    async def start(self) -> None:
        """Open for people. Raises `Fault` if another process runs on this database, or it is marked otherwise."""
        if self.settings.is_sqlite:
            self._held.enter_context(exclusive(self.settings.data_dir))
            with self.core.database.unit_of_work() as uow:
                uow.lanes.expire(self.clock())  # nobody else can be here: whoever held a lease is dead
        self._check_mark()
        self.bridge.start()
        self._engine = self._open_engine()
        await self._engine.start()
        if self.part is not Part.WEB:
            self._background += [asyncio.create_task(prepare(door)) for door in self._doors]
            self._background += [asyncio.create_task(poll.run()) for poll in self._polls]
        self.ready = True

    async def stop(self) -> None:
        """Finish what is in the air, claim nothing new, let everything go. Harmless when called twice."""
        if not self.ready:
            return
        self.ready = False
        self.mailbox.close()
        for task in self._background:
            task.cancel()
        await self._engine.stop()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.guard.close()
        for door in self._doors:
            await door.channel.close()
        await self._release_lanes()
        await self.bridge.close()
        self.core.database.close()
        self._held.close()

    async def _release_lanes(self) -> None:
        if self.part is Part.WEB:
            return
        try:
            for sender in self._senders.values():
                await sender.release()
            for poll in self._polls:
                await poll.release()
        except Fault as fault:  # another process gets the lanes when the leases run out, seconds later
            log.warning("the lanes could not be handed back: %s", fault)

    def _open_engine(self) -> Engine:
        """The engine that the settings name. Raises `Fault` if it cannot be had."""
        if self.settings.engine is EngineName.SMALL:
            return SmallEngine(self._senders, self._ticks)
        try:
            from outreach.runtime.engines.large import LargeEngine  # heavy, and an extra: only where it is used
        except ImportError as missing:
            said = f"the large engine needs the package {missing.name}"
            raise Fault(said, "install outreach[cluster], or set OUTREACH_ENGINE=small") from missing
        return LargeEngine(self.settings.database_url, self._senders, self._ticks, self.part)

    def _poll(self, door: Door) -> Turns:
        """Asks that platform for news, in one process at a time: two would take each other's messages."""
        work = partial(self.hub.poll, door.lane)
        return Turns(self.bridge, f"poll {door.lane}", self._owner, self.clock, work)

    def _open_channels(self) -> list[OpenedChannel]:
        opened, problems = open_channels(self.settings.channels, self._context, self.settings.adapters_off)
        if problems:
            raise BadInput(problems)
        return opened

    def _context(self, lane: LaneName) -> ChannelContext:
        signer = HmacSigner(self.core.signing_key, lane)
        return ChannelContext(lane, self.settings.base_url, signer, self.mailbox, self._cupboard)

    def _door(self, opened: OpenedChannel) -> Door:
        counter = self.core.counter(opened.lane, opened.channel.capabilities)
        return Door(opened.lane, opened.adapter, opened.channel, counter)

    def _sender(self, door: Door) -> Sender:
        return Sender(
            self.bridge,
            door.channel,
            self._outlet(door),
            door.adapter,
            self._owner,
            self.clock,
            self._pacing,
            shares=not self.settings.is_sqlite,
        )

    def _outlet(self, door: Door) -> Outlet:
        settings, core = self.settings, self.core
        able, manners = door.counter.capabilities, core.crafts.manners
        elsewhere = self._at_any_time - {door.lane}
        masses = isinstance(door.channel, MassChannel) and door.channel.mass_terms is not None
        return Outlet(door.lane, able, core.desk, settings.quiet, settings.weekly_cap, manners, elsewhere, masses)

    @property
    def _at_any_time(self) -> frozenset[LaneName]:
        """Where people can be written to at any time, and see it: a page of the web chat may not be open for weeks."""
        doors = (door for door in self._doors if not isinstance(door.channel, WebChatChannel))
        ables = ((door.lane, door.counter.capabilities) for door in doors)
        return frozenset(lane for lane, able in ables if able.may_push and able.reply_window is None)

    def _spool(self) -> Spool:
        return Spool(self.settings.data_dir / SPOOL_FILE, self.core.database.ring)

    def _wake(self, lanes: Iterable[LaneName]) -> None:
        self._engine.wake(lanes)

    def _house_ticks(self) -> list[Tick]:
        core, crafts = self.core, self.core.crafts
        rounds = Rounds(self.bridge, self.clock, core.rule, core.offers, core.rhythm, crafts.manners, crafts.wording)
        ticks = [
            *rounds.ticks(),
            Tick("redrive", timedelta(seconds=5), self.hub.redrive),
            Tick("spool", timedelta(seconds=10), self.guard.store_spooled, everywhere=True),
        ]
        for door in self._doors:
            if isinstance(door.channel, MassChannel):
                masses = MassRounds(self.bridge, door.channel, self._outlet(door), self.clock)
                ticks.append(Tick(f"mass {door.lane}", MASSES_EVERY, masses.go_round))
        polls = [Tick(f"poll {lane}", timedelta(seconds=1), sender.poll) for lane, sender in self._senders.items()]
        return ticks + polls

    def _check_mark(self) -> None:
        """A demo town and a real one never share a database."""
        with self.core.database.unit_of_work() as uow:
            marked = uow.marks.get(DEMO_MARK) is not None
        if marked and not self.demo:
            raise Fault("this database holds a demo town", "give another OUTREACH_DATA_DIR, or start `outreach demo`")
        if self.demo and not marked:
            raise Fault("this database holds real people", "give the demo a data folder of its own")


def build(
    settings: Settings,
    clock: Clock = system_clock,
    *,
    demo: bool = False,
    pacing: Pacing = Pacer,
    part: Part = Part.ALL,
) -> App:
    """The whole house or a *part* of it, not yet started. Raises `BadInput` or `Fault` with the remedy."""
    _require_engine(settings, part)
    return App(open_core(settings), clock, demo=demo, pacing=pacing, part=part)


def _require_engine(settings: Settings, part: Part) -> None:
    if settings.engine is EngineName.LARGE and settings.is_sqlite:
        raise Fault(
            "the large engine runs on PostgreSQL, and the database is a file",
            "set OUTREACH_DATABASE_URL to a PostgreSQL, or OUTREACH_ENGINE=small",
        )
    if settings.engine is EngineName.SMALL and part is not Part.ALL:
        raise Fault(
            f"--only {part} needs the large engine: with the small one, one process does everything",
            "leave --only out, or set OUTREACH_ENGINE=large and OUTREACH_DATABASE_URL to a PostgreSQL",
        )
