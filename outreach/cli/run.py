"""`outreach run`: the server."""

from __future__ import annotations

import asyncio
import socket
import sys
from typing import TYPE_CHECKING

from outreach.cli.shared import set_up_logging
from outreach.domain.errors import Fault

if TYPE_CHECKING:
    from outreach.bootstrap import App
    from outreach.settings import Settings


def run() -> None:
    """Serve residents: hooks, web chat, public pages, feeds, reminders. Ctrl-C stops it cleanly."""
    from outreach.bootstrap import build
    from outreach.settings import load

    settings = load()
    set_up_logging(settings.log_level)
    house = build(settings)
    _greet(house)
    serve(house)


def serve(house: App) -> None:
    """Serve *house* until Ctrl-C or a stop signal. Raises `Fault` if the port is taken or the house cannot start."""
    import uvloop

    with listening(house.settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(house, listener))


async def _serve(house: App, listener: socket.socket) -> None:
    from outreach.cli.server import Server
    from outreach.web.app import create_app

    await house.start()
    try:
        await Server(create_app(house), before_waiting=house.mailbox.close).serve(sockets=[listener])
    finally:
        await house.stop()


def listening(settings: Settings) -> socket.socket:
    """A socket that is bound to the settings' host and port. Raises `Fault` with the remedy."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.host, settings.port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise Fault(
            f"port {settings.port} on {settings.host} cannot be had ({error.strerror})",
            "stop the program that uses it, or set OUTREACH_PORT to a free one",
        ) from error
    return listener


def _greet(house: App) -> None:
    settings = house.settings
    with house.core.database.unit_of_work() as uow:
        alerts, waiting = uow.alerts.count_open(), len(uow.threads.listed(100))
        approved = len(uow.contents.approved())
    print(f"Outreach serves {settings.base_url}  (chat: /chat, list: /, feed: /feeds/public.ics)", file=sys.stderr)
    print(f"channels: {', '.join(house.lanes)}; database: {settings.data_dir}", file=sys.stderr)
    print(f"open safety alerts: {alerts} (outreach safety alerts list); open threads: {waiting}", file=sys.stderr)
    if not approved:
        print("no text is approved yet, so no tip is sent: outreach content list", file=sys.stderr)
    for warning in house.core.crafts.helplines.warnings(house.clock().date()):
        print(f"warning: {warning}", file=sys.stderr)
