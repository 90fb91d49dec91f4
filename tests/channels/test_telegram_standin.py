"""The stand-in Telegram enforces Telegram's rules: a naive client is refused, a second poller is sent away."""

import asyncio
import json
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

from outreach.testing.telegram import TelegramStandIn

ANN = 4242
Ask = Callable[..., Awaitable[tuple[int, dict[str, Any]]]]


def play(scene: Callable[[TelegramStandIn, Ask], Awaitable[None]]) -> None:
    """Run *scene* with a stand-in that knows Ann, and a naive client of it."""

    async def whole() -> None:
        async with TelegramStandIn() as stand_in, aiohttp.ClientSession() as session:
            stand_in.know(ANN)

            async def ask(method: str, token: str = stand_in.token, **parameters: Any) -> tuple[int, dict[str, Any]]:
                async with session.post(f"{stand_in.url}/bot{token}/{method}", json=parameters) as response:
                    return response.status, await response.json()

            await scene(stand_in, ask)

    asyncio.run(whole())


def ask_plainly(url: str, body: dict[str, Any] | None = None) -> Any:
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=20) as response:
        return json.loads(response.read())


@pytest.mark.parametrize(
    ("wrong", "status", "description"),
    [
        ({"text": ""}, 400, "Bad Request: message text is empty"),
        ({"text": " \n "}, 400, "Bad Request: message text is empty"),
        ({"text": "😀" * 2049}, 400, "Bad Request: message is too long"),
        ({"text": "长" * 11_000}, 400, "Bad Request: text is too long"),
        ({"text": "x", "chat_id": 999}, 400, "Bad Request: chat not found"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "四" * 22}]]}}, 400,
         "Bad Request: BUTTON_DATA_INVALID"),
        ({"text": "x", "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "a"}]]}}, 400,
         "Bad Request: text buttons are allowed in the inline keyboard only with text"),
        ({"text": "x", "reply_markup": "{"}, 400, "Bad Request: can't parse reply keyboard markup JSON object"),
    ],
)  # fmt: skip
def test_a_message_against_the_rules_is_refused(wrong, status, description):
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        answer = await ask("sendMessage", **({"chat_id": ANN} | wrong))

        assert answer == (status, {"ok": False, "error_code": status, "description": description})
        assert stand_in.sent == []

    play(scene)


def test_a_message_at_the_very_limit_is_taken():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        status, answer = await ask("sendMessage", chat_id=ANN, text="😀" * 2048)

        assert (status, answer["ok"], stand_in.sent[0].text) == (200, True, "😀" * 2048)

    play(scene)


@pytest.mark.parametrize(("token", "status"), [("7001:of-somebody-else", 401), ("not-a-token", 404)])
def test_another_token_is_refused(token, status):
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        assert (await ask("getMe", token=token))[0] == status
        assert stand_in.calls == []

    play(scene)


def test_an_offset_confirms_what_is_below_it_and_nothing_else_does():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        first, second = stand_in.say(ANN, "one"), stand_in.say(ANN, "two")

        async def numbers(**how: int) -> list[int]:
            return [update["update_id"] for update in (await ask("getUpdates", timeout=1, **how))[1]["result"]]

        assert await numbers() == [first, second]
        assert await numbers() == [first]  # so soon again with the same offset: one only
        assert await numbers(offset=-1) == [second]
        assert await numbers(offset=second, limit=1) == [second]
        assert list(stand_in.updates.waiting) == [second]
        assert (await ask("getUpdates", offset=second + 1, timeout=0))[1]["result"] == []

    play(scene)


def test_a_long_poll_ends_as_soon_as_somebody_speaks():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        poll = asyncio.ensure_future(ask("getUpdates", timeout=50))
        await stand_in.until(lambda: len(stand_in.calls) == 1)
        stand_in.say(ANN, "hello")

        assert (await poll)[1]["result"][0]["message"]["text"] == "hello"

    play(scene)


def test_a_second_poller_sends_the_first_away():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        first = asyncio.ensure_future(ask("getUpdates", timeout=50))
        await stand_in.until(lambda: len(stand_in.calls) == 1)
        second = asyncio.ensure_future(ask("getUpdates", timeout=50))

        assert (await first)[0] == 409
        stand_in.say(ANN, "hello")
        assert (await second)[0] == 200

    play(scene)


def test_somebody_who_blocks_is_refused_and_let_in_again():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        stand_in.block(ANN)
        assert (await ask("sendMessage", chat_id=ANN, text="x"))[0] == 403

        stand_in.unblock(ANN)
        assert (await ask("sendMessage", chat_id=ANN, text="x"))[0] == 200
        changes = [
            update["my_chat_member"]["new_chat_member"]["status"] for update in stand_in.updates.waiting.values()
        ]
        assert changes == ["kicked", "member"]

    play(scene)


def test_a_press_is_answered_once_only():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        query = stand_in.updates.waiting[stand_in.press(ANN, "data")]["callback_query"]["id"]

        assert (await ask("answerCallbackQuery", callback_query_id=query))[0] == 200
        assert (await ask("answerCallbackQuery", callback_query_id=query))[0] == 400

    play(scene)


def test_a_bad_day_is_for_the_named_calls_chats_and_times():
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        stand_in.know(4343)
        stand_in.misbehave("sendMessage", status=429, retry_after=3, times=2, chat=ANN)

        statuses = [(await ask("sendMessage", chat_id=chat, text="x"))[0] for chat in (4343, ANN, ANN, ANN)]

        assert statuses == [200, 429, 429, 200]
        assert (await ask("getMe"))[0] == 200

    play(scene)


@pytest.mark.parametrize(
    "commands",
    [
        [{"command": "Help", "description": "x"}],
        [{"command": "help", "description": ""}],
        [{"command": "x" * 33, "description": "x"}],
        [{"command": "a", "description": "x"}] * 101,
    ],
)
def test_commands_against_the_rules_are_refused(commands):
    async def scene(stand_in: TelegramStandIn, ask: Ask) -> None:
        assert (await ask("setMyCommands", commands=commands))[0] == 400
        assert stand_in.commands == {}

    play(scene)


def test_a_test_without_a_loop_can_use_it_in_a_thread():
    with TelegramStandIn() as stand_in:
        stand_in.know(ANN)
        address = f"{stand_in.url}/bot{stand_in.token}/sendMessage"

        assert ask_plainly(address, {"chat_id": ANN, "text": "你好"})["result"]["text"] == "你好"
        stand_in.wait_until(lambda: len(stand_in.sent_to(ANN)) == 1)

    with pytest.raises(urllib.error.URLError):
        ask_plainly(address, {})


@pytest.mark.slow
def test_another_process_can_play_residents():
    command = [sys.executable, "-m", "outreach.testing.telegram", "--token", "7:test"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout is not None
            url = program.stdout.readline().strip()
            keyboard = {"inline_keyboard": [[{"text": "报名", "callback_data": "join:17.x"}]]}

            said = ask_plainly(f"{url}/_control/say", {"user": ANN, "text": "活动"})
            ask_plainly(f"{url}/bot7:test/sendMessage", {"chat_id": ANN, "text": "两项", "reply_markup": keyboard})
            [shown] = ask_plainly(f"{url}/_control/sent?user={ANN}&after=0&wait=10")
            ask_plainly(f"{url}/_control/press", {"user": ANN, "label": "报名"})
            updates = ask_plainly(f"{url}/bot7:test/getUpdates", {"timeout": 1})["result"]

            assert (shown["text"], shown["buttons"]) == ("两项", [{"label": "报名", "data": "join:17.x"}])
            assert updates[0]["update_id"] == said["update_id"]
            assert updates[1]["callback_query"]["data"] == "join:17.x"
            assert ask_plainly(f"{url}/_control/calls") == {"sendMessage": 1, "getUpdates": 1}
        finally:
            program.terminate()
