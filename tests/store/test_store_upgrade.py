"""From an older database with rows in it to the newest structure: nothing is lost, and what is new is filled."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, select
from store_town import LANE, MINUTE, NOW, caller

from outreach.store import Database, migrations
from outreach.store.migrations import HEAD
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.upgrade import current

ANN = caller("ann")
_COLUMNS = (
    "key, lane, kind, rank, state, due_at, epoch, tries, parts_sent, person, to_sealed, subject, reason, external_id,"
    " created_at, changed_at"
)


def _to_the_first_step(connection: Connection) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, "0001")


def _put(connection: Connection, key: str, state: str, person: bytes) -> None:
    values = {
        "key": key, "lane": LANE, "kind": "reply", "rank": 1, "state": state, "due_at": NOW, "epoch": 0, "tries": 0,
        "parts_sent": 0, "person": person, "to_sealed": b"sealed", "subject": "{}", "reason": "", "external_id": "",
        "created_at": NOW, "changed_at": NOW,
    }  # fmt: skip
    connection.execute(DELIVERY.insert().values(values))
    connection.exec_driver_sql(
        "INSERT INTO attempt (delivery_id, lane, epoch, outcome, code, parts_sent, at)"
        " SELECT id, lane, 0, 'Sent', '', 1, changed_at FROM delivery WHERE key = '" + key + "'"
    )


@pytest.fixture
def old_database(database_url: str, tmp_path: Path) -> Database:
    """As the first release left it: an open and a finished delivery to somebody unknown, each with a try."""
    database = Database.open(database_url, tmp_path / "town.key", tmp_path / "town")
    with database.unit_of_work() as uow:
        _to_the_first_step(uow.connection)
        person = uow.deliveries._at.person(ANN)
        _put(uow.connection, "open", "parked", person)
        _put(uow.connection, "done", "sent", person)
    return database


def test_an_older_database_with_rows_is_brought_up_to_date(old_database: Database):
    with old_database.reading() as uow:
        assert current(uow.connection) == "0001"

    assert old_database.upgrade() == HEAD

    assert old_database.check() == []
    with old_database.reading() as uow:
        found = uow.connection.execute(
            select(DELIVERY.c.key, DELIVERY.c.person.is_(None), DELIVERY.c.needed_by, DELIVERY.c.tidy_at).order_by(
                DELIVERY.c.key
            )
        )
        assert found.all() == [("done", True, None, NOW), ("open", False, None, NOW)]
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM attempt").scalar_one() == 2
    old_database.close()


def test_what_waited_in_an_older_database_is_still_found(old_database: Database):
    old_database.upgrade()

    with old_database.unit_of_work() as uow:
        assert uow.deliveries.unpark(ANN, NOW + MINUTE) == 1
    old_database.close()
