"""`outreach feed`: the public calendar on standard output."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from typing import Annotated

import typer

from outreach.cli.form import region_of
from outreach.cli.shared import opened_core


def feed(region: Annotated[str, typer.Option(help="The region's code; without it the whole network.")] = "") -> None:
    """Print the public calendar feed (iCalendar)."""
    with opened_core() as core, core.database.unit_of_work() as uow:
        found = region_of(uow, region) if region else None
        made = core.calendars.public_feed(uow, datetime.now(UTC), found)
    sys.stdout.buffer.write(made.body)
    sys.stdout.buffer.flush()
