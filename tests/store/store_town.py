"""A small town for the store's tests: people who agreed, activities to join, a lane to send on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Consent, Purpose
from outreach.domain.signup import SELF, SignUp
from outreach.services.cards import ActivityCard, Caller, NewActivity
from outreach.store.unit_of_work import SqlUnitOfWork

NOW = datetime(2026, 12, 1, 1, 0, tzinfo=UTC)
TOMORROW = NOW + timedelta(days=1)
LANE = LaneName("telegram")
MINUTE = timedelta(minutes=1)


def caller(name: str, lane: LaneName = LANE) -> Caller:
    """Somebody on the lane."""
    return Caller(lane, f"ref-{name}")


def enrolled(uow: SqlUnitOfWork, name: str, *purposes: Purpose, now: datetime = NOW) -> ResidentId:
    """A resident who agreed to take part, and to *purposes*."""
    card = uow.people.enrol(caller(name), Language.ZH, uow.regions.root().id, None, now)
    assert card.resident_id is not None
    for purpose in (Purpose.TAKE_PART, *purposes):
        uow.people.allow(card.resident_id, Consent(purpose, "1", "hash", LANE, "zh", now))
    return card.resident_id


def lecture(
    uow: SqlUnitOfWork,
    *,
    seats: int = 30,
    starts_at: datetime = TOMORROW,
    title: str = "Sleep well",
    policy: SignUpPolicy = SignUpPolicy.OPEN,
    restricted: bool = False,
    draft: bool = False,
    next_reminder_at: datetime | None = None,
) -> ActivityCard:
    """An activity of an hour in the root region."""
    new = NewActivity(
        kind=ActivityKind.LECTURE,
        title=title,
        summary="",
        place="Hall",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        seats=seats,
        region_id=uow.regions.root().id,
        audience=frozenset({"general"}),
        policy=policy,
        restricted=restricted,
        draft=draft,
    )
    return uow.activities.add(new, next_reminder_at, NOW)


def join(
    uow: SqlUnitOfWork,
    resident_id: ResidentId,
    activity_id: ActivityId,
    *,
    party: int = 1,
    now: datetime = NOW,
    beneficiary: int = SELF,
) -> SignUp:
    """Sign up through the shelves, without what follows from it."""
    activity = uow.activities.locked(activity_id, resident_id)
    stored = uow.sign_ups.save(activity.sign_up(resident_id, party, now, beneficiary).sign_up)
    uow.activities.save(activity, now)
    return stored
