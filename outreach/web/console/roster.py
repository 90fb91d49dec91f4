"""Who comes: the list in order of number, requests decided, places taken back, a sheet to print, whom to call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.routing import BaseRoute

from outreach.domain.actor import Permission
from outreach.domain.errors import IllegalMove, NotFound
from outreach.domain.ids import ActivityId, SignUpId
from outreach.domain.signup import Standing
from outreach.services import activity_lists, signups
from outreach.services.access import may_see_people
from outreach.services.activity_checks import about_reason
from outreach.services.cards import ActivityCard
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields
from outreach.web.console.frame import Console, Page
from outreach.web.console.visit import Go, Visit, number

PAGE_SIZE = 100
MOST_PRINTED = 500
ROSTER = "/console/activities/{activity}/roster"
_OF_A_SIGN_UP = ROSTER + "/{sign_up}"


def routes(console: Console) -> list[BaseRoute]:
    """An activity's roster and what is decided on it."""
    roster = Page("console/roster.html", _roster, audited=True)
    taking_back = Page("console/take_back.html", _taking_back)
    queue = Page("console/queue.html", _taking_back)
    return [
        console.get(ROSTER, roster),
        console.get(f"{ROSTER}/print", Page("console/roster_print.html", _printed, audited=True)),
        console.get(f"{ROSTER}/calls", Page("console/calls.html", _calls, audited=True)),
        console.post(f"{_OF_A_SIGN_UP}/accept", _accept, roster),
        console.post(f"{_OF_A_SIGN_UP}/refuse", _refuse, roster),
        console.get(f"{_OF_A_SIGN_UP}/take-back", taking_back),
        console.post(f"{_OF_A_SIGN_UP}/take-back", _take_back, taking_back),
        console.get(f"{_OF_A_SIGN_UP}/queue", queue),
        console.post(f"{_OF_A_SIGN_UP}/queue", _reorder, queue),
    ]


def _roster(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    after = visit.asked_number("after") or 0
    lines = signups.roster(uow, visit.by, card.id, visit.now, PAGE_SIZE + 1, after)
    return {
        "card": card,
        "lines": lines[:PAGE_SIZE],
        "more": lines[PAGE_SIZE - 1].number if len(lines) > PAGE_SIZE else None,
        "may_decide": may_see_people(visit.by, Permission.DECIDE_REQUESTS, card),
        "is_over": visit.now >= card.ends_at,
        "zone": card.zone,
        "after": after,
    }


def _printed(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    lines = signups.roster(uow, visit.by, card.id, visit.now, MOST_PRINTED)
    return {"card": card, "lines": [line for line in lines if line.standing in (Standing.SEATED, Standing.OFFERED)]}


def _calls(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    found = signups.call_list(uow, visit.by, card.id, visit.now, PAGE_SIZE + 1, visit.asked_number("after") or 0)
    shown = found[:PAGE_SIZE]
    following = f"{_path(card)}/calls?after={shown[-1].resident_id}" if len(found) > PAGE_SIZE else ""
    return {"card": card, "back": f"/console/activities/{card.id}", "lines": shown, "following": following}


def _accept(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _decided(uow, visit)
    try:
        fact = signups.accept(uow, visit.by, sign_up, visit.now)
    except IllegalMove as illegal:
        if illegal.state in (Standing.SEATED, Standing.WAITING):  # pressed twice, or a colleague was faster
            return Go(_path(card), "accepted_already")
        raise
    number = fact.sign_up.number
    return Go(_path(card), "accepted" if fact.sign_up.standing is Standing.SEATED else "accepted_waiting", number)


def _refuse(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _decided(uow, visit)
    try:
        fact = signups.refuse(uow, visit.by, sign_up, visit.now)
    except IllegalMove as illegal:
        if illegal.state == Standing.REFUSED:
            return Go(_path(card), "refused_already")
        raise
    return Go(_path(card), "refused", fact.sign_up.number)


def _taking_back(uow: UnitOfWork, visit: Visit) -> Mapping[str, Any]:
    card = _card(uow, visit)
    sign_up = uow.sign_ups.get(SignUpId(visit.id("sign_up")))
    if sign_up.activity_id != card.id:
        raise NotFound("sign_up", sign_up.id)
    return {"card": card, "sign_up": sign_up}


def _take_back(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _decided(uow, visit)
    reason = visit.form.text("reason")
    problems = list(about_reason(reason))
    if problems:
        raise BadFields(problems)
    try:
        fact = signups.refuse(uow, visit.by, sign_up, visit.now, reason)
    except IllegalMove as illegal:
        if illegal.state == Standing.REFUSED:
            return Go(_path(card), "refused_already")
        raise
    return Go(_path(card), "taken_back", fact.sign_up.number)


def _reorder(uow: UnitOfWork, visit: Visit) -> Go:
    card, sign_up = _decided(uow, visit)
    place = number(visit.form.text("place")) or 0
    fact = signups.reorder(uow, visit.by, sign_up, place, visit.form.text("reason"), visit.now)
    return Go(_path(card), "reordered", fact.sign_up.number)


def _decided(uow: UnitOfWork, visit: Visit) -> tuple[ActivityCard, SignUpId]:
    """The activity and the sign-up in the address, which must belong together."""
    card = _card(uow, visit)
    found = uow.sign_ups.get(SignUpId(visit.id("sign_up")))
    if found.activity_id != card.id:
        raise NotFound("sign_up", found.id)
    return card, found.id


def _card(uow: UnitOfWork, visit: Visit) -> ActivityCard:
    card = activity_lists.seen(uow, visit.by, ActivityId(visit.id("activity")))
    if not may_see_people(visit.by, Permission.SEE_ROSTER, card):
        raise NotFound("roster", card.id)
    return card


def _path(card: ActivityCard) -> str:
    return f"/console/activities/{card.id}/roster"
