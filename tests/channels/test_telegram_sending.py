"""What goes on the wire for one message, and what becomes of it."""

import asyncio
import json
import traceback
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from outreach.channels.base import Answer
from outreach.channels.telegram import TelegramChannel, open_channel
from outreach.channels.telegram.backoff import Backoff
from outreach.channels.telegram.commands import COMMANDS
from outreach.channels.telegram.faults import NotSent
from outreach.channels.telegram.request import AiohttpRequest
from outreach.domain.messages import (
    Choice,
    File,
    Language,
    MessageKind,
    Outgoing,
    Pressed,
    RetryLater,
    Sent,
    Unconfirmed,
    Unreachable,
)
from outreach.domain.secret import Secret
from outreach.testing import FrozenClock, make_context
from outreach.testing.telegram import TelegramStandIn

ANN = 4242
CALENDAR = b"BEGIN:VCALENDAR\r\nMETHOD:PUBLISH\r\nEND:VCALENDAR\r\n"


@asynccontextmanager
async def telegram() -> AsyncIterator[tuple[TelegramStandIn, TelegramChannel]]:
    async with TelegramStandIn() as stand_in:
        stand_in.know(ANN)
        options = {"TOKEN": Secret(stand_in.token), "API_URL": Secret(stand_in.url)}
        channel = open_channel(options, make_context("telegram"), backoff=Backoff(first=0.01, most=0.05))
        try:
            yield stand_in, channel
        finally:
            await channel.close()


def sent_as(message: Outgoing, to: str = str(ANN), **bad_day: Any) -> tuple[Any, list[Any]]:
    """The outcome, and the calls that arrived."""

    async def scene() -> tuple[Any, list[Any]]:
        async with telegram() as (stand_in, channel):
            if bad_day:
                stand_in.misbehave(**bad_day)
            return await channel.send(to, message, "k"), stand_in.calls

    return asyncio.run(scene())


def reply(text: str, **more: Any) -> Outgoing:
    return Outgoing(MessageKind.REPLY, text, **more)


def test_a_text_goes_out_plain_and_without_a_preview():
    outcome, [call] = sent_as(reply("<b>活动</b> & *more*: https://a.example/x"))

    assert outcome == Sent("1")
    assert call.method == "sendMessage"
    assert call.parameters["text"] == "<b>活动</b> & *more*: https://a.example/x"
    assert call.parameters["link_preview_options"] == {"is_disabled": True}
    assert "parse_mode" not in call.parameters


def test_buttons_stand_one_a_row_but_two_short_ones_share():
    labels = ["报名", "取消", "我的", "看看附近的其他活动", "Help", "Menu"]
    choices = tuple(Choice(label, f"token:{number}".ljust(40, "x")) for number, label in enumerate(labels))

    _, [call] = sent_as(reply("choose", choices=choices))

    rows = call.parameters["reply_markup"]["inline_keyboard"]
    assert [[b["text"] for b in row] for row in rows] == [
        ["报名", "取消"],
        ["我的"],
        ["看看附近的其他活动"],
        ["Help", "Menu"],
    ]
    assert max(len(b["callback_data"].encode()) for row in rows for b in row) <= 64


def test_a_calendar_goes_out_with_its_caption_buttons_name_and_type():
    file = File("活动.ics", "text/calendar", CALENDAR)

    outcome, [call] = sent_as(reply("your seat", file=file, choices=(Choice("我的", "mine"),)))

    assert outcome == Sent("1")
    assert call.method == "sendDocument"
    assert call.files == {"document": ("活动.ics", CALENDAR)}
    assert call.parameters["caption"] == "your seat"
    assert json.loads(call.parameters["reply_markup"])["inline_keyboard"][0][0]["text"] == "我的"


@pytest.mark.parametrize(("length", "methods"), [(1024, ["sendDocument"]), (1025, ["sendMessage", "sendDocument"])])
def test_a_text_too_long_for_a_caption_goes_ahead_of_its_file(length, methods):
    _, calls = sent_as(reply("长" * length, file=File("a.ics", "text/calendar", CALENDAR)))

    assert [call.method for call in calls] == methods
    assert ("caption" in calls[-1].parameters) == (len(methods) == 1)


def test_a_file_that_has_to_wait_after_its_text_is_unconfirmed_not_said_twice():
    outcome, calls = sent_as(
        reply("长" * 2000, file=File("a.ics", "text/calendar", CALENDAR)), method="sendDocument", status=429
    )

    assert outcome == Unconfirmed("partial_flood")
    assert [call.method for call in calls] == ["sendMessage", "sendDocument"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x.ics\u202egpj.exe", "x.icsgpj.exe"),
        ('../../a"b\\c\r\n.ics', "....abc.ics"),
        ("\u202e", "file"),
        ("长" * 300 + ".ics", "长" * 116 + ".ics"),
    ],
)
def test_a_file_name_cannot_break_a_header_or_show_a_false_ending(name, shown):
    _, [call] = sent_as(reply("x", file=File(name, "text/calendar", CALENDAR)))

    assert call.files["document"][0] == shown


def test_a_link_is_shown_once_and_never_costs_text():
    link = "https://town.example/c/token.ics"
    short, full = reply("your seat", link=link), reply("长" * 4096, link=link)

    assert [call.parameters["text"] for call in sent_as(short)[1]] == [f"your seat\n{link}"]
    assert [call.parameters["text"] for call in sent_as(reply(f"see {link}", link=link))[1]] == [f"see {link}"]
    assert [call.parameters["text"] for call in sent_as(full)[1]] == ["长" * 4096, link]


@pytest.mark.parametrize("to", ["-1001234567890", "0", "@channel", "", "4242 ", "٤٢", "9" * 17])
def test_nothing_is_sent_to_what_is_no_private_chat(to):
    outcome, calls = sent_as(reply("personal"), to=to)

    assert outcome == Unreachable("not_a_private_chat")
    assert calls == []


def test_nobody_there_is_tried_again_because_nothing_left():
    async def scene() -> Any:
        async with telegram() as (stand_in, channel):
            await stand_in.stop()
            return await channel.send(str(ANN), reply("hello"), "k")

    outcome = asyncio.run(scene())

    assert isinstance(outcome, RetryLater)
    assert (outcome.code, outcome.whole_lane) == ("connect_failed", True)


def test_an_answer_that_does_not_come_leaves_the_fate_open():
    async def scene() -> None:
        async with TelegramStandIn() as stand_in:
            stand_in.misbehave("getMe", delay=5.0)
            pool = AiohttpRequest(connections=1, read_seconds=0.05)
            with pytest.raises(Exception, match="answer_timeout"):
                await pool.post(f"{stand_in.url}/bot{stand_in.token}/getMe")
            await pool.shutdown()

    asyncio.run(scene())


@pytest.mark.parametrize("address", ["http://127.0.0.1:1", "http://127.0.0.1:1:1", "nonsense"])
def test_no_traceback_of_a_fault_holds_the_token(address):
    async def scene() -> str:
        pool = AiohttpRequest(connections=1)
        try:
            await pool.post(f"{address}/bot7001:secret-token/getMe")
        except NotSent as fault:
            return "".join(traceback.format_exception(fault)) + repr(fault.__context__)
        finally:
            await pool.shutdown()
        raise AssertionError("there is nobody to answer")

    assert "secret-token" not in asyncio.run(scene()).replace('bot7001:secret-token/getMe")', "")


def test_a_closed_channel_says_so_without_a_connection():
    async def scene() -> Any:
        async with telegram() as (_, channel):
            await channel.close()
            return await channel.send(str(ANN), reply("hello"), "k")

    assert asyncio.run(scene()).code == "closed"


def test_forty_sends_at_once_share_sixteen_connections():
    async def scene() -> tuple[set[Any], int]:
        async with telegram() as (stand_in, channel):
            outcomes = await asyncio.gather(*(channel.send(str(ANN), reply(f"n{n}"), f"k{n}") for n in range(40)))
            assert {type(outcome) for outcome in outcomes} == {Sent}
            return {sent.text for sent in stand_in.sent}, len({call.peer_port for call in stand_in.calls})

    texts, connections = asyncio.run(scene())
    assert len(texts) == 40
    assert connections <= 16


def test_a_press_is_acknowledged_and_a_late_one_forgiven(caplog):
    async def scene() -> list[str]:
        async with telegram() as (stand_in, channel):
            number = stand_in.press(ANN, make_context("telegram").signer.sign("menu", str(ANN)))
            query_id = stand_in.updates.waiting[number]["callback_query"]["id"]
            presses = [Pressed(q, str(ANN), "menu", FrozenClock()(), q) for q in (query_id, "long-gone")]
            assert await channel.acknowledge(presses, Answer()) is None
            await asyncio.gather(*(task for task in asyncio.all_tasks() if "_stop_spinner" in repr(task.get_coro())))
            assert stand_in.answered_presses == [query_id]
            return [call.method for call in stand_in.calls]

    assert asyncio.run(scene()) == ["answerCallbackQuery"] * 2
    assert [record for record in caplog.records if record.name.startswith("outreach")] == []


def test_commands_are_set_per_language_and_only_when_they_differ():
    async def scene() -> list[list[str]]:
        async with telegram() as (stand_in, channel):
            rounds = []
            for _ in range(2):
                stand_in.calls.clear()
                await channel.prepare()
                rounds.append([call.method for call in stand_in.calls])
            assert {language: commands[0]["description"] for language, commands in stand_in.commands.items()} == {
                "": COMMANDS[Language.EN]["menu"],
                "en": COMMANDS[Language.EN]["menu"],
                "zh": COMMANDS[Language.ZH]["menu"],
            }
            return rounds

    first, again = asyncio.run(scene())
    assert first.count("setMyCommands") == 3
    assert again.count("setMyCommands") == 0


def test_commands_are_the_same_words_in_both_languages():
    assert list(COMMANDS[Language.ZH]) == list(COMMANDS[Language.EN])


def test_what_could_not_be_prepared_is_prepared_once_telegram_is_back():
    async def scene() -> None:
        async with telegram() as (stand_in, channel):
            stand_in.misbehave("*", status=502, times=2)
            await channel.prepare()
            assert stand_in.commands == {}

            await stand_in.until(lambda: len(stand_in.commands) == 3)

    asyncio.run(scene())
