"""What somebody was shown last, and what their words mean as an answer to it."""

from __future__ import annotations

from outreach.conversation.intents import Decline, LinkNo, Skip
from outreach.conversation.plaintext import tight
from outreach.conversation.tokens import intent_of
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
    """What a plain yes means: the one choice beside "not now"."""
    shown = turn.memory.shown
    tokens = [] if shown is None else [choice.token for choice in shown.choices]
    others = [token for token in tokens if not isinstance(intent_of(token), Decline | Skip | LinkNo)]
    return others[0] if len(others) == 1 and len(tokens) == 2 else None
