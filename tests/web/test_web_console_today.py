"""The first page: what needs this person now, and nothing of what is not their business."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from console_scene import as_staff, planned, requested
from office_scene import MARKUP, WORDS, alerts, asks

from outreach.domain.actor import Role
from outreach.web.console.words import WORDS as SAID

PATH = "/console/"
ZH = SAID["zh"]
ELSEWHERE, HERE = "西桥的手工", "东坡的手工"


def busy(house, made) -> None:
    """Two requests, a note and an alert in East; one request, two notes and two alerts in West."""
    starts = datetime.now(UTC) + timedelta(hours=20)
    for unit, title, requests, notes in (("east", HERE, 2, 1), ("west", ELSEWHERE, 1, 2)):
        requested(house, made[unit], requests)
        planned(house, made[unit], title, starts_at=starts, ends_at=starts + timedelta(hours=1))
        for number in range(notes):
            asks(house, made[unit], f"{unit}{number}")
            alerts(house, made[unit], f"{unit}-{number}")


def sees(tmp_path, role: Role, unit: str = "east") -> str:
    async def story(house, browser, made):
        busy(house, made)
        return (await browser.get(PATH)).text

    page: str = as_staff(tmp_path, story, role, unit)
    return page


@pytest.mark.parametrize(
    ("role", "unit", "there", "not_there"),
    [
        (Role.VILLAGE_ADMIN, "east", ("notes_n 1", "requests_n 2", HERE), ("alerts_n", ELSEWHERE)),
        (Role.AREA_ADMIN, "town", ("alerts_n 3", HERE, ELSEWHERE), ("notes_n", "requests_n")),
        (Role.NETWORK_ADMIN, "town", (HERE, ELSEWHERE), ("notes_n", "requests_n", "alerts_n")),
        (Role.DUTY, "town", ("alerts_n 3", "notes_n 3"), ("requests_n", HERE, ELSEWHERE)),
        (Role.DUTY, "west", ("alerts_n 2", "notes_n 2"), ("requests_n", HERE, ELSEWHERE)),
        (Role.EDITOR, "east", ("in_review_n",), ("alerts_n", "notes_n", "requests_n", HERE, ELSEWHERE)),
        (Role.AUDITOR, "town", (HERE, ELSEWHERE), ("alerts_n", "notes_n", "requests_n", "in_review_n")),
        (Role.HOST, "east", (), ("alerts_n", "notes_n", "requests_n", "in_review_n", HERE, ELSEWHERE)),
        (Role.LIAISON, "east", (HERE,), ("alerts_n", "notes_n", "requests_n", "in_review_n", ELSEWHERE)),
    ],
)
def test_each_sees_their_own_work_and_nobody_elses(tmp_path, role, unit, there, not_there):
    page = sees(tmp_path, role, unit)

    for words in there:
        assert said(words) in page, words
    for words in not_there:
        assert said(words) not in page, words


def said(words: str) -> str:
    """A sentence with its number, the part of a sentence before its number, or *words* themselves."""
    key, _, number = words.partition(" ")
    if key not in ZH:
        return words
    return ZH[key].format(n=number) if number else ZH[key].partition("{n}")[2]


def test_nothing_that_a_resident_wrote_is_on_it(tmp_path):
    for role in (Role.VILLAGE_ADMIN, Role.DUTY, Role.AREA_ADMIN):
        page = sees(tmp_path / role, role)

        assert WORDS not in page
        assert "resident-0" not in page


def test_an_idle_day_says_so_and_that_nobody_is_on_duty(tmp_path):
    async def story(house, browser, made):
        return (await browser.get(PATH)).text

    page = as_staff(tmp_path, story)

    assert ZH["nobody_on_duty"] in page
    assert ZH["nothing_on"] in page


def test_a_title_stays_text(tmp_path):
    async def story(house, browser, made):
        starts = datetime.now(UTC) + timedelta(hours=20)
        planned(house, made["east"], MARKUP[:60], starts_at=starts, ends_at=starts + timedelta(hours=1))
        return (await browser.get(PATH)).text

    assert "<script>alert" not in as_staff(tmp_path, story)
