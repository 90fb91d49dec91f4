"""Calendar files over HTTP: the right type, honest tags, names that survive every client."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from web_scene import add, button, look_at, say, visit

from outreach.domain.actor import Actor
from outreach.services import activities


def test_the_public_feed_holds_every_public_activity(tmp_path):
    async def story(house, browser):
        cards = [add(house, f"活动 {number}") for number in range(3)]
        return cards, await browser.get("/feeds/public.ics")

    cards, feed = visit(tmp_path, story)

    assert feed.headers["content-type"] == "text/calendar; charset=utf-8"
    assert feed.text.count("BEGIN:VEVENT") == 3
    assert all(card.uid in feed.text for card in cards)


def test_a_region_has_a_feed_of_its_own_and_an_unknown_one_has_none(tmp_path):
    async def story(house, browser):
        with house.core.database.unit_of_work() as uow:
            here = uow.regions.add("here", "这里", uow.regions.root())
            uow.regions.add("there", "那里", uow.regions.root())
        add(house, "在这里", region_id=here.id)
        return [await browser.get(f"/feeds/region/{code}.ics") for code in ("here", "there", "nowhere", "%25", "..")]

    here, there, nowhere, percent, dots = visit(tmp_path, story)

    assert "在这里" in here.text
    assert "在这里" not in there.text
    assert [nowhere.status_code, percent.status_code, dots.status_code] == [404, 404, 404]


@pytest.mark.parametrize(
    ("header", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ("*", 304),
        ('"other"', 200),
        ("", 200),
        ("{bare}", 200),
    ],
)
def test_who_has_it_already_is_told_so_without_the_body(tmp_path, header, status):
    async def story(house, browser):
        add(house)
        tag = (await browser.get("/feeds/public.ics")).headers["etag"]
        known = header.format(tag=tag, bare=tag.strip('"'))
        return tag, await browser.get("/feeds/public.ics", headers={"if-none-match": known})

    tag, answer = visit(tmp_path, story)

    assert answer.status_code == status
    assert answer.headers["etag"] == tag
    assert not tag.startswith("W/")
    assert bool(answer.content) is (status == 200)


def test_the_same_state_is_the_same_bytes_and_a_change_is_another_tag(tmp_path):
    async def story(house, browser):
        card = add(house)
        first, again = [await browser.get("/feeds/public.ics") for _ in range(2)]
        with house.core.database.unit_of_work() as uow:
            activities.call_off(uow, Actor.operator(), card.id, datetime.now(UTC))
        return first, again, await browser.get("/feeds/public.ics")

    first, again, changed = visit(tmp_path, story)

    assert first.content == again.content
    assert first.headers["etag"] == again.headers["etag"] != changed.headers["etag"]
    assert "STATUS:CANCELLED" in changed.text


def test_who_signs_up_changes_no_byte_of_what_everybody_reads(tmp_path):
    async def story(house, browser):
        card = add(house)
        addresses = ("/feeds/public.ics", f"/a/{card.slug}.ics")
        before = [await browser.get(address) for address in addresses]
        await browser.get("/chat")
        shown = await say(browser, 1, start=True, source=f"a-{card.slug}")
        asked = await say(browser, 2, press=button(shown, "报名"))
        await say(browser, 3, press=button(asked, "同意"))
        joined = await house.bridge.read(lambda uow: uow.activities.card(card.id))
        return joined.seated, before, [await browser.get(address) for address in addresses]

    seated, before, after = visit(tmp_path, story)

    assert seated == 1
    assert [(one.content, one.headers["etag"]) for one in after] == [
        (one.content, one.headers["etag"]) for one in before
    ]


def test_ones_own_link_is_told_unchanged_but_no_shared_cache_keeps_it(tmp_path):
    async def story(house, browser):
        card = add(house)
        await browser.get("/chat")
        shown = await say(browser, 1, start=True, source=f"a-{card.slug}")
        asked = await say(browser, 2, press=button(shown, "报名"))
        await say(browser, 3, press=button(asked, "同意"))
        pushed = (await browser.get("/chat/updates?after=0")).json()["messages"]
        link = next(one["file"]["href"] for one in pushed if one["file"])
        tag = (await browser.get(link)).headers["etag"]
        return await browser.get(link, headers={"if-none-match": f"W/{tag}"})

    again = visit(tmp_path, story)

    assert again.status_code == 304
    assert again.headers["cache-control"] == "private, no-cache"
    assert again.headers["x-content-type-options"] == "nosniff"


def test_a_head_request_is_told_all_but_the_body(tmp_path):
    async def story(house, browser):
        add(house)
        return await browser.get("/feeds/public.ics"), await browser.head("/feeds/public.ics")

    got, head = visit(tmp_path, story)

    assert head.status_code == 200
    assert head.headers["etag"] == got.headers["etag"]


def test_one_activity_is_a_file_with_a_name_that_every_client_reads(tmp_path):
    async def story(house, browser):
        card = add(house, "太极晨练")
        return await browser.get(f"/a/{card.slug}.ics")

    named = visit(tmp_path, story).headers["content-disposition"]

    assert named.startswith('inline; filename="')
    assert "filename*=UTF-8''%E5%A4%AA%E6%9E%81" in named
    assert named.isascii()


def test_ones_own_link_follows_and_ends_with_the_person(tmp_path):
    async def story(house, browser):
        card = add(house)
        await browser.get("/chat")
        shown = await say(browser, 1, start=True, source=f"a-{card.slug}")
        asked = await say(browser, 2, press=button(shown, "报名"))
        await say(browser, 3, press=button(asked, "同意"))
        pushed = (await browser.get("/chat/updates?after=0")).json()["messages"]
        link = next(one["file"]["href"] for one in pushed if one["file"])
        seated = await browser.get(link)
        await say(browser, 4, text=f"取消 {card.number}")
        left = await browser.get(link)
        asked = await say(browser, 5, text="删除我")
        await say(browser, 6, press=asked["replies"][-1]["choices"][0]["data"])
        return seated, left, await browser.get(link)

    seated, left, erased = visit(tmp_path, story)

    assert "STATUS:CONFIRMED" in seated.text
    assert seated.headers["cache-control"].startswith("private")
    assert "STATUS:CANCELLED" in left.text
    assert erased.status_code == 404


@pytest.mark.parametrize("token", ["1-aaaaaaaaaaaaaaaaaaaaaa", "x", "-", "1" * 70, "%F0%9F%98%80", "1-"])
def test_a_guessed_link_opens_nothing(tmp_path, token):
    assert look_at(tmp_path, f"/c/{token}.ics").status_code == 404


def test_a_feed_for_an_audience_holds_what_is_for_it_and_for_everybody(tmp_path):
    async def story(house, browser):
        add(house, "给老人", audience=frozenset({"elderly"}))
        add(house, "给家长", audience=frozenset({"parent"}))
        add(house, "给大家", audience=frozenset({"general"}))
        paths = ("", "?audience=elderly", "?audience=elderly,parent", "?audience=elderly&audience=parent")
        return [await browser.get(f"/feeds/public.ics{query}") for query in paths]

    whole, elderly, both, again = visit(tmp_path, story)

    assert ("给老人" in elderly.text, "给家长" in elderly.text, "给大家" in elderly.text) == (True, False, True)
    assert both.text.count("BEGIN:VEVENT") == 3
    assert both.content == again.content
    assert elderly.headers["etag"] != whole.headers["etag"]


def test_a_filter_that_we_do_not_know_is_refused_with_what_there_is(tmp_path):
    async def story(house, browser):
        return [await browser.get(f"/feeds/public.ics?{query}") for query in ("audience=martians", "topic=martians")]

    audience, topic = visit(tmp_path, story)

    assert (audience.status_code, topic.status_code) == (400, 400)
    assert "elderly" in audience.text
    assert "topic" in topic.text
    assert "stress" in topic.text
