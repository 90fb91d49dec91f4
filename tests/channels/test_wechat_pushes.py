"""What a WeChat account may do by its kind, and what becomes of it when WeChat says otherwise."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, TypeVar

import pytest
from wechat_scene import ACCOUNT, ANN, TEXT, heard, request

from outreach.channels.base import Answer, EntranceChannel, LibraryChannel
from outreach.channels.wechat import WeChatChannel, open_channel
from outreach.domain.messages import MessageKind, Outgoing, Parked, Sent
from outreach.domain.secret import Secret
from outreach.testing import MemoryCupboard, make_context
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn

_T = TypeVar("_T")
SERVICE, SUBSCRIPTION = {"ACCOUNT": "service"}, {"ACCOUNT": "subscription"}
VERIFIED = {"VERIFIED": "true"}
TEMPLATE = {"TEMPLATE_REMINDER": "template-reminder", "FIELDS_REMINDER": "thing1=title time2=starts phrase3=:快到了"}
FACTS = {"title": "睡不好怎么办：睡眠讲座与茶话会，欢迎带家人", "starts": "2026-12-01 14:00"}
REMINDER = Outgoing(MessageKind.REMINDER, "提醒您", fields=FACTS)
REPLY = Outgoing(MessageKind.REPLY, "您好")


def opened(api: WeChatApiStandIn, cupboard: MemoryCupboard | None = None, **more: str) -> WeChatChannel:
    given = {
        "APPID": ACCOUNT.appid, "TOKEN": ACCOUNT.token, "AES_KEY": ACCOUNT.aes_key,
        "SECRET": SECRET, "API_URL": api.url, **more,
    }  # fmt: skip
    options = {name: Secret(text) for name, text in given.items() if text}
    return open_channel(options, make_context("wechat", cupboard=cupboard))


@asynccontextmanager
async def account(kind: Kind, **more: str):
    async with WeChatApiStandIn(kind, templates={"template-reminder": ["thing1", "time2", "phrase3"]}) as api:
        channel = opened(api, **more)
        try:
            yield api, channel
        finally:
            await channel.close()


def play(story: Callable[[WeChatApiStandIn, WeChatChannel], Awaitable[_T]], kind: Kind, **more: str) -> _T:
    async def whole() -> _T:
        async with account(kind, **more) as (api, channel):
            return await story(api, channel)

    return asyncio.run(whole())


@pytest.mark.parametrize(
    ("kind", "more", "pushes", "templates", "codes", "menu"),
    [
        pytest.param(Kind(False, False), SUBSCRIPTION, False, False, False, False, id="subscription"),
        pytest.param(Kind(False, True), SUBSCRIPTION | VERIFIED, True, False, False, True, id="subscription, verified"),
        pytest.param(Kind(True, False), SERVICE, False, False, False, True, id="service"),
        pytest.param(Kind(True, True), SERVICE | VERIFIED, True, True, True, True, id="service, verified"),
    ],
)
def test_each_kind_of_account_does_what_it_may(
    kind: Kind, more: dict[str, str], pushes: bool, templates: bool, codes: bool, menu: bool
):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> tuple[Any, ...]:
        await channel.prepare()
        api.heard(ANN)
        reply = await channel.send(ANN, REPLY, "k1")
        api.know("bob")
        reminder = await channel.send("bob", REMINDER, "k2")
        assert isinstance(channel, EntranceChannel)
        code = await channel.entrance("a-taiji")
        return isinstance(reply, Sent), isinstance(reminder, Sent), code is not None, api.menu is not None

    done = play(story, kind, **more, **TEMPLATE)

    assert done == (pushes, templates, codes, menu)


def test_without_an_app_secret_nothing_is_called():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> tuple[object, int]:
        await channel.prepare()
        return await channel.send(ANN, REPLY, "k"), len(api.calls)

    assert play(story, Kind(True, True), **SERVICE, **VERIFIED, SECRET="") == (Parked("no_push"), 0)


def test_a_reminder_outside_the_window_goes_by_its_template_made_to_fit():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        api.know(ANN)
        outcome = await channel.send(ANN, REMINDER, "k")
        again = await channel.send(ANN, REMINDER, "k")
        return outcome, again, api.sent_to(ANN)

    outcome, again, (pushed,) = play(story, Kind(True, True), **SERVICE, **VERIFIED, **TEMPLATE)

    assert isinstance(outcome, Sent)
    assert again == outcome  # the same key: WeChat drops the repeat
    assert pushed.template == "template-reminder"
    assert pushed.fields == {
        "thing1": "睡不好怎么办：睡眠讲座与茶话会，欢迎带…",
        "time2": "2026年12月1日 14:00",
        "phrase3": "快到了",
    }


def test_a_kind_without_a_template_waits_for_their_word():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> object:
        api.heard(ANN)
        for number in range(5):
            await channel.send(ANN, REPLY, f"k{number}")
        return await channel.send(ANN, REPLY, "k6")

    assert play(story, Kind(True, True), **SERVICE, **VERIFIED, **TEMPLATE) == Parked("quota_used")


def test_a_right_that_wechat_denies_is_taken_away_and_staff_are_told(caplog: pytest.LogCaptureFixture):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        before = channel.capabilities
        api.heard(ANN)
        outcome = await channel.send(ANN, REPLY, "k")
        return before.may_push, outcome, channel.capabilities, await channel.send(ANN, REPLY, "k2"), len(api.calls)

    caplog.set_level(logging.ERROR)
    before, outcome, able, again, calls = play(story, Kind(False, False), **SUBSCRIPTION, **VERIFIED)

    assert (before, outcome, able.may_push, again) == (True, Parked("48001"), False, Parked("no_push"))
    assert able.reply_window is None
    assert calls == 2  # a token and one try
    assert "channels check" in caplog.text


def test_sixteen_calls_with_an_old_token_ask_for_one_new_one():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        people = [f"o{number}" for number in range(16)]
        for person in people:
            api.heard(person)
        await channel.send("o0", REPLY, "first")
        api.expire_token()
        asked = api.token_calls()
        outcomes = await asyncio.gather(*(channel.send(person, REPLY, person) for person in people))
        return outcomes, api.token_calls() - asked

    outcomes, asked = play(story, Kind(True, True), **SERVICE, **VERIFIED)

    assert all(isinstance(outcome, Sent) for outcome in outcomes)
    assert asked == 1


def test_two_processes_share_one_token():
    async def whole() -> tuple[int, list[object]]:
        cupboard = MemoryCupboard()
        async with WeChatApiStandIn(Kind(True, True)) as api:
            api.heard(ANN)
            first, second = (opened(api, cupboard, **SERVICE, **VERIFIED) for _ in range(2))
            outcomes: list[object] = [await channel.send(ANN, REPLY, "k") for channel in (first, second)]
            for channel in (first, second):
                await channel.close()
            return api.token_calls(), outcomes

    asked, outcomes = asyncio.run(whole())

    assert asked == 1
    assert all(isinstance(outcome, Sent) for outcome in outcomes)


def test_a_revoked_token_is_forced_once_and_not_again_within_half_a_minute():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        api.heard(ANN)
        await channel.send(ANN, REPLY, "k1")
        api.revoke_token()
        mended = await channel.send(ANN, REPLY, "k2")
        api.revoke_token()
        stuck = await channel.send(ANN, REPLY, "k3")
        return mended, stuck, api.token_calls(forced=True)

    mended, stuck, forced = play(story, Kind(True, True), **SERVICE, **VERIFIED)

    assert isinstance(mended, Sent)
    assert not isinstance(stuck, Sent)
    assert forced == 1


def test_chinese_goes_out_as_it_is_and_half_a_character_does_no_harm():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        api.heard(ANN)
        outcome = await channel.send(ANN, Outgoing(MessageKind.REPLY, "您好\ud800😀"), "k")
        return outcome, api.sent_to(ANN)[0].text

    outcome, text = play(story, Kind(True, True), **SERVICE, **VERIFIED)

    assert isinstance(outcome, Sent)
    assert text.startswith("您好")


@pytest.mark.parametrize(
    ("day", "subject", "remedy"),
    [
        ({"errcode": 40164, "errmsg": "invalid ip 192.0.2.9 ipv6 ::ffff:192.0.2.9, no"}, "token", "wechat_whitelist"),
        ({"errcode": 40125}, "token", "wechat_secret"),
        ({"status": 502, "body": "<html>"}, "token", "no_answer"),
    ],
)  # fmt: skip
def test_a_check_says_why_there_is_no_token_and_what_to_do(day: dict[str, Any], subject: str, remedy: str):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        api.misbehave(path="stable_token", times=None, **day)
        return await channel.check()

    (finding,) = play(story, Kind(True, True), **SERVICE, **VERIFIED)

    assert (finding.subject, finding.good, finding.remedy) == (subject, False, remedy)
    assert dict(finding.values) == ({"address": "192.0.2.9"} if remedy == "wechat_whitelist" else {})


def test_a_check_tells_which_right_the_account_lacks_and_what_is_left_of_the_day():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        return {finding.subject: finding for finding in await channel.check()}

    real = play(story, Kind(True, True), **SERVICE, **VERIFIED)
    pretended = play(story, Kind(False, False), **SERVICE, **VERIFIED)
    bare = play(story, Kind(False, False), SECRET="")

    assert all(finding.good for finding in real.values())
    assert real["customer_messages"].values["a_day"] == "500000"
    assert not pretended["templates"].good
    assert pretended["templates"].remedy == "wechat_kind"
    assert list(bare) == ["push"]


@pytest.mark.parametrize(("coming", "status"), [(True, 200), (False, 503)])
def test_what_is_coming_is_sent_and_what_nobody_works_on_has_to_be_delivered_again(coming: bool, status: int):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        wire = request(TEXT)
        return await channel.acknowledge([heard(wire, channel)], Answer(ready=False, coming=coming), wire)

    response = play(story, Kind(True, True), **SERVICE, **VERIFIED)

    assert response.status == status
    assert response.body == (b"success" if coming else b"")


def test_the_window_is_wechats():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        return channel.capabilities

    able = play(story, Kind(True, True), **SERVICE, **VERIFIED, **TEMPLATE)

    assert able.reply_window == timedelta(hours=48)
    assert able.any_time == {MessageKind.REMINDER}


@pytest.mark.parametrize(
    ("kind", "more", "kept"), [(Kind(True, True), SERVICE | VERIFIED, True), (Kind(), SUBSCRIPTION, False)]
)
def test_a_poster_goes_into_the_library_of_an_account_that_may(kind: Kind, more: dict[str, str], kept: bool):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        assert isinstance(channel, LibraryChannel)
        await channel.send(ANN, REPLY, "a token is had by now")
        api.expire_token()
        return await channel.keep_picture("海报.png", b"\x89PNG\r\n" + b"x" * 5000), api.pictures

    name, pictures = play(story, kind, **more)

    assert (name is not None) is kept
    assert pictures == (["海报.png"] if kept else [])


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [('a"b.png', "a-b.png"), ("a\r\nX-Evil: 1.png", "a-X-Evil-1.png"), ("\ud800.png", "-.png"), ("x" * 99, "x" * 60)],
)
def test_a_name_that_no_form_could_carry_is_made_one_that_it_can(name: str, kept_as: str):
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        await channel.keep_picture(name, b"\x89PNG\r\n")
        return api.pictures

    assert play(story, Kind(True, True), **SERVICE, **VERIFIED) == [kept_as]


def test_a_poster_that_wechat_does_not_take_is_told():
    async def story(api: WeChatApiStandIn, channel: WeChatChannel) -> Any:
        api.misbehave(path="add_material", errcode=45009, times=None)
        return await channel.keep_picture("poster.png", b"\x89PNG\r\n")

    assert play(story, Kind(True, True), **SERVICE, **VERIFIED) is None
