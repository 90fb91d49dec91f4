"""Numbers that people type to name an activity: its place in the list they saw last, or its public number."""

from __future__ import annotations

from typing import TypeAlias

from outreach.conversation import joining, listing, places
from outreach.conversation.intents import CalendarNumber, JoinNumber, JoinWhat, LeaveNumber, LeaveWhat, Number
from outreach.conversation.memory import Listed
from outreach.conversation.turn import Turn
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Outgoing
from outreach.services.cards import FIRST_PUBLIC_NUMBER, activity_of_number

ByNumber: TypeAlias = Number | JoinNumber | JoinWhat | LeaveNumber | LeaveWhat | CalendarNumber


def by_number(turn: Turn, intent: ByNumber) -> tuple[Outgoing, ...]:
    """Do what *intent* says; where its number means nothing, show the list and ask again."""
    match intent:
        case JoinWhat():
            return listing.show_list(turn, front="list.which")
        case LeaveWhat():
            return places.leave_what(turn)
        case _:
            activity_id = meant(turn.memory.listed, intent.number)
            return _not_clear(turn, intent) if activity_id is None else _do(turn, intent, activity_id)


def meant(listed: Listed | None, number: int) -> ActivityId | None:
    """The activity that *number* means: from 100 the public number, below that the place in the last list seen."""
    if number >= FIRST_PUBLIC_NUMBER:
        return activity_of_number(number)
    return listed.ids[number - 1] if listed is not None and 1 <= number <= len(listed.ids) else None


def _do(
    turn: Turn, intent: Number | JoinNumber | LeaveNumber | CalendarNumber, activity_id: ActivityId
) -> tuple[Outgoing, ...]:
    match intent:
        case Number():
            return listing.show(turn, activity_id)
        case JoinNumber(party=party):
            return joining.join(turn, activity_id, party)
        case LeaveNumber():
            return joining.leave(turn, activity_id)
        case CalendarNumber():
            return places.calendar(turn, activity_id)


def _not_clear(turn: Turn, intent: Number | JoinNumber | LeaveNumber | CalendarNumber) -> tuple[Outgoing, ...]:
    match intent:
        case LeaveNumber():
            return places.leave_what(turn)
        case CalendarNumber():
            return places.mine(turn)
        case _:
            return listing.show_list(turn, front="list.again")
