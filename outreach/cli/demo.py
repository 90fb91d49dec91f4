"""`outreach demo`: a fictional town to try everything in, with no account anywhere."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from outreach.cli.demo_plan import STAFF
from outreach.cli.shared import set_up_logging
from outreach.domain.errors import BadInput, Fault
from outreach.domain.ids import LaneName

if TYPE_CHECKING:
    from outreach.settings import Settings
    from outreach.testing.played import PlayedPlatform

LEAD = timedelta(minutes=10)
TIP_AFTER = timedelta(seconds=45)


def demo(
    keep: Annotated[bool, typer.Option("--keep", help="Go on with the town of last time.")] = False,
    platforms: Annotated[
        str, typer.Option("--with", help="Play telegram, wechat or both (telegram,wechat), each with a telephone.")
    ] = "",
) -> None:
    """Start a small fictional town: sign up, and see confirmation, reminder and tip within 90 seconds."""
    from outreach.settings import load

    settings = _for_demo(load())
    set_up_logging(settings.log_level)
    with ExitStack() as stack:
        phones = {name: stack.enter_context(_played(name, settings)) for name in _named(platforms)}
        channels = {LaneName(name): one.options for name, one in phones.items()}
        settings = replace(settings, channels={**settings.channels, **channels}, profile="open")
        _serve(settings, keep, {name: one.phone for name, one in phones.items()})


def _serve(settings: Settings, keep: bool, phones: Mapping[str, str]) -> None:
    from outreach.bootstrap import build
    from outreach.cli.demo_town import Town
    from outreach.cli.run import serve

    _prepare(settings, keep=keep)
    house = build(settings, demo=True)
    town = Town(house.core, house.clock)
    town.found()
    house.add_tick("try me", timedelta(seconds=5), town.keep_one_to_try)
    serve(house, lambda: _greet(settings, phones, town.password))


def _named(platforms: str) -> list[str]:
    if not platforms.strip():
        return []
    from outreach.testing.played import PLATFORMS

    named = [name.strip().lower() for name in platforms.split(",") if name.strip()]
    strange = [name for name in named if name not in PLATFORMS]
    if strange:
        raise BadInput([f"--with: {name!r} cannot be played; there are {', '.join(PLATFORMS)}" for name in strange])
    return list(dict.fromkeys(named))


def _played(name: str, settings: Settings) -> AbstractContextManager[PlayedPlatform]:
    from outreach.testing.played import played

    return played(name, f"http://{settings.host}:{settings.port}/hooks/{name}")


def _for_demo(settings: Settings) -> Settings:
    data_dir = settings.data_dir / "demo"
    return replace(
        settings,
        data_dir=data_dir,
        database_url=f"sqlite:///{data_dir / 'outreach.db'}",
        key_file=Path(f"{data_dir}.key"),
        leads=(LEAD,),
        quiet=None,
        quiet_days=False,
        first_tip_after=TIP_AFTER,
        network_name=settings.network_name or "云溪县心理健康服务（演示）",
        opening_hours=settings.opening_hours or "周一至周五 9:00–17:00",
    )


def _prepare(settings: Settings, *, keep: bool) -> None:
    """A fresh town each time, but never over anything that is not marked as one."""
    if not settings.data_dir.exists():
        return
    _require_mark(settings)
    if not keep:
        from outreach.store import exclusive

        with exclusive(settings.data_dir):
            pass  # raises if a demo is running there
        shutil.rmtree(settings.data_dir)
        settings.key_file.unlink(missing_ok=True)


def _require_mark(settings: Settings) -> None:
    from outreach.bootstrap import DEMO_MARK
    from outreach.store import Database

    if not (settings.data_dir / "outreach.db").exists():
        if any(settings.data_dir.iterdir()):
            raise Fault(f"{settings.data_dir} holds files that are not a demo's", "give another OUTREACH_DATA_DIR")
        return
    database = Database.open(settings.database_url, settings.key_file, settings.data_dir)
    try:
        with database.reading() as uow:
            marked = uow.marks.get(DEMO_MARK) is not None
    finally:
        database.close()
    if not marked:
        raise Fault("the database there is not marked as a demo", "give another OUTREACH_DATA_DIR")


def _greet(settings: Settings, phones: Mapping[str, str], password: str) -> None:
    address = f"http://{settings.host}:{settings.port}"
    lines = "".join(f"\n  A played telephone   {phone}      ({name})" for name, phone in phones.items())
    logins = "\n".join(f"    {one.login:<8} {one.does}" for one in STAFF)
    print(
        f"""
Outreach demo: the fictional county of Yunxi, for today and the week ahead.

  Chat as a resident   {address}/chat      (best at phone width)
  What is on           {address}/
  Calendar feed        {address}/feeds/public.ics
  Console for staff    {address}/console/{lines}

  1. Open the chat, press 活动 (Activities) and join "试一试 · Try me".
  2. The confirmation comes at once, the reminder within 75 seconds.
  3. Press 订阅 (Subscribe): the first tip comes after 45 seconds.

  In the console the password is {password} for each of the fictional staff:
{logins}

  As staff, in another terminal, with the same folder:
    OUTREACH_DATA_DIR={settings.data_dir} OUTREACH_PORT={settings.port} .venv/bin/outreach activity list

Everything here is invented. Ctrl-C stops it; the next start founds a fresh town (--keep goes on with this one).
""",
        file=sys.stderr,
    )
