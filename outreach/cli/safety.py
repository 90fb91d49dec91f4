"""`outreach safety …`: try the screen, see and take alerts."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from outreach.cli.shared import (
    LARGEST_ID,
    AsJson,
    fields_of,
    local_time,
    opened_core,
    print_json,
    print_table,
    set_up_logging,
)
from outreach.domain.actor import Actor
from outreach.domain.ids import AlertId

app = typer.Typer(no_args_is_help=True, help="People who may be in danger.")
alerts = typer.Typer(no_args_is_help=True, help="Alerts: class, subtype and rules; never a word of the person.")
app.add_typer(alerts, name="alerts")


@app.command()
def screen(as_json: AsJson = False) -> None:
    """Class every text on standard input, one a line. Stores nothing, repeats nothing."""
    from outreach.bootstrap import read_crafts
    from outreach.settings import load

    set_up_logging("WARNING")
    safeguard = read_crafts(load()).safeguard
    for line in sys.stdin:
        verdict = safeguard.look_at(line.rstrip("\n"))
        if as_json:
            found = {"class": verdict.risk.value, "subtype": verdict.subtype.value, "rules": list(verdict.rules)}
            print(json.dumps(found), flush=True)
        else:
            print("  ".join((verdict.risk, verdict.subtype, *verdict.rules)), flush=True)


@alerts.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Acknowledged and closed ones too.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    as_json: AsJson = False,
) -> None:
    """Open alerts, newest first."""
    from outreach.services import safeguarding

    with opened_core() as core, core.database.unit_of_work() as uow:
        cards = safeguarding.listed(uow, Actor.operator(), limit, datetime.now(UTC), open_only=not everything)
    if as_json:
        print_json([fields_of(card) for card in cards])
    else:
        rows = ((card.id, card.risk, card.subtype, card.state, local_time(card.raised_at), card.lane) for card in cards)
        print_table(("ID", "CLASS", "SUBTYPE", "STATE", "RAISED", "CHANNEL"), rows)


@alerts.command()
def ack(
    alert: Annotated[int, typer.Argument(min=1, max=LARGEST_ID, help="The alert's id.")], as_json: AsJson = False
) -> None:
    """You take it: written to the audit."""
    from outreach.services import safeguarding

    with opened_core() as core, core.database.unit_of_work() as uow:
        card = safeguarding.acknowledge(uow, Actor.operator(), AlertId(alert), datetime.now(UTC))
    if as_json:
        print_json(fields_of(card))
    else:
        print(f"alert {card.id} is {card.state} now")
