"""A backup holds all rows of one moment and fits either database; one that is not as it was made restores nothing."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import MetaData, Table, func, inspect, select, text
from store_race import prepare, sign_up
from store_town import LANE, NOW, caller, enrolled, lecture

from outreach.domain.errors import Fault
from outreach.domain.people import Purpose
from outreach.domain.signup import Standing
from outreach.store import Database, backup
from outreach.store.archive import MANIFEST, line_of, row_of
from outreach.store.backup import AT_ONCE, write
from outreach.store.key_file import make_key
from outreach.store.migrations import HEAD
from outreach.store.restore import read
from outreach.store.shelves.activity_cards import ACTIVITY
from outreach.store.shelves.sign_up_columns import SIGN_UP
from outreach.store.tables import METADATA
from outreach.store.upgrade import current, is_empty, upgrade

MADE_AT = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)


def quietly(table: str, rows: int) -> None:
    """Nobody sits and waits."""


def back_up(database: Database, path: Path, *, replace: bool = False) -> Path:
    write(database, path, "test", MADE_AT, quietly, replace=replace)
    return path


def populate(database: Database) -> None:
    """People, seats, a queue, letters, a region below another, and words of every alphabet."""
    with database.unit_of_work() as uow:
        above = uow.regions.add("t1", "临江镇 𠮷", uow.regions.root())
        uow.regions.add("t1v1", "a\u2028b\\", above)
        activity = lecture(uow, seats=2, title="Übung 🌿 “quotes”\nline")
        people = [enrolled(uow, name, Purpose.TIPS) for name in ("ann", "bob", "cho")]
        for resident in people:
            locked = uow.activities.locked(activity.id, resident)
            fact = locked.sign_up(resident, 1, NOW)
            uow.sign_ups.save(fact.sign_up)
            uow.activities.save(locked, NOW)
        uow.lanes.take(LANE, "telegram", "test", NOW, timedelta(seconds=30))
        uow.people.name(people[0], "小云")


def rows_of(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    """Everything, table by table, in an order that does not depend on the database."""
    with database.reading() as uow:
        return {
            table.name: sorted((tuple(row) for row in uow.connection.execute(select(table))), key=repr)
            for table in METADATA.sorted_tables
        }


@contextmanager
def opened(url: str, key_folder: Path) -> Iterator[Database]:
    database = Database.open(url, key_folder / "town.key", key_folder / "other")
    try:
        yield database
    finally:
        database.close()


@pytest.fixture
def elsewhere(database_kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Callable[[], str]]:
    """Addresses of empty databases: of the same kind, and of the other."""
    numbers = iter(range(100))

    def sqlite() -> str:
        folder = tmp_path / f"restored{next(numbers)}"
        folder.mkdir()
        return f"sqlite:///{folder / 'outreach.db'}"

    kinds: dict[str, Callable[[], str]] = {"sqlite": sqlite, "postgresql": request.getfixturevalue("new_postgres")}
    other = "postgresql" if database_kind == "sqlite" else "sqlite"
    return {"same": kinds[database_kind], "other": kinds[other]}


@pytest.mark.parametrize("kind", ["same", "other"])
def test_what_is_restored_is_row_for_row_what_was_there(database: Database, elsewhere, kind, tmp_path: Path):
    populate(database)
    file = back_up(database, tmp_path / "town.backup")

    with opened(elsewhere[kind](), tmp_path) as restored:
        manifest = read(restored, file, quietly)

        assert rows_of(restored) == rows_of(database)
        assert manifest.rows == sum(map(len, rows_of(database).values()))
        assert restored.check() == []


def test_a_journey_to_the_other_database_and_back_changes_not_a_row(database: Database, elsewhere, tmp_path: Path):
    populate(database)

    with opened(elsewhere["other"](), tmp_path) as there, opened(elsewhere["same"](), tmp_path) as back:
        read(there, back_up(database, tmp_path / "one"), quietly)
        read(back, back_up(there, tmp_path / "two"), quietly)

        assert rows_of(back) == rows_of(database)
        with ZipFile(tmp_path / "one") as one, ZipFile(tmp_path / "two") as two:
            for table in METADATA.sorted_tables:
                assert one.read(f"tables/{table.name}.jsonl") == two.read(f"tables/{table.name}.jsonl")


@pytest.mark.parametrize("kind", ["same", "other"])
def test_what_is_sealed_opens_and_life_goes_on_with_numbers_nobody_had(database: Database, elsewhere, kind, tmp_path):
    populate(database)
    with database.unit_of_work() as uow:
        last = enrolled(uow, "dee")
        uow.people.erase(last, NOW)
    file = back_up(database, tmp_path / "town.backup")

    with opened(elsewhere[kind](), tmp_path) as restored:
        read(restored, file, quietly)

        with restored.unit_of_work() as uow:
            assert uow.people.at(caller("ann")).nickname == "小云"
            assert enrolled(uow, "eve") > last  # the erased one's number is never given again
            assert lecture(uow).id > 1


def test_a_backup_made_while_people_sign_up_is_of_one_moment(database: Database, elsewhere, tmp_path: Path):
    activities, residents = prepare(database, rounds=40, runners=3)
    stop = Event()

    def go_on() -> None:
        for activity in activities:
            for resident in residents:
                sign_up(database, resident, activity, lambda: None)
                if stop.is_set():
                    return

    writer = Thread(target=go_on)
    writer.start()
    files = [back_up(database, tmp_path / f"b{number}") for number in range(3)]
    stop.set()
    writer.join()

    seated = select(func.coalesce(func.sum(SIGN_UP.c.party), 0)).where(
        SIGN_UP.c.activity_id == ACTIVITY.c.id, SIGN_UP.c.standing == Standing.SEATED.value
    )
    for file in files:
        with opened(elsewhere["same"](), tmp_path) as restored:
            read(restored, file, quietly)
            with restored.reading() as uow:
                counts = uow.connection.execute(select(ACTIVITY.c.seated, seated.scalar_subquery())).all()
            assert all(counted == found for counted, found in counts)


@pytest.mark.parametrize("kind", ["same", "other"])
def test_an_older_backup_is_brought_up_to_date(elsewhere, kind, ready: Path, tmp_path: Path, monkeypatch):
    shutil.copy(ready / "town.key", tmp_path)
    with opened(elsewhere["same"](), tmp_path) as old, opened(elsewhere[kind](), tmp_path) as restored:
        with old.unit_of_work() as uow:
            upgrade(uow.connection, "0004")
            uow.connection.execute(
                text(
                    "INSERT INTO region (id, path, level, code, name, zone)"
                    " VALUES (1, '/1/', 0, 'root', 'x', 'Asia/Shanghai')"
                )
            )
        file = as_if_of_step(old, "0004", tmp_path / "old.backup", monkeypatch)
        read(restored, file, quietly)

        with restored.reading() as uow:
            assert current(uow.connection) == HEAD
            assert uow.regions.root().name == "x"


def as_if_of_step(database: Database, step: str, path: Path, patch: pytest.MonkeyPatch) -> Path:
    """The backup that the version of that step made: with the tables and columns there were."""
    with database.reading() as uow:
        there = inspect(uow.connection)
        tables = {name: {column["name"] for column in there.get_columns(name)} for name in there.get_table_names()}
    then = MetaData()
    for table in METADATA.sorted_tables:
        if table.name in tables:
            kept = [column._copy() for column in table.columns if column.name in tables[table.name]]
            copy = Table(table.name, then, *kept)
            copy.dialect_options["sqlite"]["autoincrement"] = table.dialect_options["sqlite"].get("autoincrement")
    with patch.context() as patched:
        patched.setattr(backup, "METADATA", then)
        patched.setattr(backup, "HEAD", step)
        return back_up(database, path)


def test_a_database_with_something_in_it_is_not_overwritten(database: Database, tmp_path: Path):
    populate(database)
    before = rows_of(database)
    file = back_up(database, tmp_path / "town.backup")

    with pytest.raises(Fault, match="not empty"):
        read(database, file, quietly)

    assert rows_of(database) == before


@pytest.fixture
def small(ready: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A backup on SQLite and the folder of its key."""
    folder = tmp_path_factory.mktemp("small")
    shutil.copy(ready / "outreach.db", folder)
    shutil.copy(ready / "town.key", folder)
    with opened(f"sqlite:///{folder / 'outreach.db'}", folder) as database:
        populate(database)
        return back_up(database, folder / "town.backup"), folder


def refused(file: Path, folder: Path) -> Fault:
    """Why *file* is not restored; nothing of it is."""
    target = folder / "target"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()
    with opened(f"sqlite:///{target / 'outreach.db'}", folder) as database:
        with pytest.raises(Fault) as caught:
            read(database, file, quietly)
        with database.reading() as uow:
            assert is_empty(uow.connection)
    assert caught.value.remedy
    return caught.value


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_backup_with_any_byte_changed_restores_all_of_it_or_nothing(small, data):
    file, folder = small
    whole = file.read_bytes()
    at = data.draw(st.integers(0, len(whole) - 1))
    bits = data.draw(st.integers(1, 255))
    broken = folder / "broken"
    broken.write_bytes(whole[:at] + bytes([whole[at] ^ bits]) + whole[at + 1 :])
    target = folder / "target"
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir()

    with opened(f"sqlite:///{target / 'outreach.db'}", folder) as database:
        try:
            read(database, broken, quietly)
        except Fault:
            with database.reading() as uow:
                assert is_empty(uow.connection)
        else:  # a byte that says nothing, such as a date in the zip's own list
            with opened(f"sqlite:///{folder / 'outreach.db'}", folder) as original:
                assert rows_of(database) == rows_of(original)


@pytest.mark.parametrize("kept", [0, 1, 100, -1, -100])
def test_a_backup_that_is_cut_short_restores_nothing(small, kept):
    file, folder = small
    broken = folder / "broken"
    broken.write_bytes(file.read_bytes()[:kept])

    assert "backup" in str(refused(broken, folder))


def test_rows_that_were_exchanged_by_somebody_without_the_key_are_refused(small):
    file, folder = small
    forged = folder / "forged"
    with ZipFile(file) as before, ZipFile(forged, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            after.writestr(name, content.replace(b'"t1"', b'"t2"') if name == "tables/region.jsonl" else content)

    assert "region" in str(refused(forged, folder))


def test_a_list_of_tables_that_was_changed_is_refused(small):
    file, folder = small
    forged = folder / "forged"
    with ZipFile(file) as before, ZipFile(forged, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == MANIFEST:
                content = content.replace(b'"made_by": "test"', b'"made_by": "us"')
            after.writestr(name, content)

    assert "changed" in str(refused(forged, folder))


def test_another_houses_key_is_named_before_anything_is_read(small, tmp_path: Path):
    file, _ = small
    make_key(tmp_path / "town.key")

    said = str(refused(file, tmp_path))

    assert "another key" in said


def test_a_backup_of_a_newer_version_asks_for_that_version(small, monkeypatch):
    _, folder = small
    monkeypatch.setattr(backup, "structure", type("", (), {"current": staticmethod(lambda _: "9999")}))
    monkeypatch.setattr(backup, "HEAD", "9999")
    with opened(f"sqlite:///{folder / 'outreach.db'}", folder) as database:
        file = back_up(database, folder / "newer")

    assert "newer" in str(refused(file, folder))


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x05\x06" + bytes(18)])
def test_what_is_no_backup_is_called_so(small, content):
    _, folder = small
    other = folder / "other.zip"
    other.write_bytes(content)

    assert "not a backup" in str(refused(other, folder))


def test_a_file_is_not_replaced_unless_asked_and_a_failure_leaves_nothing(small, monkeypatch):
    file, folder = small
    before = file.read_bytes()
    with opened(f"sqlite:///{folder / 'outreach.db'}", folder) as database:
        with pytest.raises(Fault, match="already"):
            back_up(database, file)

        def breaks(*_: object) -> bytes:
            raise OSError(28, "No space left on device")

        with monkeypatch.context() as patch:
            patch.setattr(backup, "line_of", breaks)
            with pytest.raises(Fault, match="No space left"):
                back_up(database, file, replace=True)
        assert file.read_bytes() == before
        back_up(database, file, replace=True)

    assert not list(folder.glob(".*.part"))
    assert file.stat().st_mode & 0o777 == 0o600


def test_no_more_rows_are_in_memory_than_a_chunk(database: Database, elsewhere, tmp_path: Path):
    with database.unit_of_work() as uow:
        uow.regions.root()
        values = [{"id": number, "parent_id": 1, "path": f"/1/{number}/", "level": 1, "code": f"c{number}", "name": "n",
                   "zone": "Asia/Shanghai", "version": 1} for number in range(2, 2 * AT_ONCE + 100)]  # fmt: skip
        uow.connection.execute(METADATA.tables["region"].insert(), values)
    told: list[tuple[str, int]] = []

    write(database, tmp_path / "big", "test", MADE_AT, lambda table, rows: told.append((table, rows)))

    assert [rows for table, rows in told if table == "region"] == [AT_ONCE, 2 * AT_ONCE, 2 * AT_ONCE + 99]
    with opened(elsewhere["other"](), tmp_path) as restored:
        read(restored, tmp_path / "big", quietly)
        assert rows_of(restored) == rows_of(database)


VALUES = {
    "moment": st.datetimes(timezones=st.just(UTC)),
    "bytes": st.binary(max_size=50),
    "boolean": st.booleans(),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "text": st.text(st.characters(codec="utf-8"), max_size=50),
}


CELLS = st.sampled_from(sorted(VALUES)).flatmap(lambda kind: st.tuples(st.just(kind), VALUES[kind] | st.none()))


@given(st.lists(CELLS))
def test_a_row_comes_back_from_its_line(cells):
    kinds, values = [kind for kind, _ in cells], [value for _, value in cells]

    line = line_of(kinds, values)

    assert line.count(b"\n") == 1
    assert row_of(kinds, line) == values
