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
    from outreach.safety import Verdict

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
        _converse(core, person, None)
        while True:
            try:
                text = input("> " if sys.stdin.isatty() else "")
            except EOFError:
                return
            _converse(core, person, text)


def _converse(core: Core, person: str, text: str | None) -> None:
    """Say what follows from *text*: safety first, whatever the database does."""
    from outreach.services.safeguarding import FIRST_TO_ANSWER

    if text is not None:
        verdict = core.crafts.safeguard.look_at(text)
        if verdict.risk >= FIRST_TO_ANSWER:
            _guard(core, person, text, verdict)
            return
    _say(_answer(core, person, text))


def _guard(core: Core, person: str, text: str, verdict: Verdict) -> None:
    from outreach.content import fit
    from outreach.safety import default_language
    from outreach.services import safeguarding
    from outreach.services.cards import Caller

    now, caller = datetime.now(UTC), Caller(LANE, person)
    reply = core.crafts.safeguard.reply(verdict, default_language(text, core.settings.language), now, short=False)
    _say(fit(reply, _ABLE))
    with core.database.unit_of_work() as uow:
        safeguarding.raise_alert(uow, caller, verdict, f"{LANE}:{token_hex(12)}", now)
        core.dialogue.offered(uow, caller, reply, now)


def _answer(core: Core, person: str, text: str | None) -> tuple[Outgoing, ...]:
    from outreach.services import intake

    now, message_id = datetime.now(UTC), token_hex(12)
    incoming = Pressed(message_id, person, START, now) if text is None else Message(message_id, person, text, now)
    with core.database.unit_of_work() as uow:
        return intake.take(uow, core.counter(LANE, _ABLE), incoming, now)


def _say(messages: tuple[Outgoing, ...]) -> None:
    for message in messages:
        print(message.text, end="\n\n", flush=True)
