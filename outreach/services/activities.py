"""Plan, publish, change, move and call off activities."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta

from outreach.domain.activity import Activity, ActivityStatus
from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import IllegalMove, StaleVersion
from outreach.domain.facts import CalledOff, Published, Rescheduled, Resized
from outreach.domain.ids import ActivityId
from outreach.domain.times import Slot
from outreach.services import bookings, consequences, reminders
from outreach.services.access import require
from outreach.services.activity_checks import (
    about_length,
    about_place,
    about_seats,
    about_start,
    about_summary,
    about_title,
)
from outreach.services.cards import ActivityCard, NewActivity
from outreach.services.cards_planning import ActivityPlan, Ripple, plan_of
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem
from outreach.services.reminders import ReminderRule


class ChangedMeanwhile(StaleVersion):
    """Somebody else changed the same *fields* of it: *card* is how it stands now."""

    def __init__(self, card: ActivityCard, changed: Iterable[str]) -> None:
        self.card, self.fields = card, tuple(changed)
        super().__init__(f"activity {card.id}: {', '.join(self.fields)} changed meanwhile")


@dataclass(frozen=True, slots=True)
class Edited:
    """An activity was changed: how it stands now, which of its *fields* are new, how many moved up by new seats."""

    card: ActivityCard
    fields: tuple[str, ...]
    promoted: int = 0
    told: int = 0
    """How many sign-ups hear that it takes place at another time or place."""


def add(
    uow: UnitOfWork, by: Actor, new: NewActivity, rule: ReminderRule, now: datetime, once: str | None = None
) -> ActivityCard:
    """A new activity, published at once unless it is a draft. Raises `BadInput` with all problems, or `Forbidden`.

    *once*: 32 hex digits that only this call knows; the same again gives the activity that they made the first time.
    """
    region = uow.regions.get(new.region_id)
    require(by, Permission.PLAN_ACTIVITIES, region.path)
    _require_none(_problems(new, now))
    made = None if once is None else uow.activities.by_uid(once)
    if made is not None and made.planned_by == by.staff_id:
        return made
    first = rule.where(uow.regions.settings_of(region.id)).first_after(new.starts_at, region.zone, now)
    card = uow.activities.add(new, first, now, by.staff_id, None if made is not None else once)
    uow.audit.write(by, "add", "activity", card.id, now)
    return card


def publish(uow: UnitOfWork, by: Actor, activity_id: ActivityId, rule: ReminderRule, now: datetime) -> Published:
    """A draft becomes visible. Raises `ActivityNotFound`, `IllegalMove`, `ActivityClosed` or `Forbidden`."""
    activity = _locked_to_plan(uow, by, activity_id)
    fact = activity.publish(now)
    uow.activities.save(activity, now)
    reminders.plan(uow, rule, activity_id, now)
    uow.audit.write(by, "publish", "activity", activity_id, now)
    return fact


def edit(
    uow: UnitOfWork,
    by: Actor,
    activity_id: ActivityId,
    expected: ActivityPlan,
    wanted: ActivityPlan,
    rule: ReminderRule,
    now: datetime,
) -> Edited:
    """Change what differs between *expected*, which was on the form when it was opened, and *wanted*.

    What others changed meanwhile stays as they made it; a sign-up is no change. Where they changed the same field,
    nothing is done and `ChangedMeanwhile` is raised. Seats raised are filled from the queue at once, seats lowered
    take nobody's away. Another time or place of what is published is a move: everybody concerned is told.
    Raises `ActivityNotFound`, `BadInput`, `ActivityClosed`, `IllegalMove` or `Forbidden` too.
    """
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    seats = wanted.seats if wanted.seats != expected.seats else None
    activity = uow.activities.locked(activity_id, seats=seats)
    card = uow.activities.card(activity_id)
    merged = _merged(card, expected, wanted)
    changed = _different(plan_of(card), merged)
    if not changed:
        return Edited(card, ())
    _require_none(_about_changes(merged, changed, now))
    if activity.status is ActivityStatus.CALLED_OFF:
        raise IllegalMove("activity", activity.status, "changed")
    return _carry_out(uow, by, activity, merged, changed, rule, now)


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
    problems = list(about_start(starts_at, now)) if starts_at is not None else []
    problems += about_place(place) if place is not None else ()
    _require_none(problems)
    activity = uow.activities.locked(activity_id)
    slot = activity.slot if starts_at is None else activity.slot.moved_to(starts_at)
    fact = activity.reschedule(slot, activity.place if place is None else place.strip(), now)
    if fact is None:
        return None
    uow.activities.save(activity, now)
    if fact.new != fact.old:
        bookings.follow(uow, by, activity_id, activity.slot)
    reminders.plan(uow, rule, activity_id, now)
    uow.offers.untell(activity_id)
    consequences.of_rescheduled(uow, fact, now)
    uow.audit.write(by, "move", "activity", activity_id, now)
    return fact


def call_off(uow: UnitOfWork, by: Actor, activity_id: ActivityId, now: datetime) -> CalledOff:
    """It will not take place; everybody concerned is told. Raises `ActivityNotFound`, `ActivityClosed`, `Forbidden`."""
    activity = _locked_to_plan(uow, by, activity_id)
    fact = activity.call_off(now)
    uow.activities.save(activity, now)
    uow.activities.plan_reminder(activity_id, None)
    bookings.follow(uow, by, activity_id, None)
    consequences.of_called_off(uow, fact, now)
    uow.audit.write(by, "call_off", "activity", activity_id, now)
    return fact


def ripple(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> Ripple:
    """What moving it or calling it off would set in motion. Raises `ActivityNotFound` or `Forbidden`."""
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    return uow.activities.ripple(activity_id, consequences.EXPECTANT)


def is_open(card: ActivityCard, now: datetime) -> bool:
    """Whether people may still sign up."""
    return card.status is ActivityStatus.PUBLISHED and now < card.closes_at


def _locked_to_plan(uow: UnitOfWork, by: Actor, activity_id: ActivityId) -> Activity:
    require(by, Permission.PLAN_ACTIVITIES, uow.activities.card(activity_id).region_path)
    return uow.activities.locked(activity_id)


def _merged(card: ActivityCard, expected: ActivityPlan, wanted: ActivityPlan) -> ActivityPlan:
    """What is stored, with what they changed. Raises `ChangedMeanwhile`."""
    stored = plan_of(card)
    changes = {name: getattr(wanted, name) for name in _different(expected, wanted)}
    theirs = set(_different(expected, stored)) & set(_different(wanted, stored)) & changes.keys()
    if theirs:
        raise ChangedMeanwhile(card, sorted(theirs))
    return replace(stored, **changes)


def _different(one: ActivityPlan, other: ActivityPlan) -> tuple[str, ...]:
    names = (field.name for field in fields(ActivityPlan))
    return tuple(name for name in names if getattr(one, name) != getattr(other, name))


def _carry_out(
    uow: UnitOfWork,
    by: Actor,
    activity: Activity,
    plan: ActivityPlan,
    changed: tuple[str, ...],
    rule: ReminderRule,
    now: datetime,
) -> Edited:
    moved = _move_to(activity, Slot(plan.starts_at, plan.ends_at), plan.place.strip(), now)
    resized = activity.resize(plan.seats, now) if "seats" in changed else None
    activity.policy, activity.promotion = plan.policy, plan.promotion
    activity.together, activity.closes_before = plan.together, timedelta(minutes=plan.closes_before)
    for moved_up in resized.promoted if resized else ():
        uow.sign_ups.save(moved_up)
    uow.activities.save(activity, now)
    uow.activities.describe(activity.id, plan, now)
    if "starts_at" in changed or "ends_at" in changed:
        bookings.follow(uow, by, activity.id, activity.slot)
    if "starts_at" in changed:
        reminders.plan(uow, rule, activity.id, now)
    told = _tell(uow, moved, resized, now)
    uow.audit.write(by, "edit", "activity", activity.id, now, ",".join(changed))
    return Edited(uow.activities.card(activity.id), changed, len(resized.promoted) if resized else 0, told)


def _move_to(activity: Activity, slot: Slot, place: str, now: datetime) -> Rescheduled | None:
    if (slot, place) == (activity.slot, activity.place):
        return None
    if activity.status is not ActivityStatus.DRAFT:
        return activity.reschedule(slot, place, now)
    activity.redraft(slot, place)
    return None


def _tell(uow: UnitOfWork, moved: Rescheduled | None, resized: Resized | None, now: datetime) -> int:
    """How many sign-ups hear of another time or place; who moved up hears that besides."""
    told = 0
    if moved is not None:
        told = uow.activities.ripple(moved.activity_id, consequences.EXPECTANT).messages
        uow.offers.untell(moved.activity_id)
        consequences.of_rescheduled(uow, moved, now)
    if resized is not None:
        consequences.of_resized(uow, resized, now)
    return told


def _require_none(problems: Iterable[Problem]) -> None:
    found = list(problems)
    if found:
        raise BadFields(found)


def _problems(new: NewActivity, now: datetime) -> Iterator[Problem]:
    yield from about_title(new.title)
    yield from about_place(new.place)
    yield from about_summary(new.summary)
    yield from about_seats(new.seats)
    yield from about_start(new.starts_at, now)
    yield from about_length(new.starts_at, new.ends_at)


def _about_changes(plan: ActivityPlan, changed: tuple[str, ...], now: datetime) -> Iterator[Problem]:
    """Only of what is new: nobody has to mend what stood there before."""
    if "title" in changed:
        yield from about_title(plan.title)
    if "place" in changed:
        yield from about_place(plan.place)
    if "summary" in changed:
        yield from about_summary(plan.summary)
    if "seats" in changed:
        yield from about_seats(plan.seats)
    if "starts_at" in changed:
        yield from about_start(plan.starts_at, now)
    if "starts_at" in changed or "ends_at" in changed:
        yield from about_length(plan.starts_at, plan.ends_at)
