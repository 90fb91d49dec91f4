"""What the domain's tests share: moments, a few residents, and an activity as the store would load it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from outreach.domain.activity import Activity, ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.ids import ActivityId, RegionId, ResidentId, SignUpId
from outreach.domain.signup import SELF, TURNS_APART, SignUp, Standing
from outreach.domain.times import Slot

MONDAY_9AM = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
STARTS = MONDAY_9AM + timedelta(days=3)
TAI_CHI = ActivityId(7)
MOMENTS = st.timedeltas(timedelta(0), timedelta(days=1100)).map(
    lambda passed: MONDAY_9AM - timedelta(days=400) + passed
)
MINUTES = MOMENTS.map(lambda moment: moment.replace(second=0, microsecond=0))
ANN, BOB, CHO, DAN = ResidentId(1), ResidentId(2), ResidentId(3), ResidentId(4)


def signed(
    resident: ResidentId,
    standing: Standing,
    number: int,
    party: int = 1,
    beneficiary: int = SELF,
) -> SignUp:
    """A stored sign-up of *resident* under *number*; its id follows from the number."""
    sign_up_id = SignUpId(100 + number)
    since, turn = MONDAY_9AM - timedelta(days=1), number * TURNS_APART
    return SignUp(sign_up_id, TAI_CHI, resident, beneficiary, party, standing, number, since, turn=turn)


def tai_chi(
    seats: int = 2,
    sign_ups: Sequence[SignUp] = (),
    mine_of: ResidentId = ANN,
    policy: SignUpPolicy = SignUpPolicy.OPEN,
    status: ActivityStatus = ActivityStatus.PUBLISHED,
) -> Activity:
    """An activity on Thursday with *sign_ups* in its book, loaded for *mine_of*."""
    waiting = sorted((s for s in sign_ups if s.standing is Standing.WAITING), key=lambda s: s.number)
    return Activity(
        id=TAI_CHI,
        region_id=RegionId(1),
        kind=ActivityKind.LECTURE,
        slot=Slot.of_minutes(STARTS, 90),
        place="Room 2",
        seats=seats,
        policy=policy,
        status=status,
        seated=sum(s.party for s in sign_ups if s.standing.holds_seat),
        waiting=sum(s.party for s in waiting),
        next_number=max((s.number for s in sign_ups), default=0) + 1,
        mine={s.beneficiary: s for s in sign_ups if s.resident_id == mine_of},
        head=list(waiting),
    )
