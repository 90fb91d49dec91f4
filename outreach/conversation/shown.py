"""What somebody was shown last, and what their words mean as an answer to it."""

from __future__ import annotations

from outreach.conversation.intents import Agree, Decline, LinkNo, Skip
from outreach.conversation.plaintext import tight
from outreach.conversation.tokens import intent_of, token_of
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing


def tokens_named(turn: Turn, text: str) -> list[str]:
    """The choices shown last whose label they wrote out."""
    shown, written = turn.memory.shown, tight(text)
    if shown is None or not written or written.isdecimal():
        return []
    return [choice.token for choice in shown.choices if tight(choice.label) == written]


def choose_again(turn: Turn) -> tuple[Outgoing, ...]:
    """The same choices once more, because it is not clear which one they mean."""
    shown = turn.memory.shown
    choices = () if shown is None else shown.choices
    return turn.reply(turn.say("choose.again", most=len(choices)), *choices)


def the_yes(turn: Turn) -> str | None:
    """What a plain yes means: the one choice beside "not now"; to a notice, all that it asks for."""
    shown = turn.memory.shown
    choices = () if shown is None else shown.choices
    meant = [intent_of(choice.token) for choice in choices]
    if Agree() in meant:
        return token_of(Agree())
    others = [place for place, intent in enumerate(meant) if not isinstance(intent, Decline | Skip | LinkNo)]
    return choices[others[0]].token if len(others) == 1 and len(choices) == 2 else None
