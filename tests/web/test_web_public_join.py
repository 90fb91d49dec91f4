"""Signing up on the page: two taps, no name, one person with the chat; every bad input and every late moment."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from web_scene import add, button, say, visit

from outreach.channels.webchat import COOKIE, visitor_of
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.people import Purpose
from outreach.services import activities
from outreach.services.cards import Caller
from outreach.web.joining import HOURLY_FROM_A_PLACE, TRIES_FROM_A_PLACE, TRIES_OF_A_VISITOR, Gate
from outreach.web.words import WORDS

ZH, EN = (WORDS[language] for language in WORDS)
SMILE = {"party": "1", "nickname": ""}


def shown_notice(page):
    found = re.search(r'name="notice" value="(\w+)"', page)
    return {} if found is None else {"notice": found[1]}


async def fill_in(browser, card, **fields):
    """Tap 1 and tap 2."""
    page = await browser.get(f"/a/{card.slug}/join")
    return await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page.text) | fields)


def card_of(house, card):
    with house.core.database.reading() as uow:
        return uow.activities.card(card.id)


def roster(house, card):
    with house.core.database.reading() as uow:
        return uow.sign_ups.roster(card.id, 100)


def person_of(house, browser):
    with house.core.database.reading() as uow:
        return uow.people.at(Caller(house.webchat.lane, visitor_of(f"{COOKIE}={browser.cookies[COOKIE]}")))


def test_two_taps_give_a_seat_and_the_answer_says_all_that_follows(tmp_path):
    async def story(house, browser):
        card = add(house)
        sent = await fill_in(browser, card, party="2")
        answer = await browser.get(sent.headers["location"])
        return sent, answer, card_of(house, card).seated

    sent, answer, seated = visit(tmp_path, story)

    assert sent.status_code == 303
    assert seated == 2
    assert ZH["seated_title"] in answer.text
    assert "第1号，共2人" in answer.text
    for key in ("next_seated", "calendar_add", "remind_text", "leave_link"):
        assert ZH[key] in answer.text
    assert answer.headers["cache-control"] == "no-store"


def test_the_answer_speaks_english_too(tmp_path):
    async def story(house, browser):
        await browser.get("/?lang=en")
        sent = await fill_in(browser, add(house))
        return (await browser.get(sent.headers["location"])).text

    page = visit(tmp_path, story)

    assert EN["seated_title"] in page
    assert EN["next_seated"] in page


def test_page_and_chat_are_one_person(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card, nickname="小雨")
        await browser.get("/chat")
        told = await say(browser, 1, text="我的")
        mail = await browser.get("/chat/updates?after=0")
        return card, told, mail.json()["messages"], roster(house, card)

    card, told, mail, (line,) = visit(tmp_path, story)

    assert card.title in told["replies"][-1]["text"]
    assert any(card.title in message["text"] for message in mail)
    assert line.nickname == "小雨"


def test_whoever_agreed_in_the_chat_reads_no_notice_again(tmp_path):
    async def story(house, browser):
        first, second = add(house), add(house, "另一个")
        await browser.get("/chat")
        told = await say(browser, 1, text=f"报名 {first.number}")
        await say(browser, 2, press=button(told, "同意"))
        page = (await browser.get(f"/a/{second.slug}/join")).text
        sent = await fill_in(browser, second)
        return page, sent.headers["location"], card_of(house, second).seated

    page, where, seated = visit(tmp_path, story)

    assert 'name="notice"' not in page
    assert where.endswith("/mine")
    assert seated == 1


def test_what_was_read_is_kept_to_the_letter_and_nothing_else_is_agreed_to(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card)
        notice = house.core.crafts.wording.notice("take_part", "zh", house.network_name("zh"))
        page = (await browser.get(f"/a/{add(house).slug}/join")).text
        return person_of(house, browser), notice, page

    person, _, _ = visit(tmp_path, story)

    assert person.consents == {Purpose.TAKE_PART}
    assert person.audiences == frozenset()


def test_looking_at_the_form_keeps_nothing_of_anybody(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        return page.text, person_of(house, browser).is_known

    page, is_known = visit(tmp_path, story)

    assert ZH["form_agree"] in page
    assert not is_known


@pytest.mark.parametrize("notice", ["", "0" * 16, "x" * 4000, "<b>"])
def test_without_the_notice_in_front_of_them_nobody_is_kept(tmp_path, notice):
    async def story(house, browser):
        card = add(house)
        page = await fill_in(browser, card, notice=notice, nickname="小雨")
        return page, person_of(house, browser).is_known, card_of(house, card).seated

    page, is_known, seated = visit(tmp_path, story)

    assert page.status_code == 409
    assert ZH["join_notice"] in page.text
    assert 'value="小雨"' in page.text
    assert (is_known, seated) == (False, 0)


def test_a_notice_read_in_one_language_counts_after_a_switch_to_the_other(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = (await browser.get(f"/a/{card.slug}/join?lang=en")).text
        await browser.get("/?lang=zh")
        sent = await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page))
        return sent.status_code, person_of(house, browser).language

    assert visit(tmp_path, story) == (303, "en")


@pytest.mark.parametrize("party", ["0", "7", "abc", "", "-1", "1.5", "９９９", "99999999999999999999", "1; --"])
def test_a_party_that_cannot_be_is_asked_for_again_with_everything_kept(tmp_path, party):
    async def story(house, browser):
        card = add(house)
        page = await fill_in(browser, card, party=party, nickname="小雨")
        return page, card_of(house, card).seated

    page, seated = visit(tmp_path, story)

    assert page.status_code == 422
    assert ZH["party_wrong"] in page.text
    assert 'value="小雨"' in page.text
    assert seated == 0


def test_no_more_people_are_offered_than_there_are_seats(tmp_path):
    async def story(house, browser):
        card = add(house, seats=2)
        page = (await browser.get(f"/a/{card.slug}/join")).text
        return page.count('name="party"'), (await fill_in(browser, card, party="3")).status_code

    assert visit(tmp_path, story) == (2, 422)


@pytest.mark.parametrize(
    ("nickname", "key"),
    [
        ("一" * 21, "nickname_long"),
        ("a" * 3000, "nickname_long"),
        ("小雨13800138000", "nickname_contact"),
        ("13800138000", "nickname_empty"),
        ("微信号 xiaoyu88", "nickname_contact"),
        ("小\n雨", "nickname_signs"),
        ("小\u202e雨", "nickname_signs"),
        ("…", "nickname_empty"),
    ],
)
def test_a_nickname_that_would_tell_too_much_or_does_not_fit_is_explained(tmp_path, nickname, key):
    async def story(house, browser):
        card = add(house)
        return await fill_in(browser, card, nickname=nickname, party="2"), card_of(house, card).seated

    page, seated = visit(tmp_path, story)

    assert page.status_code == 422
    assert ZH[key] in page.text
    assert re.search(r'value="2" checked', page.text)
    assert seated == 0


def test_all_that_is_wrong_is_said_at_once(tmp_path):
    async def story(house, browser):
        return (await fill_in(browser, add(house), party="9", nickname="一" * 30)).text

    page = visit(tmp_path, story)

    assert ZH["party_wrong"] in page
    assert ZH["nickname_long"] in page


def test_markup_in_a_nickname_stays_text(tmp_path):
    async def story(house, browser):
        card = add(house)
        wrong = await fill_in(browser, card, nickname='"><script>alert(1)</script>' + "x" * 30)
        sent = await fill_in(browser, card, nickname="<b>小雨</b>")
        return wrong.text, sent.status_code, roster(house, card)[0].nickname

    wrong, status, kept = visit(tmp_path, story)

    assert "<script>alert" not in wrong
    assert (status, kept) == (303, "<b>小雨</b>")


def test_a_form_sent_twice_gives_the_first_answer_again(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        fields = SMILE | shown_notice(page.text)
        both = await asyncio.gather(*(browser.post(f"/a/{card.slug}/join", data=fields) for _ in range(2)))
        return [sent.headers["location"] for sent in both], len(roster(house, card)), card_of(house, card).seated

    where, lines, seated = visit(tmp_path, story)

    assert where[0] == where[1]
    assert (lines, seated) == (1, 1)


def test_asking_for_another_number_of_people_keeps_the_first_and_says_how_to_change_it(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        fields = SMILE | shown_notice(page.text)
        await browser.post(f"/a/{card.slug}/join", data=fields)
        again = await browser.post(f"/a/{card.slug}/join", data=fields | {"party": "3"})
        return (await browser.get(again.headers["location"])).text, card_of(house, card).seated

    page, seated = visit(tmp_path, story)

    assert ZH["again"] in page
    assert seated == 1


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "https://elsewhere.example"}])
@pytest.mark.parametrize("what", ["join", "leave"])
def test_a_form_on_another_site_does_nothing(tmp_path, headers, what):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        fields = SMILE | shown_notice(page.text)
        if what == "leave":
            await browser.post(f"/a/{card.slug}/join", data=fields)
        sent = await browser.post(f"/a/{card.slug}/{what}", data=fields, headers=headers)
        return sent.status_code, card_of(house, card).seated

    assert visit(tmp_path, story) == (403, 1 if what == "leave" else 0)


def test_a_browser_without_cookies_is_told_and_nobody_is_made_up(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        browser.cookies.clear()
        sent = await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page.text) | {"nickname": "小雨"})
        return sent, card_of(house, card).seated

    page, seated = visit(tmp_path, story)

    assert page.status_code == 403
    assert ZH["join_cookie"] in page.text
    assert 'value="小雨"' in page.text
    assert seated == 0


@pytest.mark.parametrize("cookie", ["x", "a" * 500, "../../etc", "é"])
def test_a_forged_visitor_is_nobody(tmp_path, cookie):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        browser.cookies.clear()
        headers = {"cookie": f"{COOKIE}={cookie}".encode()}
        sent = await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page.text), headers=headers)
        return sent.status_code, card_of(house, card).seated

    assert visit(tmp_path, story) == (403, 0)


@pytest.mark.parametrize("hidden", [{"restricted": True}, {"draft": True}, None])
@pytest.mark.parametrize("path", ["", "/join", "/mine", "/leave", "/left", "/doors", "/qr"])
def test_what_is_not_for_everybody_is_answered_as_what_is_not_there(tmp_path, hidden, path):
    async def story(house, browser):
        slug = "nowhere1" if hidden is None else add(house, "只给受邀的人", **hidden).slug
        seen = [await browser.get(f"/a/{slug}{path}"), await browser.get("/a/22222222")]
        if path in {"/join", "/leave"}:
            await browser.get("/chat")
            seen.append(await browser.post(f"/a/{slug}{path}", data=SMILE))
        return [page.status_code for page in seen], [page.text for page in seen[:2]]

    statuses, pages = visit(tmp_path, story)

    assert set(statuses) == {404}
    assert strip(pages[0]) == strip(pages[1])


def strip(page):
    return page.partition("<main")[2]


def test_what_was_called_off_while_the_form_was_open_is_said_kindly(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        with house.core.database.unit_of_work() as uow:
            activities.call_off(uow, Actor.operator(), card.id, datetime.now(UTC))
        sent = await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page.text))
        return sent, person_of(house, browser).is_known

    page, is_known = visit(tmp_path, story)

    assert page.status_code == 409
    assert ZH["join_called_off"] in page.text
    assert not is_known


def test_what_began_while_the_form_was_open_is_said_kindly(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        house.clock = lambda: card.starts_at + timedelta(minutes=1)
        sent = await browser.post(f"/a/{card.slug}/join", data=SMILE | shown_notice(page.text))
        form = await browser.get(f"/a/{card.slug}/join")
        return sent, form.headers["location"], (await browser.get(f"/a/{card.slug}")).text

    page, where, later = visit(tmp_path, story)

    assert page.status_code == 409
    assert ZH["join_closed"] in page.text
    assert re.fullmatch(r"/a/\w+", where)
    assert ZH["over_text"] in later


def test_a_full_hall_gives_a_place_in_the_queue(tmp_path):
    async def story(house, browser):
        card = add(house, seats=2)
        await fill_in(browser, card, party="2")
        browser.cookies.clear()
        page = (await browser.get(f"/a/{card.slug}")).text
        sent = await fill_in(browser, card)
        mine = (await browser.get(sent.headers["location"])).text
        browser.cookies.clear()
        later = await fill_in(browser, card, party="2")
        return page, mine, (await browser.get(later.headers["location"])).text

    page, mine, later = visit(tmp_path, story)

    assert ZH["join_queue"] in page
    assert ZH["waiting_title"] in mine
    assert ZH["mine_first"].format(party=1) in mine
    assert ZH["next_waiting"] in mine
    assert ".ics" not in mine
    assert ZH["mine_waiting"].format(ahead=1, party=2) in later


def test_a_group_says_that_staff_will_talk_with_them_first(tmp_path):
    async def story(house, browser):
        card = add(house, kind=ActivityKind.GROUP, policy=SignUpPolicy.REQUEST)
        page = (await browser.get(f"/a/{card.slug}")).text
        form = (await browser.get(f"/a/{card.slug}/join")).text
        sent = await fill_in(browser, card)
        return page, form, (await browser.get(sent.headers["location"])).text

    page, form, mine = visit(tmp_path, story)

    assert ZH["join_request"] in page
    assert ZH["request"] in page
    assert ZH["form_agree_request"] in form
    assert ZH["requested_title"] in mine
    assert ZH["next_requested"] in mine


def test_whoever_comes_back_sees_their_place_and_others_do_not(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card)
        mine = await browser.get(f"/a/{card.slug}")
        form = await browser.get(f"/a/{card.slug}/join")
        browser.cookies.clear()
        return mine, form.headers["location"], (await browser.get(f"/a/{card.slug}")).text

    mine, where, others = visit(tmp_path, story)

    assert ZH["mine_here"] in mine.text
    assert mine.headers["cache-control"] == "no-store"
    assert where.endswith("/mine")
    assert ZH["mine_here"] not in others


def test_one_tap_and_a_yes_give_the_place_back_once(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card, party="2")
        asked = (await browser.get(f"/a/{card.slug}/leave")).text
        before = card_of(house, card).seated
        sent = [await browser.post(f"/a/{card.slug}/leave") for _ in range(2)]
        left = await browser.get(sent[0].headers["location"])
        return asked, before, [one.headers["location"] for one in sent], left.text, card_of(house, card).seated

    asked, before, where, left, after = visit(tmp_path, story)

    assert ZH["leave_yes"] in asked
    assert (before, after) == (2, 0)
    assert where[0] == where[1]
    assert ZH["left_title"] in left
    assert ZH["join_again"] in left


def test_whoever_is_offered_a_place_sees_until_when_and_takes_it_with_one_tap(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card)
        with house.core.database.unit_of_work() as uow:
            until = card.starts_at - timedelta(hours=20)
            uow.connection.exec_driver_sql("UPDATE sign_up SET standing = 'offered'")
            uow.offers.tell(1, until)
        asked = (await browser.get(f"/a/{card.slug}/mine")).text
        sent = [await browser.post(f"/a/{card.slug}/take") for _ in range(2)]
        taken = (await browser.get(sent[0].headers["location"])).text
        browser.cookies.clear()
        stranger = await browser.post(f"/a/{card.slug}/take")
        return asked, taken, stranger.headers["location"]

    asked, taken, elsewhere = visit(tmp_path, story)

    assert ZH["offered_title"] in asked
    assert ZH["take_it"] in asked
    assert "给您留到" in asked
    assert ".ics" not in asked
    assert ZH["seated_title"] in taken
    assert re.fullmatch(r"/a/\w+", elsewhere)


def test_nobody_gives_back_a_place_they_do_not_have(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card)
        browser.cookies.clear()
        pages = [await browser.get(f"/a/{card.slug}/{what}") for what in ("leave", "mine")]
        pages.append(await browser.post(f"/a/{card.slug}/leave"))
        return [page.headers["location"] for page in pages], card_of(house, card).seated

    where, seated = visit(tmp_path, story)

    assert all(re.fullmatch(r"/a/\w+", one) for one in where)
    assert seated == 1


def test_a_place_given_back_after_the_end_is_refused_kindly(tmp_path):
    async def story(house, browser):
        card = add(house)
        await fill_in(browser, card)
        house.clock = lambda: card.ends_at + timedelta(minutes=1)
        return await browser.post(f"/a/{card.slug}/leave")

    assert visit(tmp_path, story).status_code in {303, 409}


def test_the_calendar_file_of_the_answer_is_there_and_names_nobody(tmp_path):
    async def story(house, browser):
        sent = await fill_in(browser, add(house), nickname="小雨")
        page = (await browser.get(sent.headers["location"])).text
        return await browser.get(re.search(r'href="([^"]+/c/[^"]+\.ics)"', page)[1])

    file = visit(tmp_path, story)

    assert file.status_code == 200
    assert "小雨" not in file.text


def test_a_known_nickname_stands_in_the_form_and_can_be_changed_or_taken_away(tmp_path):
    async def story(house, browser):
        cards = [add(house, f"第{number}个") for number in range(3)]
        await fill_in(browser, cards[0], nickname="小雨")
        form = (await browser.get(f"/a/{cards[1].slug}/join")).text
        await fill_in(browser, cards[1], nickname="大雨")
        second = person_of(house, browser).nickname
        await fill_in(browser, cards[2], nickname="")
        return form, second, person_of(house, browser).nickname

    form, second, third = visit(tmp_path, story)

    assert 'value="小雨"' in form
    assert (second, third) == ("大雨", None)


def test_where_they_chose_to_look_is_where_they_are_kept(tmp_path):
    async def story(house, browser):
        with house.core.database.unit_of_work() as uow:
            village = uow.regions.add("v", "王家村", uow.regions.root())
        await browser.get("/?place=v")
        await fill_in(browser, add(house))
        return village.id, person_of(house, browser).region_id

    village, kept = visit(tmp_path, story)

    assert kept == village


def test_somebody_in_danger_is_answered_at_once_and_an_alert_is_raised(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await fill_in(browser, card, nickname="我不想活了")
        await house.guard.close()
        with house.core.database.reading() as uow:
            return page, uow.alerts.listed(10, open_only=True), card_of(house, card).seated

    page, alerts, seated = visit(tmp_path, story)

    assert page.status_code == 200
    assert ZH["help_title"] in page.text
    assert 'href="tel:12356"' in page.text
    assert "我不想活了" not in page.text
    assert (len(alerts), seated) == (1, 0)


def test_an_impatient_visitor_is_asked_to_wait_and_loses_nothing(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = await browser.get(f"/a/{card.slug}/join")
        fields = SMILE | shown_notice(page.text) | {"nickname": "小雨"}
        return [await browser.post(f"/a/{card.slug}/join", data=fields) for _ in range(TRIES_OF_A_VISITOR + 1)]

    *let_in, last = visit(tmp_path, story)

    assert {page.status_code for page in let_in} == {303}
    assert last.status_code == 429
    assert ZH["join_busy"] in last.text
    assert 'value="小雨"' in last.text


def test_a_script_that_forgets_its_cookie_each_time_fills_no_hall(tmp_path):
    async def story(house, browser):
        card = add(house, seats=100)
        statuses = []
        for _ in range(TRIES_FROM_A_PLACE + 5):
            browser.cookies.clear()
            statuses.append((await fill_in(browser, card)).status_code)
        return statuses, card_of(house, card).seated

    statuses, seated = visit(tmp_path, story)

    assert statuses[-5:] == [429] * 5
    assert seated == TRIES_FROM_A_PLACE


def test_the_gate_opens_again_and_forgets_nobody_for_ever():
    gate, now = Gate(), datetime(2026, 12, 1, tzinfo=UTC)

    first = [gate.allows("ann", "here", now) for _ in range(TRIES_OF_A_VISITOR + 1)]
    later = gate.allows("ann", "here", now + timedelta(seconds=61))

    assert first == [True] * TRIES_OF_A_VISITOR + [False]
    assert later


def test_slow_and_steady_from_one_place_is_stopped_within_the_hour():
    gate, now = Gate(), datetime(2026, 12, 1, tzinfo=UTC)

    let_in = sum(gate.allows(f"v{number}", "here", now + timedelta(seconds=5 * number)) for number in range(300))

    assert let_in == HOURLY_FROM_A_PLACE


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"party=" + b"1" * 70_000, 413), (b"\xff\xfe=1", 400), (b"&".join([b"a=1"] * 300), 400), (b"", 422)],
)
def test_what_is_no_form_of_ours_breaks_nothing(tmp_path, body, status):
    async def story(house, browser):
        card = add(house)
        await browser.get(f"/a/{card.slug}/join")
        headers = {"content-type": "application/x-www-form-urlencoded"}
        return (await browser.post(f"/a/{card.slug}/join", content=body, headers=headers)).status_code

    assert visit(tmp_path, story) == status


def test_without_a_web_chat_there_is_no_form_and_no_dead_link(tmp_path):
    async def story(house, browser):
        card = add(house)
        page = (await browser.get(f"/a/{card.slug}")).text
        return page, (await browser.get(f"/a/{card.slug}/join")).status_code

    page, status = visit(tmp_path, story, CHANNELS__WEBCHAT__ENABLED="false")

    assert status == 404
    assert "/join" not in page


def test_titles_of_ones_own_pages_name_no_topic(tmp_path):
    async def story(house, browser):
        card = add(house, "失眠怎么办")
        pages = [(await browser.get(f"/a/{card.slug}/join")).text]
        await fill_in(browser, card)
        pages += [(await browser.get(f"/a/{card.slug}/{what}")).text for what in ("mine", "leave", "doors", "qr")]
        return [page.partition("</head>")[0] for page in pages]

    assert not any("失眠" in head for head in visit(tmp_path, story))
