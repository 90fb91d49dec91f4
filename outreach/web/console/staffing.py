"""Accounts of staff: who there is, a new one, changes, a new password shown once."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain.actor import Role
from outreach.domain.errors import Forbidden, NotFound, Refusal
from outreach.domain.ids import RegionId, StaffId
from outreach.domain.messages import Language
from outreach.services import passwords, staff
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.web import language
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit

PATH = "/console/staff"
PAGE_SIZE = 50


def routes(console: Console) -> list[BaseRoute]:
    """``/console/staff``, ``/console/staff/new`` and ``/console/staff/{member}`` with its deeds."""
    page = Page("console/member.html", _one)
    one = f"{PATH}/{{member}}"

    async def added(visit: Visit) -> Response:
        if visit.request.method == "GET":
            return await console.show(visit.request, Page("console/new_member.html", _new))
        return await _with_password(console, visit, _add, Page("console/new_member.html", _new))

    async def renewed(visit: Visit) -> Response:
        if visit.request.method == "GET":
            return console.rendering.page(visit, "console/missing.html", 404)
        return await _with_password(console, visit, _renew, page)

    return [
        console.get(PATH, Page("console/staff.html", _list)),
        console.alone(f"{PATH}/new", added),
        console.alone(f"{one}/password", renewed),
        console.get(one, page),
        console.post(f"{one}/change", _change, page),
        console.post(f"{one}/disable", _disable, page),
        console.post(f"{one}/enable", _enable, page),
    ]


def _list(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    found = staff.listed(uow, visit.by, PAGE_SIZE + 1, after=visit.asked("after"))
    shown = found[:PAGE_SIZE]
    return {
        "members": shown,
        "following": f"{PATH}?after={shown[-1].login}" if len(found) > PAGE_SIZE else "",
        "zone": visit.house.settings.timezone,
    }


def _new(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    roles = staff.roles_to_give(visit.by)
    if not roles:
        raise Forbidden("they make no accounts")
    return {
        "roles": [(role.value, visit.texts[f"role_{role.value}"]) for role in roles],
        "languages": [(one.value, visit.texts[f"language_{one.value}"]) for one in Language],
        "labels": _labels(visit),
        "form": visit.form.opened_with(unit=_own_unit(uow, visit), role=roles[-1].value, language=visit.lang.value),
    }


def _one(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = staff.get(uow, visit.by, StaffId(visit.id("member")))
    return {
        **_new(uow, visit),
        "member": card,
        "is_own": card.id == visit.by.staff_id,
        "zone": visit.house.settings.timezone,
        "form": visit.form.opened_with(
            name=card.name,
            role=card.role.value,
            unit=uow.regions.get(card.region_id).code,
            language=card.language.value,
            on_duty="1" if card.on_duty else (),
        ),
    }


async def _with_password(console: Console, visit: Visit, deed: Any, page: Page) -> Response:
    """Do *deed* with a fresh password, hashed off the loop and off the writer, and show it on this one answer."""
    password = passwords.fresh()
    hashed = await asyncio.to_thread(passwords.hash_of, password)
    try:
        card = await visit.house.bridge.write(lambda uow: deed(uow, visit, hashed))
    except Refusal as refusal:
        return await console.show_again(visit, page, refusal)
    return console.rendering.page(visit, "console/password_once.html", member=card, password=password)


def _add(uow: UnitOfWork, visit: Visit, hashed: str) -> staff.StaffCard:
    form, unit, role = visit.form, _unit(uow, visit), _role(visit)
    if unit is None:
        raise BadFields([_no_unit()])
    spoken = language.named(form.text("language")) or visit.lang
    new = staff.NewStaff(form.text("login"), form.text("name"), role, unit, form.has("on_duty"), spoken)
    return staff.add(uow, visit.by, new, hashed, visit.now)


def _renew(uow: UnitOfWork, visit: Visit, hashed: str) -> staff.StaffCard:
    return staff.set_password(uow, visit.by, StaffId(visit.id("member")), hashed, visit.now)


def _change(uow: UnitOfWork, visit: Visit) -> Go:
    member, unit = StaffId(visit.id("member")), _unit(uow, visit)
    if unit is None:
        raise BadFields([_no_unit()])
    staff.change(
        uow,
        visit.by,
        member,
        visit.now,
        name=visit.form.text("name"),
        role=_role(visit),
        region_id=unit,
        on_duty=visit.form.has("on_duty"),
        language=language.named(visit.form.text("language")),
    )
    return Go(f"{PATH}/{member}", "saved")


def _disable(uow: UnitOfWork, visit: Visit) -> Go:
    member = StaffId(visit.id("member"))
    staff.disable(uow, visit.by, member, visit.now)
    return Go(f"{PATH}/{member}", "disabled")


def _enable(uow: UnitOfWork, visit: Visit) -> Go:
    member = StaffId(visit.id("member"))
    staff.enable(uow, visit.by, member, visit.now)
    return Go(f"{PATH}/{member}", "enabled")


def _role(visit: Visit) -> Role:
    try:
        return Role(visit.form.text("role"))
    except ValueError:
        raise NotFound("role", "of that name") from None


def _unit(uow: UnitOfWork, visit: Visit) -> RegionId | None:
    found = uow.regions.by_code(visit.form.text("unit"))
    return None if found is None else found.id


def _no_unit() -> Problem:
    return Problem("unit", "no_unit", "there is no unit with that code: the page of regions shows the codes")


def _own_unit(uow: UnitOfWork, visit: Visit) -> str:
    own = visit.session.staff.region_id
    return uow.regions.get(own).code


def _labels(visit: Visit) -> Mapping[str, str]:
    texts = visit.texts
    return {
        "login": texts["login"],
        "name": texts["name"],
        "role": texts["role"],
        "unit": texts["unit_code"],
        "language": texts["language"],
    }
