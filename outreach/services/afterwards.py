"""After an activity: those who came are asked how it was, those who did not are told once that they were missed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from outreach.domain.attendance import (
    ASKED_WITHIN,
    CAME,
    Reason,
    asks_at,
    asks_until,
    feedback_key,
    missed_key,
)
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import MessageKind
from outreach.domain.signup import Standing
from outreach.services.cards_attendance import Aftermath, Concerned
from outreach.services.cards_ledger import Draft
from outreach.services.ports import UnitOfWork

AT_ONCE = 50  # activities a transaction, so that no sign-up waits for a busy evening
ABSENCE, WISH = "absence", "wish"
QUESTIONS = ("useful", "time_place", "host", "learned", "again")
"""Our own, after the facts of domain.md 7.5; each is answered by 1 to 5."""
SEEK = "seek"
"""Whether it made them more willing to ask for help; answered by one of:"""
SEEKING = ("more", "same", "less")
HARM = "harm"
"""Of groups: whether they feel worse since; ``yes`` or ``no``."""


def queue_due(uow: UnitOfWork, now: datetime) -> int:
    """Write what is due to be said into the ledger; how many activities were looked at.

    Nobody is told of an absence before somebody of the staff closed the list. Nobody is told anything twice: the
    key of a message names person and activity.
    """
    due = uow.attendances.due(now, AT_ONCE)
    for one in due:
        if one.is_called_off or now >= asks_until(one.ends_at):
            uow.attendances.plan(one.activity_id, None)
        elif now < asks_at(one.ends_at):  # it was moved
            uow.attendances.plan(one.activity_id, asks_at(one.ends_at))
        else:
            _say(uow, one, now)
            uow.attendances.plan(one.activity_id, None)
    return len(due)


def excuse(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, reason: Reason, now: datetime) -> bool:
    """They say why they could not come: they are excused, the reason is counted and not kept with them.

    False if they are not noted as absent there, or have said so before.
    """
    if not uow.attendances.excuse(activity_id, resident_id, now):
        return False
    kept = uow.attendances.list_of(activity_id)
    if kept is not None and kept.is_closed:
        uow.attendances.settle(activity_id, now)
    uow.attendances.count(activity_id, {ABSENCE: reason})
    return True


def answer(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, answers: Mapping[str, str]) -> bool:
    """Count *answers* of somebody who came, once; False if they did not come, or have answered before."""
    mine = uow.attendances.mine(activity_id, resident_id)
    if mine is None or mine.mark not in CAME or not uow.attendances.take_answer(mine.sign_up_id):
        return False
    uow.attendances.count(activity_id, answers)
    return True


def wish(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId, topic: str) -> bool:
    """Count what somebody who came would like to hear of next, once; False as in `answer`."""
    mine = uow.attendances.mine(activity_id, resident_id)
    if mine is None or mine.mark not in CAME or not uow.attendances.take_wish(mine.sign_up_id):
        return False
    uow.attendances.count(activity_id, {WISH: topic})
    return True


def may_answer(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId) -> bool:
    """Whether they came and have not said yet how it was."""
    mine = uow.attendances.mine(activity_id, resident_id)
    return mine is not None and mine.mark in CAME and not mine.answered


def has_answered(uow: UnitOfWork, resident_id: ResidentId, activity_id: ActivityId) -> bool:
    """Whether they have said how it was; not what."""
    mine = uow.attendances.mine(activity_id, resident_id)
    return mine is not None and mine.answered


def to_answer_for(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> ActivityId | None:
    """What they came to last, while one remembers it."""
    return uow.attendances.last_noted(resident_id, CAME, now - ASKED_WITHIN)


def to_excuse_from(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> ActivityId | None:
    """What they were missed at last, while it helps to know why."""
    return uow.attendances.last_noted(resident_id, {Standing.ABSENT}, now - ASKED_WITHIN)


def _say(uow: UnitOfWork, one: Aftermath, now: datetime) -> None:
    came = uow.attendances.standing_so(one.activity_id, CAME)
    drafts = [_draft(one, whom, "feedback", feedback_key(one.activity_id, whom.resident_id), now) for whom in came]
    if one.is_closed:
        were_there = {whom.resident_id for whom in came}
        absent = uow.attendances.standing_so(one.activity_id, {Standing.ABSENT})
        drafts += [
            _draft(one, whom, "missed", missed_key(one.activity_id, whom.resident_id), now)
            for whom in absent
            if whom.resident_id not in were_there
        ]
    uow.deliveries.add(drafts, now)


def _draft(one: Aftermath, whom: Concerned, about: str, key: str, now: datetime) -> Draft:
    return Draft(
        kind=MessageKind.REMINDER,
        key=key,
        resident_id=whom.resident_id,
        due_at=now,
        subject={"about": about, "activity": one.activity_id, "sign_up": whom.sign_up_id},
        helps_until=asks_until(one.ends_at),
    )
