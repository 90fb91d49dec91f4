"""Reminders: derived from activities, written into the ledger at the moment they are due."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.ids import ActivityId
from outreach.domain.reminders import STILL_USEFUL, DueReminder, next_reminder, reminders_of
from outreach.domain.times import QuietHours
from outreach.services.cards import ReminderDue
from outreach.services.cards_regions import RegionSettings
from outreach.services.ports import UnitOfWork

_A_MOMENT = timedelta(microseconds=1)
AT_ONCE = 100  # activities a transaction: a few milliseconds, so that no sign-up waits for a busy minute


@dataclass(frozen=True, slots=True)
class ReminderRule:
    """How long before an activity people are reminded, and when we keep quiet."""

    leads: tuple[timedelta, ...]
    quiet: QuietHours | None

    def where(self, settings: RegionSettings) -> ReminderRule:
        """The rule in a region with those *settings*."""
        return replace(self, quiet=settings.quiet or self.quiet)

    def all_for(self, starts_at: datetime, zone: str) -> tuple[DueReminder, ...]:
        """The reminders of an activity, earliest first."""
        return reminders_of(starts_at, self.leads, self.quiet, ZoneInfo(zone))

    def first_after(self, starts_at: datetime, zone: str, after: datetime) -> datetime | None:
        """When the next of them is due, ``None`` if none is left."""
        due = next_reminder(self.all_for(starts_at, zone), after)
        return None if due is None else due.at


def queue_due(uow: UnitOfWork, rule: ReminderRule, now: datetime) -> int:
    """Write the reminders that are due into the ledger; how many activities were looked at.

    After an outage only the latest of several missed reminders goes out, and none once the activity has begun.
    Cost follows the activities that are due, not those that exist.
    """
    due = uow.activities.reminders_due(now, AT_ONCE)
    there = uow.regions.settings_at({activity.region_path for activity in due})
    for activity in due:
        _queue(uow, rule.where(there[activity.region_path]), activity, now)
    return len(due)


def plan(uow: UnitOfWork, rule: ReminderRule, activity_id: ActivityId, now: datetime) -> None:
    """Set when the activity's next reminder is due: after it was made, moved or called off."""
    card = uow.activities.card(activity_id)
    there = rule.where(uow.regions.settings_of(card.region_id))
    uow.activities.plan_reminder(activity_id, there.first_after(card.starts_at, card.zone, now))


def _queue(uow: UnitOfWork, rule: ReminderRule, activity: ReminderDue, now: datetime) -> None:
    reminders = rule.all_for(activity.starts_at, activity.zone)
    # The quiet hours may have been changed since it was planned: what is now due earlier than that is not lost.
    begins = min(activity.due_at, activity.changed_at + _A_MOMENT)
    missed = [due for due in reminders if begins <= due.at <= now]
    if missed and now < activity.starts_at:
        latest = missed[-1]
        uow.deliveries.add_reminders(
            activity.activity_id,
            activity.revision,
            latest.lead,
            latest.at,
            needed_by=activity.starts_at - STILL_USEFUL,
            helps_until=activity.starts_at,
            now=now,
        )
    following = next_reminder(reminders, now)
    uow.activities.plan_reminder(activity.activity_id, None if following is None else following.at)
