"""The pages of regions in a browser: a setting inherited, a spreadsheet shown before it is done, for everybody."""

from __future__ import annotations

import pytest
from browser_visits import DESK, NARROW, ZOOMED, Visits, problems
from playwright.sync_api import FilePayload, Page, expect

pytestmark = pytest.mark.slow

PATH = "/console/regions"
GOOD = "编码,名称,上级,安静时段\nbaiyang,白杨村,yunxi-qingshan,\nyunxi-qingshan,青山镇,,21:00-07:00\n"
WRONG = "编码,名称,上级,安静时段\nzhulin,,nowhere,late\nzhulin,竹林组,,\n"
VIEWS = [(DESK, "zh-CN", False), (NARROW, "zh-CN", False), (NARROW, "en-GB", True), (ZOOMED, "en-GB", False)]


def file_of(text: str) -> FilePayload:
    return {"name": "regions.csv", "mimeType": "text/csv", "buffer": text.encode("gb18030")}


def send(page: Page, text: str, button: str = "先看一看") -> None:
    page.goto(f"{PATH}/import")
    page.locator("#file").set_input_files(file_of(text))
    page.get_by_role("button", name=button).click()


@pytest.mark.parametrize("js", [True, False])
def test_a_county_sets_its_quiet_hours_and_its_villages_have_them(visits: Visits, js: bool):
    page = visits.staff("county", js=js)
    page.locator(".side").get_by_role("link", name="地区").click()
    page.get_by_role("link", name="云溪县", exact=True).click()
    page.locator("summary", has_text="修改").click()
    page.get_by_label("安静时段").fill("22 点")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("安静时段")).to_have_value("22 点")
    expect(page.locator("#quiet_hours-problem1")).to_contain_text("21:30-07:30")
    page.get_by_label("安静时段").fill("22:00 – 6:30")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_role("status")).to_contain_text("已保存。")
    page.goto(f"{PATH}?part=东坡")
    page.get_by_role("link", name="东坡村").click()

    row = page.locator("tr", has=page.get_by_role("rowheader", name="安静时段"))
    expect(row).to_contain_text("22:00-06:30")
    expect(row).to_contain_text("云溪县")


@pytest.mark.parametrize("js", [True, False])
def test_a_spreadsheet_is_shown_with_all_that_is_wrong_then_mended_and_done(visits: Visits, js: bool):
    page = visits.staff("county", js=js)
    send(page, WRONG)
    expect(page.get_by_role("alert")).to_contain_text("有 4 处要改")
    expect(page.get_by_role("button", name="就这样导入")).to_have_count(0)

    send(page, GOOD.replace("baiyang,白杨村", f"baiyang{int(js)},白杨{'一' if js else '二'}村"))
    expect(page.locator("main")).to_contain_text("yunxi-qingshan")
    page.get_by_role("button", name="就这样导入").click()

    expect(page.get_by_role("status")).to_contain_text("导入好了")
    expect(page.locator("main")).to_contain_text(f"白杨{'一' if js else '二'}村")


@pytest.mark.parametrize(("size", "language", "large"), VIEWS)
def test_every_page_of_regions_is_for_everybody(visits: Visits, size: tuple[int, int], language: str, large: bool):
    page = visits.staff("city", size, language, large=large)
    page.goto(PATH)
    one = page.locator("tbody th a").nth(1).get_attribute("href")
    told = []
    for path in (PATH, f"{PATH}?part=村", f"{PATH}?part=nothing-like-it", str(one), f"{one}/new", f"{PATH}/import"):
        page.goto(path)
        if path == one:
            page.locator("main summary").first.click()
        told += problems(page)
    for text in (GOOD.replace("baiyang", "shown-only"), WRONG):
        send(page, text, button="先看一看" if language == "zh-CN" else "Look at it first")
        told += problems(page)

    assert told == []
