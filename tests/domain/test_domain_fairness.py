"""Who goes first: what is urgent at once, all others by their share, and nobody waits for ever."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.delivery import Rank
from outreach.domain.fairness import AT_ONCE, WEIGHTS, Shares, place

BACKLOG = 10**6


def batch(waiting: Counter[Rank], limit: int, shares: Shares) -> list[Rank]:
    """What a claim of *limit* takes of what is *waiting*, by the definition of `place`."""
    candidates = [
        (place(rank, number, shares.owed.get(rank, 0.0)), rank, number)
        for rank in waiting
        for number in range(1, min(waiting[rank], limit) + 1)
    ]
    taken = [rank for _, rank, _ in sorted(candidates)[:limit]]
    waiting.subtract(taken)
    shares.took(taken)
    return taken


def test_safety_and_replies_wait_for_nobody():
    waiting = Counter({Rank.EDUCATION: 50, Rank.CONFIRMATION: 50, Rank.REPLY: 9, Rank.SAFETY: 2})

    taken = batch(waiting, 12, Shares())

    assert taken[:11] == [Rank.SAFETY] * 2 + [Rank.REPLY] * 9


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 16, 30, 500])
def test_each_gets_its_share_while_all_wait(limit):
    waiting, shares, taken = Counter(dict.fromkeys(WEIGHTS, BACKLOG)), Shares(), Counter[Rank]()
    turns = max(1, 3_800 // limit)

    for _ in range(turns):
        taken.update(batch(waiting, limit, shares))

    for rank, weight in WEIGHTS.items():
        share = turns * limit * weight / sum(WEIGHTS.values())
        assert share * 0.8 <= taken[rank] <= share * 1.2 + 2, rank


@given(
    busy=st.sets(st.sampled_from(sorted(WEIGHTS)), min_size=1),
    late=st.sampled_from(sorted(WEIGHTS)),
    limit=st.integers(1, 40),
)
def test_nobody_waits_longer_than_their_share_allows(busy, late, limit):
    waiting, shares = Counter(dict.fromkeys(busy, BACKLOG)), Shares()
    for _ in range(5):
        batch(waiting, limit, shares)
    waiting[late] += BACKLOG

    places = 0
    while late not in (taken := batch(waiting, limit, shares)):
        places += len(taken)

    assert places <= sum(WEIGHTS.values()) / WEIGHTS[late] + len(WEIGHTS)


def test_thirty_reminders_beside_an_endless_broadcast_are_through_in_three_batches():
    waiting, shares = Counter({Rank.ANNOUNCEMENT: BACKLOG, Rank.REMINDER: 30}), Shares()

    taken = [rank for _ in range(3) for rank in batch(waiting, 16, shares)]

    assert taken.count(Rank.REMINDER) == 30


def test_what_is_taken_of_one_rank_alone_owes_the_others_no_more_than_one_place():
    shares = Shares()

    shares.took([Rank.CONFIRMATION] * 1_000)
    shares.took([Rank.SAFETY] * 1_000)

    assert all(0 <= owed <= 1 for owed in shares.owed.values())
    assert not AT_ONCE & set(shares.owed)
