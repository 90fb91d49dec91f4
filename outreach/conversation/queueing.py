"""Where am I in the queue, and what happens next."""

from __future__ import annotations

from outreach.conversation.intents import Join, Leave, Mine, ShowList
from outreach.conversation.places import all_of, stands, title_of
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Outgoing
from outreach.domain.offers import LAST_HOURS, Promotion
from outreach.domain.signup import Standing
from outreach.services.cards import MyPlace

_QUEUES = frozenset({Standing.WAITING, Standing.OFFERED, Standing.REQUESTED})


def where(turn: Turn) -> tuple[Outgoing, ...]:
    """Each of their places that is none yet: how it stands, why, and what will happen."""
    found = [place for place in all_of(turn) if place.standing in _QUEUES]
    if not found:
        return turn.reply(turn.say("queue.none"), *steps(turn, Mine(), ShowList()))
    told = "\n\n".join(_told(turn, place) for place in found)
    choices = _choices(turn, found[0]) if len(found) == 1 else []
    return turn.reply(told, *choices, *steps(turn, Mine()))


def _told(turn: Turn, place: MyPlace) -> str:
    return "\n".join((title_of(turn, place), turn.when(place.activity), stands(turn, place), _next(turn, place)))


def _next(turn: Turn, place: MyPlace) -> str:
    card, hours = place.activity, int(LAST_HOURS.total_seconds() // 3600)
    match place.standing:
        case Standing.REQUESTED:
            return turn.say("queue.staff")
        case Standing.OFFERED:
            return turn.say("queue.asked", public_number=card.number)
        case _ if card.promotion is Promotion.OFFER:
            return turn.say("queue.offer", hours=hours)
        case _:
            return turn.say("queue.direct")


def _choices(turn: Turn, place: MyPlace) -> list[Choice]:
    is_offer = place.standing is Standing.OFFERED
    taking = [turn.choice("choice.take", Join(place.activity.id))] if is_offer else []
    return [*taking, turn.choice("choice.pass_on" if is_offer else "choice.wait_no_more", Leave(place.activity.id))]
