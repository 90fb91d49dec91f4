"""First contact, help and menu: who this is, what it cannot do, what is stored, where to go from here."""

from __future__ import annotations

import re
from dataclasses import replace

from outreach.conversation import checking_in, listing
from outreach.conversation.intents import Mine, Person, ShowList, Tip
from outreach.conversation.steps import all_steps, steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Language, Outgoing
from outreach.services.cards import Region

_REGION = re.compile(r"r-([A-Za-z0-9_-]{1,40})", re.ASCII)
_AT_THE_DOOR = re.compile(r"i-([0-9]{4})", re.ASCII)
_ACTIVITY = re.compile(r"a-([A-Za-z0-9_-]{1,60})", re.ASCII)


def start(turn: Turn) -> tuple[Outgoing, ...]:
    """Who this is, for somebody new; a short greeting for somebody we know."""
    if turn.person.is_known:
        called = turn.person.nickname
        back = turn.say("welcome.back_named", nickname=called) if called else turn.say("welcome.back")
        return turn.reply(back, *all_steps(turn))
    turn.memory = replace(turn.memory, introduced=True)
    return turn.reply(turn.say("welcome.first"), *all_steps(turn))


def arrive(turn: Turn, source: str | None) -> tuple[Outgoing, ...]:
    """Somebody came, perhaps by a printed code: it names a region, an activity or a door. All else is ignored."""
    text = source or ""
    if found := _AT_THE_DOOR.fullmatch(text):
        return checking_in.check_in(turn, found[1])
    if (found := _REGION.fullmatch(text)) and (region := turn.uow.regions.by_code(found[1])):
        return _from_region(turn, region, text)
    if (found := _ACTIVITY.fullmatch(text)) and (card := turn.uow.activities.by_slug(found[1])):
        turn.memory = replace(turn.memory, source=text)
        return listing.show(turn, card.id)
    return start(turn)


def help_(turn: Turn) -> tuple[Outgoing, ...]:
    """The words that work here, and where help is to be had at once."""
    turn.memory = replace(turn.memory, introduced=True)
    return turn.reply(turn.say("help.text"), *steps(turn, ShowList(), Mine(), Tip(), Person()))


def menu(turn: Turn) -> tuple[Outgoing, ...]:
    """The next steps."""
    return turn.reply(turn.say("menu.text"), *all_steps(turn))


def switch(turn: Turn, language: Language) -> tuple[Outgoing, ...]:
    """Talk in another language from now on."""
    turn.language = language
    if turn.person.resident_id is not None:
        turn.uow.people.update(turn.person.resident_id, language=language)
    turn.memory = replace(turn.memory, language=language)
    return turn.reply(turn.say("language.switched"), *all_steps(turn))


def _from_region(turn: Turn, region: Region, source: str) -> tuple[Outgoing, ...]:
    person = turn.person
    turn.memory = replace(turn.memory, source=source)
    if person.resident_id is None:
        turn.memory = replace(turn.memory, region_id=region.id)
    elif person.region_id in {None, turn.uow.regions.root().id}:
        turn.uow.people.update(person.resident_id, region_id=region.id)
    return start(turn)
