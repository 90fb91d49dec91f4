"""One writer or several, many readers: how the event loop reaches the sync core.

On SQLite all writes of a process go through one thread with group commit: it takes what waits, runs each call
under its own savepoint, commits once, then answers. 300 people for 30 seats took 13 ms that way, against
0.4–3.9 s through SQLite's busy handler (docs/decisions/0003-one-writer.md). On PostgreSQL, which locks rows and not
the whole, several threads write, each call in a transaction of its own.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.services.ports import UnitOfWork
from outreach.store import Database

log = logging.getLogger(__name__)

MOST_TOGETHER = 64  # calls a commit: the first of them waits for the last, a few milliseconds at most

_T = TypeVar("_T")


@dataclass(slots=True)
class _Call(Generic[_T]):
    work: Callable[[UnitOfWork], _T]
    future: asyncio.Future[_T]


@dataclass(slots=True)
class _Came:
    """What a call came to."""

    call: _Call[Any]
    value: object = None
    error: BaseException | None = None


class Bridge:
    """Runs use cases in transactions, off the event loop. *on_commit* is told, on the loop, whom to wake."""

    def __init__(self, database: Database, on_commit: Callable[[Iterable[LaneName]], None]) -> None:
        self._database, self._on_commit = database, on_commit
        self._waiting: queue.SimpleQueue[_Call[Any] | None] = queue.SimpleQueue()
        self._readers = ThreadPoolExecutor(database.readers, thread_name_prefix="reader")
        self._loop: asyncio.AbstractEventLoop | None = None
        self._writers: list[threading.Thread] = []

    def start(self) -> None:
        """Begin to write. Call it on the event loop that will await the answers."""
        self._loop = asyncio.get_running_loop()
        together = self._database.writers == 1
        work = partial(self._write_for_ever, *((MOST_TOGETHER, self._together) if together else (1, self._alone)))
        self._writers = [
            threading.Thread(target=work, name=f"writer-{number}", daemon=True)
            for number in range(self._database.writers)
        ]
        for writer in self._writers:
            writer.start()

    async def write(self, work: Callable[[UnitOfWork], _T]) -> _T:
        """Run *work* in a transaction; returns once it is committed. What it raises is raised here, undone there.

        Where several write at once, two that are under way together may end in either order, and *work* is run
        again if the database chose it to make way for another.
        """
        return await self.submit(work)

    def submit(self, work: Callable[[UnitOfWork], _T]) -> asyncio.Future[_T]:
        """As `write`, for callers that may stop waiting: the work goes on without them."""
        if self._loop is None or not self._writers:
            raise Fault("the writer is not running", "start the house first")
        call: _Call[_T] = _Call(work, self._loop.create_future())
        self._waiting.put(call)
        return call.future

    async def read(self, query: Callable[[UnitOfWork], _T]) -> _T:
        """Run *query* on a read-only connection of its own."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, query)

    async def close(self) -> None:
        """Finish what waits, then stop. Harmless when called twice."""
        writers, self._writers = self._writers, []
        for _ in writers:
            self._waiting.put(None)
        for writer in writers:
            await asyncio.to_thread(writer.join)
        self._readers.shutdown(wait=False, cancel_futures=True)

    def _read(self, query: Callable[[UnitOfWork], _T]) -> _T:
        with self._database.reading() as uow:
            return query(uow)

    def _write_for_ever(
        self, most: int, write: Callable[[list[_Call[Any]]], tuple[list[_Came], set[LaneName]]]
    ) -> None:
        stopping = False
        while not stopping:
            calls, stopping = self._take(most)
            if calls and self._loop is not None:
                self._loop.call_soon_threadsafe(self._answer, *write(calls))

    def _take(self, most: int) -> tuple[list[_Call[Any]], bool]:
        """All that waits, at least one and *most* at most; and whether that was the end."""
        calls: list[_Call[Any]] = []
        found = self._waiting.get()
        while found is not None:
            calls.append(found)
            if len(calls) == most:
                return calls, False
            try:
                found = self._waiting.get_nowait()
            except queue.Empty:
                return calls, False
        return calls, True

    def _together(self, calls: list[_Call[Any]]) -> tuple[list[_Came], set[LaneName]]:
        try:
            with self._database.batch() as batch:
                came = [self._run(batch.run, call) for call in calls]
        except BaseException as error:  # the commit itself failed: nothing of it happened, and everybody is told
            log.error("a commit failed: %s", type(error).__name__)
            return [_Came(call, error=error) for call in calls], set()
        return came, batch.woken

    def _alone(self, calls: list[_Call[Any]]) -> tuple[list[_Came], set[LaneName]]:
        woken: set[LaneName] = set()
        return [self._run(partial(self._database.run, woken=woken), call) for call in calls], woken

    @staticmethod
    def _run(run: Callable[[Callable[[UnitOfWork], Any]], Any], call: _Call[Any]) -> _Came:
        try:
            return _Came(call, value=run(call.work))
        except BaseException as error:  # a thread that ended here would leave everybody behind it waiting
            return _Came(call, error=error)

    def _answer(self, came: list[_Came], woken: set[LaneName]) -> None:
        for one in came:
            future = one.call.future
            if future.done():  # whoever asked has gone; the work stands
                continue
            if one.error is not None:
                future.set_exception(one.error)
            else:
                future.set_result(one.value)
        if woken:
            self._on_commit(woken)
