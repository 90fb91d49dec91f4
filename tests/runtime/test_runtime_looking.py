"""A look at the accounts: an adapter's findings as they are, and its bad days as findings too."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from outreach.channels.base import Finding
from outreach.channels.webchat import open_channel
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret
from outreach.runtime import looking
from outreach.runtime.doors import Door
from outreach.runtime.looking import Look, look
from outreach.testing import make_context

GOOD = Finding("token", True)
PUBLIC = "https://outreach.example.org"


class _Line:
    """Has all verbs of a hook channel by the web chat's; its account finds what it is told to."""

    def __init__(self, found: Sequence[Finding] | Exception | None) -> None:
        self._found = found
        self._like = open_channel({"enabled": Secret("true")}, make_context("line"))

    def __getattr__(self, name: str) -> object:
        return getattr(self._like, name)

    async def check(self) -> Sequence[Finding]:
        if self._found is None:
            await asyncio.Event().wait()
        if isinstance(self._found, Exception):
            raise self._found
        return self._found or ()


def _looked(found: Sequence[Finding] | Exception | None, base_url: str = PUBLIC) -> Look:
    line = Door(LaneName("line"), "line", _Line(found), None)  # type: ignore[arg-type]
    (only,) = asyncio.run(look([line], base_url))
    return only


def test_findings_of_the_adapter_are_told_as_they_are():
    bad = Finding("menu", False, "denied", "menu")

    assert _looked([GOOD]).good
    assert _looked([GOOD, bad]) == Look(LaneName("line"), "line", (GOOD, bad))
    assert not _looked([GOOD, bad]).good


def test_an_adapter_that_raises_is_a_finding_without_its_words():
    (finding,) = _looked(ValueError("their secret")).findings

    assert (finding.good, finding.code) == (False, "check_failed")
    assert "secret" not in repr(finding)


def test_a_platform_that_never_answers_is_a_finding(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(looking, "PATIENCE", 0.01)

    (finding,) = _looked(None).findings

    assert (finding.good, finding.remedy) == (False, "no_answer")


@pytest.mark.parametrize("base_url", ["http://outreach.example.org", "https://localhost:8000", "http://127.0.0.1:8000"])
def test_an_address_that_no_platform_can_call_is_a_finding(base_url: str):
    assert [finding.code for finding in _looked([GOOD], base_url).findings] == ["not_public", ""]
