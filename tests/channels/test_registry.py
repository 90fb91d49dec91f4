"""From lane names to open channels: only what is named is loaded, and what fails is named without its options."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from importlib.metadata import EntryPoint
from types import ModuleType
from typing import Any

import pytest

from outreach.channels import registry
from outreach.channels.registry import installed_adapters, open_channels
from outreach.domain.ids import LaneName
from outreach.domain.secret import Secret
from outreach.testing.context import make_context

WORD = "quince-marmalade"  # stands for a secret


def opened(sections: Mapping[str, Mapping[str, str]]) -> tuple[list[Any], list[str]]:
    """Open *sections*; the channels and the problems."""
    hidden = {
        LaneName(lane): {key: Secret(text) for key, text in options.items()} for lane, options in sections.items()
    }
    return open_channels(hidden, lambda lane: make_context(lane))


@pytest.fixture
def foreign(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """A package of somebody else's that offers the adapter ``pigeon``."""
    module = ModuleType("pigeon_post")
    monkeypatch.setitem(sys.modules, "pigeon_post", module)
    point = EntryPoint("pigeon", "pigeon_post:open_channel", registry.GROUP)
    ours = installed_adapters()
    monkeypatch.setattr(registry, "installed_adapters", lambda: {**ours, "pigeon": point})
    return module


def test_our_own_adapters_come_the_way_of_anybody_s():
    assert {"webchat", "telegram", "wechat"} <= set(installed_adapters())


def test_a_section_opens_the_adapter_of_its_name_or_the_one_it_names():
    channels, problems = opened({"webchat": {}, "door_two": {"adapter": "webchat"}})

    assert problems == []
    assert [(one.lane, one.adapter, one.channel.lane) for one in channels] == [
        ("webchat", "webchat", "webchat"),
        ("door_two", "webchat", "door_two"),
    ]


def test_an_unknown_adapter_is_told_with_its_lane_and_what_there_is():
    _, (told,) = opened({"carrier": {"token": WORD}})

    assert told.startswith("OUTREACH_CHANNELS__CARRIER: ")
    assert "installed: telegram, webchat, wechat" in told
    assert WORD not in told


def test_one_that_fails_stops_no_other_and_all_problems_are_told():
    channels, problems = opened({"telegram": {"token": WORD}, "webchat": {}, "wechat": {"appid": WORD}})

    assert [one.lane for one in channels] == ["webchat"]
    assert {told.split(":")[0] for told in problems} == {"OUTREACH_CHANNELS__TELEGRAM", "OUTREACH_CHANNELS__WECHAT"}
    assert len(problems) > 2
    assert WORD not in "".join(problems)


def test_an_adapter_that_will_not_import_is_named(foreign: ModuleType):
    _, (told,) = opened({"pigeon": {"token": WORD}})

    assert told == "OUTREACH_CHANNELS__PIGEON: the adapter 'pigeon' will not import (AttributeError)"


def test_an_adapter_that_breaks_at_opening_is_named_without_what_it_said(foreign: ModuleType):
    def open_channel(options: Mapping[str, Secret], context: object) -> object:
        raise KeyError(options["token"].reveal())

    foreign.open_channel = open_channel  # type: ignore[attr-defined]

    channels, (told,) = opened({"pigeon": {"token": WORD}, "webchat": {}})

    assert told == "OUTREACH_CHANNELS__PIGEON: the adapter 'pigeon' will not open (KeyError)"
    assert len(channels) == 1


def test_only_what_is_named_is_imported():
    code = (
        "import sys\n"
        "from outreach.channels.registry import open_channels\n"
        "from outreach.testing.context import make_context\n"
        "print(open_channels({'webchat': {}}, make_context)[1], {'telegram', 'wechatpy'} & set(sys.modules))"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout == "[] set()\n"
