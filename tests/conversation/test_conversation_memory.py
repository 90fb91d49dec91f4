"""What a dialogue remembers: as JSON and back, and for how long."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from outreach.conversation.memory import (
    HELD,
    SHOWN,
    Asked,
    HeldWish,
    Listed,
    Memory,
    Question,
    Shown,
    WishToJoin,
    WishToSubscribe,
    WishToWrite,
)
from outreach.conversation.memory_state import from_state, to_state
from outreach.domain.messages import Choice, Language

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
MOMENTS = st.integers(0, 4 * 10**15).map(lambda micros: NOW + timedelta(microseconds=micros))
IDS = st.integers(1, 10**9)
WORDS = st.text(min_size=1, max_size=20)
WISHES = st.one_of(
    st.builds(WishToJoin, IDS, st.integers(1, 9)), st.builds(WishToSubscribe), st.builds(WishToWrite, WORDS)
)
LANGUAGES = st.none() | st.sampled_from(list(Language))
MEMORIES = st.builds(
    Memory,
    shown=st.none()
    | st.builds(Shown, st.lists(st.builds(Choice, WORDS, WORDS, WORDS), min_size=1).map(tuple), MOMENTS),
    listed=st.none() | st.builds(Listed, st.lists(IDS).map(tuple), MOMENTS),
    held=st.none() | st.builds(HeldWish, WISHES, WORDS, WORDS, MOMENTS),
    asked=st.none() | st.builds(Asked, st.sampled_from(list(Question)), MOMENTS),
    language=LANGUAGES,
    script=LANGUAGES,
    region_id=st.none() | IDS,
    audiences=st.frozensets(WORDS),
    source=st.none() | WORDS,
    seen=st.lists(WORDS).map(tuple),
    introduced=st.booleans(),
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
STATES = st.dictionaries(
    st.sampled_from(["shown", "listed", "held", "asked", "language", "region", "audiences", "seen"]), JSON
)


@given(MEMORIES)
def test_a_memory_survives_the_way_through_the_store(memory: Memory) -> None:
    assert from_state(json.loads(json.dumps(to_state(memory)))) == memory


@given(STATES)
def test_a_state_of_another_shape_is_forgotten_not_an_error(state: dict[str, object]) -> None:
    assert isinstance(from_state(state), Memory)


def test_numbers_and_questions_last_half_an_hour_and_wishes_a_day() -> None:
    memory = Memory(
        shown=Shown((Choice("a", "list"),), NOW),
        listed=Listed((), NOW),
        held=HeldWish(WishToSubscribe(), "v", "h", NOW),
        asked=Asked(Question.NOTE, NOW),
    )
    moment = timedelta(microseconds=1)

    assert memory.as_of(NOW + SHOWN - moment) == memory
    later = memory.as_of(NOW + SHOWN)
    assert (later.shown, later.listed, later.asked) == (None, None, None)
    assert later.held is not None
    assert memory.as_of(NOW + HELD).held is None


def test_nobodys_words_show_in_a_repr() -> None:
    memory = Memory(
        shown=Shown((Choice("太极晨练", "show:1"),), NOW), held=HeldWish(WishToWrite("我的心里话"), "v", "h", NOW)
    )

    assert "心里话" not in repr(memory)
    assert "太极" not in repr(memory)
