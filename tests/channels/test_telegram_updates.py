"""One raw update to one value: properties that hold for any JSON at all."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.channels.signing import HmacSigner
from outreach.channels.telegram.updates import clean, hear
from outreach.domain.messages import Incoming, Message, Reach, Reachability, Unparsed

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
SIGNER = HmacSigner(b"k" * 32, "telegram")
ANN = 4242
REASONS = {
    "malformed",
    "group",
    "bot",
    "anonymous",
    "not_text",
    "empty",
    "forged_button",
    "membership",
    "unknown_kind",
} | {
    "edited_message",
    "channel_post",
    "edited_channel_post",
}

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
keys = st.sampled_from(
    ["update_id", "message", "callback_query", "my_chat_member", "chat", "from", "id", "date", "text", "data", "type"]
) | st.text(max_size=5)
anything = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=6), max_leaves=25
)


def said(**content: object) -> dict[str, object]:
    message = {"message_id": 1, "from": {"id": ANN, "is_bot": False}, "chat": {"id": ANN, "type": "private"}}
    return {"update_id": 5, "message": message | {"date": 1_795_424_400} | content}


@given(anything)
def test_any_json_is_heard_without_an_exception_and_with_a_stable_id(update):
    first, again = (hear(update, SIGNER, NOW) for _ in range(2))

    assert isinstance(first.incoming, Incoming)
    assert first.incoming.message_id == again.incoming.message_id
    if isinstance(first.incoming, Unparsed):
        assert first.incoming.reason in REASONS


@given(anything, st.sampled_from(["message", "callback_query", "my_chat_member"]))
def test_any_json_in_a_known_place_is_heard_too(content, kind):
    heard = hear({"update_id": 9, kind: content}, SIGNER, NOW)

    assert heard.update_id == 9
    assert heard.incoming.message_id == "9"


@given(st.dictionaries(keys, anything, max_size=4))
def test_unknown_fields_beside_a_message_change_nothing(extra):
    plain = said(text="你好")
    extended = {**extra, **plain, "message": {"future_field": extra} | plain["message"]}

    assert hear(extended, SIGNER, NOW) == hear(plain, SIGNER, NOW)


@given(st.text(min_size=1))
def test_a_text_never_carries_what_cannot_be_stored(text):
    heard = hear(said(text=text), SIGNER, NOW).incoming

    if isinstance(heard, Message):
        heard.text.encode()
        assert "\0" not in heard.text


@given(st.text())
def test_cleaning_twice_is_cleaning_once(text):
    assert clean(clean(text)) == clean(text)


def test_a_pair_of_surrogate_escapes_is_one_emoji():
    escaped = json.loads('"\\ud83d\\ude00"')

    assert clean(escaped) == clean("\ud83d\ude00") == "😀"


def test_a_press_that_we_refuse_names_its_query_so_that_the_spinner_can_stop():
    update = {"update_id": 6, "callback_query": {"id": "77", "from": {"id": ANN}, "data": "join:1.forged00000"}}

    heard = hear(update, SIGNER, NOW)

    assert heard.incoming == Unparsed("6", "forged_button")
    assert heard.refused_press == "77"


def test_numbers_that_are_truth_values_are_no_numbers():
    assert hear({"update_id": True}, SIGNER, NOW).update_id is None
    assert hear(said(text="x", date=True), SIGNER, NOW).incoming == Unparsed("5", "malformed")


def test_two_different_unnumbered_updates_have_different_ids():
    ids = {hear(update, SIGNER, NOW).incoming.message_id for update in ([], {}, None, "x", [1])}

    assert len(ids) == 5


class BrokenSigner:
    def sign(self, token: str, person: str) -> str:
        raise RuntimeError(person)

    def verify(self, data: str, person: str) -> str | None:
        raise RuntimeError(person)


def test_an_update_that_we_trip_over_is_set_aside_without_its_words():
    update = {"update_id": 6, "callback_query": {"id": "77", "from": {"id": ANN}, "data": "secret words"}}

    assert hear(update, BrokenSigner(), NOW).incoming == Unparsed("6", "malformed")


GROUP = {"id": -100123, "type": "supergroup"}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ({"chat": GROUP}, "group"),
        ({"chat": GROUP, "text": "/join@OtherBot 17"}, "group"),
        ({"sender_chat": GROUP}, "anonymous"),
        ({"from": {"id": 777000}, "chat": {"id": 777000, "type": "private"}}, "anonymous"),
        ({"from": {"id": ANN, "is_bot": True}}, "bot"),
        ({"from": {"id": ANN + 1}}, "malformed"),  # somebody else in Ann's private chat: cannot be
        ({"text": "\u0000 \u0007\n"}, "empty"),
        ({"text": ["a"]}, "malformed"),
        ({"date": 10**18}, "malformed"),
        ({"from": {"id": 2**60}, "chat": {"id": 2**60, "type": "private"}}, "malformed"),
    ],
)
def test_what_is_not_for_us_says_why_in_one_word(content, reason):
    assert hear(said(**({"text": "hello"} | content)), SIGNER, NOW).incoming == Unparsed("5", reason)


def test_whoever_sends_what_is_no_text_in_private_waits_for_an_answer():
    picture = {"text": None, "photo": [{}]}

    private, group = (hear(said(**(picture | where)), SIGNER, NOW).incoming for where in ({}, {"chat": GROUP}))

    assert isinstance(private, Unparsed)
    assert (private.reason, private.sender) == ("not_text", str(ANN))
    assert group == Unparsed("5", "group")


@pytest.mark.parametrize(("typed", "heard"), [
    ("/activities@outreach_bot", "/activities"),
    ("/join@outreach_bot 17", "/join 17"),
    ("write to me@home", "write to me@home"),
    ("活动 @x", "活动 @x"),
    ("/startle", "/startle"),
])  # fmt: skip
def test_a_command_loses_the_name_of_the_bot_and_nothing_else(typed, heard):
    message = hear(said(text=typed), SIGNER, NOW).incoming

    assert isinstance(message, Message)
    assert message.text == heard


@pytest.mark.parametrize(("typed", "source"), [
    ("/start", None),
    ("/START@Outreach_Bot  east-3_Q ", "east-3_Q"),
    ("/start " + "a" * 64, "a" * 64),
    ("/start " + "a" * 65, None),
    ("/start ';DROP", None),
    ("/start 四", None),
    ("/start one two", None),
    ("/start\n", None),
])  # fmt: skip
def test_a_start_payload_is_kept_only_if_it_could_be_one_of_ours(typed, source):
    came = hear(said(text=typed), SIGNER, NOW).incoming

    assert isinstance(came, Reachability)
    assert (came.reach, came.source) == (Reach.JOINED, source)
