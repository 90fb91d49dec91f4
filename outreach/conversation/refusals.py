"""A rule said no: the sentence for it, and what to do instead."""

from __future__ import annotations

from outreach.conversation import places
from outreach.conversation.intents import Mine, Person, ShowList, Tappable
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.errors import (
    ActivityClosed,
    ActivityNotFound,
    BadInput,
    NotSignedUp,
    PartyTooLarge,
    Refusal,
    TooManyPlaces,
)
from outreach.domain.messages import Outgoing


def answer(turn: Turn, refusal: Refusal) -> tuple[Outgoing, ...]:
    """The kind sentence for *refusal*, with the likeliest next steps."""
    key = f"refusal.{refusal.code}"
    known = turn.house.wording.has(key)
    text = turn.say(key if known else "refusal.refused", **_values(refusal))
    return turn.reply(text, *steps(turn, *_next(turn, refusal)))


def _values(refusal: Refusal) -> dict[str, str | int]:
    match refusal:
        case PartyTooLarge():
            return {"party": refusal.party, "at_most": refusal.at_most}
        case TooManyPlaces():
            return {"at_most": refusal.at_most}
        case BadInput():
            return {"problems": "; ".join(refusal.problems)}
        case _:
            return {}


def _next(turn: Turn, refusal: Refusal) -> tuple[Tappable, ...]:
    match refusal:
        case ActivityNotFound() | ActivityClosed() | PartyTooLarge():
            return (ShowList(), Person())
        case TooManyPlaces():
            return (Mine(), Person())
        case NotSignedUp() if places.all_of(turn):
            return (Mine(), ShowList())
        case _:
            return (ShowList(), Person())
