"""One raw update to one value: properties that hold for any JSON at all."""

import json
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from outreach.channels.signing import HmacSigner
from outreach.channels.telegram.updates import clean, hear
from outreach.domain.messages import Incoming, Message, Unparsed

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
