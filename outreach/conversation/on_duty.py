"""A member of staff makes a chat their own: that is where they are told that something waits in the console."""

from __future__ import annotations

from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.services import duty
from outreach.services.duty import NoDuty


def hear(turn: Turn, code: str | None) -> tuple[Outgoing, ...]:
    """The answer to a code of the console, or to the wish for no more pushes here."""
    turn.ask(None)
    if code is None:
        stopped = duty.stop_here(turn.uow, turn.caller, turn.now)
        return turn.reply(turn.say("duty.stopped" if stopped else "duty.nothing"))
    found = duty.use_code(turn.uow, turn.caller, code, turn.now)
    if isinstance(found, NoDuty):
        return turn.reply(turn.say(f"duty.{found.value}"))
    return turn.reply(turn.say("duty.done", name=found.name))
