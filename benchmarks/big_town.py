"""A whole county as rows: residents, activities, sign-ups, threads, alerts and deliveries; the same each time.

`python benchmarks/big_town.py --residents 50000 --activities 20000` fills the database that the environment names,
which must be empty. Nobody in it is anybody: names are numbers.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy import Connection, Table, insert

from outreach.bootstrap import open_core
from outreach.settings import load
from outreach.store import Database
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow, SignUpRow
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import AddressRow, ConsentRow, RegionRow, ResidentRow
from outreach.store.rows_staff import AlertRow, ThreadEntryRow, ThreadRow
from outreach.store.shelves.people import REF_COLUMN

AT_ONCE = 2_000
COUNTIES, TOWNSHIPS, VILLAGES = 4, 10, 12  # of each in the one above
LANES = ("wechat", "webchat", "telegram")
AUDIENCES = ("", "elderly", "parent", "youth", "elderly,general", "parent,youth")
KINDS = ("lecture", "salon", "group", "workshop", "cultural", "peer", "outreach", "online")
PURPOSES = (("take_part", 1.0), ("tips", 0.6), ("news", 0.5), ("talk", 0.1))


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything."""

    residents: int = 50_000
    activities: int = 20_000

    @property
    def threads(self) -> int:
        """One resident in a hundred has asked for a person."""
        return self.residents // 100

    @property
    def alerts(self) -> int:
        """Few, and never none."""
        return 1 + self.residents // 500


class BigTown:
    """Fills one empty database. *now* is the moment around which everything lies."""

    def __init__(self, database: Database, size: Size, now: datetime) -> None:
        self._database, self._size, self._now = database, size, now
        self._random = random.Random(20261123)

    def fill(self) -> dict[str, int]:
        """All of it in one transaction; rows by table."""
        with self._database.unit_of_work() as uow:
            if uow.regions.count() > 1:
                raise SystemExit("the database is not empty: give it a data folder of its own (OUTREACH_DATA_DIR)")
            root, connection = uow.regions.root(), uow.connection
            villages = self._regions(connection, root.id, root.path)
            made = {
                "region": 1 + len(villages),
                "resident": write_rows(connection, ResidentRow, self._residents(villages)),
                "address": write_rows(connection, AddressRow, self._addresses()),
                "consent": write_rows(connection, ConsentRow, self._consents()),
                "activity": write_rows(connection, ActivityRow, self._activities(villages)),
                "sign_up": write_rows(connection, SignUpRow, self._sign_ups()),
                "delivery": write_rows(connection, DeliveryRow, self._deliveries()),
                "thread": write_rows(connection, ThreadRow, self._threads()),
                "thread_entry": write_rows(connection, ThreadEntryRow, self._entries()),
                "alert": write_rows(connection, AlertRow, self._alerts(villages)),
            }
            # Rows came with ids of ours: the databases' own counters are told.
            count_on(connection, [ResidentRow, AddressRow, ActivityRow, SignUpRow, ThreadRow, RegionRow])
        return made

    def _regions(self, connection: Connection, root: int, path: str) -> list[int]:
        """The lowest and all others, by id."""
        rows: list[dict[str, object]] = []
        ids = iter(range(root + 1, 10**9))

        def below(parent: int, lineage: str, level: int, counts: tuple[int, ...], code: str) -> None:
            for number in range(counts[0]):
                own, name = next(ids), f"{code}{number:02}"
                here = f"{lineage}{own}/"
                rows.append(
                    {"id": own, "parent_id": parent, "path": here, "level": level, "code": name, "name": f"区 {name}"}
                )
                if counts[1:]:
                    below(own, here, level + 1, counts[1:], name)

        below(root, path, 2, (COUNTIES, TOWNSHIPS, VILLAGES), "b")
        write_rows(connection, RegionRow, ({**row, "zone": "Asia/Shanghai"} for row in rows))
        return [int(str(row["id"])) for row in rows]

    def _residents(self, regions: list[int]) -> Iterator[dict[str, object]]:
        ring, pick = self._database.ring, self._random
        # One key for all: making 50,000 is not what is measured, and no row of this town is anybody's.
        self._seal, sealed = ring.new_person()
        nickname = self._seal.seal("小云".encode(), "resident.nickname")
        for number in range(1, self._size.residents + 1):
            yield {
                "id": number,
                "language": "zh" if number % 10 else "en",
                "region_id": pick.choice(regions),
                "audiences": pick.choice(AUDIENCES),
                "key_sealed": sealed,
                "next_tip_at": None,
                "created_at": self._now - timedelta(days=number % 700),
                "nickname_sealed": nickname if number % 2 else None,
                "rhythm": "weekly",
            }

    def _addresses(self) -> Iterator[dict[str, object]]:
        for number in range(1, self._size.residents + 1):
            lane, reference = LANES[number % 3], reference_of(number)
            yield {
                "id": number,
                "resident_id": number,
                "lane": lane,
                "person": self._database.ring.index(lane, reference),
                "ref_sealed": self._seal.seal(reference.encode(), REF_COLUMN),
                "reach": "gone" if number % 50 == 0 else "reachable",
                "reach_at": self._now - timedelta(days=30),
                "last_word_at": self._now - timedelta(hours=number % 2_000),
                "created_at": self._now - timedelta(days=30),
            }

    def _consents(self) -> Iterator[dict[str, object]]:
        for number in range(1, self._size.residents + 1):
            for purpose, share in PURPOSES:
                if self._random.random() < share:
                    yield {
                        "resident_id": number,
                        "purpose": purpose,
                        "text_version": "big",
                        "text_hash": "0" * 16,
                        "channel": LANES[number % 3],
                        "language": "zh",
                        "given_at": self._now - timedelta(days=30),
                    }

    def _activities(self, regions: list[int]) -> Iterator[dict[str, object]]:
        for number in range(1, self._size.activities + 1):
            # Three quarters are over, the rest lies in the twelve months to come.
            days = self._random.randrange(-1_000, 0) if number % 4 else self._random.randrange(0, 365)
            starts = (self._now + timedelta(days=days)).replace(hour=6, minute=0, second=0, microsecond=0)
            yield {
                "id": number,
                "slug": f"big{number:06}",
                "uid": f"{number:032x}",
                "region_id": self._random.choice(regions),
                "kind": KINDS[number % len(KINDS)],
                "title": f"活动 {number}",
                "summary": "来坐坐，听听也行。",
                "place": f"活动室 {number % 97}",
                "starts_at": starts,
                "ends_at": starts + timedelta(minutes=90),
                "seats": 30,
                "seated": 0,
                "waiting": 0,
                "next_number": 6,
                "policy": "request" if number % len(KINDS) == 2 else "open",
                "status": "called_off" if number % 40 == 0 else "published",
                "restricted": False,
                "audience": ("general", "elderly", "parent", "youth")[number % 4],
                "revision": 0,
                "version": 0,
                "created_at": starts - timedelta(days=20),
                "changed_at": starts - timedelta(days=20),
            }

    def _sign_ups(self) -> Iterator[dict[str, object]]:
        """Five an activity; of those that ask first, two wait for an answer."""
        number = 0
        for activity in range(1, self._size.activities + 1):
            asks = activity % len(KINDS) == 2
            for place in range(1, 6):
                number += 1
                yield {
                    "id": number,
                    "activity_id": activity,
                    "resident_id": 1 + (activity * 7 + place * 1_009) % self._size.residents,
                    "beneficiary": 0,
                    "party": 1,
                    "standing": "requested" if asks and place > 3 else "seated",
                    "number": place,
                    "since": self._now - timedelta(days=3),
                    "revision": 0,
                }

    def _deliveries(self) -> Iterator[dict[str, object]]:
        """One a sign-up, long sent."""
        for number in range(1, 5 * self._size.activities + 1):
            activity, place = divmod(number - 1, 5)
            resident = 1 + ((activity + 1) * 7 + (place + 1) * 1_009) % self._size.residents
            yield {
                "key": f"confirmation:s{number}.0:seated",
                "lane": LANES[resident % 3],
                "kind": "confirmation",
                "rank": 2,
                "state": "sent" if number % 100 else "failed",
                "due_at": self._now - timedelta(days=3),
                "epoch": 0,
                "tries": 1,
                "parts_sent": 1,
                "resident_id": resident,
                "address_id": resident,
                "subject": "{}",
                "activity_id": activity + 1,
                "sign_up_id": number,
                "reason": "",
                "external_id": "",
                "created_at": self._now - timedelta(days=3),
                "changed_at": self._now - timedelta(days=3),
                "tidy_at": self._now + timedelta(days=87),
            }

    def _threads(self) -> Iterator[dict[str, object]]:
        for number in range(1, self._size.threads + 1):
            yield {
                "id": number,
                "resident_id": number * 100,
                "lane": LANES[number * 100 % 3],
                "state": ("open", "answered", "closed")[number % 3],
                "opened_at": self._now - timedelta(days=number % 20, hours=1),
                "changed_at": self._now - timedelta(days=number % 20),
            }

    def _entries(self) -> Iterator[dict[str, object]]:
        sealed = self._seal.seal("想找人说说话。".encode(), "thread_entry.text")
        for number in range(1, self._size.threads + 1):
            yield {
                "thread_id": number,
                "author": "resident",
                "at": self._now - timedelta(days=number % 20),
                "text_sealed": sealed,
            }

    def _alerts(self, regions: list[int]) -> Iterator[dict[str, object]]:
        for number in range(1, self._size.alerts + 1):
            yield {
                "key": self._database.ring.index("alert", str(number)),
                "lane": "wechat",
                "person": self._database.ring.index("wechat", reference_of(number)),
                "risk": "risk",
                "subtype": "self",
                "rules": "zh.1",
                "lexicon": "big",
                "state": "closed" if number % 5 else "raised",
                "raised_at": self._now - timedelta(hours=number),
                "region_id": self._random.choice(regions),
            }


def reference_of(number: int) -> str:
    """How a platform calls resident *number*: digits, which all of them may use."""
    return str(10**6 + number)


def write_rows(connection: Connection, row: type, rows: Iterable[dict[str, object]]) -> int:
    """Insert *rows* into the table of *row*, as they come; how many."""
    table, written, rest = table_of(row), 0, iter(rows)
    while chunk := list(islice(rest, AT_ONCE)):
        connection.execute(insert(table), chunk)
        written += len(chunk)
    return written


def count_on(connection: Connection, rows: list[type]) -> None:
    """Tell the tables' own counters which ids are taken."""
    if connection.dialect.name != "postgresql":
        return  # SQLite counts on from the largest by itself
    for table in map(table_of, rows):
        newest = f"(SELECT max(id) FROM {_quoted(connection, table)})"
        connection.exec_driver_sql(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), {newest})")


def _quoted(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def main() -> None:
    """Fill the database of the settings."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--residents", type=int, default=Size().residents)
    parser.add_argument("--activities", type=int, default=Size().activities)
    asked = parser.parse_args()
    core = open_core(load(os.environ))
    began = time.perf_counter()
    try:
        made = BigTown(core.database, Size(asked.residents, asked.activities), datetime.now(UTC)).fill()
    finally:
        core.database.close()
    told = ", ".join(f"{count:,} {name}" for name, count in made.items())
    print(f"{told} in {time.perf_counter() - began:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
