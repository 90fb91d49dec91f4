"""The stand-in API holds to WeChat's rules of tokens, rights and windows: each is broken by a naive client."""

from __future__ import annotations

import json

import pytest
from wechat_naive import ANN, BEST, Clock, play

from outreach.testing.wechat import ServiceUnavailable, WeChatStandIn
from outreach.testing.wechat_api import Kind

# --- tokens ---------------------------------------------------------------------------------------------------


def test_a_stable_token_is_the_same_twice_and_another_one_by_force():
    async def scene(naive):
        first = naive.token
        same = (await naive.fetch())["access_token"]
        other = (await naive.fetch(force=True))["access_token"]
        naive.token = first
        return first == same, first == other, await naive.say()

    assert play(scene) == (True, False, 40001)


def test_forcing_twice_within_thirty_seconds_or_21_times_a_day_is_refused():
    clock = Clock()

    async def scene(naive):
        codes = [(await naive.fetch(force=True)).get("errcode") for _ in range(2)]
        for _ in range(20):
            clock.now += 31
            codes.append((await naive.fetch(force=True)).get("errcode"))
        return codes

    codes = play(scene, clock=clock)

    assert codes[:2] == [None, 45011]
    assert codes[2:] == [None] * 19 + [45009]


def test_a_token_is_renewed_five_minutes_early_and_then_both_work_for_five_minutes():
    clock = Clock()

    async def scene(naive):
        first = naive.token
        clock.now += 7200 - 299
        renewed = (await naive.fetch())["access_token"] != first
        naive.token = first
        naive.api.heard(ANN)
        both = await naive.say()
        clock.now += 301
        return renewed, both, await naive.say()

    assert play(scene, clock=clock) == (True, 0, 42001)


def test_an_expired_token_is_42001_and_a_revoked_one_40001_until_it_is_forced():
    async def scene(naive):
        naive.api.heard(ANN)
        naive.api.expire_token()
        expired = await naive.say()
        await naive.fetch()
        again = await naive.say()
        naive.api.revoke_token()
        revoked = await naive.say()
        await naive.fetch()
        still = await naive.say()
        await naive.fetch(force=True)
        return expired, again, revoked, still, await naive.say()

    assert play(scene) == (42001, 0, 40001, 40001, 0)


def test_sixteen_naive_callers_who_each_force_a_token_shut_the_desk_and_spoil_each_others():
    async def scene(naive):
        naive.api.heard(ANN)
        mine = naive.token
        answers = [await naive.fetch(force=True) for _ in range(16)]
        naive.token = mine
        return [answer.get("errcode") for answer in answers], await naive.say(), naive.api.token_calls(forced=True)

    assert play(scene) == ([None] + [45011] * 15, 40001, 16)


@pytest.mark.parametrize(("wrong", "code"), [({"appid": "wx1"}, 40013), ({"secret": "x"}, 40125)])
def test_wrong_credentials_get_no_token(wrong, code):
    assert play(lambda naive: naive.fetch(**wrong))["errcode"] == code


# --- rights ---------------------------------------------------------------------------------------------------

RIGHTS = {
    "message/custom/send": "0101",
    "message/template/send": "0001",
    "qrcode/create": "0001",
    "menu/create": "0111",
}


@pytest.mark.parametrize("path", RIGHTS)
def test_the_kind_of_account_decides_which_rights_exist(path):
    async def scene(naive):
        quota = await naive.ask("openapi/quota/get", {"cgi_path": f"/cgi-bin/{path}"})
        return (await naive.ask(path)).get("errcode") != 48001, quota["errcode"] != 48001

    found = [play(scene, kind) for kind in (Kind(), Kind(verified=True), Kind(service=True), BEST)]

    wanted = [bit == "1" for bit in RIGHTS[path]]
    assert found == [(bit, bit) for bit in wanted]


# --- customer-service messages --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "messages", "seconds"),
    [("message", 5, 48 * 3600), ("click", 3, 60), ("follow", 3, 60), ("scan", 3, 60)],
)
def test_what_somebody_did_opens_so_many_messages_for_so_long(how, messages, seconds):
    clock = Clock()

    async def scene(naive):
        naive.api.heard(ANN, how)
        codes = [await naive.say() for _ in range(messages + 1)]
        naive.api.heard(ANN, how)
        clock.now += seconds - 1
        await naive.fetch()
        late = await naive.say()
        clock.now += 2
        return codes, late, await naive.say()

    assert play(scene, clock=clock) == ([0] * messages + [45047], 0, 45015)


def test_quotas_do_not_add_up_and_strangers_and_those_who_left_are_told_apart():
    async def scene(naive):
        naive.api.heard(ANN)
        naive.api.heard(ANN, "click")
        codes = [await naive.say() for _ in range(6)]
        stranger = await naive.say(to="oNobody")
        naive.api.heard("oBob")
        naive.api.unfollow("oBob")
        return codes, stranger, await naive.say(to="oBob")

    assert play(scene) == ([0] * 5 + [45047], 40003, 45015)


def test_a_click_lends_its_three_messages_for_its_own_minute_only():
    clock = Clock()

    async def scene(naive):
        naive.api.heard(ANN)
        five = [await naive.say() for _ in range(5)]
        naive.api.heard(ANN, "click")
        within = await naive.say()
        clock.now += 61
        return five, within, await naive.say()

    assert play(scene, clock=clock) == ([0] * 5, 0, 45047)


@pytest.mark.parametrize(("event", "code"), [("VIEW", 45015), ("scancode_waitmsg", 0), ("CLICK", 0)])
def test_a_menu_entry_that_leads_to_a_page_opens_nothing(event, code):
    async def scene(naive):
        naive.api.know(ANN)
        naive.api.witness(ANN, {"MsgType": "event", "Event": event, "EventKey": "k"})
        return await naive.say()

    assert play(scene) == code


def test_empty_and_long_texts_and_escapes_are_refused():
    async def scene(naive):
        naive.api.heard(ANN)
        empty, long = await naive.say(" "), await naive.say("好" * 683)
        url = f"{naive.api.url}/cgi-bin/message/custom/send?access_token={naive.token}"
        asked = {"touser": ANN, "msgtype": "text", "text": {"content": "好"}}
        async with naive.session.post(url, json=asked) as response:  # aiohttp escapes what is not ASCII
            return empty, long, json.loads(await response.read())["errcode"]

    assert play(scene) == (44004, 45002, 40033)


def test_what_people_do_in_the_chat_opens_their_windows_in_the_api():
    async def scene(naive):
        people = WeChatStandIn(
            "http://127.0.0.1:9/hooks/wechat", api=naive.api
        )  # nobody listens: it opens all the same
        codes = []
        for act in (people.follow, people.unfollow, lambda openid: people.say(openid, "在吗")):
            with pytest.raises(ServiceUnavailable):
                act(ANN)
            codes.append(await naive.say())
        return codes

    assert play(scene) == [0, 45015, 0]
