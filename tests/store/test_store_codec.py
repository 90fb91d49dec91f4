"""Every message that is sealed comes back as it was."""

from __future__ import annotations

import pytest
from store_town import NOW

from outreach.domain.messages import (
    Choice,
    File,
    Grant,
    Incoming,
    Message,
    MessageKind,
    Outgoing,
    Pressed,
    Reach,
    Reachability,
    Receipt,
    Unparsed,
)
from outreach.store.codec import pack_answers, pack_incoming, packed, unpack_answers, unpack_incoming, unpacked

INCOMING: list[Incoming] = [
    Message("1", "ann", "报名 1 🌱 and half a sign: \ud83d", NOW, private=False),
    Pressed("2", "ann", "join:1", NOW, "query", private=False),
    Reachability("3", "ann", NOW, Reach.MOVED, "scene", "new"),
    Receipt("4", "ann", NOW, "ext", delivered=False, code="user block"),
    Grant("5", "ann", NOW, "template", 3),
    Unparsed("6", "unknown_type", NOW),
    Unparsed("7", "unknown_type"),
]


@pytest.mark.parametrize("incoming", INCOMING, ids=lambda value: type(value).__name__)
def test_what_came_in_comes_back_as_it_was(incoming: Incoming):
    assert unpack_incoming(pack_incoming(incoming)) == incoming


def test_every_kind_of_incoming_is_covered():
    assert {type(incoming) for incoming in INCOMING} == set(Incoming.__args__)


def test_what_goes_out_comes_back_as_it_was():
    messages = (
        Outgoing(MessageKind.REPLY, "plain"),
        Outgoing(
            MessageKind.CHANGE,
            "all of it",
            (Choice("Join", "join:1", "a longer line"), Choice("Menu", "menu")),
            File("讲座.ics", "text/calendar", b"\x00\xff", "https://example.org/c/x.ics"),
            "https://example.org/a/x",
            {"title": "讲座"},
        ),
    )

    assert unpack_answers(pack_answers(messages)) == messages


def test_what_an_older_release_kept_is_read_with_todays_defaults():
    old = unpacked(pack_incoming(Pressed("2", "ann", "menu", NOW)))
    del old["press_id"], old["private"]

    assert unpack_incoming(packed(old)) == Pressed("2", "ann", "menu", NOW)
