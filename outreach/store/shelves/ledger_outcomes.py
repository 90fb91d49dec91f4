"""What a call came to, weighed: where the delivery goes, when it is due again, what else follows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Null, null

from outreach.domain.delivery import MOST_TRIES, RESENT_WHEN_UNCONFIRMED, DeliveryState, check_move, pause_before
from outreach.domain.messages import (
    Halted,
    MessageKind,
    Moved,
    Parked,
    Rejected,
    RetryLater,
    Sent,
    Unconfirmed,
    Unreachable,
)
from outreach.services.cards_ledger import Fate, NotCalled

HALT = timedelta(seconds=60)  # an account in trouble: staff are told, we look again in a minute

_S = DeliveryState
FINISHED = frozenset({_S.SENT, _S.FAILED, _S.WITHDRAWN, _S.EXPIRED})
"""Nothing more will be said."""
ERASED: Mapping[str, Null] = {"to_sealed": null(), "body_sealed": null(), "person": null()}
"""What a delivery loses when it is finished: address, words, and what leads to somebody we keep nothing else of."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """One call's consequences. *due_at* ``None``: as before, it keeps its place. *tries* as they count now."""

    state: DeliveryState
    tries: int
    code: str = ""
    due_at: datetime | None = None
    external_id: str = ""
    hold_until: datetime | None = None


def weigh(kind: MessageKind, outcome: Fate, tries: int, now: datetime, *, elsewhere: bool = False) -> Weighed:
    """What follows from *outcome* of try number *tries*. Raises `IllegalMove` if our own table of states forbids it.

    *elsewhere*: it may go to another address of theirs that can be reached.
    A wait that concerns the whole lane, or one that must go first, is not the message's fault: it costs no try.
    """
    if isinstance(outcome, Unreachable) and elsewhere:
        weighed = Weighed(_S.QUEUED, tries, outcome.code or "unreachable", now)
    else:
        weighed = _weigh(kind, outcome, tries, now)
    check_move(_S.CALLING, weighed.state)
    return weighed


def _weigh(kind: MessageKind, outcome: Fate, tries: int, now: datetime) -> Weighed:
    match outcome:
        case Sent(external_id):
            return Weighed(_S.SENT, tries, external_id=external_id)
        case RetryLater(after, True, code):
            return Weighed(_S.QUEUED, tries - 1, code, hold_until=now + after)
        case RetryLater(after, _, code):
            return _again(tries, code, now + max(after, pause_before(tries + 1)))
        case NotCalled(after):
            return Weighed(_S.QUEUED, tries - 1, due_at=now + after)
        case Moved():
            return _again(tries, "moved", now)
        case Parked(reason):
            return Weighed(_S.PARKED, tries, reason)
        case Unreachable(code):
            return Weighed(_S.FAILED, tries, code or "unreachable")
        case Rejected(code):
            return Weighed(_S.FAILED, tries, code)
        case Halted(code, _):
            return Weighed(_S.QUEUED, tries - 1, code, hold_until=now + HALT)
        case Unconfirmed(code):
            return _unconfirmed(kind, tries, code or "unconfirmed", now)


def _again(tries: int, code: str, due_at: datetime) -> Weighed:
    if tries >= MOST_TRIES:
        return Weighed(_S.DEAD, tries, code)
    return Weighed(_S.QUEUED, tries, code, due_at)


def _unconfirmed(kind: MessageKind, tries: int, code: str, now: datetime) -> Weighed:
    if kind not in RESENT_WHEN_UNCONFIRMED:
        return Weighed(_S.UNCONFIRMED, tries, code)
    check_move(_S.CALLING, _S.UNCONFIRMED)
    check_move(_S.UNCONFIRMED, _S.QUEUED)
    return _again(tries, code, now + pause_before(tries + 1))
