"""The pages of regions: the tree, what holds where, a new one, a change, a spreadsheet; and what is refused there."""

from __future__ import annotations

import re
from typing import Any

import pytest
from console_scene import as_staff, employ, fields_in, sign_in, units
from web_scene import visit

from outreach.domain.actor import Actor, Role
from outreach.domain.messages import Language
from outreach.services import regions
from outreach.services.region_import import COLUMNS
from outreach.web.console.words import WORDS

PATH = "/console/regions"
IMPORT = f"{PATH}/import"
MARKUP = "<b onload=x>&\"'"
EMPTY = {
    "zone": "", "quiet_hours": "", "opening_hours": "", "helplines": "", "second_person": "", "weekly_cap": "",
}  # fmt: skip
FILE = "编码,名称,上级,安静时段\nn1,新村,west,\nn2,老街,n1,off\nwest,西桥新村,,\n"


def line_of(house: Any, code: str) -> Any:
    with house.core.database.reading() as uow:
        return uow.regions.coded([code]).get(code)


def as_admin(folder: Any, story: Any, unit: str = "town") -> Any:
    """Somebody who may change the town and its two villages."""
    return as_staff(folder, story, Role.AREA_ADMIN, unit)


def form_of(line: Any, **changes: str) -> dict[str, str]:
    """What the form for a change sends."""
    return {**EMPTY, "name": line.region.name, "version": str(line.version), **changes}


async def send_file(browser: Any, data: bytes | str) -> Any:
    raw = data.encode() if isinstance(data, str) else data
    return await browser.post(IMPORT, files={"file": ("regions.csv", raw, "text/csv")})


def plan_form(page: str) -> dict[str, Any]:
    """The form under a plan as files, so that it is sent in parts."""
    return {name: (None, value) for name, value in fields_in(page).items()}


def test_the_tree_shows_ones_own_part_and_what_is_set_there(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            uow.regions.add("far", "远方县", uow.regions.root())
            regions.change(uow, Actor.operator(), made["east"].id, {"weekly_cap": "2"}, house.clock())
        return (await browser.get(PATH)).text, (await browser.get(f"{PATH}?part=西")).text

    page, found = as_admin(tmp_path, story)

    assert page.index("柳河镇") < page.index("东坡村") < page.index("西桥村")
    assert "每周最多几条：2" in page
    assert "远方县" not in page
    assert "西桥村" in found
    assert "东坡村" not in found


def test_the_tree_is_shown_page_by_page(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            for number in range(60):
                uow.regions.add(f"n{number}", f"第{number}组", made["west"])
        first = (await browser.get(PATH)).text
        following = re.search(rf'href="({PATH}\?after=[^"]+)"', first)
        assert following is not None
        second = (await browser.get(following[1])).text
        below = (await browser.get(f"{PATH}/{made['west'].id}")).text
        more = (await browser.get(re.search(rf'href="({PATH}/\d+\?after=\d+)"', below)[1])).text
        return [re.findall(r"第\d+组", page) for page in (first, second, below, more)]

    first, second, below, more = as_admin(tmp_path, story)

    assert len(set(first) | set(second)) == len(first) + len(second) == 60
    assert len(set(below) | set(more)) == len(below) + len(more) == 60


def test_a_page_does_as_many_statements_however_many_regions_there_are(tmp_path):
    from sqlalchemy import event
    from sqlalchemy.engine import Engine

    async def story(house, browser, made):
        seen: list[str] = []

        def note(*_: Any) -> None:
            seen.append("")

        async def count(path: str) -> int:
            await browser.get(path)
            seen.clear()
            await browser.get(path)
            return len(seen)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            paths = (PATH, f"{PATH}/{made['town'].id}", f"{PATH}?part=村")
            few = [await count(path) for path in paths]
            with house.core.database.unit_of_work() as uow:
                for number in range(40):
                    uow.regions.add(f"m{number}", f"第{number}村", made["town"])
            return few, [await count(path) for path in paths]
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    few, many = as_admin(tmp_path, story)

    assert few == many


def test_a_region_shows_what_holds_there_and_who_says_so(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            texts = {"quiet_hours": "22:00-06:00", "opening_hours": "周一至周五 9:00–17:00"}
            regions.change(uow, Actor.operator(), made["town"].id, texts, house.clock())
            regions.change(uow, Actor.operator(), made["east"].id, {"quiet_hours": "off"}, house.clock())
        return (await browser.get(f"{PATH}/{made['east'].id}")).text

    page = as_admin(tmp_path, story)
    rows = [re.sub(r"<[^>]+>|\s+", " ", row) for row in re.findall(r"<tr>.*?</tr>", page, re.DOTALL)]
    told = {row.split()[0]: row for row in rows}

    assert "不设" in told["安静时段"]
    assert "本地区" in told["安静时段"]
    assert "周一至周五" in told["什么时候看留言"]
    assert "柳河镇" in told["什么时候看留言"]
    assert "没有单独设置" in told["每周最多几条"]


def test_a_change_is_kept_and_inherited(tmp_path):
    async def story(house, browser, made):
        line = line_of(house, "town")
        sent = form_of(line, quiet_hours="22:00-6:00", second_person="no", weekly_cap="1", name="柳河新镇")
        answer = await browser.post(f"{PATH}/{made['town'].id}/change", data=sent)
        again = await browser.post(f"{PATH}/{made['town'].id}/change", data=sent)
        return answer, again, (await browser.get(answer.headers["location"])).text, line_of(house, "east")

    answer, again, page, east = as_admin(tmp_path, story)

    assert (answer.status_code, again.status_code) == (303, 303)  # sent twice, done once
    assert "已保存" in page or WORDS[Language.ZH]["done_saved"] in page
    assert "柳河新镇" in page
    assert (east.held.quiet_hours, east.held.second_person, east.held.weekly_cap) == ("22:00-06:00", False, 1)


def test_all_that_is_wrong_stands_beside_its_field_and_what_was_typed_is_kept(tmp_path):
    typed = {
        "zone": "Moon", "quiet_hours": "late", "opening_hours": "x" * 201, "helplines": "ZZ",
        "second_person": "perhaps", "weekly_cap": "101", "name": "",
    }  # fmt: skip

    async def story(house, browser, made):
        line = line_of(house, "east")
        answer = await browser.post(f"{PATH}/{made['east'].id}/change", data=form_of(line, **typed))
        return answer, line_of(house, "east") == line

    answer, is_unchanged = as_admin(tmp_path, story)

    assert answer.status_code == 422
    for name in typed:
        assert f'id="{name}-problem1"' in answer.text
    assert 'value="late"' in answer.text
    assert 'value="Moon"' in answer.text
    assert is_unchanged


def test_markup_stays_text(tmp_path):
    async def story(house, browser, made):
        line = line_of(house, "east")
        sent = form_of(line, name=MARKUP, opening_hours=MARKUP, quiet_hours=MARKUP)
        refused = await browser.post(f"{PATH}/{made['east'].id}/change", data=sent)
        await browser.post(f"{PATH}/{made['east'].id}/change", data={**sent, "quiet_hours": ""})
        pages = [await browser.get(path) for path in (PATH, f"{PATH}/{made['east'].id}")]
        plan = await send_file(browser, f'code,name\neast,"{MARKUP.replace(chr(34), chr(34) * 2)}!"\n')
        return [page.text for page in (refused, *pages, plan)]

    for page in as_admin(tmp_path, story):
        assert "<b " not in page
        assert "&lt;b onload=x&gt;" in page


def test_a_change_over_one_that_was_not_seen_shows_both_and_the_next_one_holds(tmp_path):
    async def story(house, browser, made):
        place = f"{PATH}/{made['east'].id}"
        mine = fields_in((await browser.get(place)).text) | {"weekly_cap": "5"}
        with house.core.database.unit_of_work() as uow:
            regions.change(uow, Actor.operator(), made["east"].id, {"quiet_hours": "off"}, house.clock())
        stale = await browser.post(f"{place}/change", data=mine)
        kept = line_of(house, "east").own
        await browser.post(f"{place}/change", data=fields_in(stale.text))
        return stale, kept, line_of(house, "east").own

    stale, kept, own = as_admin(tmp_path, story)

    assert stale.status_code == 409
    assert 'id="theirs"' in stale.text
    assert kept.weekly_cap is None
    assert (own.weekly_cap, own.quiet_hours) == (5, None)


@pytest.mark.parametrize("version", ["", "abc", "-1", "99999999999999999999"])
def test_a_form_without_a_version_of_ours_changes_nothing(tmp_path, version):
    async def story(house, browser, made):
        sent = form_of(line_of(house, "east"), weekly_cap="1", version=version)
        answer = await browser.post(f"{PATH}/{made['east'].id}/change", data=sent)
        return answer.status_code, line_of(house, "east").own.weekly_cap

    assert as_admin(tmp_path, story) == (409, None)


def test_a_new_region_is_made_once(tmp_path):
    async def story(house, browser, made):
        place = f"{PATH}/{made['east'].id}/new"
        sent = fields_in((await browser.get(place)).text) | {"code": "n1", "name": "新组"}
        first = await browser.post(place, data=sent)
        second = await browser.post(place, data=sent)
        return first, second, line_of(house, "n1"), made["east"].id

    first, second, line, east = as_admin(tmp_path, story)

    assert first.status_code == 303
    assert first.headers["location"] == f"{PATH}/{line.region.id}?done=region_added"
    assert line.region.parent_id == east
    assert second.status_code == 422
    assert 'id="code-problem1"' in second.text


def test_nothing_is_made_below_the_deepest_level(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            third = uow.regions.add("l3", "三", made["east"])
            fourth = uow.regions.add("l4", "四", third)
        page = (await browser.get(f"{PATH}/{fourth.id}")).text
        place = f"{PATH}/{fourth.id}/new"
        asked = await browser.get(place)
        sent = await browser.post(place, data={**EMPTY, "code": "l5", "name": "五"})
        return place in page, asked.status_code, sent.status_code, line_of(house, "l5")

    assert as_admin(tmp_path, story)[0] is False
    assert as_admin(tmp_path / "again", story)[1:] == (404, 404, None)


@pytest.mark.parametrize("where", ["town", "east", "nowhere", "x"])
def test_another_regions_pages_are_not_there_like_those_of_none(tmp_path, where):
    async def story(house, browser, made):
        which = {"nowhere": "99999", "x": "1e9"}.get(where) or str(made[where].id)
        answers = [
            await browser.get(f"{PATH}/{which}"),
            await browser.get(f"{PATH}/{which}/new"),
            await browser.post(f"{PATH}/{which}/new", data={**EMPTY, "code": "n1", "name": "N"}),
            await browser.post(f"{PATH}/{which}/change", data={**EMPTY, "name": "N", "version": "0"}),
        ]
        return {answer.status_code for answer in answers}, line_of(house, "n1"), line_of(house, "east").region.name

    assert as_admin(tmp_path, story, unit="west") == ({404}, None, "东坡村")


@pytest.mark.parametrize(
    ("role", "sees"), [(Role.VILLAGE_ADMIN, 200), (Role.AUDITOR, 200), (Role.HOST, 404), (Role.EDITOR, 404)]
)
def test_who_may_not_change_regions_changes_none(tmp_path, role, sees):
    async def story(house, browser, made):
        place = f"{PATH}/{made['east'].id}"
        looks = [await browser.get(path) for path in (PATH, place, f"{PATH}/table.csv")]
        deeds = [
            await browser.get(f"{place}/new"),
            await browser.post(f"{place}/new", data={**EMPTY, "code": "n1", "name": "N"}),
            await browser.post(f"{place}/change", data=form_of(line_of(house, "east"), weekly_cap="1")),
            await browser.get(IMPORT),
            await send_file(browser, "code,name\nn1,N\n"),
            await browser.post(f"{IMPORT}/apply", files={"table": (None, "code,name\nn1,N\n")}),
        ]
        menu = (await browser.get("/console/")).text
        own = line_of(house, "east").own.weekly_cap
        return [one.status_code for one in looks], [one.status_code for one in deeds], own, menu, looks[1].text

    looks, deeds, own, menu, page = as_staff(tmp_path, story, role, "east")

    assert looks == [sees] * 3
    assert deeds == [404] * 6
    assert own is None
    assert (f'href="{PATH}"' in menu) == (sees == 200)
    assert "/change" not in page
    assert "/new" not in page


def test_a_session_that_ran_out_changes_nothing(tmp_path):
    async def story(house, browser, made):
        browser.cookies.clear()
        answers = [
            await browser.post(
                f"{PATH}/{made['east'].id}/change", data=form_of(line_of(house, "east"), weekly_cap="1")
            ),
            await send_file(browser, "code,name\nn1,N\n"),
            await browser.post(f"{IMPORT}/apply", files={"table": (None, "code,name\nn1,N\n")}),
        ]
        looks = [await browser.get(path) for path in (PATH, IMPORT, f"{PATH}/table.csv")]
        codes = [one.status_code for one in (*answers, *looks)]
        return codes, line_of(house, "east").own.weekly_cap, line_of(house, "n1")

    assert as_admin(tmp_path, story) == ([401, 401, 401, 303, 303, 303], None, None)


def test_a_form_of_another_site_changes_nothing(tmp_path):
    async def story(house, browser, made):
        foreign = {"sec-fetch-site": "cross-site", "origin": "https://elsewhere.example"}
        answers = [
            await browser.post(
                f"{PATH}/{made['east'].id}/change",
                data=form_of(line_of(house, "east"), weekly_cap="1"),
                headers=foreign,
            ),
            await browser.post(f"{IMPORT}/apply", files={"table": (None, "code,name\nn1,N\n")}, headers=foreign),
        ]
        return {one.status_code for one in answers}, line_of(house, "east").own.weekly_cap, line_of(house, "n1")

    assert as_admin(tmp_path, story) == ({403}, None, None)


def test_a_spreadsheet_is_shown_and_then_done_once(tmp_path):
    async def story(house, browser, made):
        plan = await send_file(browser, FILE.encode("gb18030"))
        before = line_of(house, "n1")
        sent = plan_form(plan.text)
        first = await browser.post(f"{IMPORT}/apply", files=sent)
        second = await browser.post(f"{IMPORT}/apply", files=sent)
        return plan, before, first, second, line_of(house, "n2"), line_of(house, "west"), made

    plan, before, first, second, made_one, west, made = as_admin(tmp_path, story)

    assert plan.status_code == 200
    assert before is None
    assert first.headers["location"] == f"{PATH}?done=regions_imported&n=3"
    assert second.headers["location"] == f"{PATH}?done=regions_as_they_were&n=0"
    assert (made_one.region.level, made_one.own.quiet_hours) == (4, "off")
    assert west.region.name == "西桥新村"
    assert west.region.parent_id == made["town"].id


def test_every_wrong_row_is_told_and_there_is_no_button(tmp_path):
    async def story(house, browser, made):
        wrong = "code,name,parent,zone\nn1,,nobody,Moon\nn1,A,,\n"
        plan = await send_file(browser, wrong)
        forced = await browser.post(f"{IMPORT}/apply", files={"table": (None, wrong), "fingerprint": (None, "x")})
        return plan, forced, line_of(house, "n1")

    plan, forced, line = as_admin(tmp_path, story)

    assert (plan.status_code, forced.status_code, line) == (422, 422, None)
    assert "有 4 处要改" in plan.text
    assert "没有编码是“nobody”的上级" in plan.text
    assert f'action="{IMPORT}/apply"' not in plan.text


def test_a_plan_that_is_another_one_by_now_is_shown_anew(tmp_path):
    async def story(house, browser, made):
        plan = await send_file(browser, FILE)
        with house.core.database.unit_of_work() as uow:
            regions.rename(uow, Actor.operator(), made["west"].id, "别的名字", house.clock())
        stale = await browser.post(f"{IMPORT}/apply", files=plan_form(plan.text))
        unseen = await browser.post(f"{IMPORT}/apply", files={"table": (None, FILE)})
        nothing = line_of(house, "n1")
        done = await browser.post(f"{IMPORT}/apply", files=plan_form(stale.text))
        return stale.status_code, unseen.status_code, nothing, done.status_code, line_of(house, "n1") is not None

    assert as_admin(tmp_path, story) == (409, 409, None, 303, True)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file_missing"),
        (b"\r\n\r\n", "file_empty"),
        (b"PK\x03\x04", "file_workbook"),
        (b"code\n\xff\xff\xff", "file_not_text"),
        (b"name\nA\n", "column_missing"),
        (b"x" * (2 * 1024 * 1024 + 1), "file_too_large"),
    ],
)
def test_a_file_that_is_no_table_is_told_on_the_form(tmp_path, data, code):
    async def story(house, browser, made):
        return await send_file(browser, data)

    answer = as_admin(tmp_path, story)

    assert answer.status_code == 422
    assert WORDS[Language.ZH][f"problem_{code}"].split("{")[0] in answer.text


def test_no_body_breaks_the_import(tmp_path):
    bodies = [
        (b"", "multipart/form-data"),
        (b"\xff", "multipart/form-data; boundary=x"),
        (b"--x\r\nbroken", "multipart/form-data; boundary=x"),
        (b"\xff=\xfe", "application/x-www-form-urlencoded"),
        (b"file=text", "application/x-www-form-urlencoded"),
        (b"x" * (5 * 1024 * 1024), "multipart/form-data; boundary=x"),
    ]

    async def story(house, browser, made):
        codes = []
        for body, kind in bodies:
            for path in (IMPORT, f"{IMPORT}/apply"):
                codes.append((await browser.post(path, content=body, headers={"content-type": kind})).status_code)
        return codes

    assert set(as_admin(tmp_path, story)) <= {400, 413, 422}


def test_the_table_is_taken_away_without_formulas_and_can_be_sent_back(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            regions.rename(uow, Actor.operator(), made["east"].id, "=HYPERLINK(1)", house.clock())
        table = await browser.get(f"{PATH}/table.csv")
        return table, await send_file(browser, table.content)

    table, plan = as_admin(tmp_path, story)

    assert table.headers["content-type"].startswith("text/csv")
    assert "attachment" in table.headers["content-disposition"]
    assert "'=HYPERLINK(1)" in table.text
    assert "root" not in table.text
    assert WORDS[Language.ZH]["regions_nothing_to_do"] in plan.text


def test_the_columns_that_the_page_names_are_understood():
    for lang in Language:
        for column, aliases in COLUMNS.items():
            if column:
                assert WORDS[lang][f"column_{column}"].casefold() in {column, *aliases}


def test_somebody_of_another_unit_sees_nothing_of_it(tmp_path):
    async def story(house, browser):
        made = units(house)
        employ(house, "wang", Role.AREA_ADMIN, made["west"].id)
        await sign_in(browser, "wang")
        return (await browser.get(PATH)).text, (await browser.get(f"{PATH}/table.csv")).text

    page, table = visit(tmp_path, story)

    assert "西桥村" in page
    assert "东坡村" not in page + table
    assert "柳河镇" not in table
