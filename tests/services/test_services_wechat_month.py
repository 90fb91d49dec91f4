"""A month against a WeChat that enforces its windows and quotas: never refused, and nobody forgotten."""

from __future__ import annotations

import pytest
from services_town import Town
from services_wechat_month import Month

from outreach.testing.wechat_api import Kind


@pytest.mark.parametrize(
    "kind", [Kind(verified=True), Kind(service=True, verified=True)], ids=["subscription", "service"]
)
def test_in_a_month_wechat_refuses_nothing_and_whoever_is_not_reminded_is_called(town: Town, kind: Kind):
    figures = Month(town, kind, residents=120).run(days=30)

    assert set(figures.codes) == {0}
    assert figures.forgotten == 0
    assert figures.seats > 100
    assert figures.reminded > 0
    assert kind.service or figures.to_call > 0
    assert figures.states["parked"] > 0
