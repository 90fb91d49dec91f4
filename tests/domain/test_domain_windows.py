"""What a platform lets through after which act, and which way a message takes then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from outreach.domain.messages import (
    Act,
    Allowance,
    Capabilities,
    Message,
    Pressed,
    Reach,
    Reachability,
    Receipt,
    Unparsed,
)
from outreach.domain.windows import PushWindow, Route, act_of, choose_route, open_until, opened_by, takes_the_place

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOURS, SECONDS = timedelta(hours=1), timedelta(seconds=1)
RULES = {
    Act.MESSAGE: Allowance(5, 48 * HOURS),
    **{act: Allowance(3, 60 * SECONDS) for act in (Act.CLICK, Act.FOLLOW, Act.SCAN)},
}
WORD = PushWindow(NOW + 40 * HOURS, 2, Act.MESSAGE)


@pytest.mark.parametrize(
    ("incoming", "act"),
    [
        (Message("1", "ann", "hello", NOW), Act.MESSAGE),
        (Unparsed("1", "image", NOW, "ann"), Act.MESSAGE),
        (Unparsed("1", "other_event", NOW), None),
        (Pressed("1", "ann", "mine", NOW), Act.CLICK),
        (Reachability("1", "ann", NOW, Reach.JOINED), Act.FOLLOW),
        (Reachability("1", "ann", NOW, Reach.JOINED, source="act:1"), Act.SCAN),
        (Reachability("1", "ann", NOW, Reach.LEFT), None),
        (Receipt("1", "ann", NOW, "7", True), None),
    ],
)
def test_what_opens_a_window(incoming, act):
    assert act_of(incoming) is act


def test_a_word_opens_48_hours_from_when_it_was_said_less_a_minute():
    window = opened_by(Act.MESSAGE, NOW - 10 * SECONDS, NOW, RULES)

    assert window == PushWindow(NOW + 48 * HOURS - 70 * SECONDS, 5, Act.MESSAGE)


def test_a_tap_opens_a_minute_less_a_tenth_and_a_clock_ahead_of_ours_adds_nothing():
    assert opened_by(Act.CLICK, NOW + HOURS, NOW, RULES) == PushWindow(NOW + 54 * SECONDS, 3, Act.CLICK)


def test_what_the_platform_does_not_count_opens_nothing():
    assert opened_by(Act.MESSAGE, NOW, NOW, {}) is None
    assert opened_by(Act.SCAN, NOW, NOW, {Act.SCAN: Allowance(0, HOURS)}) is None


@pytest.mark.parametrize(
    ("new", "old", "taken"),
    [
        pytest.param((48, 5, Act.MESSAGE), None, True, id="the first"),
        pytest.param((48, 5, Act.MESSAGE), (40, 2, Act.MESSAGE), True, id="a newer word"),
        pytest.param((39, 5, Act.MESSAGE), (40, 0, Act.MESSAGE), False, id="an older word, late"),
        pytest.param((0.01, 3, Act.CLICK), (40, 2, Act.MESSAGE), False, id="a tap within a word's hours"),
        pytest.param((0.01, 3, Act.CLICK), (40, 0, Act.MESSAGE), True, id="a tap after the quota"),
        pytest.param((0.01, 3, Act.CLICK), (-1, 2, Act.MESSAGE), True, id="a tap after the hours"),
    ],
)
def test_which_of_two_windows_counts(new, old, taken):
    def window(of):
        return None if of is None else PushWindow(NOW + of[0] * HOURS, of[1], of[2])

    assert takes_the_place(window(new), window(old), NOW) is taken


def test_nothing_is_left_in_a_window_that_is_over():
    assert (WORD.left_at(NOW), WORD.left_at(WORD.until)) == (2, 0)


@pytest.mark.parametrize(
    ("left", "kept", "parts", "templated", "route"),
    [
        (5, 0, 1, True, Route.CUSTOMER),
        (2, 1, 1, False, Route.CUSTOMER),
        (1, 1, 1, False, Route.LATER),
        (1, 0, 2, True, Route.TEMPLATE),
        (0, 0, 1, True, Route.TEMPLATE),
        (0, 0, 1, False, Route.LATER),
    ],
)
def test_the_first_way_that_gets_there(left, kept, parts, templated, route):
    assert choose_route(left=left, kept=kept, parts=parts, templated=templated) is route


@pytest.mark.parametrize(
    ("allowances", "word", "window", "until"),
    [
        ({}, -HOURS, None, 47 * HOURS),
        ({}, -48 * HOURS, None, None),
        ({}, None, None, None),
        (RULES, -HOURS, None, 47 * HOURS),  # from before it was counted
        (RULES, -HOURS, PushWindow(NOW + 30 * SECONDS, 3, Act.CLICK), 30 * SECONDS),
        (RULES, -HOURS, PushWindow(NOW, 3, Act.CLICK), None),
        (RULES, -HOURS, PushWindow(NOW + HOURS, 0, Act.MESSAGE), None),
        ({}, -HOURS, PushWindow(NOW, 0, Act.MESSAGE), 47 * HOURS),
    ],
)
def test_until_when_somebody_can_be_answered(allowances, word, window, until):
    able = Capabilities(
        text_limit=600, text_unit="utf8", buttons=False, max_buttons=0, files=False, may_push=True, replies_in_place=1,
        rate_per_second=10, max_in_flight=4, reply_window=48 * HOURS, allowances=allowances,
    )  # fmt: skip

    found = open_until(able, None if word is None else NOW + word, window, NOW)

    assert found == (None if until is None else NOW + until)
