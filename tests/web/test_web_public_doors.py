"""Codes and other doors: each carries the activity, is drawn by us, and none of them can hold up a page."""

from __future__ import annotations

import asyncio
import re
import xml.etree.ElementTree as ET

import pytest
from web_scene import add, visit

from outreach.domain.messages import Language
from outreach.testing.telegram import TOKEN, TelegramStandIn
from outreach.testing.telegram_updates import BOT
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_wire import Account
from outreach.web import qr
from outreach.web.ways_in import WaysIn
from outreach.web.words import WORDS

ZH = WORDS[next(iter(WORDS))]


def telegram_at(standin):
    return {
        "CHANNELS__TELEGRAM__TOKEN": TOKEN,
        "CHANNELS__TELEGRAM__API_URL": standin.url,
        "CHANNELS__TELEGRAM__MODE": "webhook",
        "CHANNELS__TELEGRAM__WEBHOOK_SECRET": "s" * 20,
    }


def wechat_at(standin):
    account = Account()
    return {
        "CHANNELS__WECHAT__APPID": account.appid,
        "CHANNELS__WECHAT__TOKEN": account.token,
        "CHANNELS__WECHAT__AES_KEY": account.aes_key,
        "CHANNELS__WECHAT__ORIGINAL_ID": account.original_id,
        "CHANNELS__WECHAT__SECRET": SECRET,
        "CHANNELS__WECHAT__API_URL": standin.url,
        "CHANNELS__WECHAT__ACCOUNT": "service",
        "CHANNELS__WECHAT__VERIFIED": "true",
    }


def test_a_code_is_a_picture_of_modules_with_its_quiet_zone():
    drawn = ET.fromstring(qr.svg("https://outreach.example/a/abcdefgh"))

    _, _, width, height = drawn.attrib["viewBox"].split()
    assert width == height
    assert int(width) >= 25 + 8
    assert b"<script" not in qr.svg("https://x/<script>")


def test_the_sheet_shows_the_code_the_number_and_the_address(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = (await browser.get(f"/a/{card.slug}/qr")).text
        code = await browser.get(f"/a/{card.slug}/qr/page.svg")
        return card, page, code

    card, page, code = visit(tmp_path, story)

    assert f'src="/a/{card.slug}/qr/page.svg"' in page
    assert f'alt="{ZH["code_page"]}"' in page
    assert f"outreach.example/a/{card.slug}" in page
    assert f"<strong>{card.number}</strong>" in page
    assert code.headers["content-type"] == "image/svg+xml"
    assert code.content == qr.svg(f"http://outreach.example/a/{card.slug}")
    assert "default-src 'none'" in code.headers["content-security-policy"]


@pytest.mark.parametrize("lane", ["nowhere", "..", "%2e%2e", "page.svg", "x" * 500])
def test_a_code_of_a_door_that_is_not_there_is_not_there(tmp_path, lane):
    async def story(house, browser):
        card = add(house)
        return (await browser.get(f"/a/{card.slug}/qr/{lane}.svg")).status_code

    assert visit(tmp_path, story) == 404


def test_the_code_of_a_hidden_activity_is_not_there(tmp_path):
    async def story(house, browser):
        card = add(house, restricted=True)
        return (await browser.get(f"/a/{card.slug}/qr/page.svg")).status_code

    assert visit(tmp_path, story) == 404


def test_every_door_carries_the_activity(tmp_path):
    async def whole():
        async with TelegramStandIn() as telegram:
            return await asyncio.to_thread(visit, tmp_path, story, **telegram_at(telegram))

    async def story(house, browser):
        card = add(house)
        page = (await browser.get(f"/a/{card.slug}/doors")).text
        codes = [await browser.get(f"/a/{card.slug}/qr/{lane}.svg") for lane in ("telegram", "chat")]
        return card, page, [code.content for code in codes]

    card, page, codes = asyncio.run(whole())

    deep_link = f"https://t.me/{BOT['username']}?start=a-{card.slug}"
    assert f'href="{deep_link}"' in page
    assert f'href="/chat?source=a-{card.slug}"' in page
    assert codes == [qr.svg(deep_link), qr.svg(f"http://outreach.example/chat?source=a-{card.slug}")]


def test_an_address_is_asked_for_once(tmp_path):
    async def whole():
        async with TelegramStandIn() as telegram:
            await asyncio.to_thread(visit, tmp_path, story, **telegram_at(telegram))
            return sum(call.method == "getMe" for call in telegram.calls)

    async def story(house, browser):
        card = add(house)
        for _ in range(4):
            await browser.get(f"/a/{card.slug}/doors")

    assert asyncio.run(whole()) <= 2


def test_a_platform_that_does_not_answer_holds_up_nobody_and_is_there_when_it_does(tmp_path):
    async def whole():
        async with TelegramStandIn() as telegram:
            telegram.misbehave("getMe", times=2, delay=0.5)
            return await asyncio.to_thread(visit, tmp_path, story, **telegram_at(telegram))

    async def story(house, browser):
        card = add(house)
        ways = WaysIn(house, patience=0.01)
        first, found = await ways.of(card.slug, Language.ZH), []
        async with asyncio.timeout(10):
            while not found:
                found = await ways.of(card.slug, Language.ZH)
        return first, [way.name for way in found]

    assert asyncio.run(whole()) == ([], ["Telegram"])


def test_a_code_that_only_a_camera_can_use_is_no_link(tmp_path):
    async def whole():
        async with WeChatApiStandIn(Kind(service=True, verified=True)) as wechat:
            return await asyncio.to_thread(visit, tmp_path, story, **wechat_at(wechat))

    async def story(house, browser):
        card = add(house)
        page = (await browser.get(f"/a/{card.slug}/doors")).text
        return card, page, await browser.get(f"/a/{card.slug}/qr/wechat.svg")

    card, page, code = asyncio.run(whole())

    assert f'src="/a/{card.slug}/qr/wechat.svg"' in page
    assert "weixin.qq.com" not in page
    assert ZH["ways_scan"].format(name="微信") in page
    assert code.status_code == 200


def test_whoever_has_a_place_is_told_how_to_keep_it_and_hear_elsewhere(tmp_path):
    async def story(house, browser):
        card = add(house)
        form = (await browser.get(f"/a/{card.slug}/join")).text
        notice = re.search(r'name="notice" value="(\w+)"', form)[1]
        await browser.post(f"/a/{card.slug}/join", data={"party": "1", "nickname": "", "notice": notice})
        return (await browser.get(f"/a/{card.slug}/doors")).text

    page = visit(tmp_path, story)

    assert ZH["ways_have"] in page
    assert "?source=" not in page
