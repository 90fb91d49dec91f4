"""`outreach channels …`: the accounts we speak through, what each can do, and whether it stands well."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated

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
from outreach.domain.errors import BadInput
from outreach.domain.ids import DeliveryId

if TYPE_CHECKING:
    from outreach.bootstrap import App, Core
    from outreach.channels.base import Finding
    from outreach.domain.ids import LaneName
    from outreach.domain.messages import Capabilities
    from outreach.runtime.doors import Door
    from outreach.runtime.looking import Look

app = typer.Typer(no_args_is_help=True, help="The accounts we speak through.")
_Lane = Annotated[str, typer.Argument(help="Only this one; all of them if left out.")]


@app.command("list")
def list_channels(as_json: AsJson = False) -> None:
    """What each account can do, where its platform calls us, and how many people it reaches only when they write."""
    house = _house()
    try:
        with house.core.database.reading() as uow:
            people = uow.lanes.people()
        rows = [_row(house, door, people.get(door.lane, 0)) for door in house.doors]
        rows += [_closed(lane, number) for lane, number in people.items() if lane not in house.lanes]
    finally:
        house.core.database.close()
    if as_json:
        print_json(rows)
    else:
        print_table(["lane", "adapter", "writes first", "people", "hook"], [list(row.values()) for row in rows])
        print("\nWho is on an account that cannot write first gets what waits for them in front of the next answer.")


@app.command()
def check(lane: _Lane = "", as_json: AsJson = False) -> None:
    """Ask each platform how our account stands. Exits with 1 if something needs you, and says what to do."""
    house = _house()
    looks = house.look_at_channels(lane)
    if as_json:
        print_json([{"lane": look.lane, "adapter": look.adapter, "findings": _plain(look)} for look in looks])
    else:
        for look in looks:
            _print_look(house, look)
    if not all(look.good for look in looks):
        raise typer.Exit(1)


@app.command()
def undelivered(
    limit: Annotated[int, typer.Option(min=1, max=500)] = 50,
    after: Annotated[int, typer.Option(min=0, max=LARGEST_ID, help="Go on behind this id.")] = 0,
    as_json: AsJson = False,
) -> None:
    """What was tried again and again and given up, the oldest first; never whom it was for."""
    from outreach.services import dead_letters

    with opened_core() as core, core.database.reading() as uow:
        found = dead_letters.listed(uow, Actor.operator(), limit, after)
    if as_json:
        print_json([fields_of(one) for one in found])
        return
    rows = ([one.id, one.lane, one.kind, one.reason, one.tries, local_time(one.died_at)] for one in found)
    print_table(["ID", "LANE", "KIND", "REASON", "TRIES", "SINCE"], rows)


@app.command()
def retry(
    delivery: Annotated[int | None, typer.Argument(min=1, max=LARGEST_ID, help="The id that is listed.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that was given up.")] = False,
    as_json: AsJson = False,
) -> None:
    """Try what was given up again; a running server sends it within a second or two."""
    if (delivery is None) != everything:
        raise BadInput(["name one that `outreach channels undelivered` lists, or give --all"])
    with opened_core() as core:
        queued = _retry_all(core) if delivery is None else _retry_one(core, DeliveryId(delivery))
    if as_json:
        print_json({"queued": queued})
    else:
        print(f"{queued} queued again")


def _retry_one(core: Core, delivery: DeliveryId) -> int:
    from outreach.services import dead_letters

    with core.database.unit_of_work() as uow:
        dead_letters.retry(uow, Actor.operator(), delivery, datetime.now(UTC))
    return 1


def _retry_all(core: Core) -> int:
    from outreach.services import dead_letters

    queued, some = 0, dead_letters.AT_ONCE
    while some == dead_letters.AT_ONCE:
        with core.database.unit_of_work() as uow:
            some = dead_letters.retry_all(uow, Actor.operator(), datetime.now(UTC))
        queued += some
    return queued


def _house() -> App:
    from outreach.bootstrap import build
    from outreach.settings import load

    set_up_logging("ERROR")
    return build(load())


def _row(house: App, door: Door, people: int) -> dict[str, object]:
    from outreach.channels.base import HookChannel

    hook = f"{house.settings.base_url}/hooks/{door.lane}" if isinstance(door.channel, HookChannel) else "(we ask)"
    return {
        "lane": door.lane,
        "adapter": door.adapter,
        "writes_first": _writes_first(door.channel.capabilities),
        "people": people,
        "hook": hook,
    }


def _closed(lane: LaneName, people: int) -> dict[str, object]:
    """A lane that people came by and that the settings name no more: what is for them waits until it is back."""
    return {"lane": lane, "adapter": "", "writes_first": "not switched on", "people": people, "hook": ""}


def _writes_first(able: Capabilities) -> str:
    if not able.may_push:
        return "no"
    if able.reply_window is None:
        return "yes"
    always = ", ".join(sorted(able.any_time))
    hours = f"within {able.reply_window.total_seconds() / 3600:.0f} h of their last word"
    return f"{hours}; always: {always}" if always else hours


def _print_look(house: App, look: Look) -> None:
    print(f"{look.lane} ({look.adapter}): {'in order' if look.good else 'needs you'}")
    for finding in look.findings:
        print(f"  {'ok ' if finding.good else 'NO '} {finding.subject}{_details(finding)}")
        if finding.remedy:
            print(f"      {house.remedy(finding)}")


def _details(finding: Finding) -> str:
    values = ", ".join(f"{name} {value}" for name, value in finding.values.items())
    return "".join(f": {part}" for part in (finding.code.replace("_", " "), values) if part)


def _plain(look: Look) -> list[dict[str, object]]:
    return [fields_of(finding) for finding in look.findings]
