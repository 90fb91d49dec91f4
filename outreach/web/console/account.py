"""One's own account: the password, and the way out."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain.errors import Refusal
from outreach.services import passwords, staff
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.web.console.frame import CHANGE_PASSWORD, Console, Page
from outreach.web.console.refusals import problems_of
from outreach.web.console.rendering import see_other
from outreach.web.console.signing_in import LONGEST_PASSWORD, Porter, remember
from outreach.web.console.visit import Go, Visit

ACCOUNT = "/console/account"


def routes(console: Console, porter: Porter) -> list[BaseRoute]:
    """``/console/account`` and the password's page."""

    async def password(visit: Visit) -> Response:
        if visit.request.method == "GET":
            return console.rendering.page(visit, "console/password.html", least=passwords.SHORTEST)
        return await _change(console, porter, visit)

    async def link(visit: Visit) -> Response:
        """Show the code once, on the page that was asked for it: it is in no address and no history."""
        if visit.request.method == "GET":
            return see_other(ACCOUNT)
        code = await visit.house.bridge.write(lambda uow: staff.offer_door(uow, visit.by, visit.now))
        return console.rendering.page(visit, "console/account.html", code=code, **_account(None, visit))

    account = Page("console/account.html", lambda uow, visit: {"code": "", **_account(uow, visit)})
    return [
        console.get(ACCOUNT, account),
        console.alone(f"{ACCOUNT}/link", link),
        console.post(f"{ACCOUNT}/unlink", _unlink, account),
        console.alone(CHANGE_PASSWORD, password, newcomers=True),
    ]


def _account(_uow: UnitOfWork | None, visit: Visit) -> Mapping[str, Any]:
    return {"minutes": int(staff.DOOR_CODE_HELPS.total_seconds() // 60), "who": visit.session.staff}


def _unlink(uow: UnitOfWork, visit: Visit) -> Go:
    staff.drop_door(uow, visit.by, visit.now)
    return Go(ACCOUNT, "unlinked")


async def _change(console: Console, porter: Porter, visit: Visit) -> Response:
    """Another password, if the present one is right; every other session of theirs ends."""
    old, new = (next(iter(visit.form.all(name)), "")[:LONGEST_PASSWORD] for name in ("old", "new"))
    problems = _problems(visit, old, new)
    if not problems and await porter.is_right(visit.session.staff.login, old, visit.request) is None:
        problems = [Problem("old", "password_wrong", "that is not the present password; type it again")]
    if problems:
        return _again(console, visit, BadFields(problems))
    hashed = await asyncio.to_thread(passwords.hash_of, new)

    def change(uow: UnitOfWork) -> str:
        staff.set_own_password(uow, visit.by, hashed, visit.now)
        token, _ = staff.signed_in(uow, visit.session.staff.id, visit.now)
        return token

    try:
        token = await visit.house.bridge.write(change)
    except Refusal as refusal:
        return _again(console, visit, refusal)
    response = see_other(Go(ACCOUNT, "password").address)
    remember(response, token, secure=console.rendering.is_secure)
    return response


def _again(console: Console, visit: Visit, refusal: Refusal) -> Response:
    seen = replace(visit, form=visit.form.with_problems(problems_of(refusal, visit.lang)))
    return console.rendering.page(seen, "console/password.html", 422, least=passwords.SHORTEST)


def _problems(visit: Visit, old: str, new: str) -> list[Problem]:
    found = []
    if len(new) < passwords.SHORTEST:
        said = f"too short: it takes at least {passwords.SHORTEST} characters"
        found.append(Problem("new", "password_short", said, {"least": passwords.SHORTEST}))
    elif new == old:
        found.append(Problem("new", "password_same", "that is the one you have; choose another"))
    elif visit.session.staff.login.casefold() in new.casefold():
        found.append(Problem("new", "password_weak", "too easy to guess; choose another"))
    if next(iter(visit.form.all("again")), "") != new:
        found.append(Problem("again", "password_twice", "the two are not the same; type it again"))
    return found
