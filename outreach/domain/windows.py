"""How many messages a platform lets through to somebody after what they did, and for how long."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.messages import (
    Act,
    Allowance,
    Capabilities,
    Incoming,
    Message,
    Pressed,
    Reach,
    Reachability,
    Unparsed,
)

_SLACK = timedelta(minutes=1)
_SHARE_OF_SLACK = 10


@dataclass(frozen=True, slots=True)
class PushWindow:
    """Until *until* the platform lets *left* more messages through; *by*: what they did to open it."""

    until: datetime
    left: int
    by: Act

    def left_at(self, now: datetime) -> int:
        """So many are left at *now*; 0 once it is closed."""
        return self.left if now < self.until else 0


def act_of(incoming: Incoming) -> Act | None:
    """What the person did by *incoming*, as platforms count it; ``None``: it opens nothing."""
    match incoming:
        case Message():
            return Act.MESSAGE
        case Unparsed(sender=str()):
            return Act.MESSAGE
        case Pressed():
            return Act.CLICK
        case Reachability(reach=Reach.JOINED, source=source):
            return Act.FOLLOW if source is None else Act.SCAN
        case _:
            return None


def opened_by(
    act: Act, sent_at: datetime | None, now: datetime, allowances: Mapping[Act, Allowance]
) -> PushWindow | None:
    """The window that *act* opened at *sent_at*, by the platform's clock; ``None``: it opens none.

    It ends a little before the platform's own (a tenth, at most a minute): a call takes time, and clocks differ.
    """
    allowed = allowances.get(act)
    if allowed is None or allowed.messages < 1:
        return None
    begun = now if sent_at is None else min(sent_at, now)
    slack = min(_SLACK, allowed.lasts / _SHARE_OF_SLACK)
    return PushWindow(begun + allowed.lasts - slack, allowed.messages, act)


def open_until(
    able: Capabilities, last_word: datetime | None, window: PushWindow | None, now: datetime
) -> datetime | None:
    """Until when somebody can be written to who last wrote then; ``None``: not any more. By *window* where it counts.

    After a tap that is a minute, not the two days after a word.
    """
    if able.allowances and window is not None:
        return window.until if window.left_at(now) else None
    until = None if last_word is None or able.reply_window is None else last_word + able.reply_window
    return until if until is not None and now < until else None


def takes_the_place(new: PushWindow, old: PushWindow | None, now: datetime) -> bool:
    """Whether *new* is what we go by from now on. Quotas do not add up, so one window is kept, the safer guess.

    A click within the 48 hours of a message opens a minute: it counts only where the message's own quota is used up.
    Words that arrive late, after newer ones, open nothing anew. The store states this again in SQL.
    """
    if old is None or old.until <= now or new.until > old.until:
        return True
    return new.by is not Act.MESSAGE and old.left <= 0


class Route(StrEnum):
    """How somebody is written to first: with what their window lets through, or with a template, which needs none.

    `LATER`: neither. Then it goes by another channel of theirs, news by one message for many (`domain.mass`), and
    what is left waits for their next word and stands on the call list.
    """

    CUSTOMER = "customer"
    TEMPLATE = "template"
    LATER = "later"


def choose_route(*, left: int, kept: int, parts: int, templated: bool) -> Route:
    """The way of *parts* messages, *left* in the window of which *kept* are for something else."""
    if left - kept >= parts:
        return Route.CUSTOMER
    return Route.TEMPLATE if templated else Route.LATER
