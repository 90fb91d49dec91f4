"""Which of what is due goes first: safety and replies always; the others share the rest by weight, so none starves.

A rank that was passed over is owed a part of the next batch. Who is owed one place goes before all that are owed less.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outreach.domain.delivery import Rank

AT_ONCE = frozenset({Rank.SAFETY, Rank.REPLY})
"""These wait for nobody else."""

WEIGHTS: Mapping[Rank, int] = {Rank.CONFIRMATION: 16, Rank.REMINDER: 16, Rank.ANNOUNCEMENT: 4, Rank.EDUCATION: 2}
"""The shares of those that wait for each other, while each of them has something waiting."""

_ALL = sum(WEIGHTS.values())


class Shares:
    """What each rank of a lane is owed: a part of one place, from 0 to 1."""

    __slots__ = ("_owed",)

    def __init__(self) -> None:
        self._owed = dict.fromkeys(WEIGHTS, 0.0)

    @property
    def owed(self) -> Mapping[Rank, float]:
        """By rank; those that wait for nobody are owed nothing."""
        return self._owed

    def took(self, ranks: Iterable[Rank]) -> None:
        """A batch of these was taken: who got less than their share is owed the rest."""
        taken = [rank for rank in ranks if rank in WEIGHTS]
        for rank, weight in WEIGHTS.items():
            owed = self._owed[rank] + len(taken) * weight / _ALL - taken.count(rank)
            self._owed[rank] = min(1.0, max(0.0, owed))


def place(rank: Rank, number: int, owed: float = 0.0) -> float:
    """Where the *number*-th (from 1) of what waits in *rank* stands among all: lower goes first."""
    return -1.0 if rank in AT_ONCE else (number - owed) / WEIGHTS[rank]
