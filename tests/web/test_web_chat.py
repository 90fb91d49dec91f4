"""The chat over HTTP: who one is, what is refused, and that no message is lost or doubled."""

from __future__ import annotations

import asyncio
import json

import httpx2
import pytest
from web_scene import BASE_URL, PAGE_ID, add, button, say, visit

from outreach.channels.webchat import COOKIE, visitor_of
from outreach.domain.messages import Choice, MessageKind, Outgoing
from outreach.web.app import create_app


def test_a_visitor_gets_a_cookie_that_scripts_and_other_sites_do_not_see(tmp_path):
    async def story(_house, browser):
        return await browser.get("/chat")

    cookie = visit(tmp_path, story).headers["set-cookie"].lower()

    assert cookie.startswith(f"{COOKIE}=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "max-age=2592000" in cookie
    assert "secure" not in cookie


def test_over_https_the_cookies_travel_encrypted_only(tmp_path):
    async def story(_house, browser):
        return await browser.get("/chat?lang=en&large=1")

    cookies = visit(tmp_path, story, BASE_URL="https://outreach.example").headers.get_list("set-cookie")

    assert len(cookies) == 3
    assert all("secure" in cookie.lower() for cookie in cookies)


def test_who_comes_back_stays_the_same_person(tmp_path):
    async def story(_house, browser):
        await browser.get("/chat")
        first = browser.cookies[COOKIE]
        await browser.get("/chat")
        return first, browser.cookies[COOKIE]

    first, again = visit(tmp_path, story)

    assert first == again


def test_of_two_cookies_of_our_name_the_page_keeps_the_one_that_the_chat_reads(tmp_path):
    first, second = "f" * 32, "s" * 32

    async def story(_house, browser):
        return await browser.get("/chat", headers={"cookie": f"{COOKIE}={first}; {COOKIE}={second}"})

    assert f"{COOKIE}={first};" in visit(tmp_path, story).headers["set-cookie"]


def test_no_copy_of_the_chat_is_kept_on_the_way_or_for_the_back_button(tmp_path):
    async def story(_house, browser):
        await browser.get("/chat")
        return [
            (await browser.get("/chat")).headers["cache-control"],
            (await browser.get("/leave")).headers["cache-control"],
            (await browser.post("/chat/say", json={"id": PAGE_ID(1), "text": "帮助"})).headers["cache-control"],
        ]

    assert visit(tmp_path, story) == ["no-store"] * 3


def test_somebody_finds_joins_and_gets_a_calendar_link(tmp_path):
    async def story(house, browser):
        card = add(house, "清早太极")
        await browser.get("/chat")
        shown = await say(browser, 1, start=True, source=f"a-{card.slug}")
        asked = await say(browser, 2, press=button(shown, "报名"))
        seated = await say(browser, 3, press=button(asked, "同意"))
        pushed = (await browser.get("/chat/updates?after=0")).json()["messages"]
        return house, shown, seated, pushed, await house.bridge.read(lambda uow: uow.activities.card(card.id))

    _, shown, seated, pushed, card = visit(tmp_path, story)

    told = "".join(reply["text"] for reply in seated["replies"]) + "".join(one["text"] for one in pushed)
    links = [one["file"]["href"] for one in [*seated["replies"], *pushed] if one["file"]]
    assert "清早太极" in shown["replies"][0]["text"]
    assert "清早太极" in told
    assert card.seated == 1
    assert len(links) == 1
    assert links[0].startswith(f"{BASE_URL}/c/")


def test_the_same_message_sent_again_is_answered_again_and_done_once(tmp_path):
    async def story(house, browser):
        card = add(house)
        await browser.get("/chat")
        shown = await say(browser, 1, start=True, source=f"a-{card.slug}")
        asked = await say(browser, 2, press=button(shown, "报名"))
        agreed = {"id": PAGE_ID(3), "press": button(asked, "同意")}
        answers = await asyncio.gather(*(browser.post("/chat/say", json=agreed) for _ in range(5)))
        return [answer.text for answer in answers], await house.bridge.read(lambda uow: uow.activities.card(card.id))

    answers, card = visit(tmp_path, story)

    assert len(set(answers)) == 1
    assert card.seated == 1


def test_a_pushed_message_waits_for_the_page_until_it_says_that_it_has_it(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        person = visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")
        await house.mailbox.append(house.webchat.lane, person, _reminder("第一条"), "k1")
        seen = [(await browser.get("/chat/updates?after=0")).json()["messages"] for _ in range(2)]
        await house.mailbox.append(house.webchat.lane, person, _reminder("第二条"), "k2")
        return [*seen, (await browser.get(f"/chat/updates?after={seen[0][0]['cursor']}")).json()["messages"]]

    first, again, then = visit(tmp_path, story)

    assert [one["text"] for one in first] == ["第一条"]
    assert again == first
    assert [one["text"] for one in then] == ["第二条"]


def test_a_page_that_waits_hears_at_once(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        person = visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")
        waiting = asyncio.create_task(browser.get("/chat/updates?after=0"))
        await asyncio.sleep(0)
        await house.mailbox.append(house.webchat.lane, person, _reminder("快到了"), "k1")
        return (await asyncio.wait_for(waiting, 20)).json()["messages"]

    (message,) = visit(tmp_path, story)

    assert message["text"] == "快到了"
    assert message["choices"][0]["label"] == "不去了"


def test_a_button_of_a_pushed_message_works(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        person = visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")
        await house.mailbox.append(house.webchat.lane, person, _reminder("快到了"), "k1")
        (message,) = (await browser.get("/chat/updates?after=0")).json()["messages"]
        return await say(browser, 1, press=message["choices"][0]["data"])

    assert visit(tmp_path, story)["unclear"] is None


def _reminder(text: str) -> Outgoing:
    return Outgoing(MessageKind.REMINDER, text, (Choice("不去了", "mine"),))


def test_nobody_reads_what_came_for_another(tmp_path):
    async def story(house, browser):
        await browser.get("/chat")
        person = visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")
        await house.mailbox.append(house.webchat.lane, person, _reminder("只给你"), "k1")
        other = httpx2.AsyncClient(transport=httpx2.ASGITransport(app=create_app(house)), base_url=BASE_URL)
        async with other:
            await other.get("/chat")
            theirs = visitor_of(f"{COOKIE}={other.cookies[COOKIE]}")
            await house.mailbox.append(house.webchat.lane, theirs, _reminder("给别人"), "k1")
            return (await other.get("/chat/updates?after=0")).json()["messages"]

    assert [one["text"] for one in visit(tmp_path, story)] == ["给别人"]


@pytest.mark.parametrize(
    ("query", "headers", "status"),
    [
        ("after=x", {}, 400),
        ("after=²", {}, 400),
        ("after=-1", {}, 400),
        ("after=" + "9" * 30, {}, 400),
        ("after=0", {"sec-fetch-site": "cross-site"}, 403),
        ("after=0", {"cookie": ""}, 403),
        ("after=0&epoch=of-another-house", {}, 409),
    ],
)
def test_what_is_no_page_of_ours_reads_and_deletes_nothing(tmp_path, query, headers, status):
    async def story(_house, browser):
        await browser.get("/chat")
        return await browser.get(f"/chat/updates?{query}", headers=headers)

    assert visit(tmp_path, story).status_code == status


@pytest.mark.parametrize(
    ("body", "headers", "status", "error"),
    [
        ({"id": PAGE_ID(1), "text": "活动"}, {"sec-fetch-site": "cross-site"}, 403, "from_elsewhere"),
        ({"id": PAGE_ID(1), "text": "活动"}, {"origin": "https://elsewhere.example"}, 403, "from_elsewhere"),
        ({"id": PAGE_ID(1), "text": "活动"}, {"content-type": "text/plain"}, 403, "from_elsewhere"),
        ({"id": PAGE_ID(1), "text": "活动"}, {"cookie": "visitor=guess"}, 403, "no_visitor"),
        ({"text": "活动"}, {}, 400, "malformed"),
        ({"id": PAGE_ID(1), "text": "长" * 4_001}, {}, 413, "too_long"),
        ({"id": PAGE_ID(1), "text": "长" * 40_000}, {}, 413, "too_long"),
    ],
)
def test_what_is_refused_is_refused_in_a_word_the_page_knows(tmp_path, body, headers, status, error):
    async def story(_house, browser):
        await browser.get("/chat")
        sent = {"content-type": "application/json", **headers}
        return await browser.post("/chat/say", content=json.dumps(body), headers=sent)

    refused = visit(tmp_path, story)

    assert (refused.status_code, refused.json()) == (status, {"error": error})


def test_a_page_of_another_house_is_told_to_start_anew(tmp_path):
    async def epoch(_house, browser):
        return (await browser.get("/chat")).text.partition('data-epoch="')[2].partition('"')[0]

    here, there = visit(tmp_path / "here", epoch), visit(tmp_path / "there", epoch)

    assert here
    assert here != there


def test_the_way_out_leads_to_a_page_that_names_nobody(tmp_path):
    async def story(_house, browser):
        return (await browser.get("/leave")).text, (await browser.get("/chat")).text

    leave, chat = visit(tmp_path, story, NETWORK_NAME="青山镇心理服务站")

    assert "青山镇" in chat
    assert "心理" not in leave
    assert "/chat" not in leave
    assert 'aria-current="date"' in leave


def test_the_chat_has_a_title_that_tells_a_neighbour_nothing(tmp_path):
    async def story(_house, browser):
        return (await browser.get("/chat")).text

    title = visit(tmp_path, story, NETWORK_NAME="青山镇心理服务站").partition("<title>")[2].partition("</title>")[0]

    assert title == "活动小助手"
