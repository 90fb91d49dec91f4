"""Seats are never oversold, whoever comes at once: threads, processes, and the proof that we would notice."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from store_race import SEATS, oversold, prepare, queue_of, run_in_process, sign_up, without_lock

from outreach.domain.ids import ActivityId
from outreach.domain.signup import Standing
from outreach.store import Database

ROUNDS = 20
FAIR = {threads: [Standing.SEATED] * SEATS + [Standing.WAITING] * (threads - SEATS) for threads in (4, 8)}


def _run(database: Database, activities: list[ActivityId], threads: int, between: Callable[[], object]) -> None:
    _, residents = prepare(database, 0, threads)
    start = Barrier(threads)

    def one(number: int) -> None:
        for activity_id in activities:
            start.wait(30)
            sign_up(database, residents[number], activity_id, between)

    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(one, number) for number in range(threads)]:
            done.result()  # an error of any kind fails the test; a locked database is no proof of anything


@pytest.mark.slow
def test_eight_threads_never_oversell_the_last_seats(database: Database):
    activities, _ = prepare(database, ROUNDS, 0)

    _run(database, activities, 8, lambda: None)

    assert oversold(database) == 0
    for activity_id in activities:
        assert queue_of(database, activity_id) == list(enumerate(FAIR[8], start=1))


@pytest.mark.slow
def test_four_processes_never_oversell_the_last_seats(database: Database, database_url: str, tmp_path: Path):
    activities, residents = prepare(database, ROUNDS, 4)
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(4)
    arguments = [(database_url, tmp_path, resident, activities, start) for resident in residents]

    racers = [context.Process(target=run_in_process, args=of_one) for of_one in arguments]
    for racer in racers:
        racer.start()
    for racer in racers:
        racer.join(60)

    assert [racer.exitcode for racer in racers] == [0, 0, 0, 0]
    assert oversold(database) == 0
    for activity_id in activities:
        assert queue_of(database, activity_id) == list(enumerate(FAIR[4], start=1))


@pytest.mark.slow
def test_without_the_lock_the_same_race_oversells(database: Database, database_url: str, tmp_path: Path):
    activities, _ = prepare(database, ROUNDS, 0)

    unlocked = without_lock(database_url, tmp_path)
    everybody_has_looked = Barrier(8)

    _run(unlocked, activities, 8, lambda: everybody_has_looked.wait(30))

    unlocked.close()
    assert oversold(database) == ROUNDS * (8 - SEATS)
