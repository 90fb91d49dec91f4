"""The console: what staff do all day, one page for each thing."""

from __future__ import annotations

from starlette.routing import BaseRoute

from outreach.bootstrap import App
from outreach.web.console import (
    account,
    activity,
    activity_list,
    alerts,
    announcing,
    attendance,
    audit,
    channels,
    checking_in,
    library,
    planning,
    region_import,
    regions,
    roster,
    staffing,
    threads,
    today,
)
from outreach.web.console.frame import Console
from outreach.web.console.rendering import Rendering
from outreach.web.console.signing_in import Porter


def routes(house: App) -> list[BaseRoute]:
    """Everything below ``/console``."""
    console = Console(house, Rendering(house))
    porter = Porter(console)
    planned = (
        today,
        activity_list,
        planning,
        activity,
        roster,
        checking_in,
        attendance,
    )  # the forms of planning before the page of one
    places = (region_import, regions)  # the spreadsheet before the page of one
    pages = (*planned, announcing, threads, alerts, library, staffing, *places, channels, audit)
    return [
        *porter.routes(),
        *account.routes(console, porter),
        *(route for page in pages for route in page.routes(console)),
    ]
