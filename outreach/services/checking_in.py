"""Checking in by oneself: the four digits on the door, typed or brought along by the code beside them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain import attendance
from outreach.domain.attendance import CAME, CODE_LASTS, HAD_A_SEAT, OPENS_BEFORE, How
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.times import Slot
from outreach.services.attendance import follow
from outreach.services.cards import Caller
from outreach.services.cards_attendance import Present
from outreach.services.ports import UnitOfWork

MOST_WRONG = 6  # codes of one chat within `PAUSE`: four digits are not many
PAUSE = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class CheckedIn:
    """They are on the list of *activity_id* as so many *people*; *again*: they were before. 0: they have no seat."""

    activity_id: ActivityId
    people: int
    again: bool


def is_paused(uow: UnitOfWork, caller: Caller, now: datetime) -> bool:
    """Whether so many codes of this chat were wrong that none is looked at for a while."""
    return uow.links.misses(caller, now - PAUSE) >= MOST_WRONG


def by_code(uow: UnitOfWork, caller: Caller, resident_id: ResidentId, code: str, now: datetime) -> CheckedIn | None:
    """Check the resident in where that code hangs now and they are signed up; ``None``: nowhere, and it is counted."""
    found = uow.attendances.present_by_code(resident_id, code, now - CODE_LASTS, now + OPENS_BEFORE)
    if not found:
        uow.links.note_miss(caller, now)
        return None
    first = found[0].activity_id
    seats = [one for one in found if one.activity_id == first and one.standing in HAD_A_SEAT]
    new = [one for one in seats if one.mark not in CAME]
    if new:
        _note(uow, new, now)
    return CheckedIn(first, sum(one.party for one in seats), again=bool(seats) and not new)


def _note(uow: UnitOfWork, new: list[Present], now: datetime) -> None:
    one = new[0]
    mark = attendance.arrived(Slot(one.starts_at, one.ends_at), now)
    notes = {each: attendance.note(each.standing, each.party, mark) for each in new}
    kept = uow.attendances.opened(one.activity_id)
    uow.attendances.put(notes, How.CODE, None, now, over=True)
    follow(uow, one.activity_id, one.ends_at, now, settled=kept.is_closed)
