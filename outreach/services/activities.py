"""Plan, move and call off activities; show them to those who may see them."""

from __future__ import annotations

from datetime import datetime, timedelta
from unicodedata import category

from outreach.domain.activity import ActivityStatus
from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import BadInput
from outreach.domain.facts import CalledOff, Rescheduled
from outreach.domain.ids import ActivityId
from outreach.domain.times import Slot
from outreach.services import consequences, reminders
from outreach.services.access import require
from outreach.services.cards import ActivityCard, NewActivity
from outreach.services.ports import UnitOfWork
from outreach.services.reminders import ReminderRule

MOST_SEATS = 100_000
LONGEST_TITLE = 80  # characters: fits a phone's lock screen and a calendar's month view
LONGEST_TEXT = 1_000
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})  # Unicode: control, half a character, line and paragraph breaks
FURTHEST = timedelta(days=10 * 365)  # nobody plans so far ahead: a slip of the hand


def add(uow: UnitOfWork, by: Actor, new: NewActivity, rule: ReminderRule, now: datetime) -> ActivityCard:
    """A new activity, published at once unless it is a draft. Raises `BadInput` with all problems, or `Forbidden`."""
    region = uow.regions.get(new.region_id)
    require(by, Permission.PLAN_ACTIVITIES, region.path)
    _check(new, now)
    first = rule.first_after(new.starts_at, region.zone, now)
    card = uow.activities.add(new, first, now, by.staff_id)
    uow.audit.write(by, "add", "activity", card.id, now)
    return card


def move(
    uow: UnitOfWork,
    by: Actor,
    activity_id: ActivityId,
    starts_at: datetime | None,
    place: str | None,
    rule: ReminderRule,
    now: datetime,
) -> Rescheduled | None:
    """Another time or place; everybody concerned is told. ``None`` if that is where it is already.

    Raises `ActivityNotFound`, `ActivityClosed`, `BadInput` or `Forbidden`.
    """
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    problems = _about_time(starts_at, now) if starts_at is not None else []
    problems += _about_text("place", place) if place is not None else []
    if problems:
        raise BadInput(problems)
    activity = uow.activities.locked(activity_id)
    slot = activity.slot if starts_at is None else activity.slot.moved_to(starts_at)
    fact = activity.reschedule(slot, activity.place if place is None else place.strip(), now)
    if fact is None:
        return None
    uow.activities.save(activity, now)
    reminders.plan(uow, rule, activity_id, now)
    consequences.of_rescheduled(uow, fact, now)
    uow.audit.write(by, "move", "activity", activity_id, now)
    return fact


def call_off(uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime) -> CalledOff:
    """It will not take place; everybody concerned is told. Raises `ActivityNotFound`, `ActivityClosed`, `Forbidden`."""
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    activity = uow.activities.locked(activity_id)
    fact = activity.call_off(now)
    uow.activities.save(activity, now)
    uow.activities.plan_reminder(activity_id, None)
    consequences.of_called_off(uow, fact, now)
    uow.audit.write(by, "call_off", "activity", activity_id, now)
    return fact


def is_open(card: ActivityCard, now: datetime) -> bool:
    """Whether people may still sign up."""
    return card.status is ActivityStatus.PUBLISHED and now < card.starts_at


def _check(new: NewActivity, now: datetime) -> None:
    problems = _problems(new, now)
    try:
        Slot(new.starts_at, new.ends_at)
    except ValueError as reason:
        problems.append(f"time: {reason}")
    if problems:
        raise BadInput(problems)


def _problems(new: NewActivity, now: datetime) -> list[str]:
    found = []
    found += _about_text("title", new.title) + _about_text("place", new.place)
    if len(new.title) > LONGEST_TITLE:
        found.append(f"title: {len(new.title)} characters are too many, {LONGEST_TITLE} fit")
    if len(new.summary) > LONGEST_TEXT or len(new.place) > LONGEST_TEXT:
        found.append(f"text: more than {LONGEST_TEXT} characters")
    if not 1 <= new.seats <= MOST_SEATS:
        found.append(f"seats: {new.seats} is not between 1 and {MOST_SEATS}")
    return found + _about_time(new.starts_at, now)


def _about_text(name: str, text: str) -> list[str]:
    if not text.strip():
        return [f"{name}: it is empty; say it in a few words"]
    return [f"{name}: keep to one line of plain text"] if _UNSEEN & set(map(category, text)) else []


def _about_time(starts_at: datetime, now: datetime) -> list[str]:
    if starts_at <= now:
        return ["starts: it lies in the past; give a later time"]
    return [] if starts_at <= now + FURTHEST else [f"starts: more than {FURTHEST.days // 365} years ahead; look again"]
