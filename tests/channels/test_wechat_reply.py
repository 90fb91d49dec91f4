"""Replies are what WeChat shows and nothing else: one text, whole, to the one who wrote (platforms.md A4, A5, E11)."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from wechat_scene import ACCOUNT, ANN, PLAIN, TEXT, answered, channel, event, heard, options, read, request, xml

from outreach.channels.base import Answer
from outreach.channels.wechat import HOLD_HEADER, HOLD_SECONDS, open_channel
from outreach.domain.messages import File, MessageKind, Outgoing, Parked
from outreach.testing.context import make_context

HOSTILE = [
    "]]><Evil>x</Evil>",
    "]]",
    "]]]]>>",
    "a & b < c",
    "\x00\x08tab\t",
    "\ud800 lone",
    "\ufffe end",
    "<![CDATA[x]]>",
]


@pytest.mark.parametrize("account", [ACCOUNT, PLAIN], ids=["secure", "plaintext"])
def test_a_reply_reaches_the_one_who_wrote(account):
    wire = request(xml(TEXT, account=account), account)

    response = answered(wire, "两个活动：\n1 太极\n2 茶话会", by=channel(account))

    assert read(response, account) == "两个活动：\n1 太极\n2 茶话会"


def test_a_follow_is_answered_too():
    assert read(answered(request(event("subscribe")), "welcome")) == "welcome"


def test_nothing_to_say_is_success():
    assert answered(request(TEXT)).body == b"success"


@pytest.mark.parametrize("empty", ["", " \n", "\x00", "\ud800"])
def test_a_text_that_comes_to_nothing_is_success(empty):
    assert answered(request(TEXT), empty).body == b"success"


@pytest.mark.parametrize("text", HOSTILE)
def test_e11_hostile_text_stays_text(text):
    shown = read(answered(request(TEXT), text))

    assert shown == "".join(char for char in text if char not in "\x00\x08\ud800\ufffe")


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(), max_size=900))
def test_any_text_gives_a_reply_that_wechat_shows(text):
    shown = read(answered(request(TEXT), text))

    assert shown is None or len(shown.encode()) <= 2000


@pytest.mark.parametrize(
    ("text", "kept"), [("中" * 700, "中" * 666), ("😀" * 501, "😀" * 500), ("a" * 2000, "a" * 2000)]
)
def test_e11_an_overlong_text_is_cut_between_characters(text, kept):
    assert read(answered(request(TEXT), text)) == kept


def linked(text: str, **more: object) -> str | None:
    wire, house = request(TEXT), channel()
    message = replace(Outgoing(MessageKind.CONFIRMATION, text), **more)
    response = asyncio.run(house.acknowledge([heard(wire, house)], Answer((message,)), wire))
    assert response is not None
    return read(response)


def test_a_file_becomes_its_link_once():
    calendar = File("a.ics", "text/calendar", b"BEGIN", link="https://outreach.example/c/x.ics")

    assert linked("You have a seat.", file=calendar) == "You have a seat.\nhttps://outreach.example/c/x.ics"
    assert linked("See https://outreach.example/c/x.ics", file=calendar) == "See https://outreach.example/c/x.ics"


def test_a_link_stays_whole_when_the_text_is_cut():
    shown = linked("中" * 700, link="https://outreach.example/a/tai-chi")

    assert shown is not None
    assert shown.endswith("中\nhttps://outreach.example/a/tai-chi")
    assert len(shown.encode()) <= 2000


def test_the_same_answer_means_the_same_and_is_sealed_anew():
    wire = request(TEXT)

    first, again = answered(wire, "seat 7"), answered(wire, "seat 7", by=channel())

    assert read(first) == read(again) == "seat 7"
    assert first.body != again.body


def test_an_answer_that_is_not_ready_asks_for_silence_on_the_line():
    response = answered(request(TEXT), ready=False)

    assert response.headers[HOLD_HEADER] == str(HOLD_SECONDS)
    assert HOLD_SECONDS > 5
    assert (response.status, response.body) == (503, b"")


def test_without_an_original_id_the_account_is_taken_from_the_request():
    given = {name: value for name, value in options().items() if name != "ORIGINAL_ID"}
    house = open_channel(given, make_context("wechat"))

    assert read(answered(request(TEXT), "hello", by=house)) == "hello"


def test_outside_a_request_there_is_nothing_to_respond_to():
    house = channel()

    assert asyncio.run(house.acknowledge([heard(request(TEXT), house)], Answer(), None)) is None


def test_nothing_is_ever_pushed():
    house = channel()

    assert asyncio.run(house.send(ANN, Outgoing(MessageKind.REMINDER, "soon"), "k")) == Parked("no_push")
    assert not house.capabilities.may_push
    assert house.capabilities.replies_in_place == 1
