"""The console of a real house, asked in process: a small tree of units, staff with roles, a browser signed in."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from web_scene import add, visit

from outreach.bootstrap import App
from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.ids import LaneName, RegionId, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import passwords, people, signups, staff
from outreach.services.cards import ActivityCard, Caller, Region
from outreach.services.cards_staff import NewStaff
from outreach.services.people import Arrival, Notice

PASSWORD = "three-quiet-mountains"
UNITS = (("town", "柳河镇", None), ("east", "东坡村", "town"), ("west", "西桥村", "town"))
_T = TypeVar("_T")


@cache
def hashed() -> str:
    """The hash of `PASSWORD`, made once."""
    return passwords.hash_of(PASSWORD)


def units(house: App) -> dict[str, Region]:
    """A town with two villages."""
    with house.core.database.unit_of_work() as uow:
        made: dict[str, Region] = {}
        for code, name, above in UNITS:
            made[code] = uow.regions.by_code(code) or uow.regions.add(
                code, name, made[above] if above else uow.regions.root()
            )
        return made


def employ(
    house: App, login: str, role: Role, region_id: RegionId, *, on_duty: bool = False, first: bool = False
) -> int:
    """An account with `PASSWORD`; *first*: it is the one that somebody else gave them."""
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        new = NewStaff(login, f"{login}（虚构）", role, region_id, on_duty, Language.ZH)
        card = staff.add(uow, Actor.operator(), new, hashed(), now)
        if not first:
            staff.set_own_password(uow, card.actor, hashed(), now)
        return int(card.id)


async def sign_in(browser: httpx2.AsyncClient, login: str, password: str = PASSWORD, to: str = "") -> httpx2.Response:
    """Fill in the form and send it."""
    return await browser.post("/console/sign-in", data={"login": login, "password": password, "to": to})


def as_staff(
    folder: Path,
    story: Callable[[App, httpx2.AsyncClient, dict[str, Region]], Awaitable[_T]],
    role: Role = Role.VILLAGE_ADMIN,
    unit: str = "east",
    **more: str,
) -> _T:
    """Play *story* with a browser in which somebody of *role* in *unit* is signed in."""

    async def whole(house: App, browser: httpx2.AsyncClient) -> _T:
        made = units(house)
        employ(house, "lin", role, made[unit].id)
        answer = await sign_in(browser, "lin")
        assert answer.status_code == 303, answer.text
        return await story(house, browser, made)

    return visit(folder, whole, **more)


def planned(house: App, unit: Region, title: str = "手工沙龙", **changes: Any) -> ActivityCard:
    """A published salon of *unit* in two days."""
    return add(house, title, region_id=unit.id, **changes)


def requested(house: App, unit: Region, count: int = 1, **changes: Any) -> ActivityCard:
    """A group that *count* residents have asked to join."""
    card = planned(house, unit, "同行小组", policy=SignUpPolicy.REQUEST, **changes)
    join(house, card, count)
    return card


def join(house: App, card: ActivityCard, count: int = 1, start: int = 0) -> list[int]:
    """*count* new residents sign up; the ids of their sign-ups."""
    now, made = datetime.now(UTC), []
    with house.core.database.unit_of_work() as uow:
        for number in range(start, start + count):
            caller = Caller(LaneName("webchat"), f"resident-{number}")
            person = people.agree(
                uow, caller, (Purpose.TAKE_PART,), Notice("test", "0" * 16), Arrival(Language.ZH, card.region_id), now
            )
            fact = signups.sign_up(uow, ResidentId(int(person.resident_id or 0)), card.id, now)
            made.append(int(fact.sign_up.id))
    return made


def soon(**later: int) -> str:
    """A day and time of day from now, as the form of an activity takes it."""
    return f"{datetime.now(UTC) + timedelta(**(later or {'days': 3})):%Y-%m-%dT%H:%M}"


def fields_in(page: str) -> dict[str, Any]:
    """What the last form of *page* would send as it stands; a name that comes twice has a list."""
    form = page.rpartition('<form method="post"')[2].partition("</form>")[0]
    found: dict[str, Any] = {}
    for name, value in _pairs(form):
        found[name] = [*_listed(found[name]), value] if name in found else value
    return found


def _pairs(form: str) -> list[tuple[str, str]]:
    pairs = []
    for tag in re.findall(r"<input [^>]*>", form):
        attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        ticked = attributes.get("type") not in {"checkbox", "radio"} or re.search(r"\schecked[\s>]", tag)
        if "name" in attributes and ticked:
            pairs.append((attributes["name"], unescape(attributes.get("value", ""))))
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        pairs.append((name, chosen[1] if chosen else ""))
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', form, re.DOTALL):
        pairs.append((name, unescape(text)))
    return pairs


def _listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]
