"""The public pages: what they show, in whose language, and what they never show."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from web_scene import add, look_at, visit

from outreach.domain.activity import SignUpPolicy
from outreach.domain.actor import Actor
from outreach.services import activities
from outreach.web.views import dialable, numbers
from outreach.web.words import WORDS


def test_the_front_page_lists_what_is_on(tmp_path):
    async def story(house, browser):
        card = add(house)
        return card, (await browser.get("/")).text

    card, page = visit(tmp_path, story)

    assert card.title in page
    assert f'href="/a/{card.slug}"' in page
    assert "还有 10 个位子" in page


def test_an_empty_house_says_so_kindly(tmp_path):
    assert WORDS[next(iter(WORDS))]["none"] in look_at(tmp_path, "/").text


@pytest.mark.parametrize("hidden", [{"restricted": True}, {"draft": True}])
def test_what_is_not_for_everybody_is_neither_listed_nor_to_be_found(tmp_path, hidden):
    async def story(house, browser):
        card = add(house, "只给受邀的人", **hidden)
        pages = [
            await browser.get(path) for path in ("/", f"/a/{card.slug}", f"/a/{card.slug}.ics", "/feeds/public.ics")
        ]
        return [page.status_code for page in pages], "".join(page.text for page in pages)

    statuses, told = visit(tmp_path, story)

    assert statuses == [200, 404, 404, 200]
    assert "只给受邀的人" not in told


def test_an_activity_that_was_called_off_stays_and_says_so_without_a_way_in(tmp_path):
    async def story(house, browser):
        card = add(house)
        with house.core.database.unit_of_work() as uow:
            activities.call_off(uow, Actor.operator(), card.id, datetime.now(UTC))
        return (await browser.get("/")).text, (await browser.get(f"/a/{card.slug}")).text

    front, page = visit(tmp_path, story)

    assert "已取消" in front
    assert "已取消" in page
    assert "/chat?source=" not in page


def test_a_full_activity_tells_how_many_wait(tmp_path):
    async def story(house, browser):
        card = add(house, seats=1)
        await house.bridge.write(lambda uow: _crowd(uow, card.id))
        return (await browser.get(f"/a/{card.slug}")).text

    assert "前面 1 人" in visit(tmp_path, story)


def _crowd(uow, activity_id):
    activity = uow.activities.locked(activity_id)
    activity.seated, activity.waiting = 1, 1
    uow.activities.save(activity, datetime.now(UTC))


def test_where_staff_decide_the_page_says_so(tmp_path):
    async def story(house, browser):
        card = add(house, policy=SignUpPolicy.REQUEST)
        return (await browser.get(f"/a/{card.slug}")).text

    assert "工作人员会先和您聊一聊" in visit(tmp_path, story)


def test_a_time_is_local_and_says_the_weekday(tmp_path):
    async def story(house, browser):
        starts = datetime(2035, 12, 4, 6, 0, tzinfo=UTC)
        card = add(house, starts_at=starts, ends_at=starts + timedelta(minutes=90))
        return (await browser.get(f"/a/{card.slug}")).text, (await browser.get("/")).text

    page, front = visit(tmp_path, story)

    assert "2035年12月4日（周二）</span>" in page
    assert "下午2:00–3:30" in page
    assert "下午2:00–3:30" in front


def test_what_ends_on_another_day_says_on_which(tmp_path):
    async def story(house, browser):
        starts = datetime(2035, 12, 4, 13, 0, tzinfo=UTC)
        card = add(house, starts_at=starts, ends_at=starts + timedelta(days=1))
        return (await browser.get(f"/a/{card.slug}")).text, (await browser.get("/")).text

    for page in visit(tmp_path, story):
        assert "2035年12月4日（周二）晚上9:00 – 2035年12月5日（周三）晚上9:00" in page


def test_a_long_list_is_paged_without_losing_or_repeating_one(tmp_path):
    async def story(house, browser):
        slugs = {add(house, f"活动 {number}").slug for number in range(53)}
        first = (await browser.get("/")).text
        second = (await browser.get(first.partition('href="/?after=')[2].partition('"')[0].join(("/?after=", "")))).text
        return slugs, first, second

    slugs, first, second = visit(tmp_path, story)

    on = [[slug for slug in slugs if f"/a/{slug}" in page] for page in (first, second)]
    assert [len(found) for found in on] == [50, 3]
    assert not set(on[0]) & set(on[1])


def test_the_pages_of_a_list_follow_the_calendar_whatever_was_entered_first(tmp_path):
    async def story(house, browser):
        begin = datetime(2035, 12, 4, 6, 0, tzinfo=UTC)
        hours = [(number * 37) % 60 for number in range(60)]  # entered in no order; some share their hour
        made = {}
        for number, hour in enumerate(hours):
            starts = begin + timedelta(hours=hour // 2)
            card = add(house, f"活动 {number}", starts_at=starts, ends_at=starts + timedelta(hours=1))
            made[card.slug] = (card.starts_at, card.id)
        pages = [(await browser.get("/")).text]
        pages.append((await browser.get("/?after=" + pages[0].partition("/?after=")[2].partition('"')[0])).text)
        return made, re.findall(r'href="/a/([^"]+)"', "".join(pages)), pages[1]

    made, shown, last = visit(tmp_path, story)

    assert shown == sorted(made, key=lambda slug: made[slug])
    assert "/?after=" not in last


@pytest.mark.parametrize("after", ["x", "-1", "²", "9" * 40, "", "1;--", "999999"])
def test_a_page_number_of_nobody_breaks_nothing(tmp_path, after):
    assert look_at(tmp_path, f"/?after={after}").status_code == 200


@pytest.mark.parametrize(
    ("headers", "query", "title"),
    [
        ({}, "", "近期活动"),
        ({"accept-language": "en-GB,en;q=0.9"}, "", "What is on"),
        ({"accept-language": "fr, zh-TW;q=0.5, en;q=0.4"}, "", "近期活动"),
        ({"accept-language": "en;q=nonsense, zh;q=0.3"}, "", "近期活动"),
        ({"accept-language": "en"}, "?lang=zh", "近期活动"),
        ({"accept-language": "en"}, "?lang=xx", "What is on"),
    ],
)
def test_a_page_speaks_the_visitors_language(tmp_path, headers, query, title):
    async def story(_house, browser):
        return (await browser.get(f"/{query}", headers=headers)).text

    assert f"<h1>{title}</h1>" in visit(tmp_path, story)


def test_what_is_chinese_on_an_english_page_is_read_out_in_chinese(tmp_path):
    async def story(house, browser):
        card = add(house, "清早太极", place="Green Hall")
        english = [(await browser.get(path + "?lang=en")).text for path in ("/", f"/a/{card.slug}")]
        return english, (await browser.get("/?lang=zh")).text

    english, chinese = visit(tmp_path, story)

    assert all(re.search(r'<[^>]+ lang="zh-CN">清早太极<', page) for page in english)
    assert all(re.search(r"<[^>]+(?<!zh-CN\")>Green Hall<", page) for page in english)
    assert not re.search(r'<[^>]+ lang="zh-CN">清早太极<', chinese)


def test_language_and_size_are_remembered_once_chosen(tmp_path):
    async def story(_house, browser):
        await browser.get("/?lang=en")
        await browser.get("/?large=1")
        later = (await browser.get("/")).text
        await browser.get("/?large=0")
        return later, (await browser.get("/")).text

    later, at_last = visit(tmp_path, story)

    assert '<html lang="en" class="large">' in later
    assert '<html lang="en">' in at_last


def test_a_title_is_text_and_nothing_else(tmp_path):
    async def story(house, browser):
        card = add(house, "<script>alert(1)</script>", place='"><b>x')
        return (await browser.get("/")).text + (await browser.get(f"/a/{card.slug}")).text

    page = visit(tmp_path, story)

    assert "<script>alert" not in page
    assert "<b>x" not in page


def test_without_the_web_chat_nothing_leads_there(tmp_path):
    async def story(house, browser):
        card = add(house)
        pages = [(await browser.get(path)).text for path in ("/", f"/a/{card.slug}")]
        return "".join(pages), [(await browser.get(path)).status_code for path in ("/chat", "/chat/updates")]

    pages, statuses = visit(tmp_path, story, CHANNELS__WEBCHAT__ENABLED="false")

    assert "/chat" not in pages
    assert statuses == [404, 404]


def test_numbers_that_help_can_be_dialled():
    text = "危险：120（急救）或110。<b>想说说</b>：400 161 9995，第5号"

    shown = str(dialable(text))

    assert numbers(text) == ["120", "110", "400 161 9995"]
    assert '<a href="tel:4001619995">400 161 9995</a>' in shown
    assert "<b>" not in shown
    assert "第5号" in shown


def test_the_emergency_line_is_on_every_page(tmp_path):
    async def story(house, browser):
        card = add(house)
        return [(await browser.get(path)).text for path in ("/", "/chat", f"/a/{card.slug}", "/nowhere")]

    assert all('href="tel:110"' in page for page in visit(tmp_path, story))


def test_both_languages_have_the_same_words():
    first, *others = WORDS.values()

    assert all(set(other) == set(first) for other in others)
    assert all(text.strip() for words in WORDS.values() for text in words.values())
