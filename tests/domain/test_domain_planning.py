"""Publishing a draft, changing the number of seats: who gains by it, and that nobody loses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.domain.activity import Activity, ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.activity_defaults import USUAL
from outreach.domain.errors import ActivityClosed, IllegalMove
from outreach.domain.ids import ActivityId, RegionId, ResidentId, SignUpId
from outreach.domain.signup import SELF, SignUp, Standing
from outreach.domain.times import Slot

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
SLOT = Slot.of_minutes(NOW + timedelta(days=1), 90)


def waiting(number, party=1):
    return SignUp(
        SignUpId(number), ActivityId(1), ResidentId(number), SELF, party, Standing.WAITING, number, NOW
    )  # fmt: skip


def activity(status=ActivityStatus.PUBLISHED, seats=2, seated=2, head=()):
    return Activity(
        ActivityId(1), RegionId(1), ActivityKind.SALON, SLOT, "Hall", seats, SignUpPolicy.OPEN, status,
        seated=seated, waiting=sum(one.party for one in head), head=list(head),
    )  # fmt: skip


def test_new_seats_go_to_those_who_waited_longest_and_nobody_is_passed_over():
    salon = activity(head=[waiting(3), waiting(4, party=3), waiting(5)])

    fact = salon.resize(5, NOW)

    assert [one.number for one in fact.promoted] == [
        3
    ]  # two seats are free, and the three who are next wait for a third
    assert (salon.seated, salon.waiting, fact.old, fact.new) == (3, 4, 2, 5)


def test_fewer_seats_take_nobodys_and_give_none_away():
    salon = activity(seats=9, seated=7, head=[])

    fact = salon.resize(3, NOW)

    assert fact.promoted == ()
    assert (salon.seats, salon.seated, salon.free) == (3, 7, 0)


@pytest.mark.parametrize("status", [ActivityStatus.CALLED_OFF, ActivityStatus.DRAFT, ActivityStatus.HELD])
def test_seats_of_what_nobody_can_join_fill_nothing(status):
    assert activity(status, head=[waiting(3)]).resize(5, NOW).promoted == ()


def test_seats_of_what_has_begun_fill_nothing():
    assert activity(head=[waiting(3)]).resize(5, SLOT.starts_at).promoted == ()


def test_a_draft_is_published_once_and_calendars_see_it():
    draft = activity(ActivityStatus.DRAFT, seated=0)

    fact = draft.publish(NOW)

    assert (draft.status, draft.revision, fact.revision) == (ActivityStatus.PUBLISHED, 1, 1)
    with pytest.raises(IllegalMove):
        draft.publish(NOW)


def test_a_draft_whose_time_has_come_is_published_no_more():
    with pytest.raises(ActivityClosed):
        activity(ActivityStatus.DRAFT).publish(SLOT.starts_at)


def test_only_a_draft_moves_without_anybody_hearing_of_it():
    later = SLOT.moved_to(SLOT.starts_at + timedelta(days=1))
    draft = activity(ActivityStatus.DRAFT)
    draft.redraft(later, "Garden")

    assert (draft.slot, draft.place, draft.revision) == (later, "Garden", 0)
    with pytest.raises(IllegalMove):
        activity().redraft(later, "Garden")


def test_every_kind_has_what_is_usual_and_group_counselling_is_talked_over_first():
    assert set(USUAL) == set(ActivityKind)
    assert all(usual.policy is SignUpPolicy.default_for(kind) for kind, usual in USUAL.items())
    assert all(30 <= usual.minutes <= 240 and usual.seats >= 6 for usual in USUAL.values())
