"""What a page costs does not grow with what there is: as many statements for many rows as for few."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from console_scene import as_staff, employ, join, planned, requested
from office_scene import alerts, asks, reads_news
from sqlalchemy import event
from sqlalchemy.engine import Engine

from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import About
from outreach.domain.messages import Language
from outreach.services import broadcasts
from outreach.services.cards_broadcasts import NewBroadcast

MOST = 25
MANY = 40


@contextmanager
def counting() -> Iterator[list[str]]:
    """The statements of readers and of the writer, as they come."""
    counted: list[str] = []

    def count(_connection, _cursor, statement, *_more):
        if threading.current_thread().name.startswith(("reader", "writer")):
            counted.append(statement)

    event.listen(Engine, "before_cursor_execute", count)
    try:
        yield counted
    finally:
        event.remove(Engine, "before_cursor_execute", count)


def fill(house, made, count: int, start: int) -> None:
    """*count* of everything in East."""
    now = house.clock()
    for number in range(start, start + count):
        asks(house, made["east"], f"note{number}")
        alerts(house, made["east"], f"alert{number}")
        employ(house, f"colleague{number}", Role.VILLAGE_ADMIN, made["east"].id)
        reads_news(house, made["east"], f"reader{number}")
        card = planned(house, made["east"], f"沙龙 {number}")
        with house.core.database.unit_of_work() as uow:
            new = NewBroadcast(
                about=About.ACTIVITY, region_id=made["east"].id, activity_id=card.id,
                audience=frozenset({"general"}), languages=frozenset(Language),
            )  # fmt: skip
            broadcasts.draft(uow, Actor.operator(), house.newsroom, new, now)
    join(house, requested(house, made["east"]), count, start=start)


async def costs(house, browser, paths, counted) -> dict[str, int]:
    """The least of some tries: the house ticks meanwhile, and what it does by itself is not the page's."""
    found: dict[str, int] = {}
    for path in paths * 12:
        counted.clear()
        answer = await browser.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        found[path] = min(len(counted), found.get(path, len(counted)))
    return found


def pages_of(role: Role) -> list[str]:
    if role is Role.AUDITOR:
        return ["/console/audit"]
    if role is Role.EDITOR:
        return ["/console/library"]
    return [
        "/console/", "/console/activities", "/console/activities/month", "/console/activities/1",
        "/console/activities/1/edit", "/console/activities/1/move", "/console/activities/1/roster",
        "/console/activities/1/roster/calls",
        "/console/activities/new", "/console/threads", "/console/threads/1", "/console/announce", "/console/announce/1",
        "/console/announce/new?activity=1", "/console/channels", "/console/regions",
        "/", "/?near=east", "/feeds/public.ics",
    ]  # fmt: skip


def compared(tmp_path, role: Role, unit: str = "east") -> tuple[dict[str, int], dict[str, int]]:
    with counting() as counted:

        async def story(house, browser, made):
            fill(house, made, 2, 0)
            few = await costs(house, browser, pages_of(role), counted)
            fill(house, made, MANY, 100)
            return few, await costs(house, browser, pages_of(role), counted)

        return as_staff(tmp_path, story, role, unit)


def test_the_pages_of_a_village_cost_the_same_for_many_as_for_few(tmp_path):
    few, many = compared(tmp_path, Role.VILLAGE_ADMIN)

    assert many == few
    assert max(many.values()) <= MOST


def test_the_library_and_the_audit_cost_the_same_for_many_as_for_few(tmp_path):
    for role in (Role.EDITOR, Role.AUDITOR):
        few, many = compared(tmp_path / role, role)

        assert many == few
        assert max(many.values()) <= MOST


def test_staff_and_alerts_cost_the_same_for_many_as_for_few(tmp_path):
    with counting() as counted:

        async def story(house, browser, made):
            paths = ["/console/staff", "/console/alerts", "/console/regions"]
            fill(house, made, 2, 0)
            few = await costs(house, browser, paths, counted)
            fill(house, made, MANY, 100)
            return few, await costs(house, browser, paths, counted)

        few, many = as_staff(tmp_path, story, Role.AREA_ADMIN, "town")

    assert many == few
    assert max(many.values()) <= MOST
