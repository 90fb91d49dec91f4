"""Pacing: even, with a small burst after a pause."""

from __future__ import annotations

import asyncio

import pytest

from outreach.runtime.pacing import BURST_SECONDS, Pacer


def test_calls_are_spread_at_the_rate():
    at = [100.0]
    pacer = Pacer(10, now=lambda: at[0])

    delays = [pacer.reserve() for _ in range(22)]

    assert delays[0] == 0
    assert delays[-1] == pytest.approx(22 / 10 - BURST_SECONDS)


def test_a_pause_allows_a_small_burst_and_no_more():
    at = [100.0]
    pacer = Pacer(10, now=lambda: at[0])
    for _ in range(5):
        pacer.reserve()
    at[0] += 3600

    at_once = sum(pacer.reserve() == 0 for _ in range(50))

    assert at_once == int(BURST_SECONDS * 10)


def test_waiting_is_done_by_the_clock_that_it_was_given():
    at, waited = [100.0], []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)
        at[0] += seconds

    async def story() -> None:
        pacer = Pacer(10, now=lambda: at[0], sleep=sleep)
        for _ in range(22):
            await pacer.wait()

    asyncio.run(story())

    assert sum(waited) == pytest.approx(22 / 10 - BURST_SECONDS)
