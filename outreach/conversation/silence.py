"""Places that somebody wants to hear nothing of: that one and all below it, until they take it back."""

from __future__ import annotations

from outreach.conversation.intents import Skip, Subscribe
from outreach.conversation.intents_choices import Settings, Silence, Unsilence
from outreach.conversation.memory import Question
from outreach.conversation.steps import steps
from outreach.conversation.subscribing import found_by, name_of, region_entry
from outreach.conversation.turn import Turn
from outreach.domain.ids import RegionId
from outreach.domain.messages import Choice, Outgoing
from outreach.services import people
from outreach.services.cards import Region

MOST_LISTED = 6  # places to hear of again; with two more choices they fit a phone


def of(turn: Turn) -> list[Region]:
    """The places that they silenced, by path; none of somebody we keep nothing of."""
    resident_id = turn.person.resident_id
    return [] if resident_id is None else people.muted(turn.uow, resident_id)


def ask(turn: Turn, front: str = "silence.ask") -> tuple[Outgoing, ...]:
    """Which place, and which of those that are silent shall be heard again?"""
    if turn.person.resident_id is None:
        return _to_stranger(turn)
    turn.ask(Question.SILENCE)
    again = [_lift(turn, region) for region in of(turn)[:MOST_LISTED]]
    return turn.reply(turn.say(front), *again, turn.choice("choice.skip", Skip()))


def look_for(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """The places that they may have meant; a single one is silent at once."""
    if turn.person.resident_id is None:
        return _to_stranger(turn)
    found = found_by(turn, text)
    if len(found) == 1:
        return silence(turn, found[0].id)
    if not found:
        return ask(turn, "silence.none")
    turn.ask(Question.SILENCE)
    entries = [region_entry(turn, region, Silence(region.id)) for region in found]
    return turn.reply(turn.say("region.which"), *entries, turn.choice("choice.skip", Skip()))


def silence(turn: Turn, region_id: RegionId) -> tuple[Outgoing, ...]:
    """Nothing from there any more. Raises `NotFound` for a region that is none."""
    if turn.person.resident_id is None:
        return _to_stranger(turn)
    turn.ask(None)
    region = people.mute(turn.uow, turn.person.resident_id, region_id, turn.now)
    return turn.reply(turn.say("silence.done", region=name_of(turn, region)), _lift(turn, region), *_back(turn))


def unsilence(turn: Turn, region_id: RegionId) -> tuple[Outgoing, ...]:
    """From there again; where a place above is silent, that one is offered too. Raises `NotFound`."""
    if turn.person.resident_id is None:
        return _to_stranger(turn)
    turn.ask(None)
    region = people.unmute(turn.uow, turn.person.resident_id, region_id)
    above = next((it for it in of(turn) if region.path.startswith(it.path)), None)
    if above is None:
        return turn.reply(turn.say("silence.lifted", region=name_of(turn, region)), *_back(turn))
    text = turn.say("silence.above", region=name_of(turn, region), above=name_of(turn, above))
    return turn.reply(text, _lift(turn, above), *_back(turn))


def _lift(turn: Turn, region: Region) -> Choice:
    return turn.entry(turn.say("choice.hear", region=name_of(turn, region)), Unsilence(region.id))


def _back(turn: Turn) -> tuple[Choice, ...]:
    return steps(turn, Settings())


def _to_stranger(turn: Turn) -> tuple[Outgoing, ...]:
    return turn.reply(turn.say("silence.stranger"), *steps(turn, Subscribe()))
