"""A broadcast: its moves, who may approve it, what it counts as, and when the last message is out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from domain_scene import MOMENTS
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.actor import Actor, Role
from outreach.domain.broadcast import (
    MOVES,
    STILL_WELCOME,
    About,
    Broadcast,
    BroadcastId,
    BroadcastState,
    SecondPersonNeeded,
    broadcast_key,
    finishes_at,
    helps_until,
    kind_of,
)
from outreach.domain.errors import IllegalMove
from outreach.domain.ids import ResidentId, StaffId
from outreach.domain.messages import MessageKind
from outreach.domain.times import QuietHours

S = BroadcastState
MEI = Actor(Role.VILLAGE_ADMIN, "mei", StaffId(4), "/1/4/")
LIN = replace(MEI, name="lin", staff_id=StaffId(5))
OPERATOR = Actor.operator()
SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT = QuietHours(time(21, 30), time(7, 30))
DAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)


def drafted(by: Actor = MEI, about: About = About.TEXT, state: BroadcastState = S.DRAFT) -> Broadcast:
    return Broadcast(BroadcastId(7), about, state, by.name, by.staff_id)


def test_the_straight_way_is_from_draft_to_done():
    way = [S.DRAFT, S.APPROVED, S.PLANNING, S.SENDING, S.DONE]

    for old, new in pairwise(way):
        moved = drafted(state=old)
        moved.move(new)
        assert moved.state is new


@pytest.mark.parametrize("old", S)
@pytest.mark.parametrize("new", S)
def test_a_move_that_is_not_in_the_table_is_refused(old, new):
    if new in MOVES[old]:
        return
    with pytest.raises(IllegalMove):
        drafted(state=old).move(new)


@pytest.mark.parametrize("state", [S.DRAFT, S.APPROVED, S.PLANNING, S.SENDING])
def test_what_is_not_over_can_be_stopped(state):
    fact = drafted(state=state).stop()

    assert fact.was is state


@pytest.mark.parametrize("state", [S.DONE, S.STOPPED])
def test_what_is_over_cannot_be_stopped(state):
    with pytest.raises(IllegalMove):
        drafted(state=state).stop()


@pytest.mark.parametrize(
    ("drafter", "approver", "about", "second_person", "allowed"),
    [
        (MEI, LIN, About.TEXT, True, True),
        (MEI, MEI, About.TEXT, True, False),
        (MEI, MEI, About.ITEM, True, False),
        (MEI, MEI, About.ACTIVITY, True, True),
        (MEI, MEI, About.TEXT, False, True),
        (MEI, OPERATOR, About.TEXT, True, True),
        (OPERATOR, MEI, About.TEXT, True, True),
        (MEI, replace(LIN, name="mei"), About.TEXT, True, True),  # a namesake is somebody else
        (replace(MEI, staff_id=None), replace(MEI, staff_id=None), About.TEXT, True, False),
    ],
)
def test_free_words_and_education_want_somebody_else(drafter, approver, about, second_person, allowed):
    broadcast = drafted(drafter, about)

    if allowed:
        assert not broadcast.approve(approver, second_person=second_person).alone
        assert broadcast.state is S.APPROVED
    else:
        with pytest.raises(SecondPersonNeeded):
            broadcast.approve(approver, second_person=second_person)
        assert broadcast.state is S.DRAFT


def test_whoever_holds_the_machine_may_do_without_and_it_is_told():
    assert drafted(OPERATOR).approve(OPERATOR, second_person=True).alone
    assert not drafted(OPERATOR).approve(OPERATOR, second_person=False).alone
    assert not drafted(OPERATOR, About.ACTIVITY).approve(OPERATOR, second_person=True).alone


def test_what_was_approved_is_not_approved_again():
    broadcast = drafted()
    broadcast.approve(LIN, second_person=True)

    with pytest.raises(IllegalMove):
        broadcast.approve(LIN, second_person=True)


def test_an_item_needs_the_consent_to_tips_the_rest_that_to_news():
    assert [kind_of(about) for about in About] == [
        MessageKind.ANNOUNCEMENT,
        MessageKind.EDUCATION,
        MessageKind.ANNOUNCEMENT,
    ]


def test_it_helps_until_its_activity_begins_or_for_a_week():
    assert helps_until(DAY, DAY + timedelta(days=2)) == DAY + timedelta(days=2)
    assert helps_until(DAY, None) == DAY + STILL_WELCOME


def test_the_key_names_broadcast_and_resident_and_no_channel():
    assert broadcast_key(BroadcastId(7), ResidentId(12)) == "broadcast:b7:r12"


@pytest.mark.parametrize(
    ("begins", "messages", "quiet", "ends"),
    [
        (DAY, 3_600, NIGHT, DAY + timedelta(hours=1)),
        (DAY, 0, NIGHT, DAY),
        (DAY.replace(hour=21), 3_600, NIGHT, DAY.replace(hour=8) + timedelta(days=1)),  # half an hour before the night
        (DAY.replace(hour=23), 3_600, NIGHT, DAY.replace(hour=8, minute=30) + timedelta(days=1)),
        (DAY.replace(hour=23), 3_600, None, DAY + timedelta(hours=14)),
        (DAY.replace(hour=7, minute=30), 14 * 3_600, NIGHT, DAY.replace(hour=21, minute=30)),
        (DAY.replace(hour=7, minute=30), 28 * 3_600, NIGHT, DAY.replace(hour=21, minute=30) + timedelta(days=1)),
    ],
)
def test_the_last_one_is_out_at_one_a_second_with_the_nights_left_aside(begins, messages, quiet, ends):
    assert finishes_at(begins, messages, 1.0, quiet, SHANGHAI) == ends


@given(MOMENTS, st.integers(0, 500_000), st.sampled_from([None, NIGHT, QuietHours(time(12), time(14))]))
def test_it_is_never_sooner_than_the_rate_allows_and_never_ends_in_the_night(begins, messages, quiet):
    end = finishes_at(begins, messages, 1.0, quiet, SHANGHAI)

    assert end >= begins + timedelta(seconds=messages)
    if quiet is not None and messages:
        assert quiet.window_around(end - timedelta(microseconds=1), SHANGHAI) is None
