"""`outreach chat`: the conversation in a terminal, on the real database."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from secrets import token_hex
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import opened_core
from outreach.domain.ids import LaneName
from outreach.domain.messages import START, Capabilities, Message, Outgoing, Pressed

if TYPE_CHECKING:
    from outreach.bootstrap import Core

LANE = LaneName("terminal")
_ABLE = Capabilities(
    text_limit=4000,
    text_unit="characters",
    buttons=False,
    max_buttons=0,
    files=False,
    may_push=False,
    replies_in_place=5,
    rate_per_second=50.0,
    max_in_flight=1,
)


def chat(
    person: Annotated[str, typer.Option("--as", help="Who you are: another name is another person.")] = "me",
) -> None:
    """Talk with the bot as a resident would. Ctrl-D ends it."""
    with opened_core() as core:
        _say(_answer(core, person, None))
        while True:
            try:
                text = input("> " if sys.stdin.isatty() else "")
            except EOFError:
                return
            _say(_answer(core, person, text))


def _answer(core: Core, person: str, text: str | None) -> tuple[Outgoing, ...]:
    from outreach.content import fit
    from outreach.services import intake, safeguarding
    from outreach.services.cards import Caller

    now = datetime.now(UTC)
    message_id = token_hex(12)
    incoming = Pressed(message_id, person, START, now) if text is None else Message(message_id, person, text, now)
    counter = core.counter(LANE, _ABLE)
    if text is not None:
        verdict = core.crafts.safeguard.look_at(text)
        if verdict.needs_reply:
            reply = core.crafts.safeguard.reply(verdict, core.settings.language, now, short=False)
            caller = Caller(LANE, person)
            with core.database.unit_of_work() as uow:
                safeguarding.raise_alert(uow, caller, verdict, f"{LANE}:{message_id}", now)
                core.dialogue.offered(uow, caller, reply, now)
            return fit(reply, _ABLE)
    with core.database.unit_of_work() as uow:
        return intake.take(uow, counter, incoming, now)


def _say(messages: tuple[Outgoing, ...]) -> None:
    for message in messages:
        print(message.text, end="\n\n", flush=True)
