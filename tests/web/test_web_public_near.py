"""What is near: places chosen once, days, audiences, and an answer to every address that makes no sense."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Engine, event
from web_scene import add, look_at, say, visit

from outreach.web.words import WORDS

HERE = ZoneInfo("Asia/Shanghai")


def county(house):
    """A county with two townships and a village in one of them; the name of the village is there twice."""
    with house.core.database.unit_of_work() as uow:
        top = uow.regions.root()
        made = {"c": uow.regions.add("c", "云溪县", top)}
        made["t"] = uow.regions.add("t", "柳河镇", made["c"])
        made["o"] = uow.regions.add("o", "青山镇", made["c"])
        made["v"] = uow.regions.add("v", "王家村", made["t"])
        made["w"] = uow.regions.add("w", "王家村", made["o"])
    return made


def at_noon(days):
    noon = datetime.now(HERE).replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=days)
    return {"starts_at": noon.astimezone(UTC), "ends_at": noon.astimezone(UTC) + timedelta(hours=1)}


def slugs(page):
    return re.findall(r'href="/a/(\w+)"', page.text)


def test_a_village_sees_its_own_and_what_holds_it_and_nobody_elses(tmp_path):
    async def story(house, browser):
        made = county(house)
        cards = {code: add(house, code, region_id=made[code].id).slug for code in "ctovw"}
        return cards, slugs(await browser.get("/?place=v"))

    cards, shown = visit(tmp_path, story)

    assert set(shown) == {cards["v"], cards["t"], cards["c"]}


def test_a_place_is_kept_and_never_asked_for_again(tmp_path):
    async def story(house, browser):
        made = county(house)
        add(house, "别处", region_id=made["o"].id)
        first = await browser.get("/")
        await browser.get("/?place=v")
        return first.text, (await browser.get("/")).text

    first, later = visit(tmp_path, story)

    assert WORDS["zh"]["place_ask"] in first
    assert WORDS["zh"]["place_ask"] not in later
    assert "王家村" in later
    assert "云溪县 · 柳河镇" in later


def test_the_address_wins_over_what_was_kept_and_can_be_passed_on(tmp_path):
    async def story(house, browser):
        county(house)
        await browser.get("/?place=v")
        return (await browser.get("/?place=o&audience=parent")).text

    page = visit(tmp_path, story)

    assert "青山镇" in page
    assert "place=o&amp;audience=parent&amp;day=" in page


def test_who_told_the_chat_where_they_live_is_not_asked_by_the_page(tmp_path):
    async def story(house, browser):
        made = county(house)
        card = add(house, region_id=made["v"].id)
        await browser.get("/chat")
        told = await say(browser, 1, start=True, source="r-v")
        told = await say(browser, 2, text=f"报名 {card.number}")
        await say(browser, 3, text="同意")
        return told, (await browser.get("/")).text

    _, page = visit(tmp_path, story)

    assert WORDS["zh"]["place_ask"] not in page
    assert "王家村" in page


def test_a_network_of_one_place_asks_nobody(tmp_path):
    assert WORDS["zh"]["place_ask"] not in look_at(tmp_path, "/").text


@pytest.mark.parametrize("code", ["nowhere", "x" * 5000, "%00", "王家村", "' or 1=1", "%E4%B8"])
def test_a_place_that_is_not_there_shows_everything_and_says_so(tmp_path, code):
    async def story(house, browser):
        county(house)
        card = add(house)
        page = await browser.get(f"/?place={code}")
        return card.slug in slugs(page), page.status_code, page.text, page.headers.get_list("set-cookie")

    is_shown, status, page, cookies = visit(tmp_path, story)

    assert (is_shown, status) == (True, 200)
    assert WORDS["zh"]["place_unknown"] in page
    assert cookies == []


@pytest.mark.parametrize("cookie", ["nowhere", "%", "%FF%00", "a" * 4000, "<b>"])
def test_a_forged_cookie_counts_as_none(tmp_path, cookie):
    async def story(house, browser):
        county(house)
        return await browser.get("/", headers={"cookie": f"place={cookie}"})

    page = visit(tmp_path, story)

    assert page.status_code == 200
    assert WORDS["zh"]["place_ask"] in page.text


def test_part_of_a_name_finds_both_villages_and_tells_them_apart(tmp_path):
    async def story(house, browser):
        county(house)
        return (await browser.get("/places?q=王家")).text

    page = visit(tmp_path, story)

    assert 'href="/?place=v"' in page
    assert 'href="/?place=w"' in page
    assert "云溪县 · 柳河镇" in page
    assert "云溪县 · 青山镇" in page


def test_one_goes_down_from_the_first_place_that_has_several(tmp_path):
    async def story(house, browser):
        county(house)
        return (await browser.get("/places")).text, (await browser.get("/places?in=t")).text

    top, township = visit(tmp_path, story)

    assert 'href="/places?in=t"' in top
    assert 'href="/places?in=o"' in top
    assert 'href="/?place=v"' in township
    assert 'href="/?place=t"' in township


def test_a_long_list_of_places_is_paged_without_losing_or_repeating_one(tmp_path):
    async def story(house, browser):
        with house.core.database.unit_of_work() as uow:
            top = uow.regions.root()
            for number in range(70):
                uow.regions.add(f"n{number}", f"第{number}村", top)
        first = (await browser.get("/places")).text
        following = re.search(r'href="(/places\?in=[^"]+)"[^>]*>后面的地方', first)
        second = (await browser.get(following[1].replace("&amp;", "&"))).text
        return [set(re.findall(r"/\?place=(n\d+)", page)) for page in (first, second)]

    first, second = visit(tmp_path, story)

    assert (len(first), len(second)) == (60, 10)
    assert not first & second


@pytest.mark.parametrize("query", ["q=", "q=%25", "q=_", "q=" + "长" * 500, "q=<script>", "in=zzz", "after=x", "q=%00"])
def test_whatever_is_asked_of_the_places_is_answered(tmp_path, query):
    async def story(house, browser):
        county(house)
        return await browser.get(f"/places?{query}")

    page = visit(tmp_path, story)

    assert page.status_code == 200
    assert "<script>" not in page.text.replace('<script src="', "")


def test_days_week_and_later_each_show_their_own(tmp_path):
    async def story(house, browser):
        day = (datetime.now(HERE) + timedelta(days=3)).date()
        cards = {days: add(house, f"第{days}天", **at_noon(days)).slug for days in (2, 3, 6, 7, 20)}
        queries = (f"day={day}", "when=week", "when=later", "")
        found = [slugs(await browser.get(f"/?{query}")) for query in queries]
        return cards, found

    cards, (day, week, later, everything) = visit(tmp_path, story)

    assert day == [cards[3]]
    assert week == [cards[2], cards[3], cards[6]]
    assert later == [cards[7], cards[20]]
    assert everything == list(cards.values())


def test_an_empty_week_says_so_and_shows_what_comes_next(tmp_path):
    async def story(house, browser):
        card = add(house, **at_noon(12))
        return card.slug, await browser.get("/")

    slug, page = visit(tmp_path, story)

    assert WORDS["zh"]["week_empty"] in page.text
    assert slugs(page) == [slug]


@pytest.mark.parametrize("day", ["x", "2026-13-01", "0001-01-01", "9999-12-31", "１", "-1"])
def test_a_day_that_makes_no_sense_is_left_aside(tmp_path, day):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/?day={day}")
        return card.slug, page.status_code, slugs(page)

    slug, status, shown = visit(tmp_path, story)

    assert (status, shown) == (200, [slug])


def test_where_nothing_fits_there_is_always_something_else(tmp_path):
    async def story(house, browser):
        made = county(house)
        card = add(house, region_id=made["o"].id, audience=frozenset({"parent"}), **at_noon(3))
        day = (datetime.now(HERE) + timedelta(days=1)).date()
        pages = [await browser.get(query) for query in (f"/?day={day}", "/?place=v&audience=student")]
        return card.slug, pages

    slug, (no_day, nowhere) = visit(tmp_path, story)

    assert WORDS["zh"]["none_then"] in no_day.text
    assert WORDS["zh"]["none_here"] in nowhere.text
    assert slugs(no_day) == slugs(nowhere) == [slug]


def test_an_audience_sees_its_own_and_what_is_for_everybody(tmp_path):
    async def story(house, browser):
        cards = {
            tag: add(house, tag, audience=frozenset({tag})).slug
            for tag in ("general", "elderly", "elderly_alone", "parent")
        }
        return cards, slugs(await browser.get("/?audience=elderly"))

    cards, shown = visit(tmp_path, story)

    assert set(shown) == {cards["general"], cards["elderly"]}


@pytest.mark.parametrize("audience", ["recovery", "nobody", "", "%", "a" * 3000])
def test_an_audience_that_is_not_offered_filters_nothing_and_is_never_named(tmp_path, audience):
    async def story(house, browser):
        card = add(house)
        return card.slug, await browser.get(f"/?audience={audience}")

    slug, page = visit(tmp_path, story)

    assert slugs(page) == [slug]
    assert "康复" not in page.text


def test_a_label_that_would_tell_on_people_stands_on_no_page(tmp_path):
    async def story(house, browser):
        card = add(house, audience=frozenset({"general", "bereaved"}))
        return (await browser.get("/")).text + (await browser.get(f"/a/{card.slug}")).text

    page = visit(tmp_path, story)

    assert "亲人" not in page
    assert "丧" not in page


def test_the_calendar_of_what_is_chosen_is_linked_and_is_there(tmp_path):
    async def story(house, browser):
        county(house)
        page = (await browser.get("/?place=v&audience=parent")).text
        return page, (await browser.get("/feeds/region/v.ics?audience=parent")).status_code

    page, status = visit(tmp_path, story)

    assert 'href="webcal://outreach.example/feeds/region/v.ics?audience=parent"' in page
    assert 'href="/feeds/region/v.ics?audience=parent"' in page
    assert status == 200


def test_paging_keeps_what_was_chosen(tmp_path):
    async def story(house, browser):
        county(house)
        for number in range(52):
            add(house, f"活动 {number}", audience=frozenset({"parent"}))
        first = (await browser.get("/?place=root&audience=parent")).text
        following = re.search(r'href="(/\?[^"]*after=\d+)"', first)[1].replace("&amp;", "&")
        return following, slugs(await browser.get(following))

    following, second = visit(tmp_path, story)

    assert "audience=parent" in following
    assert "place=root" in following
    assert len(second) == 2


def test_the_switches_of_size_and_language_keep_what_was_asked_for(tmp_path):
    async def story(house, browser):
        county(house)
        return (await browser.get("/?place=v&audience=parent&large=1")).text

    page = visit(tmp_path, story)

    assert 'href="?place=v&amp;audience=parent&amp;large=0"' in page
    assert 'href="?place=v&amp;audience=parent&amp;lang=en"' in page


def test_titles_and_previews_name_no_topic(tmp_path):
    async def story(house, browser):
        card = add(house, "失眠怎么办")
        return (await browser.get(f"/a/{card.slug}")).text

    head = visit(tmp_path, story).partition("</head>")[0]

    assert 'property="og:title"' in head
    assert "失眠" not in head


def test_the_pages_ask_the_store_as_often_for_many_as_for_one(tmp_path):
    async def story(house, browser):
        made = county(house)
        counts = []
        for more in (1, 30):
            for _ in range(more):
                add(house, region_id=made["v"].id)
            counts.append(
                [await statements(house, browser, path) for path in ("/?place=v", "/places?q=王家", "/places")]
            )
        return counts

    few, many = visit(tmp_path, story)

    assert few == many
    assert max(many) <= 8


async def statements(house, browser, path):
    """How many statements a page takes: those of the readers' threads, for the house ticks beside them."""
    seen = []

    def note(*_connection_and_statement):
        seen.append(threading.current_thread().name)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        await browser.get(path)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    return sum(name.startswith("reader") for name in seen)
