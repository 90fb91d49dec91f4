"""For whom an item is meant."""

import pytest

from outreach.domain.people import Audience


@pytest.mark.parametrize(
    ("tags", "chosen", "meant"),
    [
        ({"general"}, set(), True),
        ({"general"}, {"youth"}, True),
        ({"elderly"}, set(), False),
        ({"elderly"}, {"elderly"}, True),
        ({"elderly"}, {"youth"}, False),
        ({"elderly", "youth"}, {"youth"}, True),
        ({"elderly", "general"}, {"youth"}, True),
        (set(), {"youth"}, False),
        (set(), set(), False),
    ],
)
def test_one_hears_what_is_for_everybody_and_what_one_chose(tags, chosen, meant):
    assert Audience(frozenset(tags)).includes(frozenset(chosen)) is meant
