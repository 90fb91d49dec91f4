"""The console: what staff do all day, one page for each thing."""

from __future__ import annotations

from starlette.routing import BaseRoute

from outreach.bootstrap import App
from outreach.web.console import account, today
from outreach.web.console.frame import Console
from outreach.web.console.rendering import Rendering
from outreach.web.console.signing_in import Porter


def routes(house: App) -> list[BaseRoute]:
    """Everything below ``/console``."""
    console = Console(house, Rendering(house))
    porter = Porter(console)
    return [*porter.routes(), *account.routes(console, porter), *today.routes(console)]
