"""At the door: the four digits that hang there, typed or brought along by the code beside them."""

from __future__ import annotations

from outreach.conversation.intents import Mine, Person, ShowList
from outreach.conversation.listing import title_of
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.services import checking_in


def check_in(turn: Turn, code: str) -> tuple[Outgoing, ...]:
    """They are on the list; or what to do at the door. A stranger has no place anywhere, and hears no more."""
    if checking_in.is_paused(turn.uow, turn.caller, turn.now):
        return turn.reply(turn.say("check_in.paused"), *steps(turn, ShowList(), Person()))
    resident_id = turn.person.resident_id
    if resident_id is None:
        return turn.reply(turn.say("check_in.unknown"), *steps(turn, ShowList(), Person()))
    found = checking_in.by_code(turn.uow, turn.caller, resident_id, code, turn.now)
    if found is None:
        return turn.reply(turn.say("check_in.unknown"), *steps(turn, Mine(), ShowList(), Person()))
    title = title_of(turn, turn.uow.activities.card(found.activity_id))
    if not found.people:
        return turn.reply(turn.say("check_in.no_seat", title=title), *steps(turn, Mine(), ShowList()))
    key = "check_in.again" if found.again else "check_in.done"
    return turn.reply(turn.say(key, title=title, party=found.people), *steps(turn, Mine(), ShowList()))
