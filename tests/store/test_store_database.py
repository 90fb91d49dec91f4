"""Opening, upgrading, checking; transactions, batches, faults and the running-house lock."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine
from store_town import LANE, enrolled, lecture

from outreach.domain.errors import Fault
from outreach.domain.ids import LaneName
from outreach.services.ports import UnitOfWork
from outreach.store import Database, exclusive
from outreach.store.migrations import HEAD
from outreach.store.tables import METADATA


def _open(tmp_path: Path, url: str | None = None, begin: Callable[[Connection], None] | None = None) -> Database:
    where = url or f"sqlite:///{tmp_path / 'town' / 'outreach.db'}"
    return Database.open(where, tmp_path / "town.key", tmp_path / "town", begin=begin)


def test_a_fresh_database_is_in_order_and_knows_its_key(database: Database):
    assert database.check() == []
    with database.reading() as uow:
        assert uow.marks.get("key_fingerprint") == database.ring.fingerprint
        assert uow.regions.root().zone == "Asia/Shanghai"


@pytest.mark.sqlite_only("PostgreSQL keeps no text of a table; there `check` compares them")
def test_models_and_migrations_make_the_same_database_to_the_letter(database: Database):
    from_models = create_engine("sqlite://")
    METADATA.create_all(from_models)

    with from_models.begin() as connection, database.reading() as uow:
        models, migrated = _structure(connection), _structure(uow.connection)

    from_models.dispose()
    assert migrated == models


def _structure(connection: Connection) -> dict[str, list[str]]:
    """Every table and index with the lines that make it; their order does not matter: a new column comes last."""
    rows = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master WHERE name NOT LIKE '%alembic%'")
    return {name: _lines(sql or "") for name, sql in rows}


def _lines(sql: str) -> list[str]:
    """The parts between the outermost commas: a later step puts its column on one line with the last."""
    head, _, rest = sql.strip().partition("(")
    parts, depth = [""], 0
    for letter in rest.rstrip().removesuffix(")"):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += letter
    return sorted(" ".join(part.split()) for part in [head, *parts])


def test_the_head_we_name_is_the_newest_step():
    folder = Path(sys.modules["outreach.store.migrations"].__file__ or "").parent

    assert ScriptDirectory(str(folder)).get_current_head() == HEAD


@pytest.mark.sqlite_only("it counts changes of structure by a pragma")
def test_an_upgrade_from_the_newest_step_changes_nothing(database: Database):
    with database.reading() as uow:
        before = uow.connection.exec_driver_sql("PRAGMA schema_version").scalar_one()

    assert database.upgrade() == HEAD

    with database.reading() as uow:
        assert uow.connection.exec_driver_sql("PRAGMA schema_version").scalar_one() == before


def test_a_command_beside_a_busy_house_opens_without_waiting(database: Database, tmp_path: Path):
    with database.unit_of_work() as uow:
        uow.marks.put("held", "1")

        other = _open(tmp_path)

        assert other.upgrade() == HEAD
        other.close()


def test_a_structure_that_was_tampered_with_is_named(database: Database):
    with database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("DROP INDEX ix_delivery_due")

    assert len(database.check()) == 1


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path):
    (tmp_path / "town").mkdir()
    with sqlite3.connect(tmp_path / "town" / "outreach.db") as other:
        other.execute("CREATE TABLE theirs (id INTEGER)")
    other.close()
    (tmp_path / "seed").mkdir()
    Database.open(f"sqlite:///{tmp_path / 'seed' / 'x.db'}", tmp_path / "town.key", tmp_path / "seed").close()

    database = _open(tmp_path)
    with pytest.raises(Fault, match="not ours"):
        database.upgrade()
    database.close()


def test_a_newer_database_is_refused(database: Database):
    with database.unit_of_work() as uow:
        uow.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")

    with pytest.raises(Fault, match="newer"):
        database.upgrade()


def test_an_exception_undoes_the_whole_unit_of_work(database: Database):
    with pytest.raises(ZeroDivisionError):
        _enrol_and_fail(database)

    with database.reading() as uow:
        assert uow.connection.exec_driver_sql("SELECT count(*) FROM resident").scalar_one() == 0


def _enrol_and_fail(database: Database) -> None:
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        raise ZeroDivisionError


def test_a_reader_cannot_write_and_does_not_wait_for_a_writer(database: Database):
    with database.unit_of_work() as writing:
        lecture(writing)

        with database.reading() as uow:
            assert uow.activities.recent(5) == []
            with pytest.raises(Exception, match=r"(?i)read-?only"):
                uow.marks.put("a", "b")


def test_writing_while_reading_is_a_fault(database: Database):
    with pytest.raises(Fault), database.reading() as uow:
        uow.marks.put("a", "b")


def test_in_a_batch_a_call_that_fails_undoes_itself_alone(database: Database):
    def fails(uow: UnitOfWork) -> None:
        uow.marks.put("second", "1")
        uow.wake(LaneName("second"))
        raise ZeroDivisionError

    with database.batch() as batch:
        batch.run(lambda uow: uow.marks.put("first", "1"))
        with pytest.raises(ZeroDivisionError):
            batch.run(fails)
        batch.run(lambda uow: uow.wake(LANE))
        assert batch.run(lambda uow: uow.marks.get("first")) == "1"

    with database.reading() as uow:
        assert (uow.marks.get("first"), uow.marks.get("second")) == ("1", None)
    assert batch.woken == {LANE}


def test_a_rule_of_the_database_that_says_no_undoes_one_call_of_a_batch(database: Database):
    def twice(uow: UnitOfWork) -> None:
        uow.regions.add("same", "A", None)
        uow.regions.add("same", "B", None)

    with database.batch() as batch:
        batch.run(lambda uow: uow.marks.put("first", "1"))
        with pytest.raises(Fault) as fault:
            batch.run(twice)

    assert "same" not in str(fault.value)
    with database.reading() as uow:
        assert (uow.marks.get("first"), uow.regions.count()) == ("1", 1)


@pytest.mark.sqlite_only("a pragma makes the disk full")
def test_a_full_disk_is_a_fault_and_nothing_of_the_batch_is_half_done(database: Database, tmp_path: Path):
    def begin_on_a_full_disk(connection: Connection) -> None:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    full = _open(tmp_path, begin=begin_on_a_full_disk)
    survived = []
    with pytest.raises(Fault, match="full"):
        _write_until_full(full, survived)

    full.close()
    with database.reading() as uow:
        assert [uow.marks.get(name) for name in ("first", "big")] in ([None, None], ["1", None])
    assert database.check() == []


def _write_until_full(full: Database, survived: list[str]) -> None:
    with full.batch() as batch:
        batch.run(lambda uow: uow.marks.put("first", "1"))
        batch.run(lambda uow: uow.marks.put("big", "x" * 1_000_000))
        survived.append("big")


@pytest.mark.sqlite_only("one writer locks all of it only there")
def test_a_locked_database_is_one_sentence_with_a_remedy(database: Database, tmp_path: Path):
    def impatient(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout = 1")
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    with database.unit_of_work() as uow:
        uow.marks.put("held", "1")
        other = _open(tmp_path, begin=impatient)
        with pytest.raises(Fault, match="locked") as fault, other.unit_of_work():
            pytest.fail("two writers at once")
        other.close()

    assert fault.value.remedy


def test_a_file_that_is_no_database_is_one_sentence_with_a_remedy(tmp_path: Path):
    (tmp_path / "town").mkdir()
    (tmp_path / "town" / "outreach.db").write_bytes(b"this is a text, not a database" * 100)

    with pytest.raises(Fault, match="not a database") as fault:
        _open(tmp_path)

    assert fault.value.remedy


@pytest.mark.parametrize("url", ["nonsense", "mysql://host/db", "nodialect://x"])
def test_a_database_address_that_we_cannot_open_is_a_fault(tmp_path: Path, url: str):
    with pytest.raises(Fault) as fault:
        _open(tmp_path, url)

    assert fault.value.remedy


def test_a_data_folder_that_cannot_be_made_is_a_fault(tmp_path: Path):
    (tmp_path / "town").write_text("a file where the folder should be")

    with pytest.raises(Fault):
        _open(tmp_path)
    with pytest.raises(Fault), exclusive(tmp_path / "town"):
        pytest.fail("it must not be held")


HOLD = """
import sys
from pathlib import Path
from outreach.store import exclusive
with exclusive(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.readline()
"""


@pytest.mark.slow
def test_a_second_running_house_is_refused_until_the_first_has_ended(tmp_path: Path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as first:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"

        with pytest.raises(Fault, match="another outreach") as fault, exclusive(tmp_path):
            pytest.fail("two houses on one folder")

        first.kill()
    assert fault.value.remedy
    with exclusive(tmp_path):
        assert (tmp_path / "outreach.lock").exists()


@pytest.mark.sqlite_only("they are pragmas; PostgreSQL does so unless its server is told otherwise")
def test_the_commit_is_on_the_disk_before_it_is_told(database: Database):
    with database.unit_of_work() as uow:
        assert uow.connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2
        assert uow.connection.exec_driver_sql("PRAGMA journal_mode").scalar_one() == "wal"
        assert uow.connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1


def test_an_error_of_the_database_never_prints_what_a_row_was_to_hold(database: Database):
    with database.unit_of_work() as uow:
        uow.regions.add("secret-code", "A", None)

    with pytest.raises(Fault) as fault, database.unit_of_work() as uow:
        uow.regions.add("secret-code", "B", None)

    assert "secret-code" not in f"{fault.value} {fault.value.remedy} {fault.value.__cause__}"
