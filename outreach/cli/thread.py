"""`outreach thread …`: read and answer residents who asked for a person."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import LARGEST_ID, AsJson, fields_of, local_time, opened_core, print_json, print_table
from outreach.domain.actor import Actor
from outreach.domain.ids import ThreadId

if TYPE_CHECKING:
    from outreach.services.cards_care import ThreadCard

app = typer.Typer(no_args_is_help=True, help="Residents who asked for a person.")
Id = Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The thread's id.")]


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Answered and closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """Who waits for an answer, longest first."""
    from outreach.services import threads

    with opened_core() as core, core.database.unit_of_work() as uow:
        cards = threads.listed(uow, Actor.operator(), limit, open_only=not everything)
    if as_json:
        print_json([fields_of(card) for card in cards])
    else:
        rows = ((card.id, card.state, card.channel, local_time(card.changed_at)) for card in cards)
        print_table(("ID", "STATE", "CHANNEL", "SINCE"), rows)


@app.command()
def show(thread: Id, as_json: AsJson = False) -> None:
    """One thread with its notes. The look is written to the audit."""
    from outreach.services import threads

    with opened_core() as core, core.database.unit_of_work() as uow:
        card = threads.read(uow, Actor.operator(), ThreadId(thread), datetime.now(UTC))
    _show(card, as_json)


@app.command()
def answer(
    thread: Id,
    text: Annotated[str, typer.Argument(help="What to say; it goes to the person's own door.")],
    as_json: AsJson = False,
) -> None:
    """Write back."""
    from outreach.services import threads

    with opened_core() as core, core.database.unit_of_work() as uow:
        card = threads.answer(uow, Actor.operator(), ThreadId(thread), text, datetime.now(UTC))
    _show(card, as_json)


@app.command()
def close(thread: Id, as_json: AsJson = False) -> None:
    """Nothing more to say; a further note opens a new thread."""
    from outreach.services import threads

    with opened_core() as core, core.database.unit_of_work() as uow:
        card = threads.close(uow, Actor.operator(), ThreadId(thread), datetime.now(UTC))
    _show(card, as_json)


def _show(card: ThreadCard, as_json: bool) -> None:
    if as_json:
        print_json(fields_of(card))
        return
    print(f"thread {card.id}: {card.state}, {card.channel}, since {local_time(card.opened_at)}")
    for entry in card.entries:
        print(f"  {local_time(entry.at)} {entry.by}: {entry.text}")
