"""The account of what a platform lets through, on both databases; and whom a reminder did not reach."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from store_town import LANE, NOW, caller, enrolled, join, lecture

from outreach.domain.delivery import DeliveryState
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Act, MessageKind, Parked, Sent, Unconfirmed
from outreach.domain.windows import PushWindow, takes_the_place
from outreach.services.cards_ledger import Draft
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

HOUR, LEASE = timedelta(hours=1), timedelta(minutes=10)
OPEN = PushWindow(NOW + 48 * HOUR, 5, Act.MESSAGE)
ANN = caller("ann")


def call(uow: SqlUnitOfWork, outcome) -> PushWindow | None:
    """Call all that is due, which comes to *outcome*; the window of the first."""
    epoch = uow.lanes.take(LANE, "wechat", "me", NOW, LEASE) or 0
    letters = uow.deliveries.claim_due(LANE, epoch=epoch, limit=9, now=NOW, lease=LEASE)
    uow.deliveries.mark_calling([one.id for one in letters], epoch=epoch, now=NOW)
    uow.deliveries.record([(one, outcome, int(outcome == Sent())) for one in letters], epoch=epoch, now=NOW)
    return letters[0].window


@pytest.mark.parametrize(
    ("outcome", "left"), [(Sent(), 4), (Unconfirmed(), 4), (Parked("quota_used"), 0), (Parked("no_push"), 5)]
)
def test_a_call_is_counted_as_the_platform_may_have_counted_it(database: Database, outcome, left):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        assert uow.windows.opened(ANN, OPEN, NOW)
        for key in ("1", "2"):
            uow.deliveries.add([Draft(MessageKind.CONFIRMATION, key, ann, NOW, {"about": "confirmation"})], NOW)
            found = call(uow, outcome)

    assert found is not None
    assert found.left == left


def test_the_window_that_stays_is_the_one_that_the_domain_would_keep(database: Database):
    some = [
        PushWindow(NOW + until * HOUR, left, act)
        for until, left, act in product((-1, 1, 40), (0, 2), (Act.MESSAGE, Act.CLICK))
    ]
    with database.unit_of_work() as uow:
        enrolled(uow, "ann")
        for old, new in product(some, some):
            uow.windows.opened(ANN, PushWindow(NOW - 1000 * HOUR, 0, Act.MESSAGE), NOW + 1000 * HOUR)
            assert uow.windows.opened(ANN, old, NOW)
            assert uow.windows.opened(ANN, new, NOW) is takes_the_place(new, old, NOW)


def test_a_place_is_kept_for_each_activity_that_reminds_within_the_window(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.windows.opened(ANN, OPEN, NOW)
        for hours in (10, 47, 49):
            join(uow, ann, lecture(uow, starts_at=NOW + 60 * HOUR, next_reminder_at=NOW + hours * HOUR).id)
        address = uow.people.at(ANN).address_id

        assert uow.windows.kept_for_reminders([address, None]) == {address: 2}


def test_whom_the_last_reminder_did_not_reach_is_to_be_called(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        activity = lecture(uow).id
        seat = join(uow, ann, activity).id
        for key, state in (("first", DeliveryState.PARKED), ("second", DeliveryState.SENT)):
            subject = {"about": "reminder", "activity": activity, "sign_up": seat}
            uow.deliveries.add([Draft(MessageKind.REMINDER, key, ann, NOW, subject)], NOW)
            call(uow, Parked("window_closed") if state is DeliveryState.PARKED else Sent())
            found = [line.resident_id for line in uow.notices.to_call(activity, NOW - HOUR, 9, ResidentId(0))]

            assert found == ([ann] if state is DeliveryState.PARKED else [])
