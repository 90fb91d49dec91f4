"""The door of an activity: one tap a person, a counter for who walks in, the sheet to hang up, a list from paper."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from starlette.responses import Response
from starlette.routing import BaseRoute

from outreach.domain import attendance as rules
from outreach.domain.actor import Permission
from outreach.domain.attendance import CAME, MARKS, How
from outreach.domain.errors import NotFound, Refusal
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import Standing
from outreach.services import activity_lists, attendance
from outreach.services.access import may_see_people
from outreach.services.attendance import MOST_WALK_INS, Paper
from outreach.services.cards import ActivityCard
from outreach.services.cards_attendance import AttendanceLine
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.web import qr
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit, number
from outreach.web.door_address import address_of

DOOR = "/console/activities/{activity}/check-in"
PAGE_SIZE, MOST = 100, 500
_SEPARATORS = re.compile(r"[\s,;，、；.。]+")


def routes(console: Console) -> list[BaseRoute]:
    """The list at the door and what is done there."""
    page = Page("console/check_in.html", _door, audited=True)
    closing, paper = Page("console/close_list.html", _closing), Page("console/paper_list.html", _paper)

    async def code(visit: Visit) -> Response:
        try:
            address = await visit.house.bridge.write(lambda uow: _address(uow, visit))
        except Refusal:
            return Response(status_code=404)
        return qr.picture(address)

    return [
        console.get(DOOR, page),
        console.post(f"{DOOR}/walk-in", _walk_in, page),
        console.get(f"{DOOR}/close", closing),
        console.post(f"{DOOR}/close", _close, closing),
        console.get(f"{DOOR}/paper", paper),
        console.post(f"{DOOR}/paper", _enter, paper),
        console.get(f"{DOOR}/sheet", Page("console/door_sheet.html", _sheet, audited=True)),
        console.alone(f"{DOOR}/code.svg", code),
        console.post(f"{DOOR}/{{sign_up}}/note", _note, page),
        console.post(f"{DOOR}/{{sign_up}}/undo", _undo, page),
    ]


def _door(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    asked, after = visit.asked("q"), visit.asked_number("after") or 0
    is_open = rules.is_open(attendance.slot_of(card), visit.now, How.DESK)
    found = _found(uow, visit, card, asked, after)
    has_more = not asked and len(found) > PAGE_SIZE
    lines = list(_shown(found[:PAGE_SIZE] if has_more else found, asked))
    return {
        "card": card,
        "list": attendance.opened(uow, visit.by, card.id),
        "lines": lines,
        "numbers": attendance.numbers_of(uow, visit.by, card.id),
        "asked": asked,
        "following": f"{_path(card)}?after={found[PAGE_SIZE - 1].number}" if has_more else "",
        "is_open": is_open,
        "opens_at": rules.opens_at(card.starts_at),
        "has_begun": visit.now >= card.starts_at,
        "came": CAME,
    }


def _found(uow: UnitOfWork, visit: Visit, card: ActivityCard, asked: str, after: int) -> list[AttendanceLine]:
    wanted = number(asked)
    if wanted is not None:
        return attendance.lines(uow, visit.by, card.id, visit.now, 1, 0, [wanted])
    limit = MOST if asked else PAGE_SIZE + 1
    return attendance.lines(uow, visit.by, card.id, visit.now, limit, 0 if asked else after)


def _shown(lines: list[AttendanceLine], asked: str) -> Iterator[AttendanceLine]:
    """Who has a seat or was let in; and whoever else is asked for by number or name."""
    for line in lines:
        if asked and not number(asked) and asked.casefold() not in (line.nickname or "").casefold():
            continue
        if asked or line.mark is not None or line.standing in (Standing.SEATED, Standing.OFFERED):
            yield line


def _note(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _of_list(uow, visit)
    mark = visit.form.text("mark")
    wanted = Standing(mark) if mark in {each.value for each in MARKS} else None
    made = attendance.note(uow, visit.by, sign_up.sign_up_id, visit.now, wanted, visit.typed_number("people"))
    return Go(_path(card), f"noted_{made.standing}", sign_up.number)


def _undo(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _of_list(uow, visit)
    attendance.undo(uow, visit.by, sign_up.sign_up_id, visit.now)
    return Go(_path(card), "noted_nothing", sign_up.number)


def _walk_in(uow: UnitOfWork, visit: Visit) -> Go:
    card = _card(uow, visit)
    more = -1 if visit.form.text("more") == "-1" else 1
    return Go(_path(card), "walk_in", attendance.walk_in(uow, visit.by, card.id, more, visit.now))


def _closing(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    return {"card": card, "numbers": attendance.numbers_of(uow, visit.by, card.id)}


def _close(uow: UnitOfWork, visit: Visit) -> Go:
    card = _card(uow, visit)
    found = attendance.close(uow, visit.by, card.id, visit.now)
    return Go(f"/console/activities/{card.id}/attendance", "list_closed", found.came)


def _paper(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    kept = uow.attendances.list_of(card.id)
    walked = str(kept.walk_ins) if kept else "0"
    labels = {name: visit.texts[f"paper_{name}"] for name in ("absent", "late", "excused", "walk_ins")}
    return {
        "card": card,
        "form": visit.form.opened_with(absent="", late="", excused="", walk_ins=walked),
        "labels": {**labels, "numbers": labels["absent"]},
        "numbers": attendance.numbers_of(uow, visit.by, card.id),
    }


def _enter(uow: UnitOfWork, visit: Visit) -> Go:
    card = _card(uow, visit)
    problems: list[Problem] = []
    absent, late, excused = (_typed(visit, name, problems) for name in ("absent", "late", "excused"))
    walked = number(visit.form.text("walk_ins") or "0")
    if walked is None:
        problems.append(Problem("walk_ins", "too_many_people", "not a number", {"most": MOST_WALK_INS}))
    if problems:
        raise BadFields(problems)
    paper = Paper(absent=absent, excused=excused, late=late, walk_ins=walked or 0)
    found = attendance.enter(uow, visit.by, card.id, paper, visit.now)
    return Go(f"/console/activities/{card.id}/attendance", "list_closed", found.came)


def _typed(visit: Visit, name: str, problems: list[Problem]) -> frozenset[int]:
    """The numbers in a field, however they are set apart."""
    words = [word for word in _SEPARATORS.split(visit.form.text(name)) if word]
    wrong = [word for word in words if number(word) is None]
    if wrong:
        problems.append(Problem(name, "no_number", "not numbers", {"words": "、".join(wrong)[:80]}))
    return frozenset(found for word in words if (found := number(word)) is not None)


def _sheet(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    return {"card": card, "list": attendance.opened(uow, visit.by, card.id)}


def _address(uow: UnitOfWork, visit: Visit) -> str:
    card = _card(uow, visit)
    return address_of(visit.house, card, attendance.opened(uow, visit.by, card.id).code)


def _of_list(uow: UnitOfWork, visit: Visit) -> tuple[ActivityCard, Any]:
    """The activity and the sign-up in the address, which must belong together."""
    card = _card(uow, visit)
    found = uow.attendances.present(SignUpId(visit.id("sign_up")))
    if found.activity_id != card.id:
        raise NotFound("sign_up", found.sign_up_id)
    return card, found


def _card(uow: UnitOfWork, visit: Visit) -> ActivityCard:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    if not may_see_people(visit.by, Permission.SEE_ROSTER, card):
        raise NotFound("roster", card.id)
    return card


def _path(card: ActivityCard) -> str:
    return f"/console/activities/{card.id}/check-in"
