"""`outreach run`: the server."""

from __future__ import annotations

import asyncio
import errno
import signal
import socket
import sys
from collections.abc import Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.shared import set_up_logging
from outreach.domain.errors import Fault

if TYPE_CHECKING:
    from outreach.bootstrap import App
    from outreach.settings import Settings


class Only(StrEnum):
    """Which part of the house this process is."""

    WEB = "web"
    WORKER = "worker"


def run(
    only: Annotated[
        Only | None, typer.Option(help="This part alone, with the large engine: web answers, workers send and tick.")
    ] = None,
) -> None:
    """Serve residents: hooks, web chat, public pages, feeds, reminders. Ctrl-C stops it cleanly."""
    from outreach.bootstrap import build
    from outreach.runtime.engines.port import Part
    from outreach.settings import load

    settings = load()
    set_up_logging(settings.log_level)
    house = build(settings, part=Part.ALL if only is None else Part(only.value))
    if only is Only.WORKER:
        work(house, lambda: _greet(house))
    else:
        serve(house, lambda: _greet(house))


def work(house: App, greet: Callable[[], None]) -> None:
    """Let *house* send and tick until Ctrl-C or a stop signal. Raises `Fault` if it cannot start."""
    import uvloop

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(house, greet))


async def _work(house: App, greet: Callable[[], None]) -> None:
    from outreach.runtime.collector import spare_what_stays

    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    await house.start()
    spare_what_stays()
    try:
        greet()
        await stopped.wait()
    finally:
        await house.stop()


def serve(house: App, greet: Callable[[], None]) -> None:
    """Serve *house* until Ctrl-C or a stop signal; *greet* once it is open.

    Raises `Fault` if the port is taken or the house cannot start.
    """
    import uvloop

    with listening(house.settings) as listener, asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(house, listener, greet))


async def _serve(house: App, listener: socket.socket, greet: Callable[[], None]) -> None:
    from outreach.cli.server import Server
    from outreach.runtime.collector import spare_what_stays
    from outreach.web.app import create_app

    app = create_app(house)
    await house.start()
    spare_what_stays()
    try:
        greet()
        await Server(app, before_waiting=house.mailbox.close).serve(sockets=[listener])
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
        what = f"port {settings.port} on {settings.host} cannot be had ({error.strerror})"
        raise Fault(what, _remedy(error)) from error
    return listener


def _remedy(error: OSError) -> str:
    if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
        return "set OUTREACH_HOST to an address of this machine, such as 127.0.0.1 or 0.0.0.0"
    if error.errno == errno.EACCES:
        return "set OUTREACH_PORT to 1024 or above, and let a proxy take the low one"
    return "stop the program that uses it, or set OUTREACH_PORT to a free one"


def _greet(house: App) -> None:
    settings = house.settings
    with house.core.database.unit_of_work() as uow:
        alerts, waiting = uow.alerts.count_open(), len(uow.threads.listed(100))
        approved = len(uow.contents.approved())
    if house.part == "worker":
        print(f"Outreach works for {settings.base_url}: it sends and ticks, and opens no port", file=sys.stderr)
    else:
        print(f"Outreach serves {settings.base_url}  (chat: /chat, list: /, feed: /feeds/public.ics)", file=sys.stderr)
    database = settings.data_dir if settings.is_sqlite else "PostgreSQL"
    print(f"channels: {', '.join(house.lanes)}; database: {database}", file=sys.stderr)
    print(f"open safety alerts: {alerts} (outreach safety alerts list); open threads: {waiting}", file=sys.stderr)
    if not approved:
        print("no text is approved yet, so no tip is sent: outreach content list", file=sys.stderr)
    for warning in house.core.crafts.helplines.warnings(house.clock().date()):
        print(f"warning: {warning}", file=sys.stderr)
