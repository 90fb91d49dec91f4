"""Many processes on one PostgreSQL: procrastinate carries wake-ups to the workers and deals out the ticks.

A message is a row of ours, never a job: a job only says that there is something to look at. Wake-ups are deferred
after the commit, one waiting for each lane at most (``queueing_lock``), so they can neither block nor undo what was
done. Nothing takes procrastinate's ``lock``: what a dead worker held of it would hold up the lane; the lane's own
lease does not. Its tables are in a schema of their own.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
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
# Side by side, even IF NOT EXISTS meets the schema that another process is just making.
_MAKE_SCHEMA = f"""DO $$ BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('{SCHEMA}'));
    CREATE SCHEMA IF NOT EXISTS {SCHEMA};
END $$"""
PATIENCE = 5.0  # seconds for a database to answer at the start
HEARTBEAT, STALLED = 3.0, 12.0  # seconds: a worker that is silent for so long is dead
_CLEAN_UP = "* * * * * */10"  # the seconds come last
_ASIDE = 4  # jobs at once beside one for each tick: they only wake somebody
_CONNECTIONS = 6
MOST_SKEW = 2.0  # seconds between our clock and the database's: leases are told by the clocks of the processes
_IDLE = 5_000  # milliseconds that a transaction may do nothing
_LAST_WORDS = 1.0  # seconds for wake-ups on their way when we stop


class LargeEngine:
    """Matches `Engine`. *part*: a process that is web alone defers wake-ups and runs only the ticks of its own."""

    def __init__(
        self,
        database_url: str,
        senders: Mapping[LaneName, Sender],
        ticks: Sequence[Tick],
        part: Part = Part.ALL,
        *,
        seconds: Callable[[], float] = time.time,
    ) -> None:
        self._seconds = seconds
        self._works = part is not Part.WEB
        self._senders = Senders(senders if self._works else {})
        self._own_ticks = Ticker([tick for tick in ticks if tick.everywhere])
        # A process that hangs between two statements must not hold rows that the others wait for.
        options = {"options": f"-c search_path={SCHEMA} -c idle_in_transaction_session_timeout={_IDLE}"}
        self._jobs = Jobs(
            connector=PsycopgConnector(
                conninfo=_libpq(database_url), kwargs=options, min_size=1, max_size=_CONNECTIONS, timeout=PATIENCE
            )
        )
        self._wake_up = self._jobs.task(name="wake")(self._woken)
        if self._works:
            self._deal_out([tick for tick in ticks if not tick.everywhere])
        self._at_once = _ASIDE + len(ticks)
        self._ticking: set[str] = set()
        self._working: asyncio.Task[None] | None = None
        self._deferring: set[asyncio.Task[None]] = set()
        self._telling: dict[LaneName, asyncio.Task[None]] = {}

    async def start(self) -> None:
        """Connect, see that procrastinate's tables are there, and begin.

        Raises `Fault` if the database is away or its clock is not ours.
        """
        try:
            async with asyncio.timeout(PATIENCE):
                await self._jobs.open_async()
                await self._prepare()
                await self._compare_clocks()
        except Fault:
            await self._close()
            raise
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
            if lane not in self._senders and lane not in self._telling:  # one message at a time says it all
                self._telling[lane] = task = asyncio.create_task(self._tell_a_worker(lane))
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
        if self._deferring:  # a database that is away must not hold up the stop
            _, late = await asyncio.wait(self._deferring, timeout=_LAST_WORDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
        await self._close()

    async def _work(self) -> None:
        """Take jobs until stopped; a database that went away is asked again."""
        while True:
            try:
                await self._jobs.run_worker_async(
                    name="outreach",
                    concurrency=self._at_once,
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
        await asyncio.sleep(0)  # whoever commits in the same moment is told of with it
        self._telling.pop(lane, None)
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
            if name in self._ticking:  # none overtakes itself, nor takes the place of another
                return
            self._ticking.add(name)
            try:
                await work()
            finally:
                self._ticking.discard(name)

        lock = f"tick:{name}"
        self._jobs.periodic(cron=cron)(self._jobs.task(name=lock, queueing_lock=lock)(run))

    async def _clean_up(self) -> None:
        """What a dead worker had begun is over: the next tick and the next wake-up do the same work anyway."""
        for job in await self._jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED):
            await self._jobs.job_manager.finish_job(job, status=Status.FAILED, delete_job=True)

    async def _prepare(self) -> None:
        connector = self._jobs.connector
        if await self._has_tables():
            return
        try:
            await connector.execute_query_async(_MAKE_SCHEMA)
            await self._jobs.schema_manager.apply_schema_async()
        except ConnectorException:  # another process was faster
            if not await self._has_tables():
                raise

    async def _compare_clocks(self) -> None:
        """A clock that is ahead would take lanes from whoever drives them."""
        asked = self._seconds()
        found = await self._jobs.connector.execute_query_one_async(
            "SELECT extract(epoch FROM clock_timestamp())::float8 AS seconds"
        )
        early, late = asked - found["seconds"], found["seconds"] - self._seconds()
        if max(early, late) > MOST_SKEW:
            off = f"{max(early, late):.0f} s {'ahead of' if early > 0 else 'behind'}"
            said = f"the clock of this machine is {off} the database's"
            raise Fault(said, "let a time service (NTP) set the clocks of all machines")

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
    """Every so many seconds, a divisor of a minute, or so many minutes, a divisor of an hour."""
    if seconds < 60 and 60 % seconds == 0:
        return f"* * * * * */{seconds}" if seconds > 1 else "* * * * * *"
    if seconds % 60 == 0 and 60 % (seconds // 60) == 0:
        return f"*/{seconds // 60} * * * *"
    raise ValueError(
        f"a tick every {seconds} s has no cron: choose what divides a minute, or minutes that divide an hour"
    )
