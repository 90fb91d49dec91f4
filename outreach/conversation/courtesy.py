"""Thank you, good-bye, who are you: short and true, and whatever was on the table stays there."""

from __future__ import annotations

from outreach.conversation.intents import Bye, Courtesy, Thanks, Who
from outreach.conversation.steps import all_steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Outgoing

_KEYS: dict[type[Courtesy], str] = {Thanks: "courtesy.thanks", Bye: "courtesy.bye", Who: "courtesy.who"}


def answer(turn: Turn, said: Courtesy) -> tuple[Outgoing, ...]:
    """A sentence in kind. A question that waits for them keeps its choices and its numbers."""
    return turn.reply(turn.say(_KEYS[type(said)]), *(_on_the_table(turn) or _next(turn, said)))


def _on_the_table(turn: Turn) -> tuple[Choice, ...]:
    return turn.memory.shown.choices if turn.memory.shown is not None and _is_asked(turn) else ()


def _is_asked(turn: Turn) -> bool:
    return turn.memory.held is not None or turn.memory.asked is not None


def _next(turn: Turn, said: Courtesy) -> tuple[Choice, ...]:
    return () if isinstance(said, Bye) else all_steps(turn)
