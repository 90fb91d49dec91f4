"""What to call somebody: asked once, kept sealed, taken back by one word; never needed."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation.intents import ShowList, Skip
from outreach.conversation.intents_choices import DropNickname, Settings
from outreach.conversation.memory import Question
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.domain.nickname import BadNickname, as_nickname
from outreach.services import people


def of(turn: Turn) -> str | None:
    """What they want to be called: as we keep it, or as this conversation remembers it for the moment."""
    return turn.person.nickname or turn.memory.nickname


def ask(turn: Turn, front: str = "nickname.ask") -> tuple[Outgoing, ...]:
    """What shall we call you? *front* is the key of the question."""
    turn.ask(Question.NICKNAME)
    drop = (turn.choice("choice.no_nickname", DropNickname()),) if of(turn) else ()
    return turn.reply(turn.say(front), *drop, turn.choice("choice.skip", Skip()))


def take(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """Keep *text* as what they are called, in this conversation only if we keep nothing of them; or say why not."""
    try:
        wanted = as_nickname(text)
    except BadNickname as refusal:
        return ask(turn, f"nickname.{refusal.why.value}")
    turn.ask(None)
    if turn.person.resident_id is None:
        turn.memory = replace(turn.memory, nickname=wanted)
        return turn.reply(turn.say("nickname.kept_for_now", nickname=wanted), *steps(turn, ShowList(), Settings()))
    people.name(turn.uow, turn.person.resident_id, wanted)
    turn.person = replace(turn.person, nickname=wanted)
    return turn.reply(turn.say("nickname.kept", nickname=wanted), *steps(turn, ShowList(), Settings()))


def drop(turn: Turn) -> tuple[Outgoing, ...]:
    """Call them nothing, and keep nothing of what it was."""
    key = "nickname.dropped" if of(turn) else "nickname.nothing"
    turn.memory = replace(turn.memory, nickname=None)
    if turn.person.resident_id is not None:
        people.name(turn.uow, turn.person.resident_id, None)
        turn.person = replace(turn.person, nickname=None)
    return turn.reply(turn.say(key), *steps(turn, ShowList(), Settings()))
