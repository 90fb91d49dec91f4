"""What the measurements of delivery share: a town whose people all want news, a lane to send on, memory, a table."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parent))

from big_town import BigTown, Size
from harness import percentile
from postgres_server import running

from outreach.bootstrap import App, build
from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About
from outreach.domain.ids import LaneName, StaffId
from outreach.domain.messages import Capabilities, Language, Outcome, Outgoing, Sent
from outreach.runtime.bridge import Bridge
from outreach.runtime.collector import spare_what_stays
from outreach.runtime.pacing import Pacer, Pacing
from outreach.runtime.sender import Sender
from outreach.services import broadcast_run, broadcasts
from outreach.services.cards_broadcasts import NewBroadcast
from outreach.services.dispatch import Outlet
from outreach.settings import load
from outreach.store.unit_of_work import SqlUnitOfWork

KINDS = ("SQLite", "PostgreSQL")
LANE = LaneName("telegram")
WORDS = {Language.ZH: "本周活动室粉刷墙面，活动照常。", Language.EN: "The hall is being painted; everything goes on."}
LEAD = timedelta(hours=1)  # of the one reminder that an activity has
_QUIET = {"OUTREACH_REMINDERS": "1h"} | dict.fromkeys(
    ("OUTREACH_QUIET_HOURS", "OUTREACH_QUIET_DAYS", "OUTREACH_WEEKLY_CAP"), "off"
)
_AGREE = (
    "INSERT INTO consent (resident_id, purpose, text_version, text_hash, channel, language, given_at)"
    " SELECT r.id, 'news', 'big', '0', 'telegram', 'zh', r.created_at FROM resident r WHERE NOT EXISTS"
    " (SELECT 1 FROM consent c WHERE c.resident_id = r.id AND c.purpose = 'news')"
)


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds, of them on this process's CPU; rows; of the transactions' milliseconds median, p99 and longest."""

    seconds: float
    rows: int
    cpu: float = 0.0
    each: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds


class Instant:
    """A platform that takes everything at once, *most* in the air; `seen` is told of each message."""

    lane = LANE

    def __init__(self, most: int, rate: float = 1e6, seen: Callable[[Outgoing], None] = lambda _message: None) -> None:
        self.capabilities, self._seen = able(most, rate), seen

    async def send(self, to: str, message: Outgoing, key: str) -> Outcome:
        """Taken."""
        self._seen(message)
        return Sent("1")


def able(most: int, rate: float = 1e6) -> Capabilities:
    """A channel that may write first, with buttons, *most* messages in the air."""
    return Capabilities(
        text_limit=4096, text_unit="utf16", buttons=True, max_buttons=8, files=True, may_push=True,
        replies_in_place=0, rate_per_second=rate, max_in_flight=most,
    )  # fmt: skip


@contextmanager
def town(kind: str, residents: int, *, news: bool = True, planned: bool = False) -> Iterator[App]:
    """A house on SQLite or on a PostgreSQL of its own; everybody is on one lane. Nothing runs.

    *news*: an approved broadcast is for all of them. *planned*: its deliveries are in the ledger, due.
    """
    with TemporaryDirectory() as folder:
        environment = {"OUTREACH_DATA_DIR": f"{folder}/var", **_QUIET}
        if kind == "SQLite":
            yield from _filled(environment, Path(folder), residents, news, planned)
            return
        with running() as server:
            environment["OUTREACH_DATABASE_URL"] = server.create("bench")
            yield from _filled(environment, Path(folder), residents, news, planned)


def _filled(environment: dict[str, str], folder: Path, residents: int, news: bool, planned: bool) -> Iterator[App]:
    house = build(load(environment, folder))
    BigTown(house.core.database, Size(residents, 200), datetime.now(UTC)).fill()
    with house.core.database.unit_of_work() as uow:
        for statement in (
            _AGREE,
            "UPDATE address SET lane = 'telegram'",
            "DELETE FROM attempt",
            "DELETE FROM delivery",
        ):
            uow.connection.exec_driver_sql(statement)
    if news:
        approve(house)
    if planned:
        chunks(house, lambda uow: broadcast_run.plan_next(uow, datetime.now(UTC)))
    analyse(house)
    spare_what_stays()
    try:
        yield house
    finally:
        house.core.database.close()


def environment_of(house: App) -> dict[str, str]:
    """What a process is given that runs this house."""
    return {
        "OUTREACH_DATA_DIR": str(house.settings.data_dir),
        "OUTREACH_DATABASE_URL": house.settings.database_url,
        **_QUIET,
    }


def approve(house: App) -> None:
    """One broadcast more for everybody, ready to be planned."""
    with house.core.database.unit_of_work() as uow:
        tags = frozenset(tag.key for tag in house.core.crafts.vocabulary.audiences if not tag.restricted)
        new = NewBroadcast(About.TEXT, uow.regions.root().id, texts=WORDS, audience=tags)
        now = datetime.now(UTC)
        card = broadcasts.draft(uow, Actor(Role.NETWORK_ADMIN, "a", StaffId(1)), house.newsroom, new, now)
        broadcasts.approve(uow, Actor.operator(), house.newsroom, card.id, now)


def analyse(house: App) -> None:
    """Tell PostgreSQL what lies where, as its own housekeeping does within a minute."""
    if not house.settings.is_sqlite:
        with house.core.database.unit_of_work() as uow:
            driver: Any = uow.connection.connection.driver_connection
            uow.connection.commit()
            driver.autocommit = True
            driver.execute("VACUUM ANALYZE")
            driver.autocommit = False


def chunks(house: App, work: Callable[[SqlUnitOfWork], object]) -> Measured:
    """Transactions of *work* until it says that there is nothing more."""
    took, more = [], True
    cpu = time.process_time()
    while more:
        began = time.perf_counter()
        with house.core.database.unit_of_work() as uow:
            more = bool(work(uow))
        took.append(time.perf_counter() - began)
    each = statistics.median(took), percentile(took, 99), max(took)
    return Measured(sum(took), 0, time.process_time() - cpu, tuple(1000 * one for one in each))


def now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)


def sender_of(house: App, bridge: Bridge, channel: Any, pacing: Pacing = lambda _rate: Pacer(1e9)) -> Sender:
    """The whole sender of the lane, as the house has one."""
    outlet = Outlet(LANE, channel.capabilities, house.core.desk, None)
    return Sender(bridge, channel, outlet, "telegram", "bench", now, pacing)


def count(house: App, where: str) -> int:
    """Deliveries *where* something holds."""
    with house.core.database.reading() as uow:
        return int(uow.connection.exec_driver_sql(f"SELECT count(*) FROM delivery WHERE {where}").scalar_one())


def forget_the_peak() -> None:
    """From here on `peak` counts anew."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> float:
    """The most that this process has held since `forget_the_peak`, in megabytes."""
    return _megabytes("VmHWM")


def held() -> float:
    """What this process holds now, in megabytes."""
    return _megabytes("VmRSS")


def _megabytes(what: str) -> float:
    found = re.search(rf"{what}:\s+(\d+)", Path("/proc/self/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def spread(values: Sequence[float], form: str = ",.0f") -> str:
    """Median and range."""
    return f"{statistics.median(values):{form}} ({min(values):{form}}–{max(values):{form}})"


def machine() -> str:
    """Where this was measured, and with what."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("sqlalchemy", "psycopg", "aiohttp", "python-telegram-bot")
    )
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {os.cpu_count()} cores shared by the house, the database and whoever answers, "
        f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {packages}"
    )
