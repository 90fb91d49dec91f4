"""A memory as the store keeps it: a mapping that JSON can carry, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from outreach.conversation.memory import (
    Asked,
    HeldWish,
    Listed,
    Memory,
    Question,
    Shown,
    Wish,
    WishToJoin,
    WishToSubscribe,
    WishToWrite,
)
from outreach.domain.ids import ActivityId, RegionId
from outreach.domain.messages import Choice, Language
from outreach.domain.people import Purpose, Rhythm
from outreach.domain.times import require_aware


def to_state(memory: Memory) -> dict[str, object]:
    """*memory* without what is empty."""
    shown, listed, asked = memory.shown, memory.listed, memory.asked
    state: dict[str, object] = {
        "shown": shown and {"choices": [_choice_to_state(choice) for choice in shown.choices], "at": _stamp(shown.at)},
        "listed": listed and {"ids": list(listed.ids), "at": _stamp(listed.at)},
        "held": memory.held and _held_to_state(memory.held),
        "asked": asked and {"question": asked.question.value, "at": _stamp(asked.at)},
        "language": memory.language and memory.language.value,
        "script": memory.script and memory.script.value,
        "region": memory.region_id,
        "audiences": sorted(memory.audiences),
        "source": memory.source,
        "seen": list(memory.seen),
        "introduced": memory.introduced,
        "nickname": memory.nickname,
    }
    return {name: value for name, value in state.items() if value}


def from_state(state: Mapping[str, object]) -> Memory:
    """What `to_state` gave. A state of another shape (an older program's) is forgotten, not an error."""
    try:
        return _read(dict(state))
    except (AttributeError, KeyError, TypeError, ValueError):
        return Memory()


def _read(state: dict[str, Any]) -> Memory:
    shown, listed, held, asked = (state.get(name) for name in ("shown", "listed", "held", "asked"))
    return Memory(
        shown=Shown(tuple(Choice(*map(str, choice)) for choice in shown["choices"]), _moment(shown["at"]))
        if shown
        else None,
        listed=Listed(tuple(ActivityId(int(number)) for number in listed["ids"]), _moment(listed["at"]))
        if listed
        else None,
        held=_held_from_state(held) if held else None,
        asked=Asked(Question(asked["question"]), _moment(asked["at"])) if asked else None,
        language=Language(state["language"]) if "language" in state else None,
        script=Language(state["script"]) if "script" in state else None,
        region_id=RegionId(int(state["region"])) if "region" in state else None,
        audiences=frozenset(map(str, state.get("audiences", ()))),
        source=str(state["source"]) if "source" in state else None,
        seen=tuple(map(str, state.get("seen", ()))),
        introduced=bool(state.get("introduced", False)),
        nickname=str(state["nickname"]) if "nickname" in state else None,
    )


def _choice_to_state(choice: Choice) -> list[str]:
    return [choice.label, choice.token, choice.detail]


def _held_to_state(held: HeldWish) -> dict[str, object]:
    return {
        **_wish_to_state(held.wish),
        "notice": [held.notice_version, held.notice_hash],
        "at": _stamp(held.at),
        "reminded": held.reminded,
    }


def _wish_to_state(wish: Wish) -> dict[str, object]:
    match wish:
        case WishToJoin(activity_id, party):
            return {"join": activity_id, "party": party}
        case WishToWrite(text):
            return {"write": text}
        case WishToSubscribe(purposes, often):
            return {"subscribe": [purpose.value for purpose in purposes], "often": often and often.value}


def _held_from_state(state: dict[str, Any]) -> HeldWish:
    version, text_hash = state["notice"]
    reminded = bool(state.get("reminded", False))
    return HeldWish(_wish_from_state(state), str(version), str(text_hash), _moment(state["at"]), reminded)


def _wish_from_state(state: dict[str, Any]) -> Wish:
    if "join" in state:
        return WishToJoin(ActivityId(int(state["join"])), int(state["party"]))
    if "write" in state:
        return WishToWrite(str(state["write"]))
    often = state.get("often")
    return WishToSubscribe(tuple(map(Purpose, state["subscribe"])), Rhythm(often) if often else None)


def _stamp(moment: datetime) -> str:
    return moment.isoformat()


def _moment(stamp: str) -> datetime:
    return require_aware(datetime.fromisoformat(stamp))
