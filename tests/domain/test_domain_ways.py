"""Which way one message takes: never two, and the next when one is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.ids import AddressId, LaneName
from outreach.domain.ways import Way, choose_way

NOW = datetime(2026, 11, 23, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
WECHAT = Way(AddressId(1), LaneName("wechat"), NOW)
TELEGRAM = Way(AddressId(2), LaneName("telegram"), NOW - HOUR)
LETTERS = Way(AddressId(3), LaneName("email"), NOW - 2 * HOUR)

WAYS = st.lists(
    st.builds(
        Way,
        st.integers(1, 99).map(AddressId),
        st.sampled_from(["wechat", "telegram", "email"]).map(LaneName),
        st.integers(0, 3).map(lambda hours: NOW - hours * HOUR),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.integers(0, 2),
    ),
    max_size=5,
    unique_by=lambda way: way.address_id,
)


@pytest.mark.parametrize(
    ("ways", "chosen"),
    [
        pytest.param([], None, id="nowhere"),
        pytest.param([replace(WECHAT, reachable=False)], None, id="gone"),
        pytest.param([LETTERS, WECHAT, TELEGRAM], "wechat", id="where they wrote last"),
        pytest.param([WECHAT, replace(LETTERS, preferred=True)], "email", id="where they want it"),
        pytest.param([replace(WECHAT, cost=5), TELEGRAM], "telegram", id="what costs less"),
        pytest.param([WECHAT, replace(LETTERS, preferred=True, cost=5)], "email", id="their wish before our purse"),
        pytest.param([replace(WECHAT, preferred=True, is_open=False), TELEGRAM], "telegram", id="an open door first"),
        pytest.param([replace(WECHAT, is_open=False), replace(LETTERS, is_open=False)], "wechat", id="it waits there"),
        pytest.param([replace(WECHAT, preferred=True, reachable=False), LETTERS], "email", id="the next one"),
        pytest.param([replace(LETTERS, last_word_at=NOW), WECHAT], "wechat", id="of two alike the older address"),
    ],
)
def test_the_way_of_a_message(ways: list[Way], chosen: str | None):
    way = choose_way(ways)

    assert (None if way is None else way.lane) == chosen


@given(WAYS)
def test_falling_back_takes_every_way_once_and_then_none(ways: list[Way]):
    tried: list[Way] = []
    while (way := choose_way(ways, {each.address_id for each in tried})) is not None:
        tried.append(way)

    assert sorted(way.address_id for way in tried) == sorted(way.address_id for way in ways if way.reachable)
    assert all(one.is_open >= other.is_open for one, other in pairwise(tried))


@given(WAYS, st.randoms())
def test_the_order_in_which_ways_are_given_does_not_matter(ways: list[Way], chance):
    shuffled = list(ways)
    chance.shuffle(shuffled)

    assert choose_way(shuffled) == choose_way(ways)


@given(WAYS)
def test_what_they_prefer_is_taken_wherever_it_is_open(ways: list[Way]):
    way = choose_way(ways)

    if way is not None and any(each.preferred and each.is_open and each.reachable for each in ways):
        assert way.preferred
        assert way.is_open
