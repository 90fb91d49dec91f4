"""What only PostgreSQL can do to us: deadlocks, lost connections, waiting for a row, two who upgrade at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, BrokenBarrierError

import pytest
from postgres_server import Postgres
from store_town import LANE, lecture

from outreach.domain.errors import Fault
from outreach.domain.ids import ActivityId, LaneName
from outreach.services.ports import UnitOfWork
from outreach.store import Database
from outreach.store.migrations import HEAD
from outreach.store.unit_of_work import SqlUnitOfWork


@pytest.fixture(scope="module", autouse=True)
def _needs_a_server(postgres: object) -> None:
    """Everything here is PostgreSQL's alone."""


@pytest.fixture
def town_url(new_postgres: Callable[[str], str], ready_postgres: str) -> str:
    return new_postgres(ready_postgres)


@pytest.fixture
def town(town_url: str, ready: Path, tmp_path: Path) -> Iterator[Database]:
    opened = Database.open(town_url, ready / "town.key", tmp_path)
    yield opened
    opened.close()


def _two_activities(town: Database) -> list[ActivityId]:
    with town.unit_of_work() as uow:
        return [lecture(uow).id, lecture(uow).id]


def _lock_in_turn(ids: list[ActivityId], both_hold_one: Barrier, tries: list[int]) -> Callable[[UnitOfWork], str]:
    """Work that locks the first, waits until another has done so too, then wants the second."""

    def work(uow: UnitOfWork) -> str:
        tries.append(1)
        uow.activities.locked(ids[0])
        try:
            both_hold_one.wait(2)
        except BrokenBarrierError:
            tries.append(0)  # the second time nobody else is there
        uow.activities.locked(ids[1])
        uow.wake(LANE)
        return "done"

    return work


def test_of_two_that_lock_each_other_out_both_get_through(town: Database):
    ids, both_hold_one, tries = _two_activities(town), Barrier(2), list[int]()
    woken: set[LaneName] = set()

    with ThreadPoolExecutor(2) as pool:
        came = [pool.submit(town.run, _lock_in_turn(order, both_hold_one, tries), woken) for order in (ids, ids[::-1])]

    assert [one.result() for one in came] == ["done", "done"]
    assert sum(tries) > 2  # else there was no deadlock to get out of
    assert woken == {LANE}


def test_in_a_unit_of_work_of_its_own_a_deadlock_is_one_sentence_with_a_remedy(town: Database):
    ids, both_hold_one = _two_activities(town), Barrier(2)

    def run(order: list[ActivityId]) -> str:
        try:
            with town.unit_of_work() as uow:
                return _lock_in_turn(order, both_hold_one, [])(uow)
        except Fault as fault:
            return f"{fault} {fault.remedy}"

    with ThreadPoolExecutor(2) as pool:
        came = sorted(pool.map(run, (ids, ids[::-1])))

    assert came[0] == "done"
    assert "two changes met" in came[1]


def test_what_a_call_raises_undoes_it_and_is_not_tried_again(town: Database):
    tries: list[int] = []

    def fails(uow: UnitOfWork) -> None:
        tries.append(1)
        uow.marks.put("half", "done")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        town.run(fails)

    assert town.run(lambda uow: uow.marks.get("half")) is None
    assert tries == [1]


def _lose_the_connection(uow: UnitOfWork) -> None:
    assert isinstance(uow, SqlUnitOfWork)
    uow.connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")


def test_a_connection_that_is_lost_is_one_sentence_and_the_next_call_has_another(town: Database):
    with pytest.raises(Fault, match=r"shutting down|reached") as fault:
        town.run(_lose_the_connection)

    assert fault.value.remedy
    town.run(lambda uow: uow.marks.put("after", "there"))
    assert town.run(lambda uow: uow.marks.get("after")) == "there"


def test_idle_connections_that_the_server_has_ended_are_replaced_unseen(town: Database):
    with town.reading() as reading, town.unit_of_work() as writing:
        assert reading.marks.get("a") == writing.marks.get("a")
    with town.unit_of_work() as uow:
        uow.connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    with town.reading() as reading:
        assert reading.regions.count() == 1


def test_a_server_that_is_not_there_is_one_sentence_without_the_password(tmp_path: Path):
    url = "postgresql+psycopg://someone:hush-hush@127.0.0.1:1/town"

    with pytest.raises(Fault, match="cannot be reached") as fault:
        Database.open(url, tmp_path / "town.key", tmp_path)

    assert "hush-hush" not in f"{fault.value} {fault.value.remedy} {fault.value.__cause__!r}"


def test_who_waits_too_long_for_a_row_is_told_so(town: Database):
    (activity_id, _) = _two_activities(town)

    def impatient(uow: UnitOfWork) -> None:
        assert isinstance(uow, SqlUnitOfWork)
        uow.connection.exec_driver_sql("SET LOCAL lock_timeout = 1")
        uow.activities.locked(activity_id)

    with town.unit_of_work() as first:
        first.activities.locked(activity_id)
        with pytest.raises(Fault, match="locked") as fault:
            town.run(impatient)

    assert fault.value.remedy


def test_a_reader_sees_one_moment_though_others_commit(town: Database):
    with town.reading() as reading:
        before = reading.regions.count()
        with town.unit_of_work() as writing:
            writing.regions.add("new", "New", None)
        assert reading.regions.count() == before

    with town.reading() as reading:
        assert reading.regions.count() == before + 1


def test_two_that_find_an_empty_database_make_its_tables_once(new_postgres: Callable[[], str], tmp_path: Path):
    url = new_postgres()
    both = [Database.open(url, tmp_path / "town.key", tmp_path) for _ in range(2)]

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(Database.upgrade, both)) == [HEAD, HEAD]

    assert both[0].check() == []
    for database in both:
        database.close()


def test_a_refused_row_names_its_rule_and_no_value(town: Database):
    def twice(uow: UnitOfWork) -> None:
        uow.regions.add("secret-code", "A", None)
        uow.regions.add("secret-code", "B", None)

    with pytest.raises(Fault) as fault:
        town.run(twice)

    cause = fault.value.__cause__
    assert "uq_region_code" in str(cause)
    assert "secret-code" not in f"{cause} {cause and cause.__cause__}"


def test_a_database_made_for_other_letters_is_named(postgres: Postgres, tmp_path: Path):
    url = postgres.create("latin", encoding="LATIN1")

    database = Database.open(url, tmp_path / "town.key", tmp_path)
    problems = database.check()
    database.close()
    postgres.drop("latin")

    assert any("LATIN1" in problem for problem in problems)
