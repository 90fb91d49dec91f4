"""Any history of sign-ups: never oversold, nobody overtakes, counts that always add up."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from domain_scene import MONDAY_9AM, STARTS, tai_chi
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from outreach.domain.activity import LARGEST_PARTY, Activity, ActivityStatus, SignUpPolicy
from outreach.domain.errors import ActivityClosed, NotSignedUp, PartyTooLarge
from outreach.domain.ids import ResidentId, SignUpId
from outreach.domain.offers import Promotion, last_offer
from outreach.domain.signup import SignUp, Standing

RESIDENTS = st.integers(1, 7).map(ResidentId)
BENEFICIARIES = st.integers(0, 1)
Key = tuple[ResidentId, int]


class Book:
    """What the store does between two use cases: keeps rows, loads counts, one resident's rows and the head."""

    def __init__(self, seats: int, policy: SignUpPolicy, promotion: Promotion) -> None:
        self.activity = replace(tai_chi(seats=seats, policy=policy), promotion=promotion)
        self.rows: dict[Key, SignUp] = {}

    def load(self, resident: ResidentId | None = None) -> Activity:
        """The activity as loaded for *resident*: copies, so that what is not handed back is not kept."""
        queue = sorted(self.standing(Standing.WAITING), key=lambda row: row.turn)
        at_most = self.activity.free + LARGEST_PARTY
        mine = {key[1]: replace(row) for key, row in self.rows.items() if key[0] == resident}
        own = {row.id: row for row in mine.values()}
        return replace(self.activity, mine=mine, head=[own.get(row.id, replace(row)) for row in queue[:at_most]])

    def keep(self, activity: Activity, *changed: SignUp) -> None:
        """Save the counts and the rows that a fact named."""
        self.activity = activity
        for row in changed:
            known = row if row.id else replace(row, id=SignUpId(len(self.rows) + 1))
            self.rows[row.resident_id, row.beneficiary] = replace(known)

    def standing(self, *standings: Standing) -> list[SignUp]:
        """Rows that stand so."""
        return [row for row in self.rows.values() if row.standing in standings]


class History(RuleBasedStateMachine):
    """Everything that residents and staff can do to one activity, in any order."""

    @initialize(
        seats=st.integers(1, 8),
        policy=st.sampled_from([SignUpPolicy.OPEN, SignUpPolicy.REQUEST]),
        promotion=st.sampled_from(Promotion),
    )
    def plan(self, seats: int, policy: SignUpPolicy, promotion: Promotion) -> None:
        self.book = Book(seats, policy, promotion)
        self.waits_on = False
        self.now = MONDAY_9AM
        self.last_number = 0

    @property
    def is_open(self) -> bool:
        return self.now < STARTS and self.book.activity.status is ActivityStatus.PUBLISHED

    @rule(resident=RESIDENTS, beneficiary=BENEFICIARIES, party=st.integers(0, 7))
    def sign_up(self, resident: ResidentId, beneficiary: int, party: int) -> None:
        activity = self.book.load(resident)
        waited = bool(self.book.standing(Standing.WAITING))
        try:
            fact = activity.sign_up(resident, party, self.now, beneficiary)
        except (ActivityClosed, PartyTooLarge):
            assert not self.is_open or not 1 <= party <= min(LARGEST_PARTY, activity.seats)
            return
        assert self.is_open
        known = self.book.rows.get((resident, beneficiary))
        if fact.again:
            assert fact.sign_up == known
            return
        if known is not None and known.standing.is_active:
            self._say_yes(activity, known, fact.sign_up)
            return
        assert fact.sign_up.number > self.last_number
        assert not (waited and fact.sign_up.standing is Standing.SEATED)
        self.last_number = fact.sign_up.number
        self.book.keep(activity, fact.sign_up)

    @rule(resident=RESIDENTS, beneficiary=BENEFICIARIES)
    def withdraw(self, resident: ResidentId, beneficiary: int) -> None:
        activity = self.book.load(resident)
        known = self.book.rows.get((resident, beneficiary))
        try:
            fact = activity.withdraw(self.now, beneficiary)
        except NotSignedUp:
            assert known is None or not known.standing.is_active
            return
        self._keep_promotions(activity, fact.sign_up, fact.promoted)

    def _say_yes(self, activity: Activity, before: SignUp, after: SignUp) -> None:
        assert after.standing is Standing.SEATED
        assert (after.number, after.turn, after.party) == (before.number, before.turn, before.party)
        if before.standing is Standing.WAITING:
            assert self.book.activity.promotion is Promotion.OFFER
            assert last_offer(STARTS) <= self.now < STARTS
        else:
            assert before.standing is Standing.OFFERED
        self.book.keep(activity, after)

    @precondition(lambda self: self.book.standing(Standing.OFFERED))
    @rule(data=st.data())
    def nobody_answers(self, data: st.DataObject) -> None:
        activity = self.book.load()
        fact = activity.lapse(replace(data.draw(st.sampled_from(self.book.standing(Standing.OFFERED)))), self.now)
        self._keep_promotions(activity, fact.sign_up, fact.promoted)

    @precondition(lambda self: self.book.standing(Standing.OFFERED))
    @rule(data=st.data())
    def there_is_no_time_to_offer(self, data: st.DataObject) -> None:
        activity = self.book.load()
        row = replace(data.draw(st.sampled_from(self.book.standing(Standing.OFFERED))))
        activity.wait_on(row, self.now)
        self.book.keep(activity, row)
        self.waits_on = True

    @rule(more=st.integers(1, 3))
    def more_seats(self, more: int) -> None:
        activity = self.book.load()
        if self.book.activity.waiting:
            queue = sorted(self.book.standing(Standing.WAITING), key=lambda row: row.turn)
            activity.head = [replace(row) for row in queue]
        promoted = activity.resize(activity.seats + more, self.now).promoted
        if promoted:
            self._keep_promotions(activity, promoted[0], promoted)
        else:
            self.book.keep(activity)

    @precondition(lambda self: self.book.standing(Standing.REQUESTED) and self.is_open)
    @rule(data=st.data())
    def accept(self, data: st.DataObject) -> None:
        activity = self.book.load()
        request = replace(data.draw(st.sampled_from(self.book.standing(Standing.REQUESTED))))
        fact = activity.accept(request, self.now)
        self.book.keep(activity, fact.sign_up)

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        active = self.book.standing(Standing.REQUESTED, Standing.WAITING, Standing.OFFERED, Standing.SEATED)
        assume(active)
        activity = self.book.load()
        fact = activity.refuse(replace(data.draw(st.sampled_from(active))), self.now)
        self._keep_promotions(activity, fact.sign_up, fact.promoted)

    @rule(hours=st.sampled_from([1, 24, 59, 60, 71, 72]))
    def time_passes(self, hours: int) -> None:
        assume(self.now + timedelta(hours=hours) < STARTS + timedelta(minutes=90))
        self.now += timedelta(hours=hours)

    @precondition(lambda self: self.book.activity.status is ActivityStatus.PUBLISHED)
    @rule(really=st.integers(0, 9))
    def call_off(self, really: int) -> None:
        assume(really == 0)
        activity = self.book.load()
        activity.call_off(self.now)
        self.book.keep(activity)

    def _keep_promotions(self, activity: Activity, leaver: SignUp, promoted: tuple[SignUp, ...]) -> None:
        assert self.is_open or not promoted
        expected = Standing.OFFERED if self.book.activity.promotion is Promotion.OFFER else Standing.SEATED
        assert {row.standing for row in promoted} <= {expected}
        assert not promoted or not activity.is_first_come(self.now)
        numbers = [row.number for row in promoted]
        self.book.keep(activity, leaver, *promoted)
        still = [row.number for row in self.book.standing(Standing.WAITING)]
        assert numbers == sorted(numbers)
        assert not numbers or not still or numbers[-1] < min(still)

    @invariant()
    def no_seat_is_sold_twice(self) -> None:
        if hasattr(self, "book"):
            taken = sum(row.party for row in self.book.rows.values() if row.standing.holds_seat)
            assert taken == self.book.activity.seated <= self.book.activity.seats

    @invariant()
    def the_queue_adds_up(self) -> None:
        if hasattr(self, "book"):
            queue = sum(row.party for row in self.book.standing(Standing.WAITING))
            assert queue == self.book.activity.waiting

    @invariant()
    def numbers_are_given_once(self) -> None:
        if hasattr(self, "book"):
            numbers = [row.number for row in self.book.rows.values()]
            assert len(numbers) == len(set(numbers))

    @invariant()
    def no_seat_is_left_empty_that_the_first_in_an_open_queue_could_have(self) -> None:
        if not hasattr(self, "book") or self.waits_on or self.book.activity.is_first_come(self.now):
            return
        if self.is_open and self.book.activity.policy is SignUpPolicy.OPEN:
            queue = sorted(self.book.standing(Standing.WAITING), key=lambda row: row.number)
            assert not queue or queue[0].party > self.book.activity.free


History.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=[HealthCheck.filter_too_much]
)
TestHistory = pytest.mark.timeout(60)(History.TestCase)
