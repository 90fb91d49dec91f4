"""The stand-in API's templates, menus, codes, quotas and bad days, each against a naive client."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from wechat_naive import ANN, Clock, play

from outreach.testing.wechat_api import Kind, WeChatApiStandIn

# --- templates ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fields", "unfit"),
    [
        ({"thing1": "一" * 21}, "thing1"),
        ({"thing1": "两行\n字"}, "thing1"),
        ({"thing1": ""}, "thing1"),
        ({"thing1": None}, "thing1"),
        ({"time2": "周二下午"}, "time2"),
        ({"phrase3": "不超过五个字"}, "phrase3"),
        ({"phrase3": "soon"}, "phrase3"),
        ({"thing9": "多余"}, "thing9"),
    ],
)
def test_a_field_that_breaks_its_rule_is_named_in_47003(fields, unfit):
    async def scene(naive):
        naive.api.know(ANN)
        return await naive.remind(fields=fields)

    answer = play(scene)

    assert answer["errcode"] == 47003
    assert f"data.{unfit}.value" in answer["errmsg"]


def test_a_template_from_before_2023_is_trimmed_without_a_word():
    async def scene(naive):
        naive.api.know(ANN)
        naive.api.templates = {"old": ("keyword1",)}
        given = {"thing1": None, "time2": None, "phrase3": None, "keyword1": "😀" + "一" * 12 + "\n" + "二" * 12}
        answer = await naive.remind(template="old", fields=given)
        return answer["errcode"], naive.api.sent_to(ANN)[0].fields

    assert play(scene) == (0, {"keyword1": "一" * 12 + "二" * 8})


@pytest.mark.parametrize("moment", ["14:00", "2026年12月1日 14:00", "2026-12-01 14:00", "2026年12月1日 14:00~15:30"])
def test_a_moment_as_wechat_wants_it_is_taken(moment):
    async def scene(naive):
        naive.api.know(ANN)
        return (await naive.remind(fields={"time2": moment}))["errcode"], naive.api.sent_to(ANN)[0].fields["time2"]

    assert play(scene) == (0, moment)


def test_an_unknown_template_a_stranger_and_one_who_refuses_have_codes_of_their_own():
    async def scene(naive):
        naive.api.know(ANN, "oBob")
        naive.api.refusing.add("oBob")
        calls = [naive.remind(template="other"), naive.remind(to="oNobody"), naive.remind(to="oBob")]
        return [(await call)["errcode"] for call in calls]

    assert play(scene) == [40037, 43004, 43101]


def test_a_client_id_makes_two_sends_one_for_ten_minutes():
    clock = Clock()

    async def scene(naive):
        naive.api.know(ANN)
        first, again = [(await naive.remind(client_msg_id="k"))["msgid"] for _ in range(2)]
        clock.now += 601
        later = (await naive.remind(client_msg_id="k"))["msgid"]
        return first == again, first == later, len(naive.api.sent)

    assert play(scene, clock=clock) == (True, False, 2)


# --- menus, codes, quotas -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("button", "code"),
    [
        ([{"name": "活动", "type": "click", "key": "activities"}], 0),
        ([{"name": "活动", "key": "a"}] * 4, 40016),
        ([{"name": "活动", "sub_button": [{"name": "a", "key": "a"}] * 6}], 40023),
        ([{"name": "名字超过十六字节", "key": "a"}], 40018),
        ([{"name": "活动", "key": "a" * 129}], 40019),
    ],
)
def test_a_menu_is_counted_and_measured(button, code):
    async def scene(naive):
        return (await naive.ask("menu/create", {"button": button}))["errcode"]

    assert play(scene) == code


def test_a_code_has_an_address_and_an_empty_or_long_scene_has_none():
    async def scene(naive):
        asked = [
            {"action_name": "QR_STR_SCENE", "action_info": {"scene": {"scene_str": s}}} for s in ("a", "", "a" * 65)
        ]
        return [
            ("url" in answer, answer.get("errcode")) for answer in [await naive.ask("qrcode/create", a) for a in asked]
        ]

    assert play(scene) == [(True, None), (False, 40053), (False, 40053)]


def test_a_quota_counts_down_and_wants_the_whole_path():
    async def scene(naive):
        naive.api.heard(ANN)
        await naive.say()
        quota = (await naive.ask("openapi/quota/get", {"cgi_path": "/cgi-bin/message/custom/send"}))["quota"]
        return quota["used"], quota["remain"], (await naive.ask("openapi/quota/get", {"cgi_path": "x"}))["errcode"]

    assert play(scene) == (1, 499_999, 76003)


# --- bad days -------------------------------------------------------------------------------------------------


def test_bad_days_end_after_so_many_calls_or_never():
    async def scene(naive):
        naive.api.heard(ANN)
        naive.api.misbehave(path="custom/send", errcode=-1, times=2)
        twice = [await naive.say() for _ in range(3)]
        naive.api.misbehave(path="custom/send", errcode=40001, as_text=True, times=None)
        return twice, [await naive.say() for _ in range(3)]

    assert play(scene) == ([-1, -1, 0], ["40001"] * 3)


def test_a_page_instead_of_json_makes_a_naive_client_stumble():
    async def scene(naive):
        naive.api.misbehave(path="custom/send", status=502, body="<html>bad gateway</html>")
        with pytest.raises(ValueError):
            await naive.say()

    play(scene)


def test_a_line_that_breaks_after_accepting_doubles_a_message_without_a_client_id_only():
    async def scene(naive):
        naive.api.know(ANN)
        for client_id in ("", "k"):
            naive.api.misbehave(path="template/send", disconnect=True)
            with pytest.raises(aiohttp.ClientError):
                await naive.remind(client_msg_id=client_id)
            await naive.remind(client_msg_id=client_id)
        return len(naive.api.sent)

    assert play(scene) == 3


def test_a_slow_answer_outlasts_a_short_patience():
    async def scene(naive):
        naive.api.misbehave(path="custom/send", delay=30)
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await naive.say()

    play(scene)


def test_an_address_that_is_not_listed_is_named_at_the_token_desk():
    async def scene(naive):
        told = "invalid ip 203.0.113.7 ipv6 ::ffff:203.0.113.7, not in whitelist"
        naive.api.misbehave(path="stable_token", errcode=40164, errmsg=told)
        return await naive.fetch()

    answer = play(scene)

    assert answer["errcode"] == 40164
    assert "203.0.113.7" in answer["errmsg"]


def test_another_process_plays_residents_through_the_control_door():
    async def scene(naive):
        async def act(action, **asked):
            async with naive.session.post(f"{naive.api.url}/_control/{action}", json=asked) as response:
                return response.status

        done = [await act("heard", openid=ANN), await act("misbehave", path="send", errcode=-1), await act("nonsense")]
        codes = [await naive.say("一"), await naive.say("二")]
        async with naive.session.get(f"{naive.api.url}/_control/sent", params={"openid": ANN}) as response:
            return done, codes, [one["text"] for one in await response.json()]

    assert play(scene) == ([200, 200, 400], [-1, 0], ["二"])


def test_it_serves_in_a_thread_for_tests_without_a_loop():
    with WeChatApiStandIn(Kind()) as api:
        assert api.url.startswith("http://127.0.0.1:")
