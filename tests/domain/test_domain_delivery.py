"""What may happen to a delivery, how urgent it is, and the key that keeps it single."""

from datetime import timedelta
from itertools import product

import pytest
from domain_scene import MOMENTS
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.delivery import (
    KEPT,
    KEPT_OF_STRANGERS,
    MOST_TRIES,
    MOVES,
    OPEN_STATES,
    RESENT_WHEN_UNCONFIRMED,
    STRANGERS_WAIT,
    AtHand,
    DeliveryState,
    Expire,
    Keep,
    Purge,
    Rank,
    change_key,
    check_move,
    confirmation_key,
    pause_before,
    rank_of,
    reminder_key,
    reply_key,
    tidy,
    tip_key,
)
from outreach.domain.errors import IllegalMove
from outreach.domain.ids import InboxId, ResidentId, SignUpId
from outreach.domain.messages import MessageKind

S = DeliveryState
FINAL = {S.SENT, S.FAILED, S.WITHDRAWN, S.EXPIRED}


@pytest.mark.parametrize(
    ("old", "new"), [pair for pair in product(S, S) if pair[1] not in MOVES[pair[0]]], ids=lambda state: state.value
)
def test_a_move_that_is_not_in_the_table_is_refused(old, new):
    with pytest.raises(IllegalMove) as refusal:
        check_move(old, new)

    assert (refusal.value.what, refusal.value.state, refusal.value.move) == ("delivery", old, new)


@pytest.mark.parametrize(("old", "new"), [(old, new) for old, news in MOVES.items() for new in sorted(news)])
def test_a_move_in_the_table_is_allowed(old, new):
    check_move(old, new)


def test_every_state_has_its_moves():
    assert set(MOVES) == set(S)


def test_what_is_final_never_moves_again():
    assert {state for state in S if not MOVES[state]} == FINAL


def test_nothing_is_sent_twice():
    assert not MOVES[S.SENT]
    into_the_air = {state for state in S if S.CALLING in MOVES[state]}
    assert into_the_air == {S.LEASED, S.PARKED}  # alone, or as one of many in a mass message


def test_what_is_on_the_wire_can_be_neither_withdrawn_nor_expired():
    assert not MOVES[S.CALLING] & {S.WITHDRAWN, S.EXPIRED}
    assert all({S.WITHDRAWN, S.EXPIRED} <= MOVES[state] for state in OPEN_STATES)


def test_what_a_person_looks_at_can_only_be_tried_again():
    assert MOVES[S.DEAD] == MOVES[S.UNCONFIRMED] == {S.QUEUED}


def test_every_state_but_the_first_can_be_reached():
    reached = {new for news in MOVES.values() for new in news}

    assert reached == set(S)


def test_ranks_go_from_safety_to_education():
    assert [rank_of(kind) for kind in MessageKind] == [
        Rank.SAFETY,
        Rank.REPLY,
        Rank.CONFIRMATION,
        Rank.CONFIRMATION,
        Rank.REMINDER,
        Rank.ANNOUNCEMENT,
        Rank.EDUCATION,
    ]
    assert sorted(Rank) == list(Rank)


def test_a_broadcast_is_never_resent_on_a_guess():
    assert set(MessageKind) - RESENT_WHEN_UNCONFIRMED == {MessageKind.ANNOUNCEMENT, MessageKind.EDUCATION}


@pytest.mark.parametrize(("attempt", "seconds"), [(1, 2), (2, 2), (3, 4), (4, 8), (8, 128), (10, 300), (1000, 300)])
def test_pauses_double_up_to_five_minutes(attempt, seconds):
    assert pause_before(attempt) == timedelta(seconds=seconds)


@given(st.integers(1, 10_000))
def test_no_pause_is_shorter_than_the_one_before(attempt):
    assert timedelta(seconds=2) <= pause_before(attempt) <= pause_before(attempt + 1) <= timedelta(minutes=5)


def test_all_tries_together_last_minutes_not_hours():
    together = sum((pause_before(attempt) for attempt in range(1, MOST_TRIES + 1)), timedelta(0))

    assert timedelta(minutes=2) < together < timedelta(minutes=15)


def test_keys_name_why_and_for_whom():
    sign_up = SignUpId(12)

    assert confirmation_key(sign_up, 0, "seated") == "confirmation:s12.0:seated"
    assert reminder_key(sign_up, 1, 4, timedelta(hours=2)) == "reminder:s12.1:v4:7200s"
    assert change_key(sign_up, 1, 4) == "change:s12.1:v4"
    assert tip_key(ResidentId(3), "2026-11-24T02:00:00Z") == "tip:r3:2026-11-24T02:00:00Z"
    assert reply_key(InboxId(9), 0) == "reply:i9:0"


IDS = st.integers(1, 500)
SMALL = st.integers(0, 50)


@given(
    st.lists(
        st.one_of(
            st.builds(confirmation_key, IDS, SMALL, st.sampled_from(["seated", "waiting"])),
            st.builds(reminder_key, IDS, SMALL, SMALL, st.integers(1, 9999).map(lambda s: timedelta(seconds=s))),
            st.builds(change_key, IDS, SMALL, SMALL),
            st.builds(reply_key, IDS, SMALL),
        ),
        max_size=20,
    )
)
def test_keys_fit_their_column_and_are_plain_ascii(keys):
    assert all(len(key) <= 64 and key.isascii() and " " not in key for key in keys)


@given(st.tuples(IDS, SMALL, SMALL), st.tuples(IDS, SMALL, SMALL))
def test_two_changes_never_share_a_key(one, other):
    assert (change_key(*one) == change_key(*other)) is (one == other)


AT_HAND = st.builds(
    AtHand,
    state=st.sampled_from(DeliveryState),
    is_residents=st.booleans(),
    due_at=MOMENTS,
    changed_at=MOMENTS,
    helps_until=st.none() | MOMENTS,
    activity_ends_at=st.none() | MOMENTS,
)


@given(AT_HAND, MOMENTS)
def test_whatever_housekeeping_leaves_it_looks_at_again_later(delivery, now):
    decided = tidy(delivery, now)

    assert isinstance(decided, Purge) or decided.until > now


@given(AT_HAND, MOMENTS)
def test_nothing_open_and_nothing_of_an_activity_to_come_is_ever_purged(delivery, now):
    if isinstance(tidy(delivery, now), Purge):
        assert delivery.state not in OPEN_STATES
        assert delivery.activity_ends_at is None or delivery.activity_ends_at <= now
        assert delivery.changed_at + (KEPT if delivery.is_residents else KEPT_OF_STRANGERS) <= now


@given(AT_HAND, MOMENTS)
def test_only_what_is_open_and_of_no_more_use_expires(delivery, now):
    if isinstance(tidy(delivery, now), Expire):
        ends = delivery.helps_until if delivery.is_residents else delivery.due_at + STRANGERS_WAIT
        assert delivery.state in OPEN_STATES
        assert ends is not None
        assert ends <= now


@given(AT_HAND, MOMENTS)
def test_looking_again_when_asked_to_comes_to_an_end(delivery, now):
    looks = 0
    while isinstance(decided := tidy(delivery, now), Keep) and delivery.state not in OPEN_STATES:
        now, looks = decided.until, looks + 1

    assert looks <= 1
