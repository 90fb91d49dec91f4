"""Whatever people type and tap, in whatever order: an answer comes, and every choice in it works."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from conversation_stage import Resident, Stage, open_stage
from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.conversation.words import INTENT_OF_WORD

TAPS = ("list", "all", "show:1", "show:2", "join:1", "join:2:2", "leave:1", "mine", "cal", "tip", "sub", "aud:parent")
CHOSEN = (
    "set",
    "data",
    "why",
    "where",
    "often",
    "often-weekly",
    "often-none",
    "news",
    "news-no",
    "hush",
    "hush:2",
    "nick",
)
MORE_CHOSEN = ("hush:99", "loud:2", "loud:3", "nick-no", "drop:parent", "drop:nobody", "agree-tips", "agree-news")
MORE_TAPS = ("aud:nobody", "stop", "person", "erase", "erase-yes", "agree", "no", "skip", "region:2", "safe:yes", "??")
TYPED = (
    "1",
    "2",
    "九",
    "100",
    "101",
    "报名 1",
    "报名 2 2人",
    "取消 1",
    "日历 1",
    "想说句话",
    "东河",
    "我不想活了",
    "",
    "叫我 小云",
    "call me Sunny",
    "不听 东河",
    "南湖",
)
SAYINGS = st.one_of(
    st.sampled_from([*INTENT_OF_WORD, *TYPED]).map(lambda text: ("says", text)),
    st.sampled_from([*TAPS, *MORE_TAPS, *CHOSEN, *MORE_CHOSEN]).map(lambda token: ("taps", token)),
    st.text(max_size=80).map(lambda text: ("says", text)),
    st.sampled_from([None, "r-lj", "a-x", "r-none"]).map(lambda source: ("comes", source)),
    st.integers(1, 9).map(lambda place: ("picks", place)),
)


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("town")
    with open_stage(folder) as stage:
        stage.regions()
        stage.add("太极晨练", seats=3)
        stage.add("小组", restricted=True)
        stage.approve("one")
        yield stage


@settings(max_examples=60, deadline=None)
@given(walk=st.lists(SAYINGS, max_size=14), name=st.uuids().map(str))
def test_any_walk_gets_an_answer_at_every_step(
    town: Stage, walk: list[tuple[str, str | int | None]], name: str
) -> None:
    person = town.person(name)

    for verb, argument in walk:
        assert _step(person, verb, argument)


def _step(person: Resident, verb: str, argument: str | int | None) -> str:
    match verb, argument:
        case "says", str():
            return person.says(argument)
        case "taps", str():
            return person.taps(argument)
        case "picks", int() if person.shown:
            return person.taps(person.tokens[argument % len(person.shown)])
        case "picks", int():
            return person.says(str(argument))
        case _:
            return person.comes(None if argument is None else str(argument))
