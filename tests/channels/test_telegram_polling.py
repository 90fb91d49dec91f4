"""Hearing people: nothing lost, nothing twice, whatever the network does."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager

import pytest

from outreach.channels.telegram import TelegramChannel, open_channel
from outreach.channels.telegram.backoff import Backoff
from outreach.domain.messages import Incoming, Message, Unparsed
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.telegram import TelegramStandIn

ANN = 4242


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[TelegramStandIn, TelegramChannel]]:
    async with TelegramStandIn() as stand_in:
        options = {"TOKEN": stand_in.token, "API_URL": stand_in.url, "POLL_SECONDS": "1"}
        channel = open_channel(
            {name: Secret(value) for name, value in options.items()},
            make_context("telegram"),
            backoff=Backoff(first=0.01, most=0.05),
        )
        try:
            yield stand_in, channel
        finally:
            await channel.close()


async def first_batch(channel: TelegramChannel) -> Sequence[Incoming]:
    async with asyncio.timeout(20), aclosing(channel.incoming()) as batches:
        async for batch in batches:
            return batch
    raise AssertionError("incoming() ended")


def texts(batch: Sequence[Incoming]) -> list[str]:
    return [item.text for item in batch if isinstance(item, Message)]


def test_a_batch_stays_at_telegram_until_the_next_is_asked_for():
    async def scene() -> None:
        async with telegram() as (stand_in, channel):
            stand_in.say(ANN, "one")

            assert texts(await first_batch(channel)) == ["one"]
            assert len(stand_in.updates.waiting) == 1  # a crash now loses nothing
            assert texts(await first_batch(channel)) == ["one"]

    asyncio.run(scene())


def test_asking_for_more_confirms_the_batch():
    async def scene() -> None:
        async with telegram() as (stand_in, channel), aclosing(channel.incoming()) as batches:
            stand_in.say(ANN, "one")
            first = await anext(batches)
            following = asyncio.create_task(anext(batches))
            await stand_in.until(lambda: not stand_in.updates.waiting)
            stand_in.say(ANN, "two")

            assert (texts(first), texts(await following)) == (["one"], ["two"])

    asyncio.run(scene())


def test_numbers_that_start_again_lower_are_heard():
    async def scene() -> None:
        async with telegram() as (stand_in, channel), aclosing(channel.incoming()) as batches:
            stand_in.queue(stand_in.updates.said(ANN, "before") | {"update_id": 900})
            await anext(batches)
            following = asyncio.create_task(anext(batches))
            await stand_in.until(lambda: not stand_in.updates.waiting)
            await stand_in.until(lambda: len(stand_in.calls) >= 3)  # the empty poll is over: the offset is dropped
            stand_in.queue(stand_in.updates.said(ANN, "after a quiet week") | {"update_id": 7})

            assert texts(await following) == ["after a quiet week"]

    asyncio.run(scene())


@pytest.mark.parametrize(
    "how",
    [
        {"status": 502, "body": b"<html>Bad Gateway</html>"},
        {"status": 500},
        {"body": b"<html>login</html>"},
        {"body": b"[]"},
        {"body": b"{"},
        {"body": b'{"ok":true,"result":{"not":"a list"}}'},
        {"body": b'{"ok":true,"result":[{}, null, []]}'},
        {},
        {"disconnect": True},
        {"status": 409},
        {"status": 401},
        {"status": 404},
        {"status": 429, "retry_after": 0.01},
    ],
)
def test_the_next_message_is_heard_after_a_bad_day(how):
    async def scene() -> None:
        async with telegram() as (stand_in, channel), aclosing(channel.incoming()) as batches:
            stand_in.misbehave("getUpdates", times=2, **how)
            stand_in.say(ANN, "still here")

            heard: list[str] = []
            async with asyncio.timeout(20):
                while not heard:
                    heard = texts(await anext(batches))

            assert heard == ["still here"]

    asyncio.run(scene())


def test_a_second_poller_is_surfaced_while_it_lasts(caplog):
    async def scene() -> None:
        async with telegram() as (stand_in, channel):
            stand_in.misbehave("getUpdates", status=409, times=4)
            stand_in.say(ANN, "hello")
            listening = asyncio.create_task(first_batch(channel))
            await stand_in.until(lambda: len(stand_in.calls) >= 2)
            assert channel.trouble == "http_409"

            await listening

            assert channel.trouble == ""

    caplog.set_level(logging.INFO)
    asyncio.run(scene())

    assert [record.getMessage() for record in caplog.records if record.levelno == logging.WARNING] == [
        "telegram polling is in trouble: http_409"  # once, not four times
    ]


def test_a_connection_that_keeps_failing_is_replaced():
    async def scene() -> None:
        async with telegram() as (stand_in, channel):
            stand_in.misbehave("getUpdates", status=500, times=3)
            stand_in.say(ANN, "hello")

            await first_batch(channel)

            ports = [call.peer_port for call in stand_in.calls if call.method == "getUpdates"]
            assert ports[0] == ports[1] == ports[2]
            assert ports[3] != ports[2]

    asyncio.run(scene())


def test_the_spinner_of_a_forged_button_stops_and_nothing_else_happens():
    async def scene() -> None:
        async with telegram() as (stand_in, channel):
            number = stand_in.press(ANN, "join:17.forgedforge")

            batch = await first_batch(channel)
            await stand_in.until(lambda: bool(stand_in.answered_presses))

            assert batch == [Unparsed(str(number), "forged_button")]

    asyncio.run(scene())


def test_the_pauses_grow_with_some_chance_and_never_undercut_what_was_told():
    backoff = Backoff(first=1.0, most=8.0, chance=lambda: 1.0)

    assert [backoff.next_pause() for _ in range(5)] == [1.0, 2.0, 4.0, 8.0, 8.0]
    assert backoff.next_pause(at_least=30.0) == 30.0
    backoff.reset()
    assert Backoff(chance=lambda: 0.0).next_pause() == 0.5
    assert backoff.next_pause() == 1.0
