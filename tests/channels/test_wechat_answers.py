"""What WeChat's API answers, sound, strange or spoiled, is read as data: always a value, with no text of theirs."""

from __future__ import annotations

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outreach.channels.wechat.outcomes import outcome_of
from outreach.channels.wechat.said import NoAnswer, Said, read_answer
from outreach.domain.messages import Outcome, RetryLater, Sent, Unconfirmed

WORDS = "somebody's words"
SOUND = [
    b'{"errcode":0,"errmsg":"ok","msgid":3000000000000000001}',
    b'{"errcode":"45015","errmsg":"response out of time limit rid: 65a1-b2"}',
    b'{"access_token":"abc","expires_in":7200}',
    '{"errcode":47003,"errmsg":"argument invalid! data.thing1.value 无效 rid: 1-2"}'.encode(),
]
STRANGE = [b"", b"null", b"[]", b"7", b"<html>", b"[" * 100_000]
STRANGE += [b'{"errcode":true}', b'{"errcode":1.5}', b'{"errcode":null}', b'{"errcode":"x"}']
CODES = [-1, 50001, 50002, 50005, 61450, 89501, 99999]
CODES += [*range(40000, 40300), *range(41000, 41010), *range(43000, 43120), *range(44000, 48010)]
NAMES = st.sampled_from(["errcode", "errmsg", "msgid"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats() | st.text()
JSON = st.recursive(PLAIN, lambda below: st.lists(below) | st.dictionaries(NAMES, below))


def test_the_answers_that_wechat_gives_are_understood():
    codes = [said.code for said in (read_answer(200, content) for content in SOUND) if isinstance(said, Said)]

    assert codes == [0, 45015, 0, 47003]
    assert outcome_of(read_answer(200, SOUND[0])) == Sent("3000000000000000001")


def test_control_characters_in_an_answer_do_no_harm():
    assert read_answer(200, b'{"errcode":0,"errmsg":"o\x01k"}') == Said(0, {"errcode": 0, "errmsg": "o\x01k"})


@pytest.mark.parametrize("content", STRANGE)
@pytest.mark.parametrize(
    ("status", "fate"), [(200, Unconfirmed), (504, Unconfirmed), (502, RetryLater), (403, RetryLater)]
)
def test_what_is_no_answer_is_open_or_undone_by_its_status(content, status, fate):
    said = read_answer(status, content)

    assert isinstance(said, NoAnswer)
    assert isinstance(outcome_of(said), fate)


@pytest.mark.parametrize("repeatable", [True, False])
def test_every_code_has_an_outcome_that_tells_no_words(repeatable):
    for code in CODES:
        said = read_answer(200, json.dumps({"errcode": code, "errmsg": WORDS}).encode())
        outcome = outcome_of(said, repeatable=repeatable)

        assert isinstance(outcome, Outcome)
        assert WORDS not in repr((said, outcome))


def test_two_thousand_spoiled_answers_give_values():
    chance = random.Random(20261123)
    for number in range(2000):
        content = bytearray(SOUND[number % len(SOUND)])
        for _ in range(chance.randint(1, 4)):
            content[chance.randrange(len(content))] = chance.randrange(256)
        said = read_answer(chance.choice([200, 200, 500, 302]), bytes(content[: chance.randint(0, len(content))]))

        assert isinstance(outcome_of(said), Outcome)


@given(JSON)
def test_any_json_gives_a_value(answer):
    said = read_answer(200, json.dumps(answer).encode())

    assert isinstance(outcome_of(said), Outcome)
    if isinstance(said, Said):
        assert isinstance(said.text("msgid") + said.our_address + said.unfit + said.ticket, str)
