"""What a push comes to when WeChat, or what stands between, answers nonsense, lies, or cannot be reached."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Mapping
from typing import Any

import pytest
from wechat_account import REMINDER, REPLY, play
from wechat_scene import ANN, options

from outreach.channels.wechat import open_channel
from outreach.channels.wechat.outcomes import outcome_of
from outreach.channels.wechat.said import LARGEST_ANSWER, read_answer
from outreach.channels.wechat.wire import Wire
from outreach.domain.messages import Halted, Outcome, Parked, Rejected, RetryLater, Sent, Unconfirmed, Unreachable
from outreach.testing.context import make_context
from outreach.testing.wechat_api import SECRET

CUSTOM = "message/custom/send"
OPEN = Unconfirmed("http_200")

# body of an answer with status 200 to a customer-service message -> what it comes to
ANSWERS: dict[str, tuple[str, Outcome]] = {
    "a page in HTML": ("<!doctype html><title>Welcome to the hotel</title>", OPEN),
    "nothing": ("", OPEN),
    "cut off": ('{"errcode":0,"errm', OPEN),
    "nested without end": ("[" * 100_000, OPEN),
    "a list": ("[]", Unconfirmed("no_object")),
    "null": ("null", Unconfirmed("no_object")),
    "no code": ('{"errmsg":"ok"}', Unconfirmed("no_code")),
    "a code that is null": ('{"errcode":null}', OPEN),
    "a code that is true": ('{"errcode":true}', OPEN),
    "a code that is a word": ('{"errcode":"ok"}', OPEN),
    "a code with a point": ('{"errcode":0.0}', OPEN),
    "success as a text": ('{"errcode":"0","errmsg":"ok"}', Sent()),
    "success with blanks": ('{"errcode":" 0 "}', Sent()),
    "success without an id": ('{"errcode":0,"errmsg":"ok"}', Sent()),
    "an error inside a good status": ('{"errcode":45047,"errmsg":"out of response count limit"}', Parked("quota_used")),
    "an error code as a text": ('{"errcode":"45015","errmsg":"response out of time limit"}', Parked("window_closed")),
    "a code that we do not know": ('{"errcode":98765,"errmsg":"?"}', Rejected("98765")),
    "who does not follow": ('{"errcode":"43004"}', Unreachable("43004")),
    "busy, on what may not be repeated": ('{"errcode":-1,"errmsg":"system error"}', Unconfirmed("-1")),
    "a sentence of another kind": ('{"errcode":0,"errmsg":["ok"],"msgid":{"id":1}}', Sent()),
    "far more than asked for": ('{"errcode":0,"errmsg":"' + "x" * (8 * LARGEST_ANSWER) + '"}', OPEN),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_makes_no_sense_has_its_outcome(name: str):
    body, expected = ANSWERS[name]

    async def scene(api, channel):
        api.heard(ANN)
        api.misbehave(path=CUSTOM, body=body)
        return await channel.send(ANN, REPLY, "k"), len(api.calls_of(CUSTOM))

    # where the window is closed it goes by the template of its kind; a reply has none
    assert play(scene) == (expected, 1)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"errcode": 0, "msgid": 5}, Sent("5")),
        ({"errcode": "0", "msgid": "5"}, Sent("5")),
        ({"errcode": 45065, "errmsg": "clientmsgid exist", "msg_id": 5}, Sent("5")),
        ({"errcode": "45065"}, Sent("")),
        ({"errcode": 0, "msgid": True}, Sent("")),
        ({"errcode": "40001"}, Halted("40001", "wechat_token")),
        ({"errcode": "40125"}, Halted("40125", "wechat_secret")),
        ({"errcode": "48004"}, Halted("48004", "wechat_account")),
    ],
)
def test_a_code_means_the_same_as_a_number_and_as_a_text(said: Mapping[str, Any], expected: Outcome):
    assert outcome_of(read_answer(200, json.dumps(said).encode())) == expected


def test_an_id_that_is_given_out_twice_is_a_success_twice():
    async def scene(api, channel):
        api.misbehave(path="message/template/send", body='{"errcode":0,"msgid":7}', times=2)
        return [await channel.send(ANN, REMINDER, key) for key in "ab"]

    # WeChat tells no address back: whose the answer is, only the connection says
    assert play(scene)[1] == Sent("7")


def test_a_token_desk_that_answers_nonsense_leaves_everything_unsent_and_the_lane_waits():
    async def scene(api, channel):
        api.heard(ANN)
        for body in ("<html>", "", '{"expires_in": 7200}', '{"access_token": ""}', "[]"):
            api.misbehave(path="stable_token", body=body)
        found = [await channel.send(ANN, REPLY, "k") for _ in range(5)]
        return found, len(api.calls_of(CUSTOM)), await channel.send(ANN, REPLY, "k")

    found, asked, after = play(scene)

    assert [(type(one), one.whole_lane) for one in found] == [(RetryLater, True)] * 5
    assert (asked, after) == (0, Sent())


async def _sent_to(url: str) -> Outcome:
    given = {"ACCOUNT": "service", "VERIFIED": "true", "SECRET": SECRET, "API_URL": url}
    channel = open_channel(options(**given), make_context("wechat"), first_pause=0.01)
    try:
        return await channel.send(ANN, REPLY, "k")
    finally:
        await channel.close()


def test_a_name_that_cannot_be_looked_up_was_told_nothing_and_the_lane_waits(monkeypatch: pytest.MonkeyPatch):
    def knows_nobody(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)

    outcome = asyncio.run(_sent_to("https://api.weixin.example"))

    assert isinstance(outcome, RetryLater)
    assert outcome.whole_lane


def test_a_server_that_is_not_there_was_told_nothing_and_the_lane_waits():
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    outcome = asyncio.run(_sent_to(f"http://127.0.0.1:{port}"))

    assert isinstance(outcome, RetryLater)
    assert outcome.whole_lane


@pytest.mark.parametrize(
    "said", [b"", b"HTTP/1.1 200 OK\r\nContent-Le", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{"]
)
def test_a_connection_that_is_cut_in_mid_answer_leaves_the_fate_open(said: bytes):
    async def scene() -> Outcome:
        async def cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(said)
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(cuts, "127.0.0.1", 0)
        wire = Wire(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return outcome_of(await wire.ask(f"/cgi-bin/{CUSTOM}", {}, {}))
        finally:
            await wire.close()
            server.close()
            await server.wait_closed()

    assert asyncio.run(scene()) == Unconfirmed("connection_lost")


def test_a_server_that_speaks_no_tls_was_told_nothing():
    async def scene() -> Outcome:
        async def plain(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            await writer.drain()
            writer.close()

        server = await asyncio.start_server(plain, "127.0.0.1", 0)
        wire = Wire(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return outcome_of(await wire.ask(f"/cgi-bin/{CUSTOM}", {}, {}))
        finally:
            await wire.close()
            server.close()
            await server.wait_closed()

    outcome = asyncio.run(scene())

    assert isinstance(outcome, RetryLater)
    assert outcome.whole_lane
