"""The bot as staff and passers-by see it: what a check finds, where a code leads, which way people's words come."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, TypeVar

import pytest

from outreach.channels.base import Answer, CheckedChannel, EntranceChannel, HookChannel, HookRequest, PollingChannel
from outreach.channels.telegram import TelegramChannel, TelegramHook, open_channel
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.commands import DESCRIPTIONS, SHORT
from outreach.channels.telegram.hook import HEADER
from outreach.domain.messages import Language, Message, Unparsed
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.clock import MONDAY_9AM
from outreach.testing.telegram import TelegramStandIn
from outreach.testing.telegram_updates import BOT

_T = TypeVar("_T")
SECRET = "a-secret-of-this-bot-alone"
BASE = "https://outreach.example.org"
HOOK = f"{BASE}/hooks/telegram"
WEBHOOK = {"MODE": "webhook", "WEBHOOK_SECRET": SECRET}


def play(story: Callable[[TelegramStandIn, Any], Awaitable[_T]], base: str = BASE, **more: str) -> _T:
    async def whole() -> _T:
        async with TelegramStandIn() as telegram:
            options = {"TOKEN": telegram.token, "API_URL": telegram.url, **more}
            context = replace(make_context("telegram"), base_url=base)
            given = {name: Secret(text) for name, text in options.items()}
            channel = open_channel(given, context, backoff=Backoff(0.01, 0.02))
            try:
                return await story(telegram, channel)
            finally:
                await channel.close()

    return asyncio.run(whole())


def test_each_mode_hears_in_one_way():
    async def kind(telegram: TelegramStandIn, channel: Any) -> tuple[bool, ...]:
        return tuple(isinstance(channel, way) for way in (TelegramChannel, PollingChannel, TelegramHook, HookChannel))

    assert play(kind) == (True, True, False, False)
    assert play(kind, **WEBHOOK) == (False, False, True, True)


def test_starting_sets_the_webhook_with_its_secret_and_polling_takes_it_away():
    async def prepared(telegram: TelegramStandIn, channel: Any) -> dict[str, str]:
        telegram.webhook = {"url": "https://somebody.example", "secret_token": ""}
        await channel.prepare()
        return telegram.webhook

    assert play(prepared, **WEBHOOK) == {"url": HOOK, "secret_token": SECRET}
    assert play(prepared) == {}


def test_people_read_what_this_is_in_their_language_before_they_start():
    async def prepared(telegram: TelegramStandIn, channel: Any) -> tuple[dict[Any, str], int]:
        await channel.prepare()
        first = sum(call.method.startswith("set") for call in telegram.calls)
        await channel.prepare()
        return telegram.texts, sum(call.method.startswith("set") for call in telegram.calls) - first

    texts, again = play(prepared)

    assert texts["description", "zh"] == DESCRIPTIONS[Language.ZH]
    assert texts["description", ""] == texts["description", "en"] == DESCRIPTIONS[Language.EN]
    assert texts["short_description", "zh"] == SHORT[Language.ZH]
    assert again == 0  # Telegram limits how often they may be set


def test_what_was_not_stored_is_brought_again():
    async def answered(telegram: TelegramStandIn, channel: Any) -> list[int]:
        request = HookRequest("POST", {}, {HEADER: SECRET}, b'{"update_id": 5}', MONDAY_9AM)
        heard = channel.decode(request)
        answers = (Answer(), Answer(ready=False, coming=True), Answer(ready=False))
        return [(await channel.acknowledge(heard, answer, request)).status for answer in answers]

    assert play(answered, **WEBHOOK) == [200, 200, 503]


def test_an_update_of_any_shape_is_heard_and_the_next_good_one_too():
    async def heard(telegram: TelegramStandIn, channel: Any) -> list[Any]:
        bodies = [b"", b"[]", b"null", b"{", b"\xff", b'{"update_id": 1e400}', b"[" * 5000]
        good = (
            b'{"update_id": 7, "message": {"message_id": 1, "date": 1795424400, "text": "hi",'
            b' "from": {"id": 5, "is_bot": false}, "chat": {"id": 5, "type": "private"}}}'
        )
        found = []
        for body in (*bodies, good):
            found += channel.decode(HookRequest("POST", {}, {HEADER: SECRET}, body, MONDAY_9AM))
        return found

    *strange, good = play(heard, **WEBHOOK)

    assert all(isinstance(item, Unparsed) for item in strange)
    assert isinstance(good, Message)


def test_a_code_leads_to_the_bot_and_brings_its_source_along():
    async def entrances(telegram: TelegramStandIn, channel: Any) -> list[str | None]:
        assert isinstance(channel, EntranceChannel)
        return [await channel.entrance(source) for source in ("a-taiji", "not allowed!", "x" * 65)]

    assert play(entrances) == [f"https://t.me/{BOT['username']}?start=a-taiji", None, None]


def test_no_code_while_telegram_is_down():
    async def entrance(telegram: TelegramStandIn, channel: Any) -> str | None:
        telegram.misbehave("*", status=502, body=b"<html>", times=None)
        found: str | None = await channel.entrance("a-taiji")
        return found

    assert play(entrance) is None


@pytest.mark.parametrize(
    ("mode", "state", "good", "remedy"),
    [
        pytest.param({}, {}, True, "", id="polling, nothing in the way"),
        pytest.param({}, {"webhook": {"url": "https://else.example"}}, False, "telegram_webhook_set", id="taken"),
        pytest.param(WEBHOOK, {"webhook": {"url": HOOK}}, True, "", id="our webhook"),
        pytest.param(WEBHOOK, {}, False, "telegram_no_webhook", id="no webhook"),
        pytest.param(
            WEBHOOK,
            {"webhook": {"url": HOOK}, "webhook_trouble": {"last_error_date": 1795424400, "pending_update_count": 3}},
            False,
            "telegram_hook_failing",
            id="our address fails",
        ),
        pytest.param({}, {"webhook_trouble": {"pending_update_count": 500}}, False, "telegram_many_waiting", id="many"),
    ],
)
def test_a_check_finds_what_keeps_words_from_us(mode: dict[str, str], state: dict[str, Any], good: bool, remedy: str):
    async def checked(telegram: TelegramStandIn, channel: Any) -> Any:
        assert isinstance(channel, CheckedChannel)
        for name, value in state.items():
            setattr(telegram, name, value)
        return await channel.check()

    token, updates = play(checked, **mode)

    assert (token.good, token.values["bot"]) == (True, f"@{BOT['username']}")
    assert (updates.good, updates.remedy) == (good, remedy)


@pytest.mark.parametrize(
    ("how", "remedy"),
    [
        ({"status": 401}, "telegram_token_revoked"),
        ({"status": 404}, "telegram_token_wrong"),
        ({"status": 502, "body": b"<html>"}, "no_answer"),
    ],
)
def test_a_check_says_what_is_wrong_with_the_token(how: dict[str, Any], remedy: str):
    async def checked(telegram: TelegramStandIn, channel: Any) -> Any:
        telegram.misbehave("*", times=None, **how)
        return await channel.check()

    (finding,) = play(checked)

    assert (finding.subject, finding.good, finding.remedy) == ("token", False, remedy)
