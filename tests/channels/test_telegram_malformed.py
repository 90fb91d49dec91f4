"""What a send comes to when Telegram, or what stands between, answers nonsense, lies, or cannot be reached."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

import pytest
from test_telegram_sending import ANN, reply, sent_as, telegram

from outreach.channels.telegram import open_channel
from outreach.channels.telegram import request as request_module
from outreach.channels.telegram.backoff import Backoff
from outreach.domain.messages import Halted, Outcome, RetryLater, Sent, Unconfirmed
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.telegram import TOKEN

UNCLEAR, NOT_JSON = Unconfirmed("answer_unclear"), Unconfirmed("answer_not_json")
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GOOD = {"message_id": 7, "date": 1, "chat": {"id": ANN, "type": "private"}, "text": "hello"}


def ok(result: Any) -> bytes:
    return json.dumps({"ok": True, "result": result}).encode()


def no(code: Any) -> bytes:
    return json.dumps({"ok": False, "error_code": code, "description": "Unauthorized"}).encode()


# body of an answer with status 200 -> what it comes to
ANSWERS: dict[str, tuple[bytes, Outcome]] = {
    "a page in HTML": (b"<!doctype html><title>Welcome to the hotel</title>", NOT_JSON),
    "nothing": (b"", NOT_JSON),
    "cut off": (ok(GOOD)[:-20], NOT_JSON),
    "bytes that are no text": (b"\xff\xfe\x00", NOT_JSON),
    "a list": (b"[]", NOT_JSON),
    "null": (b"null", NOT_JSON),
    "nested without end": (b"[" * 100_000, NOT_JSON),
    "an empty object": (b"{}", UNCLEAR),
    "ok as a text": (b'{"ok": "true", "result": {"message_id": 7}}', UNCLEAR),
    "ok as a number": (b'{"ok": 1, "result": {"message_id": 7}}', UNCLEAR),
    "ok without a result": (b'{"ok": true}', UNCLEAR),
    "an error inside a good status": (no(401), Halted("http_401", "telegram_token_revoked")),
    "an error code as a text": (no("401"), UNCLEAR),
    "ok without an id": (ok({"chat": {"id": ANN}}), UNCLEAR),
    "an id that is none": (ok({"message_id": None}), UNCLEAR),
    "an id of another kind": (ok({"message_id": "seven"}), UNCLEAR),
    "a result of another kind": (ok(True), UNCLEAR),
    "a list as a result": (ok([GOOD]), UNCLEAR),
    "an id as a text": (ok(GOOD | {"message_id": "7"}), Sent("7")),
    "another's chat": (ok(GOOD | {"chat": {"id": 1, "type": "private"}}), Sent("7")),  # its word is all that we have
    "much more than asked for": (ok(GOOD | {"text": "字" * 500_000}), Sent("7")),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_makes_no_sense_has_its_outcome(name: str):
    body, expected = ANSWERS[name]

    outcome, calls = sent_as(reply("hello"), method="sendMessage", body=body)

    assert outcome == expected
    assert len(calls) == 1  # nothing is asked twice behind our back


def test_an_id_that_is_given_out_twice_is_a_success_twice():
    async def scene() -> list[Outcome]:
        async with telegram() as (stand_in, channel):
            stand_in.misbehave("sendMessage", body=ok(GOOD), times=2)
            return [await channel.send(str(ANN), reply(text), text) for text in "ab"]

    assert asyncio.run(scene()) == [Sent("7"), Sent("7")]


def spoken_to(
    speak: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]], scheme: str = "http"
) -> tuple[Outcome, int]:
    """The outcome of a send to a server that speaks like that, and how often it was called."""
    heard = 0

    async def scene() -> Outcome:
        async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            nonlocal heard
            heard += 1
            await speak(reader, writer)
            writer.close()

        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        try:
            return await _sent_to(f"{scheme}://127.0.0.1:{port}")
        finally:
            server.close()
            await server.wait_closed()

    return asyncio.run(scene()), heard


async def _sent_to(url: str) -> Outcome:
    options = {"TOKEN": Secret(TOKEN), "API_URL": Secret(url)}
    channel = open_channel(options, make_context("telegram"), backoff=Backoff(first=0.01, most=0.05))
    try:
        return await channel.send(str(ANN), reply("hello"), "k")
    finally:
        await channel.close()


async def _hear(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.lower().startswith(b"content-length"))
    await reader.readexactly(length)


# what a server says before it hangs up
CUT = {
    "nothing": b"",
    "half a head": HEAD[:30],
    "half a body": HEAD + b"Content-Length: 500\r\n\r\n" + ok(GOOD)[:20],
    "half a chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",
    "no HTTP at all": b"SSH-2.0-OpenSSH_9.6\r\n",
}


@pytest.mark.parametrize("name", CUT)
def test_a_connection_that_is_cut_in_mid_answer_leaves_the_fate_open(name: str):
    async def cuts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await _hear(reader)
        writer.write(CUT[name])
        await writer.drain()

    outcome, heard = spoken_to(cuts)

    assert isinstance(outcome, Unconfirmed)
    assert heard == 1


def test_an_answer_without_an_end_is_not_read_to_its_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(request_module, "_LONGEST_ANSWER", 100_000)
    told = 0

    async def never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal told
        await _hear(reader)
        writer.write(HEAD + b'Content-Length: 9999999999\r\n\r\n{"ok": true, "result": "')
        with suppress(ConnectionError):
            while told < 100_000_000:
                writer.write(b"x" * 65_536)
                await writer.drain()
                told += 65_536

    outcome, _ = spoken_to(never_ends)

    assert outcome == NOT_JSON
    assert told < 50_000_000


def test_a_server_that_speaks_no_tls_was_told_nothing_and_the_lane_waits():
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    outcome, _ = spoken_to(plain, "https")

    assert isinstance(outcome, RetryLater)
    assert (outcome.whole_lane, outcome.code) == (True, "connect_failed")


def test_a_name_that_cannot_be_looked_up_was_told_nothing_and_the_lane_waits(monkeypatch: pytest.MonkeyPatch):
    def knows_nobody(*_: object, **__: object) -> Any:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    monkeypatch.setattr(socket, "getaddrinfo", knows_nobody)

    outcome = asyncio.run(_sent_to("https://api.telegram.example"))

    assert isinstance(outcome, RetryLater)
    assert (outcome.whole_lane, outcome.code) == (True, "connect_failed")


def test_updates_that_make_no_sense_do_not_end_the_polling():
    async def scene() -> list[str]:
        async with telegram() as (stand_in, channel):
            for body in (b"<html>", b"{}", ok("seven"), ok([None, 7, "x", {}, {"update_id": "x"}])):
                stand_in.misbehave("getUpdates", body=body)
            stand_in.say(ANN, "hello")
            async for batch in channel.incoming():
                found = [one.text for one in batch if getattr(one, "text", None)]
                if found:
                    return found
        raise AssertionError("the polling ended")

    assert asyncio.run(asyncio.wait_for(scene(), 20)) == ["hello"]
