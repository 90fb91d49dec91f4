"""The web chat's way in: for a QR code, if the address can be reached from outside."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from outreach.channels.webchat import open_channel
from outreach.domain.secret import Secret
from outreach.testing import make_context


def _entrance(base_url: str, source: str = "a-taiji") -> str | None:
    context = replace(make_context("webchat"), base_url=base_url)
    return asyncio.run(open_channel({"enabled": Secret("true")}, context).entrance(source))


def test_the_code_leads_into_the_chat_and_brings_its_source_along():
    assert _entrance("https://outreach.example.org") == "https://outreach.example.org/chat?source=a-taiji"


@pytest.mark.parametrize("base_url", ["http://127.0.0.1:8000", "https://localhost", "http://outreach.example.org"])
def test_an_address_of_this_machine_is_printed_on_no_wall(base_url: str):
    assert _entrance(base_url) is None
