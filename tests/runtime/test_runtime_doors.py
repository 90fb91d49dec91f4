"""Opening: a platform that is down when we start does not stop us."""

from __future__ import annotations

import asyncio

import pytest

from outreach.domain.ids import LaneName
from outreach.runtime import doors
from outreach.runtime.doors import Door, prepare


class _Line:
    def __init__(self, failures: int) -> None:
        self.failures, self.tries = failures, 0

    async def prepare(self) -> None:
        self.tries += 1
        if self.tries <= self.failures:
            raise ConnectionError("platform down")


def test_a_channel_that_cannot_be_prepared_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    monkeypatch.setattr(doors, "FIRST_PAUSE", 0.0)
    line = _Line(failures=3)

    asyncio.run(prepare(Door(LaneName("line"), "line", line, None)))  # type: ignore[arg-type]

    assert line.tries == 4
    assert "trying again" in caplog.text
    assert "platform down" not in caplog.text
