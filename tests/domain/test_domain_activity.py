"""Who gets a seat, who waits, who moves up, and what moving or calling off an activity says."""

from datetime import datetime, timedelta

import pytest
from domain_scene import ANN, BOB, CHO, DAN, MONDAY_9AM, STARTS, signed, tai_chi

from outreach.domain.activity import LARGEST_PARTY, ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.errors import ActivityCalledOff, ActivityClosed, IllegalMove, NotSignedUp, PartyTooLarge
from outreach.domain.facts import TIME_TO_ADAPT
from outreach.domain.signup import SELF, Standing
from outreach.domain.times import Slot

MOTHER = 1  # whom Ann also signs up for
ENDS = STARTS + timedelta(minutes=90)


def test_a_free_seat_is_given_at_once():
    activity = tai_chi(seats=2)

    fact = activity.sign_up(ANN, 1, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.SEATED
    assert (fact.sign_up.number, fact.sign_up.since, fact.again) == (1, MONDAY_9AM, False)
    assert (activity.seated, activity.free, activity.next_number) == (1, 1, 2)


def test_a_new_sign_up_has_no_id_before_it_is_stored():
    fact = tai_chi().sign_up(ANN, 1, MONDAY_9AM)

    assert fact.sign_up.id == 0


def test_a_party_takes_as_many_seats_as_it_has_people():
    activity = tai_chi(seats=5)

    activity.sign_up(ANN, 4, MONDAY_9AM)

    assert (activity.seated, activity.free) == (4, 1)


def test_when_all_seats_are_taken_one_waits():
    activity = tai_chi(seats=1, sign_ups=[signed(BOB, Standing.SEATED, 1)])

    fact = activity.sign_up(ANN, 1, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.WAITING
    assert (activity.seated, activity.waiting) == (1, 1)


def test_a_party_stays_together_and_waits_rather_than_being_split():
    activity = tai_chi(seats=3, sign_ups=[signed(BOB, Standing.SEATED, 1, party=2)])

    fact = activity.sign_up(ANN, 2, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.WAITING
    assert (activity.free, activity.waiting) == (1, 2)


def test_a_single_person_does_not_overtake_a_waiting_party_that_does_not_fit_yet():
    book = [signed(BOB, Standing.SEATED, 1, party=2), signed(CHO, Standing.WAITING, 2, party=2)]
    activity = tai_chi(seats=3, sign_ups=book)

    fact = activity.sign_up(ANN, 1, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.WAITING
    assert activity.free == 1


def test_asking_twice_gives_the_first_answer_again_and_changes_nothing():
    activity = tai_chi(seats=3)
    first = activity.sign_up(ANN, 1, MONDAY_9AM)

    again = activity.sign_up(ANN, 1, MONDAY_9AM + timedelta(hours=1))

    assert again.again
    assert again.sign_up is first.sign_up
    assert (activity.seated, activity.next_number) == (1, 2)


@pytest.mark.parametrize("standing", [Standing.REQUESTED, Standing.WAITING, Standing.SEATED])
def test_whoever_is_in_the_book_is_not_written_down_twice(standing):
    activity = tai_chi(seats=5, sign_ups=[signed(ANN, standing, 1)])

    fact = activity.sign_up(ANN, 2, MONDAY_9AM)

    assert fact.again
    assert fact.sign_up.party == 1


def test_one_signs_up_for_oneself_and_for_somebody_else_apart():
    activity = tai_chi(seats=2)

    own = activity.sign_up(ANN, 1, MONDAY_9AM, SELF)
    mothers = activity.sign_up(ANN, 1, MONDAY_9AM, MOTHER)

    assert not mothers.again
    assert (own.sign_up.number, mothers.sign_up.number) == (1, 2)
    assert set(activity.mine) == {SELF, MOTHER}


@pytest.mark.parametrize(("seats", "party", "at_most"), [(30, 7, 6), (30, 0, 6), (30, -1, 6), (3, 4, 3), (0, 1, 0)])
def test_a_party_larger_than_allowed_or_than_the_room_is_refused_with_the_number_that_would_do(seats, party, at_most):
    activity = tai_chi(seats=seats)

    with pytest.raises(PartyTooLarge) as refusal:
        activity.sign_up(ANN, party, MONDAY_9AM)

    assert (refusal.value.party, refusal.value.at_most) == (party, at_most)
    assert (activity.seated, activity.waiting, activity.next_number, activity.mine) == (0, 0, 1, {})


def test_the_largest_party_may_come():
    fact = tai_chi(seats=LARGEST_PARTY).sign_up(ANN, LARGEST_PARTY, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.SEATED


# --- leaving and coming back ----------------------------------------------------------------------------------


def test_a_withdrawn_seat_goes_to_the_one_who_has_waited_longest():
    book = [signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2), signed(CHO, Standing.WAITING, 3)]
    activity = tai_chi(seats=1, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert [(s.resident_id, s.standing, s.since) for s in fact.promoted] == [(BOB, Standing.SEATED, MONDAY_9AM)]
    assert (fact.sign_up.standing, fact.sign_up.since) == (Standing.WITHDRAWN, MONDAY_9AM)
    assert (activity.seated, activity.waiting) == (1, 1)


def test_seats_of_a_party_go_to_several_in_order():
    book = [
        signed(ANN, Standing.SEATED, 1, party=3),
        signed(BOB, Standing.WAITING, 2),
        signed(CHO, Standing.WAITING, 3),
        signed(DAN, Standing.WAITING, 4, party=2),
    ]
    activity = tai_chi(seats=3, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert [s.resident_id for s in fact.promoted] == [BOB, CHO]
    assert (activity.seated, activity.waiting, activity.free) == (2, 2, 1)


def test_a_party_that_does_not_fit_is_waited_for_and_not_passed_over():
    book = [
        signed(ANN, Standing.SEATED, 1),
        signed(BOB, Standing.SEATED, 2),
        signed(CHO, Standing.WAITING, 3, party=2),
        signed(DAN, Standing.WAITING, 4),
    ]
    activity = tai_chi(seats=2, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert fact.promoted == ()
    assert (activity.free, activity.waiting) == (1, 3)


def test_when_the_party_that_blocked_the_queue_leaves_those_behind_it_move_up():
    book = [
        signed(BOB, Standing.SEATED, 1),
        signed(ANN, Standing.WAITING, 2, party=2),
        signed(CHO, Standing.WAITING, 3),
    ]
    activity = tai_chi(seats=2, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert [s.resident_id for s in fact.promoted] == [CHO]
    assert (activity.seated, activity.waiting) == (2, 0)


def test_leaving_the_queue_frees_no_seat():
    book = [signed(BOB, Standing.SEATED, 1), signed(ANN, Standing.WAITING, 2), signed(CHO, Standing.WAITING, 3)]
    activity = tai_chi(seats=1, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert fact.promoted == ()
    assert (activity.seated, activity.waiting) == (1, 1)


def test_leaving_for_somebody_else_keeps_ones_own_seat():
    book = [signed(ANN, Standing.SEATED, 1), signed(ANN, Standing.SEATED, 2, beneficiary=MOTHER)]
    activity = tai_chi(seats=2, sign_ups=book)

    activity.withdraw(MONDAY_9AM, MOTHER)

    assert activity.mine[SELF].standing is Standing.SEATED
    assert activity.mine[MOTHER].standing is Standing.WITHDRAWN


def test_one_who_comes_back_is_the_same_row_with_a_higher_revision_at_the_end_of_the_queue():
    book = [signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2)]
    activity = tai_chi(seats=1, sign_ups=book)
    left = activity.withdraw(MONDAY_9AM).sign_up

    back = activity.sign_up(ANN, 1, MONDAY_9AM + timedelta(minutes=1)).sign_up

    assert (back.id, back.revision) == (left.id, left.revision + 1)
    assert (back.number, back.standing) == (3, Standing.WAITING)


def test_one_who_comes_back_may_bring_another_number_of_people():
    activity = tai_chi(seats=3, sign_ups=[signed(ANN, Standing.WITHDRAWN, 1, party=1)])

    back = activity.sign_up(ANN, 3, MONDAY_9AM).sign_up

    assert (back.party, back.standing, activity.seated) == (3, Standing.SEATED, 3)


@pytest.mark.parametrize("standing", [Standing.WITHDRAWN, Standing.REFUSED, Standing.ATTENDED, Standing.EXCUSED])
def test_there_is_nothing_to_give_back_for_one_who_is_not_in_the_book_any_more(standing):
    activity = tai_chi(sign_ups=[signed(ANN, standing, 1)])

    with pytest.raises(NotSignedUp):
        activity.withdraw(MONDAY_9AM)


def test_there_is_nothing_to_give_back_for_a_stranger():
    with pytest.raises(NotSignedUp):
        tai_chi().withdraw(MONDAY_9AM)


def test_one_may_leave_while_it_goes_on_but_nobody_moves_up_any_more():
    book = [signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2)]
    activity = tai_chi(seats=1, sign_ups=book)

    fact = activity.withdraw(STARTS)

    assert fact.promoted == ()
    assert (activity.seated, activity.waiting) == (0, 1)


def test_one_may_not_leave_what_is_over():
    activity = tai_chi(sign_ups=[signed(ANN, Standing.SEATED, 1)])

    with pytest.raises(ActivityClosed):
        activity.withdraw(ENDS)


# --- when it is open ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("now", [STARTS, STARTS + timedelta(seconds=1), ENDS])
def test_from_the_first_minute_on_nobody_signs_up_any_more(now: datetime):
    with pytest.raises(ActivityClosed) as refusal:
        tai_chi().sign_up(ANN, 1, now)

    assert refusal.value.since == STARTS


def test_one_may_sign_up_until_the_last_moment_before():
    fact = tai_chi().sign_up(ANN, 1, STARTS - timedelta(microseconds=1))

    assert fact.sign_up.standing is Standing.SEATED


@pytest.mark.parametrize("status", [ActivityStatus.DRAFT, ActivityStatus.HELD])
def test_what_is_not_published_is_closed(status):
    with pytest.raises(ActivityClosed):
        tai_chi(status=status).sign_up(ANN, 1, MONDAY_9AM)


def test_what_was_called_off_says_so():
    with pytest.raises(ActivityCalledOff):
        tai_chi(status=ActivityStatus.CALLED_OFF).sign_up(ANN, 1, MONDAY_9AM)


def test_seats_that_staff_took_away_leave_nobody_below_zero_and_promote_nobody():
    book = [
        signed(ANN, Standing.SEATED, 1),
        signed(BOB, Standing.SEATED, 2),
        signed(DAN, Standing.SEATED, 3),
        signed(CHO, Standing.WAITING, 4),
    ]
    activity = tai_chi(seats=1, sign_ups=book)

    fact = activity.withdraw(MONDAY_9AM)

    assert (activity.free, activity.seated, fact.promoted) == (0, 2, ())


# --- asked for first ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ActivityKind)
def test_only_group_counselling_is_talked_over_first(kind):
    policy = SignUpPolicy.default_for(kind)

    assert policy is (SignUpPolicy.REQUEST if kind is ActivityKind.GROUP else SignUpPolicy.OPEN)


def test_a_request_takes_no_seat_and_no_place_in_the_queue_until_staff_accept():
    activity = tai_chi(seats=2, policy=SignUpPolicy.REQUEST)

    fact = activity.sign_up(ANN, 2, MONDAY_9AM)

    assert fact.sign_up.standing is Standing.REQUESTED
    assert (activity.seated, activity.waiting, fact.sign_up.number) == (0, 0, 1)


def test_an_accepted_request_gets_the_free_seat():
    activity = tai_chi(seats=2, policy=SignUpPolicy.REQUEST)
    request = activity.sign_up(ANN, 2, MONDAY_9AM).sign_up

    fact = activity.accept(request, MONDAY_9AM + timedelta(hours=1))

    assert (fact.sign_up.standing, fact.sign_up.since) == (Standing.SEATED, MONDAY_9AM + timedelta(hours=1))
    assert activity.seated == 2


def test_an_accepted_request_waits_when_all_seats_are_taken():
    book = [signed(BOB, Standing.SEATED, 1), signed(ANN, Standing.REQUESTED, 2)]
    activity = tai_chi(seats=1, sign_ups=book, policy=SignUpPolicy.REQUEST)

    fact = activity.accept(book[1], MONDAY_9AM)

    assert fact.sign_up.standing is Standing.WAITING
    assert activity.waiting == 1


@pytest.mark.parametrize("standing", [standing for standing in Standing if standing is not Standing.REQUESTED])
def test_only_a_request_can_be_accepted(standing):
    sign_up = signed(ANN, standing, 1)
    activity = tai_chi(sign_ups=[sign_up])

    with pytest.raises(IllegalMove):
        activity.accept(sign_up, MONDAY_9AM)


def test_nothing_is_accepted_once_it_has_begun():
    request = signed(ANN, Standing.REQUESTED, 1)

    with pytest.raises(ActivityClosed):
        tai_chi(sign_ups=[request]).accept(request, STARTS)


def test_a_refused_request_changes_no_count():
    request = signed(ANN, Standing.REQUESTED, 1)
    activity = tai_chi(sign_ups=[request])

    fact = activity.refuse(request, MONDAY_9AM)

    assert (fact.sign_up.standing, fact.promoted) == (Standing.REFUSED, ())
    assert (activity.seated, activity.waiting) == (0, 0)


def test_a_place_that_staff_take_back_goes_to_the_next_in_the_queue():
    book = [signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2)]
    activity = tai_chi(seats=1, sign_ups=book)

    fact = activity.refuse(book[0], MONDAY_9AM)

    assert [s.resident_id for s in fact.promoted] == [BOB]


@pytest.mark.parametrize("standing", [standing for standing in Standing if not standing.is_active])
def test_what_is_settled_cannot_be_refused(standing):
    sign_up = signed(ANN, standing, 1)

    with pytest.raises(IllegalMove):
        tai_chi(sign_ups=[sign_up]).refuse(sign_up, MONDAY_9AM)


# --- moved, called off ----------------------------------------------------------------------------------------


def test_moving_says_from_where_to_where_and_raises_the_revision():
    activity = tai_chi()
    old, new = activity.slot, activity.slot.moved_to(STARTS + timedelta(days=1))

    fact = activity.reschedule(new, "Room 5", MONDAY_9AM)

    assert fact is not None
    assert (fact.old, fact.new, fact.old_place, fact.new_place, fact.revision) == (old, new, "Room 2", "Room 5", 1)
    assert (activity.slot, activity.place, activity.revision) == (new, "Room 5", 1)


def test_another_place_alone_is_a_move():
    activity = tai_chi()

    fact = activity.reschedule(activity.slot, "Room 5", MONDAY_9AM)

    assert fact is not None
    assert fact.old == fact.new


def test_moving_it_to_where_it_is_already_is_no_news():
    activity = tai_chi()

    assert activity.reschedule(activity.slot, activity.place, MONDAY_9AM) is None
    assert activity.revision == 0


def test_it_cannot_be_moved_into_the_past():
    activity = tai_chi()

    with pytest.raises(ActivityClosed):
        activity.reschedule(Slot.of_minutes(MONDAY_9AM, 60), "Room 2", MONDAY_9AM)

    assert (activity.slot.starts_at, activity.revision) == (STARTS, 0)


def test_what_has_begun_cannot_be_moved():
    activity = tai_chi()

    with pytest.raises(ActivityClosed):
        activity.reschedule(activity.slot.moved_to(STARTS + timedelta(days=7)), "Room 2", STARTS)


def test_calling_off_raises_the_revision_and_closes_the_door():
    activity = tai_chi()

    fact = activity.call_off(MONDAY_9AM)

    assert (fact.revision, activity.status) == (1, ActivityStatus.CALLED_OFF)
    with pytest.raises(ActivityCalledOff):
        activity.sign_up(ANN, 1, MONDAY_9AM)


def test_it_is_called_off_once():
    activity = tai_chi()
    activity.call_off(MONDAY_9AM)

    with pytest.raises(ActivityCalledOff):
        activity.call_off(MONDAY_9AM)

    assert activity.revision == 1


def test_what_goes_on_can_still_be_called_off_and_what_is_over_cannot():
    activity = tai_chi()
    with pytest.raises(ActivityClosed):
        activity.call_off(ENDS)

    fact = activity.call_off(ENDS - timedelta(seconds=1))

    assert fact.revision == 1


def test_a_seat_given_back_after_calling_off_moves_nobody_up():
    book = [signed(ANN, Standing.SEATED, 1), signed(BOB, Standing.WAITING, 2)]
    activity = tai_chi(seats=1, sign_ups=book)
    activity.call_off(MONDAY_9AM)

    fact = activity.withdraw(MONDAY_9AM)

    assert fact.promoted == ()


# --- what a standing means ------------------------------------------------------------------------------------


def test_every_standing_that_holds_a_seat_before_the_activity_is_active():
    holds = {standing for standing in Standing if standing.holds_seat}
    active = {standing for standing in Standing if standing.is_active}

    assert holds == {Standing.OFFERED, Standing.SEATED, Standing.ATTENDED, Standing.LATE}
    assert active == {Standing.REQUESTED, Standing.WAITING, Standing.OFFERED, Standing.SEATED}


@pytest.mark.parametrize("days", [-1, 0, 7])
def test_a_move_must_be_known_before_anybody_sets_out_for_either_time(days):
    activity = tai_chi()

    fact = activity.reschedule(activity.slot.moved_to(STARTS + timedelta(days=days)), "Room 5", MONDAY_9AM)

    assert fact.needed_by == STARTS + timedelta(days=min(days, 0)) - TIME_TO_ADAPT


def test_that_it_is_called_off_must_be_known_before_anybody_sets_out():
    assert tai_chi().call_off(MONDAY_9AM).needed_by == STARTS - TIME_TO_ADAPT
