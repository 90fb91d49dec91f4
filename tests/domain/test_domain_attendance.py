"""Who may be noted as what and when, and the figures of it: the same however they were noted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from domain_scene import STARTS, TAI_CHI
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain import attendance
from outreach.domain.attendance import CAME, HAD_A_SEAT, MARKS, CheckInClosed, How, Note, Numbers, Tally
from outreach.domain.errors import IllegalMove
from outreach.domain.signup import Standing
from outreach.domain.times import Slot

SLOT = Slot.of_minutes(STARTS, 90)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
STANDINGS = st.sampled_from([standing for standing in Standing if standing is not Standing.REFUSED])


@pytest.mark.parametrize(
    ("how", "before", "opens", "lasts", "over"),
    [
        (How.CODE, STARTS - 46 * MINUTE, STARTS - 45 * MINUTE, SLOT.ends_at + 2 * HOUR, SLOT.ends_at + 3 * HOUR),
        (How.DESK, STARTS - 46 * MINUTE, STARTS - 45 * MINUTE, SLOT.ends_at + 29 * DAY, SLOT.ends_at + 30 * DAY),
        (How.PAPER, STARTS - 46 * MINUTE, STARTS - 45 * MINUTE, SLOT.ends_at + 29 * DAY, SLOT.ends_at + 30 * DAY),
    ],
)
def test_people_are_checked_in_from_shortly_before_by_code_for_hours_by_list_for_weeks(how, before, opens, lasts, over):
    assert [attendance.is_open(SLOT, at, how) for at in (before, opens, lasts, over)] == [False, True, True, False]
    with pytest.raises(CheckInClosed) as refused:
        attendance.require_open(TAI_CHI, SLOT, before, how)
    assert refused.value.opens_at == opens


def test_a_quarter_of_an_hour_is_nobodys_fault_and_afterwards_nobody_knows_when_they_came():
    moments = (STARTS - MINUTE, STARTS + 15 * MINUTE, STARTS + 16 * MINUTE, SLOT.ends_at)

    assert [attendance.arrived(SLOT, at).value for at in moments] == ["attended", "attended", "late", "attended"]


@given(stands=STANDINGS, party=st.integers(1, 6), people=st.none() | st.integers(-1, 8), mark=STANDINGS)
def test_a_note_says_no_more_people_than_signed_up_and_absent_is_only_who_was_expected(stands, party, people, mark):
    possible = mark in MARKS and (mark in CAME or stands in HAD_A_SEAT)
    possible = possible and (mark not in CAME or people is None or 1 <= people <= party)

    if not possible:
        with pytest.raises(IllegalMove):
            attendance.note(stands, party, mark, people)
        return
    made = attendance.note(stands, party, mark, people)

    assert made == Note(mark, (party if people is None else people) if mark in CAME else 0)


@pytest.mark.parametrize("mark", sorted(MARKS))
def test_who_was_refused_is_on_no_list(mark):
    with pytest.raises(IllegalMove):
        attendance.note(Standing.REFUSED, 1, mark)


SIGN_UPS = st.lists(
    st.tuples(STANDINGS, st.none() | st.sampled_from(sorted(MARKS)), st.integers(1, 6), st.integers(1, 6))
)


def tally(stands: Standing, mark: Standing | None, party: int, people: int) -> Tally | None:
    """One sign-up as it can be noted; ``None`` where it cannot be."""
    if mark is None:
        return Tally(stands, None, party, 0)
    if mark not in CAME and stands not in HAD_A_SEAT:
        return None
    return Tally(stands, mark, party, min(people, party) if mark in CAME else 0)


@given(SIGN_UPS, st.integers(0, 9), st.integers(0, 9))
def test_everybody_who_was_expected_is_counted_once(sign_ups, walk_ins, cancelled):
    tallies = [made for one in sign_ups if (made := tally(*one)) is not None]

    found = attendance.numbers(tallies, walk_ins, cancelled)

    expected = [one for one in tallies if one.standing in HAD_A_SEAT]
    assert found.expected == sum(one.party for one in expected)
    assert found.attended + found.late + found.absent + found.excused + found.open == found.expected
    assert found.came == sum(one.people for one in tallies) + walk_ins
    assert found.cancelled_late == cancelled
    assert found.show_rate is None or 0 <= found.show_rate <= 1


@given(SIGN_UPS)
def test_it_makes_no_difference_whether_sign_ups_are_counted_one_by_one_or_together(sign_ups):
    tallies = [made for one in sign_ups if (made := tally(*one)) is not None]
    together: dict[tuple[Standing, Standing | None], Tally] = {}
    for one in tallies:
        so_far = together.get((one.standing, one.mark), Tally(one.standing, one.mark, 0, 0))
        together[one.standing, one.mark] = Tally(
            one.standing, one.mark, so_far.party + one.party, so_far.people + one.people
        )

    assert attendance.numbers(together.values(), 0, 0) == attendance.numbers(tallies, 0, 0)


def test_of_a_party_of_three_of_whom_two_came_one_is_absent():
    found = attendance.numbers([Tally(Standing.SEATED, Standing.LATE, 3, 2)], 1, 0)

    assert found == Numbers(expected=3, late=2, absent=1, walk_ins=1)
    assert (found.came, found.show_rate) == (3, 2 / 3)
