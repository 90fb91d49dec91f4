"""Many processes on one PostgreSQL: procrastinate carries wake-ups to the workers and deals out the ticks.

A message is a row of ours, never a job: a job only says that there is something to look at. Wake-ups are deferred
after the commit, one waiting for each lane at most (``queueing_lock``), so they can neither block nor undo what was
done. Nothing takes procrastinate's ``lock``: what a dead worker held of it would hold up the lane; the lane's own
lease does not. Its tables are in a schema of their own.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any

from procrastinate import App as Jobs
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued, ConnectorException
from procrastinate.jobs import Status

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.runtime.engines.port import Part, Senders
from outreach.runtime.sender import Sender
from outreach.runtime.ticker import Tick, Ticker, guarded

log = logging.getLogger(__name__)

SCHEMA = "outreach_jobs"
PATIENCE = 5.0  # seconds for a database to answer at the start
HEARTBEAT, STALLED = 3.0, 12.0  # seconds: a worker that is silent for so long is dead
_CLEAN_UP = "30 * * * * *"
_ASIDE = 4  # jobs at once: each only wakes somebody or runs one tick


class LargeEngine:
    """Matches `Engine`. *part*: a process that is web alone defers wake-ups and runs only the ticks of its own."""

    def __init__(
        self, database_url: str, senders: Mapping[LaneName, Sender], ticks: Sequence[Tick], part: Part = Part.ALL
    ) -> None:
        self._works = part is not Part.WEB
        self._senders = Senders(senders if self._works else {})
        self._own_ticks = Ticker([tick for tick in ticks if tick.everywhere])
        options = {"options": f"-c search_path={SCHEMA}"}
        self._jobs = Jobs(
            connector=PsycopgConnector(conninfo=_libpq(database_url), kwargs=options, min_size=1, max_size=_ASIDE + 4)
        )
        self._wake_up = self._jobs.task(name="wake")(self._woken)
        if self._works:
            self._deal_out([tick for tick in ticks if not tick.everywhere])
        self._working: asyncio.Task[None] | None = None
        self._deferring: set[asyncio.Task[None]] = set()

    async def start(self) -> None:
        """Connect, see that procrastinate's tables are there, and begin. Raises `Fault` if the database is away."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._jobs.open_async()
                await self._prepare()
        except Exception as reason:  # a pool that does not fill, a right that is missing: each has its own class
            await self._close()
            said = f"the jobs of the large engine cannot be reached ({type(reason).__name__})"
            raise Fault(said, "see that PostgreSQL runs and that its user may create a schema") from reason
        self._own_ticks.start()
        if self._works:
            self._working = asyncio.create_task(self._work())
            self._senders.start()

    def wake(self, lanes: Iterable[LaneName]) -> None:
        """Something became due there: our own senders look at once; where we have none, a worker is told."""
        named = list(lanes)
        self._senders.wake(named)
        for lane in named:
            if lane not in self._senders:
                task = asyncio.create_task(self._tell_a_worker(lane))
                self._deferring.add(task)
                task.add_done_callback(self._deferring.discard)

    async def stop(self) -> None:
        """Take no more jobs; finish what is in the air."""
        self._own_ticks.stop()
        self._senders.halt()
        working, self._working = self._working, None
        if working is not None:
            working.cancel()
        await self._senders.stop()
        if working is not None:
            await asyncio.gather(working, return_exceptions=True)
        await asyncio.gather(*self._deferring, return_exceptions=True)
        await self._close()

    async def _work(self) -> None:
        """Take jobs until stopped; a database that went away is asked again."""
        while True:
            try:
                await self._jobs.run_worker_async(
                    name="outreach",
                    concurrency=_ASIDE,
                    fetch_job_polling_interval=1.0,
                    delete_jobs="always",
                    install_signal_handlers=False,
                    update_heartbeat_interval=HEARTBEAT,
                    stalled_worker_timeout=STALLED,
                    shutdown_graceful_timeout=2.0,
                )
            except Exception as error:
                log.error("the worker of the large engine stumbled over %s", type(error).__name__)
            await asyncio.sleep(1.0)

    async def _woken(self, lane: str) -> None:
        self._senders.wake([LaneName(lane)])

    async def _tell_a_worker(self, lane: LaneName) -> None:
        try:
            with suppress(AlreadyEnqueued):  # somebody is on the way
                await self._wake_up.configure(queueing_lock=f"wake:{lane}").defer_async(lane=lane)
        except Exception as error:  # it costs a tick: the workers look for themselves every second
            log.warning("lane %s: a worker could not be woken (%s)", lane, type(error).__name__)

    def _deal_out(self, ticks: Iterable[Tick]) -> None:
        for tick in ticks:
            self._periodic(tick.name, _cron(int(tick.every.total_seconds())), partial(guarded, tick))
        self._periodic("clean up", _CLEAN_UP, self._clean_up)

    def _periodic(self, name: str, cron: str, work: Any) -> None:
        async def run(timestamp: int) -> None:
            await work()

        lock = f"tick:{name}"
        self._jobs.periodic(cron=cron)(self._jobs.task(name=lock, queueing_lock=lock)(run))

    async def _clean_up(self) -> None:
        """What a dead worker had begun is over: the next tick and the next wake-up do the same work anyway."""
        for job in await self._jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await self._jobs.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    async def _prepare(self) -> None:
        connector = self._jobs.connector
        await connector.execute_query_async(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        if await self._has_tables():
            return
        try:
            await self._jobs.schema_manager.apply_schema_async()
        except ConnectorException:  # another process was faster
            if not await self._has_tables():
                raise

    async def _has_tables(self) -> bool:
        found = await self._jobs.connector.execute_query_one_async(
            f"SELECT to_regclass('{SCHEMA}.procrastinate_jobs') IS NOT NULL AS there"
        )
        return bool(found["there"])

    async def _close(self) -> None:
        with suppress(Exception):
            await self._jobs.close_async()


def _libpq(database_url: str) -> str:
    """SQLAlchemy's address of a database, as PostgreSQL's own library takes it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)


def _cron(seconds: int) -> str:
    """Every so many seconds, a divisor of a minute, or so many minutes."""
    if seconds < 60:
        return f"* * * * * */{seconds}" if seconds > 1 else "* * * * * *"
    return f"*/{seconds // 60} * * * *"
