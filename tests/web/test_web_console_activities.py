"""Planning in the console: new, changed, moved, called off; bad input kept and told; other units are not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from console_scene import as_staff, fields_in, join, planned, soon
from web_scene import add

from outreach.domain.activity import ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.services import activities
from outreach.services.cards_planning import plan_of
from outreach.web.console.words import WORDS

ZH = WORDS["zh"]
NEW = "/console/activities/new"
GOOD = {"title": "睡得好一点", "place": "村委会活动室", "seats": "30", "audience": ["elderly"]}


def filled(page, **changes):
    return fields_in(page) | GOOD | {"starts": soon()} | changes


def stored(house, activity_id):
    with house.core.database.unit_of_work() as uow:
        return uow.activities.card(activity_id)


def number_in(address):
    return int(re.search(r"/activities/(\d+)", address)[1])


async def sent(browser, path, **changes):
    """Open the form at *path*, change what is given, send it."""
    page = (await browser.get(path)).text
    return await browser.post(path, data=fields_in(page) | changes)


def test_five_fields_make_an_activity_with_what_is_usual_for_its_kind(tmp_path):
    async def story(house, browser, made):
        answer = await browser.post(NEW, data=filled((await browser.get(f"{NEW}?kind=group")).text))
        return stored(house, number_in(answer.headers["location"])), (
            await browser.get(answer.headers["location"])
        ).text

    card, page = as_staff(tmp_path, story)

    assert (card.title, card.place, card.seats, card.audience) == ("睡得好一点", "村委会活动室", 30, {"elderly"})
    assert (card.kind, card.policy, card.region_name) == (ActivityKind.GROUP, SignUpPolicy.REQUEST, "东坡村")
    assert card.ends_at - card.starts_at == timedelta(minutes=90)
    assert ZH["done_added"] in page


def test_a_time_is_that_of_the_unit(tmp_path):
    async def story(house, browser, made):
        answer = await browser.post(NEW, data=filled((await browser.get(NEW)).text, starts="2034-12-04T14:00"))
        return stored(house, number_in(answer.headers["location"]))

    assert as_staff(tmp_path, story).starts_at == datetime(2034, 12, 4, 6, 0, tzinfo=UTC)


def test_sent_twice_it_is_planned_once(tmp_path):
    async def story(house, browser, made):
        form = filled((await browser.get(NEW)).text)
        answers = [await browser.post(NEW, data=form) for _ in range(2)]
        return [answer.headers["location"] for answer in answers]

    first, second = as_staff(tmp_path, story)

    assert first == second


def test_the_key_of_one_form_gives_nobody_the_activity_of_a_colleague(tmp_path):
    async def story(house, browser, made):
        theirs = add(house, "别人的", region_id=made["west"].id)
        answer = await browser.post(NEW, data=filled((await browser.get(NEW)).text, once=theirs.uid))
        return theirs.id, number_in(answer.headers["location"])

    theirs, own = as_staff(tmp_path, story)

    assert own != theirs


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"title": ""}, "problem_empty"),
        ({"title": "长" * 81}, "problem_too_long"),
        ({"place": " "}, "problem_empty"),
        ({"place": "x" * 1001}, "problem_too_long"),
        ({"summary": "x" * 1001}, "problem_too_long"),
        ({"summary": "a\x07b"}, "problem_unseen"),
        ({"title": "a\x00b"}, "problem_one_line"),
        ({"seats": "many"}, "problem_not_a_number"),
        ({"seats": ""}, "problem_not_a_number"),
        ({"seats": "0"}, "problem_seats"),
        ({"seats": "9" * 30}, "problem_not_a_number"),
        ({"minutes": "-5"}, "problem_not_a_number"),
        ({"minutes": "999999"}, "problem_minutes"),
        ({"starts": ""}, "problem_not_a_time"),
        ({"starts": "tomorrow"}, "problem_not_a_time"),
        ({"starts": "2020-01-01T10:00"}, "problem_past"),
        ({"starts": "9999-12-31T23:59"}, "problem_too_far"),
        ({"audience": []}, "problem_choose"),
        ({"audience": ["nonsense"]}, "problem_choose"),
        ({"host": "999"}, "problem_host"),
    ],
)
def test_bad_input_is_told_in_words_and_everything_else_is_kept(tmp_path, changes, problem):
    async def story(house, browser, made):
        answer = await browser.post(NEW, data=filled((await browser.get(NEW)).text, **changes))
        with house.core.database.unit_of_work() as uow:
            return answer, uow.activities.recent(5)

    answer, kept = as_staff(tmp_path, story)

    assert answer.status_code == 422
    assert ZH[problem].partition("{")[0] in answer.text
    assert kept == []
    shown = fields_in(answer.text)
    expected = filled("", **changes)
    for name in ("title", "place", "seats", "starts"):
        assert shown[name].strip() == expected[name].strip() or "\x00" in expected[name]


def test_all_problems_are_told_at_once_each_beside_its_field(tmp_path):
    async def story(_house, browser, _made):
        form = filled(
            (await browser.get(NEW)).text, title="", place="", seats="x", starts="x", minutes="x", audience=[]
        )
        return (await browser.post(NEW, data=form)).text

    page = as_staff(tmp_path, story)

    for name in ("title", "place", "seats", "starts", "minutes", "audience"):
        assert f'id="{name}-problem1"' in page
    assert page.count('aria-invalid="true"') == 6


def test_markup_stays_text(tmp_path):
    evil = '<script>alert(1)</script>"><b>x'

    async def story(house, browser, made):
        again = await browser.post(NEW, data=filled((await browser.get(NEW)).text, title=evil, seats="x", summary=evil))
        answer = await browser.post(NEW, data=filled(again.text, title=evil, place=evil, summary=evil))
        path = answer.headers["location"].partition("?")[0]
        pages = [
            await browser.get(one) for one in (path, f"{path}/edit", f"{path}/move", "/console/activities", "/console/")
        ]
        return again.text + "".join(page.text for page in pages)

    told = as_staff(tmp_path, story)

    assert "<script>alert" not in told
    assert "<b>x" not in told


def test_another_units_activity_is_as_unknown_as_one_that_does_not_exist(tmp_path):
    async def story(house, browser, made):
        theirs = planned(house, made["west"], "西桥的")
        paths = ["", "/edit", "/move", "/call-off", "/roster", "/roster/print"]
        seen = {}
        for number in (theirs.id, 9_999, "x", "9" * 40):
            for path in paths:
                seen[number, path] = await browser.get(f"/console/activities/{number}{path}")
            for path in ("/edit", "/move", "/call-off", "/publish", "/roster/1/accept"):
                seen[number, path, "post"] = await browser.post(f"/console/activities/{number}{path}", data=GOOD)
        return seen, stored(house, theirs.id).status

    seen, status = as_staff(tmp_path, story)

    assert {answer.status_code for answer in seen.values()} == {404}
    assert len({answer.text for answer in seen.values()}) == 1
    assert status is ActivityStatus.PUBLISHED


def test_a_forged_unit_is_as_unknown_as_one_that_does_not_exist(tmp_path):
    async def story(house, browser, made):
        page = (await browser.get(NEW)).text
        return [
            await browser.post(NEW, data=filled(page, region=region)) for region in (made["west"].id, 9_999, "x", "")
        ]

    answers = as_staff(tmp_path, story)

    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.text for answer in answers}) == 1


def test_a_county_plans_for_its_villages_and_a_village_only_for_itself(tmp_path):
    async def story(house, browser, made):
        page = (await browser.get(NEW)).text
        answer = await browser.post(NEW, data=filled(page, region=made["west"].id))
        return answer.status_code, page

    status, page = as_staff(tmp_path / "town", story, Role.AREA_ADMIN, "town")
    forbidden, single = as_staff(tmp_path / "village", story)

    assert (status, forbidden) == (303, 404)
    assert "西桥村" in page
    assert "西桥村" not in single


@pytest.mark.parametrize("role", [Role.DUTY, Role.EDITOR, Role.AUDITOR, Role.LIAISON, Role.HOST])
def test_who_may_not_plan_finds_no_form(tmp_path, role):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        form, edit = await browser.get(NEW), await browser.get(f"/console/activities/{card.id}/edit")
        return form.status_code, edit.status_code, (await browser.post(NEW, data=GOOD)).status_code

    assert as_staff(tmp_path, story, role) == (404, 404, 404)


def test_a_host_sees_what_they_lead_and_nothing_else(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            host = uow.staffs.by_login("lin").id
        own, other = planned(house, made["east"], "我带的", host_id=host), planned(house, made["east"], "别人带的")
        page = (await browser.get("/console/activities")).text
        paths = [f"/console/activities/{card.id}{path}" for card in (own, other) for path in ("", "/roster", "/edit")]
        return page, [(await browser.get(path)).status_code for path in paths]

    page, statuses = as_staff(tmp_path, story, Role.HOST)

    assert "我带的" in page
    assert "别人带的" not in page
    assert statuses == [200, 200, 404, 404, 404, 404]


def test_a_draft_is_published_with_one_press(tmp_path):
    async def story(house, browser, made):
        answer = await browser.post(NEW, data=filled((await browser.get(NEW)).text, draft="1"))
        card = stored(house, number_in(answer.headers["location"]))
        before = (await browser.get(f"/a/{card.slug}")).status_code
        twice = [await browser.post(f"/console/activities/{card.id}/publish") for _ in range(2)]
        return before, [one.status_code for one in twice], (await browser.get(f"/a/{card.slug}")).status_code

    assert as_staff(tmp_path, story) == (404, [303, 409], 200)


def test_what_is_edited_is_saved_and_the_rest_stays(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        answer = await sent(browser, f"/console/activities/{card.id}/edit", title="新的标题", audience=["parent"])
        return card, stored(house, card.id), (await browser.get(answer.headers["location"])).text

    card, now, page = as_staff(tmp_path, story)

    assert (now.title, now.audience) == ("新的标题", {"parent"})
    assert (now.starts_at, now.place, now.seats, now.revision) == (
        card.starts_at,
        card.place,
        card.seats,
        card.revision,
    )
    assert ZH["done_edited"] in page


def test_a_sign_up_that_arrives_meanwhile_does_not_make_the_form_stale(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        page = (await browser.get(f"/console/activities/{card.id}/edit")).text
        join(house, card, 3)
        answer = await browser.post(f"/console/activities/{card.id}/edit", data=fields_in(page) | {"title": "新的"})
        return answer.status_code, stored(house, card.id)

    status, card = as_staff(tmp_path, story)

    assert status == 303
    assert (card.title, card.seated) == ("新的", 3)


def edited_by_a_colleague(house, card, **changes):
    from dataclasses import replace

    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        plan = plan_of(uow.activities.card(card.id))
        activities.edit(uow, Actor.operator(), card.id, plan, replace(plan, **changes), house.core.rule, now)


def test_what_a_colleague_changed_elsewhere_in_the_form_is_kept(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        page = (await browser.get(f"/console/activities/{card.id}/edit")).text
        edited_by_a_colleague(house, card, summary="同事写的", place="祠堂")
        answer = await browser.post(f"/console/activities/{card.id}/edit", data=fields_in(page) | {"title": "我写的"})
        return answer.status_code, stored(house, card.id)

    status, card = as_staff(tmp_path, story)

    assert status == 303
    assert (card.title, card.summary, card.place) == ("我写的", "同事写的", "祠堂")


def test_a_real_conflict_shows_both_and_keeps_what_was_typed_until_it_is_saved_again(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], summary="原来的")
        path = f"/console/activities/{card.id}/edit"
        page = (await browser.get(path)).text
        edited_by_a_colleague(house, card, title="同事写的", summary="同事的简介")
        first = await browser.post(path, data=fields_in(page) | {"title": "我写的"})
        kept = stored(house, card.id)
        second = await browser.post(path, data=fields_in(first.text))
        return first, kept, second, stored(house, card.id)

    first, kept, second, at_last = as_staff(tmp_path, story)

    assert first.status_code == 409
    assert "同事写的" in first.text
    assert fields_in(first.text)["title"] == "我写的"
    assert kept.title == "同事写的"
    assert second.status_code == 303
    assert (at_last.title, at_last.summary) == ("我写的", "同事的简介")


def test_new_seats_go_to_those_who_wait_and_fewer_take_nobodys(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=2)
        join(house, card, 20)
        path = f"/console/activities/{card.id}"
        more = await sent(browser, f"{path}/edit", seats="17")
        raised = stored(house, card.id)
        await sent(browser, f"{path}/edit", seats="5")
        return (
            (await browser.get(more.headers["location"])).text,
            raised,
            stored(house, card.id),
            (await browser.get(path)).text,
        )

    told, raised, lowered, page = as_staff(tmp_path, story)

    assert (raised.seated, raised.waiting) == (17, 3)
    assert ZH["done_promoted"].format(n=15) in told
    assert (lowered.seats, lowered.seated, lowered.waiting) == (5, 17, 3)
    assert ZH["too_many_seated"].format(seated=17, seats=5, over=12) in page


def test_what_a_move_sets_in_motion_is_shown_before_and_true_after(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"], seats=2)
        join(house, card, 3)
        path = f"/console/activities/{card.id}/move"
        before = (await browser.get(path)).text
        answer = await browser.post(path, data=fields_in(before) | {"place": "祠堂", "starts": soon(days=5)})
        return (
            before,
            (await browser.get(answer.headers["location"])).text,
            told(house, card, "moved"),
            stored(house, card.id),
        )

    before, after, messages, card = as_staff(tmp_path, story)

    assert ZH["ripple_messages"].format(n=3) in before
    assert ZH["ripple_people"].format(seated=2, waiting=1, requested=0) in before
    assert ZH["done_moved"].format(n=3) in after
    assert messages == 3
    assert card.place == "祠堂"


def told(house, card, about):
    from sqlalchemy import text

    with house.core.database.reading() as uow:
        query = text("select count(*) from delivery where activity_id = :id and key like :end")
        return uow.connection.execute(query, {"id": card.id, "end": f"%:{about}"}).scalar_one()


def test_who_cannot_be_reached_is_counted_before_a_move(tmp_path):
    async def story(house, browser, made):
        from sqlalchemy import text

        card = planned(house, made["east"])
        join(house, card, 3)
        with house.core.database.unit_of_work() as uow:
            uow.connection.execute(text("update address set reach = 'gone' where id = 1"))
        return (await browser.get(f"/console/activities/{card.id}/move")).text

    page = as_staff(tmp_path, story)

    assert ZH["ripple_messages"].format(n=2) in page
    assert ZH["ripple_unreachable"].format(n=1) in page


def test_a_move_of_what_was_moved_meanwhile_is_held_back_and_then_made(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        path = f"/console/activities/{card.id}/move"
        page = (await browser.get(path)).text
        edited_by_a_colleague(house, card, place="祠堂")
        first = await browser.post(path, data=fields_in(page) | {"place": "礼堂"})
        kept = stored(house, card.id).place
        second = await browser.post(path, data=fields_in(first.text))
        return first, kept, second.status_code, stored(house, card.id).place

    first, kept, status, place = as_staff(tmp_path, story)

    assert first.status_code == 409
    assert fields_in(first.text)["place"] == "礼堂"
    assert "祠堂" in first.text
    assert (kept, status, place) == ("祠堂", 303, "礼堂")


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"starts": "2020-01-01T10:00"}, "problem_past"),
        ({"starts": "x"}, "problem_not_a_time"),
        ({"place": ""}, "problem_empty"),
    ],
)
def test_a_bad_move_is_told_beside_its_field(tmp_path, changes, problem):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        answer = await sent(browser, f"/console/activities/{card.id}/move", **changes)
        return answer, card, stored(house, card.id)

    answer, card, now = as_staff(tmp_path, story)

    assert answer.status_code == 422
    assert ZH[problem] in answer.text
    assert (now.starts_at, now.place) == (card.starts_at, card.place)


def test_calling_off_is_shown_before_done_once_and_told_once(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        join(house, card, 2)
        path = f"/console/activities/{card.id}/call-off"
        before = (await browser.get(path)).text
        answers = [await browser.post(path) for _ in range(2)]
        pages = [(await browser.get(answer.headers["location"])).text for answer in answers]
        return before, pages, told(house, card, "called_off"), stored(house, card.id).status

    before, pages, messages, status = as_staff(tmp_path, story)

    assert ZH["ripple_messages"].format(n=2) in before
    assert ZH["done_called_off"].format(n=2) in pages[0]
    assert ZH["done_off_already"] in pages[1]
    assert messages == 2
    assert status is ActivityStatus.CALLED_OFF


def test_the_list_is_narrowed_down_and_paged_without_losing_one(tmp_path):
    async def story(house, browser, made):
        for number in range(53):
            planned(house, made["east"], f"活动 {number:02}")
        planned(house, made["west"], "西桥太极", kind=ActivityKind.CULTURAL)
        planned(house, made["east"], "稿子", draft=True)
        first = (await browser.get("/console/activities")).text
        more = re.search(r'href="(/console/activities\?after=[^"]+)"', first)[1]
        second = (await browser.get(more)).text
        asked = [
            "text=太极",
            "kind=cultural",
            "status=draft",
            f"region={made['west'].id}",
            "text=%25",
            "past=1",
            "kind=x",
            "text=活动 07",
        ]
        return first, second, {one: (await browser.get(f"/console/activities?{one}")).text for one in asked}

    first, second, found = as_staff(tmp_path, story, Role.AREA_ADMIN, "town")

    titles = [re.findall(r"<strong[^>]*>([^<]+)</strong>", page.partition("<main")[2]) for page in (first, second)]
    assert len(titles[0]) == 50
    assert len(set(titles[0]) | set(titles[1])) == 55
    assert "西桥太极" in found["text=太极"]
    assert "活动 01" not in found["text=太极"]
    assert "西桥太极" in found["kind=cultural"]
    assert "活动 01" not in found["kind=cultural"]
    assert "稿子" in found["status=draft"]
    assert "活动 01" not in found[next(one for one in found if one.startswith("region="))]
    assert ZH["no_activities"] in found["text=%25"]
    assert ZH["no_activities"] in found["past=1"]
    assert "活动 01" in found["kind=x"]
    assert "活动 08" not in found["text=活动 07"]


@pytest.mark.parametrize("query", ["month=2034-12", "month=x", "month=9999-99", "", "month=0001-01"])
def test_no_month_breaks_the_month(tmp_path, query):
    async def story(_house, browser, _made):
        return (await browser.get(f"/console/activities/month?{query}")).status_code

    assert as_staff(tmp_path, story) == 200


def test_the_month_counts_by_local_day_and_leads_to_it(tmp_path):
    async def story(house, browser, made):
        evening = datetime(2034, 12, 4, 17, 30, tzinfo=UTC)  # half past one at night, on the 5th
        for title in ("一", "二"):
            planned(house, made["east"], title, starts_at=evening, ends_at=evening + timedelta(hours=1))
        planned(house, made["west"], "别处", starts_at=evening, ends_at=evening + timedelta(hours=1))
        month = (await browser.get("/console/activities/month?month=2034-12")).text
        return month, (await browser.get("/console/activities?day=2034-12-05")).text

    month, day = as_staff(tmp_path, story)

    assert re.search(r'day=2034-12-05"[^>]*>\s*<span class="number">5</span>\s*<span class="held">2 场', month)
    assert "一</strong>" in day
    assert "别处" not in day
