"""Read models of who knows of a change."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NoticeCounts:
    """Places by what became of the latest news to whoever has them.

    *told*: it was pushed; *seen*: they have written or tapped since; *confirmed*: they said that they know. Each holds
    the next. *waiting*: it is still on its way, or did not get through.
    """

    told: int = 0
    seen: int = 0
    confirmed: int = 0
    waiting: int = 0
