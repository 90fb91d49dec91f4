"""`make kill-report`: a house is killed again and again while it sends, and what arrived is counted at the wire.

10,000 people of a stand-in of Telegram are told of an activity, and some of them are reminded of others meanwhile.
SIGKILL at random moments; PostgreSQL away and Telegram failing in between. Lost: somebody who got nothing though
their delivery counts as sent, or was never dealt with. Doubled: somebody who got the announcement twice, or a reminder
twice of which no call was left in doubt. In doubt: rows shown as unconfirmed, at most what was in the air at a kill.
"""

from __future__ import annotations

import argparse
import json
import platform
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "walks"))
sys.path.insert(0, str(Path(__file__).parent))

from breakable_postgres import Breakable
from cluster_scene import TELEGRAM, Cluster, cluster_of, until
from harness import free_port
from postgres_server import running

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, people, signups
from outreach.services.cards import Caller, NewActivity
from outreach.services.people import Arrival, Notice
from outreach.services.reminders import ReminderRule
from outreach.testing.telegram import TelegramStandIn

PATIENT = 8  # times half a minute
RATE, RATE_OF_MANY = 60, 15  # messages a second of the lane; slower where a kill costs a lease: it has to last
IN_THE_AIR = 16  # calls at once
REMINDED, REMINDERS = 40, 12  # people of an activity; activities whose reminder falls into the run
LEAD = timedelta(hours=1)
NEWS, REMINDER = "清早太极", "提醒的活动"
KEPT = Path(".make/kill-report.json")
FIRST = 1_000_000  # of Telegram's numbers for people
BUSY = 0.8  # of the kills have to meet calls in the air
OUTAGE = 120.0  # seconds that Telegram fails
AWAY = 60.0  # seconds that PostgreSQL is gone


@dataclass
class Run:
    """One setting of the report and what it came to."""

    name: str
    processes: int
    large: bool
    outages: bool = False
    kills: int = 0
    busy: int = 0
    """Kills that met calls in the air."""
    seconds: float = 0.0
    lost: int = 0
    doubled: int = 0
    unconfirmed: int = 0
    twice: int = 0
    """Reminders that came twice because a call of theirs was left in doubt."""
    left: Counter[str] = field(default_factory=Counter)

    def row(self, people: int) -> str:
        """A row of the report."""
        most = self.kills * IN_THE_AIR
        return (
            f"| {self.name} | {self.kills} ({self.busy}) | {people:,} + {REMINDED * REMINDERS}"
            f" | {self.lost} | {self.doubled} "
            f"| {self.unconfirmed} (≤ {most:,}) | {self.twice} | {self.seconds:.0f} s |"
        )


def main() -> None:
    """Run what was asked for, print and write the table."""
    asked = _arguments()
    print(f"seed {asked.seed}", flush=True)
    runs = [run for run in _runs() if asked.only in run.name]
    with ProcessPoolExecutor(asked.at_once) as pool:  # they mostly wait: for a lease to run out, for a restart
        runs = list(pool.map(_play, runs, [asked] * len(runs)))
    if asked.write:
        _write(Path(asked.write), _kept(runs, asked.people), asked)
    if any(run.busy < run.kills * BUSY for run in runs):
        raise SystemExit("too few kills met anything in the air: this was no test of anything")
    if any(run.lost or run.doubled or run.unconfirmed > run.kills * IN_THE_AIR for run in runs):
        raise SystemExit("something was lost or doubled: see above")


def _play(run: Run, asked: argparse.Namespace) -> Run:
    with _scene(run, asked.people) as (cluster, server):
        _carry_out(run, cluster, server, asked.people, asked.kills, random.Random(asked.seed))
    print(run.row(asked.people), flush=True)
    if run.left:
        print(f"  left: {dict(run.left)}", flush=True)
    return run


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--at-once", type=int, default=2, help="settings played beside each other")
    parser.add_argument("--only", default="", help="part of a setting's name")
    parser.add_argument("--write", default="", help="the file that the report is written to")
    return parser.parse_args()


def _runs() -> list[Run]:
    return [
        Run("SQLite, one process", 1, large=False),
        Run("PostgreSQL, one process", 1, large=False),
        Run("PostgreSQL, three processes, large engine", 3, large=True),
        Run("PostgreSQL, three processes; the database and Telegram away in between", 3, large=True, outages=True),
    ]


@contextmanager
def _scene(run: Run, people_: int) -> Iterator[tuple[Cluster, Breakable | None]]:
    with TemporaryDirectory() as folder, TelegramStandIn() as telegram:
        settings = {
            "CHANNELS__TELEGRAM__RATE": str(RATE_OF_MANY if run.large else RATE),
            "REMINDERS": "1h",
            "WEEKLY_CAP": "off",
        }
        if run.name.startswith("SQLite"):
            url = f"sqlite:///{folder}/var/outreach.db"
            yield from _founded(
                cluster_of(Path(folder), url, telegram, free_port(), ENGINE="small", **settings), None, people_
            )
            return
        with running() as server:
            url, engine = server.create("kills"), "large" if run.large else "small"
            breakable = Breakable(server)
            try:
                cluster = cluster_of(Path(folder), url, telegram, free_port(), ENGINE=engine, **settings)
                yield from _founded(cluster, breakable, people_)
            finally:
                breakable.end()


def _founded(cluster: Cluster, server: Breakable | None, people_: int) -> Iterator[tuple[Cluster, Breakable | None]]:
    cluster.environment["OUTREACH_CHANNELS__WEBCHAT__ENABLED"] = "false"
    try:
        _found(cluster, people_)
        yield cluster, server
    finally:
        cluster.end()


def _found(cluster: Cluster, people_: int) -> None:
    """People who want news, an activity to tell them of, and others that some of them have joined."""
    now, spread = datetime.now(UTC), max(5, people_ // RATE // REMINDERS)  # reminders all through the broadcast
    with cluster.database() as database:
        database.upgrade()
        with database.unit_of_work() as uow:
            root = uow.regions.root().id
            residents = []
            for number in range(people_):
                cluster.telegram.know(FIRST + number)
                caller, came = Caller(TELEGRAM, str(FIRST + number)), Arrival(Language.ZH)
                agreed = (Purpose.TAKE_PART, Purpose.NEWS)
                found = people.agree(uow, caller, agreed, Notice("t", "0" * 16), came, now)
                residents.append(ResidentId(int(found.resident_id or 0)))
            rule = ReminderRule((LEAD,), None)
            for number in range(REMINDERS + 1):
                # The first is what everybody is told of; the reminders of the others fall into the run.
                away = timedelta(days=5) if number == 0 else LEAD + timedelta(seconds=20 + spread * number)
                new = NewActivity(
                    kind=ActivityKind.LECTURE, title=f"{REMINDER}{number}" if number else NEWS, summary="",
                    place="广场", starts_at=now + away, ends_at=now + away + LEAD, seats=people_, region_id=root,
                    audience=frozenset({"general"}), policy=SignUpPolicy.OPEN, restricted=False, draft=False,
                )  # fmt: skip
                card = activities.add(uow, Actor.operator(), new, rule, now)
                for place in range(REMINDED if number else 0):
                    signups.sign_up(uow, residents[(number * REMINDED + place) % people_], card.id, now)
            uow.connection.exec_driver_sql("UPDATE delivery SET state = 'sent'")
    cluster.run("broadcast", "draft", "--activity", "1", "--audience", "general")
    cluster.run("broadcast", "approve", "1")


def _carry_out(
    run: Run, cluster: Cluster, server: Breakable | None, people_: int, kills: int, chance: random.Random
) -> None:
    began = time.monotonic()
    names = [f"house{number}" for number in range(run.processes)]
    for name in names:
        _start(run, cluster, name)
    outages = [kills // 3, 2 * kills // 3] if run.outages else []
    for number in range(kills):
        seen = len(cluster.telegram.sent)
        if not _goes_on(cluster, seen):
            break  # a slow machine starts processes slowly, and the others send on meanwhile
        if number in outages:
            _outage(cluster, server, number == outages[0])
        time.sleep(chance.uniform(0.0, 0.8))
        name = cluster.driver() or chance.choice(names)
        cluster.kill(name)
        run.busy += _in_the_air(cluster) > 0
        _start(run, cluster, name)
        run.kills += 1
    _wait(cluster)
    for name in names:
        cluster.stop(name)
    run.seconds = time.monotonic() - began
    _count(run, cluster, people_)


def _goes_on(cluster: Cluster, seen: int) -> bool:
    """Wait until more than *seen* messages have gone out; false if nothing is left that could."""
    for _ in range(PATIENT):
        try:
            return bool(until(lambda: len(cluster.telegram.sent) > seen, "something to go out", patience=30))
        except AssertionError:
            if _is_over(cluster):
                return False
    raise AssertionError("nothing goes out though something waits: this is what the report is there to find")


def _start(run: Run, cluster: Cluster, name: str) -> None:
    # Every process of a large house is web and worker here; each has a port of its own.
    cluster.start(name, *(("--only", "worker") if run.large else ()))


def _outage(cluster: Cluster, server: Breakable | None, is_database: bool) -> None:
    if is_database and server is not None:
        server.stop()
        time.sleep(AWAY)
        server.start()
    else:
        cluster.telegram.misbehave("sendMessage", status=502)
        time.sleep(OUTAGE)
        cluster.telegram.behave()


def _in_the_air(cluster: Cluster) -> int:
    with cluster.database() as database, database.reading() as uow:
        calling = "SELECT count(*) FROM delivery WHERE state = 'calling'"
        return int(uow.connection.exec_driver_sql(calling).scalar_one())


def _wait(cluster: Cluster) -> None:
    """Until nothing waits or is in the air, and everything was planned."""
    until(partial(_is_over, cluster), "everything to be sent", patience=900)


def _is_over(cluster: Cluster) -> bool:
    """Whether nothing waits or is in the air, and everything was planned."""
    with cluster.database() as database, database.reading() as uow:
        execute = uow.connection.exec_driver_sql
        planned = execute("SELECT count(*) FROM broadcast WHERE state IN ('done', 'stopped')").scalar_one()
        query = "SELECT count(*) FROM delivery WHERE state IN ('queued', 'leased', 'calling')"
        still_due = execute("SELECT count(*) FROM activity WHERE next_reminder_at IS NOT NULL AND id > 1").scalar_one()
        waiting = execute(query).scalar_one()
    return bool(planned) and not waiting and not still_due


def _count(run: Run, cluster: Cluster, people_: int) -> None:
    """Compare what arrived with what the ledger says."""
    got: Counter[tuple[int, str]] = Counter()
    for message in cluster.telegram.sent:
        about = next((f"{REMINDER}{n}" for n in range(REMINDERS, 0, -1) if f"{REMINDER}{n}" in message.text), "")
        if about or NEWS in message.text:
            got[message.chat, about or NEWS] += 1
    with cluster.database() as database, database.reading() as uow:
        rows = uow.connection.exec_driver_sql(
            "SELECT d.kind, d.state, a.title, d.address_id, d.id FROM delivery d"
            " LEFT JOIN activity a ON a.id = d.activity_id WHERE d.kind IN ('announcement', 'reminder')"
        ).all()
        doubted = set(
            uow.connection.exec_driver_sql("SELECT delivery_id FROM attempt WHERE outcome = 'Unconfirmed'").scalars()
        )
    chats = _chats(cluster)
    for kind, state, title, address, delivery in rows:
        times = got[chats[address], NEWS if kind == "announcement" else title]
        if state == "unconfirmed":
            run.unconfirmed += 1
        elif state != "sent":
            run.left[state] += 1
        run.lost += state == "sent" and times == 0
        if times > 1:
            run.twice += delivery in doubted and kind == "reminder"
            run.doubled += delivery not in doubted or kind == "announcement"
    news = sum(kind == "announcement" for kind, *_ in rows)
    run.lost += people_ - news + REMINDED * REMINDERS - (len(rows) - news) + sum(run.left.values())


def _chats(cluster: Cluster) -> dict[int, int]:
    """Telegram's number of each address: they were made in this order."""
    with cluster.database() as database, database.reading() as uow:
        ids = uow.connection.exec_driver_sql("SELECT id FROM address ORDER BY id").scalars().all()
    return {int(address): FIRST + number for number, address in enumerate(ids)}


def _kept(runs: list[Run], people_: int) -> list[str]:
    """The rows of all settings: of these *runs*, and the last of those that were left out with ``--only``."""
    rows: dict[str, str] = json.loads(KEPT.read_text("utf-8")) if KEPT.exists() else {}
    rows |= {run.name: run.row(people_) for run in runs}
    KEPT.parent.mkdir(exist_ok=True)
    KEPT.write_text(json.dumps(rows, indent=1), "utf-8")
    return [rows[run.name] for run in _runs() if run.name in rows]


def _write(path: Path, rows: list[str], asked: argparse.Namespace) -> None:
    how = f"--kills {asked.kills} --people {asked.people} --seed {asked.seed}"
    where = f"Python {platform.python_version()} on {platform.system()}, 2 shared cores"
    text = [
        "# Kill report",
        "",
        f"`make kill-report` (`benchmarks/kill_report.py {how}`), {datetime.now(UTC):%Y-%m-%d}, {where}.",
        f"Telegram is played by our stand-in: {RATE} messages a second ({RATE_OF_MANY} with three processes), at most",
        f"{IN_THE_AIR} calls in the air.",
        "What arrived is counted at its socket, not from the ledger.",
        "",
        "| setting | SIGKILLs (with calls in the air) | announcements + reminders | lost | doubled | unconfirmed"
        " | reminders twice | took |",
        "|---|---|---|---|---|---|---|---|",
        *rows,
        "",
        "**Lost**: somebody who got nothing though their delivery counts as sent, was never planned or never dealt",
        "with. **Doubled**: somebody who got the announcement twice, or a reminder twice of which no call was left in",
        "doubt. **Unconfirmed**: announcements whose call was in the air at a kill; whether they arrived cannot be",
        "known, so they are shown to staff and never sent again. A reminder in that state is sent again, because twice",
        "is better than never: **reminders twice**. The process that drives the lane is the one that is killed, up to",
        "0.8 s after something went out.",
        "",
        f"*The database away*: PostgreSQL stopped at once, as by a crash, and started again after {AWAY:.0f} s.",
        f"*Telegram away*: every call answered with 502 for {OUTAGE:.0f} s.",
        "",
    ]
    path.write_text("\n".join(text), encoding="utf-8")


if __name__ == "__main__":
    main()
