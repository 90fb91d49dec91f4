"""What an activity of a kind is like unless staff say otherwise: how long, for how many, how a place is had.

Facts: domain.md 7.2. Where a range is given its usual size is taken; nobody has fixed one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.offers import Promotion


@dataclass(frozen=True, slots=True)
class Usual:
    """*minutes* from beginning to end, *seats* for people, how one of them is had, and how one that comes free.

    Where few come and each is counted on, whoever moves up is asked first.
    """

    minutes: int
    seats: int
    policy: SignUpPolicy
    promotion: Promotion = Promotion.DIRECT


_OPEN, _REQUEST = SignUpPolicy.OPEN, SignUpPolicy.REQUEST

USUAL: Mapping[ActivityKind, Usual] = {
    ActivityKind.LECTURE: Usual(60, 30, _OPEN),  # for older people 45–60 with a break
    ActivityKind.GROUP: Usual(90, 8, _REQUEST, Promotion.OFFER),  # talked over first; 6–12, 8 is best
    ActivityKind.SALON: Usual(90, 12, _OPEN),
    ActivityKind.WORKSHOP: Usual(120, 16, _OPEN, Promotion.OFFER),
    ActivityKind.PEER: Usual(90, 8, _OPEN),
    ActivityKind.CULTURAL: Usual(90, 30, _OPEN),
    ActivityKind.OUTREACH: Usual(180, 100, _OPEN),
    ActivityKind.ONLINE: Usual(45, 100, _OPEN),
}
