"""Who leads activities: which kinds they may lead, and which qualification holds on a day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from outreach.domain.activity import ActivityKind

CLINICAL_KINDS = frozenset({ActivityKind.GROUP})
"""What only somebody with a clinical qualification leads, whatever reason is given (facts: domain.md 7.2)."""


@dataclass(frozen=True, slots=True)
class Qualification:
    """What somebody has shown that they can do: by whom it was issued, until when, and who of us has seen it."""

    title: str
    issuer: str
    clinical: bool
    expires_on: date | None = None
    verified_by: str = ""

    def holds_on(self, day: date) -> bool:
        """Whether it has been seen and is not expired; its last day counts."""
        return bool(self.verified_by) and (self.expires_on is None or day <= self.expires_on)


class Fitness(StrEnum):
    """Whether somebody may lead an activity on a day, and why not."""

    FIT = "fit"
    KIND = "kind"
    """They were not entered for this kind: whoever plans may know better."""
    EXPIRED = "expired"
    """Nothing that they have shown holds that day: whoever plans may know better."""
    UNQUALIFIED = "unqualified"
    """No clinical qualification holds that day, and this needs one: nobody may decide otherwise."""


def fitness(kind: ActivityKind, day: date, kinds: Iterable[ActivityKind], shown: Iterable[Qualification]) -> Fitness:
    """Whether somebody who may lead *kinds* and has *shown* these may lead *kind* on *day*.

    What needs no clinical qualification needs none at all; but where some were shown, one has to hold.
    """
    all_shown = list(shown)
    holding = [one for one in all_shown if one.holds_on(day)]
    if kind in CLINICAL_KINDS and not any(one.clinical for one in holding):
        return Fitness.UNQUALIFIED
    if kind not in set(kinds):
        return Fitness.KIND
    return Fitness.FIT if holding or not all_shown else Fitness.EXPIRED
