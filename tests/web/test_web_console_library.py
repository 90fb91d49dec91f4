"""The library, the audit and the channels in the console: what stands where, who may do what, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from console_scene import as_staff, planned
from office_scene import MARKUP, alike, audit

from outreach.domain.actor import Role
from outreach.web.console.words import WORDS

LIBRARY, AUDIT, CHANNELS = "/console/library", "/console/audit", "/console/channels"
ITEM = f"{LIBRARY}/steady-ground/zh"
ZH = WORDS["zh"]


def sendable(house, slug="steady-ground"):
    with house.core.database.reading() as uow:
        return [item.language.value for item in uow.contents.approved() if item.slug == slug]


def as_editor(folder, story, **more):
    return as_staff(folder, story, Role.EDITOR, **more)


def test_a_text_is_read_as_it_is_sent_then_approved_and_taken_back(tmp_path):
    async def story(house, browser, made):
        before = (await browser.get(ITEM)).text
        approved = await browser.post(f"{ITEM}/approve")
        between = sendable(house)
        withdrawn = await browser.post(f"{ITEM}/withdraw", data={"reason": "数字旧了"})
        after = (await browser.get(ITEM)).text
        return before, approved, between, withdrawn, after, sendable(house), audit(house)

    before, approved, between, withdrawn, after, left, written = as_editor(tmp_path, story)

    assert ZH["item_in_review"] in before
    assert "12356" in before  # as it is sent, not as it is written
    assert "{crisis_line}" not in before
    assert (approved.status_code, between) == (303, ["zh"])
    assert (withdrawn.status_code, left) == (303, [])
    assert ZH["item_withdrawn"] in after
    assert [action for _, action, subject in written if subject == "item"] == ["approve", "withdraw"]


def test_pressed_twice_it_is_approved_once(tmp_path):
    async def story(house, browser, made):
        codes = [(await browser.post(f"{ITEM}/approve")).status_code for _ in range(2)]
        return codes, sendable(house)

    codes, left = as_editor(tmp_path, story)

    assert codes[0] == 303
    assert codes[1] in {303, 409}
    assert left == ["zh"]


def test_a_text_with_an_error_is_shown_with_it_and_cannot_be_approved(tmp_path):
    library = tmp_path / "library"
    shipped = Path(__file__).parents[2] / "content_library"
    for file in shipped.rglob("*"):
        if file.is_file():
            copy = library / file.relative_to(shipped)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(file.read_bytes())
    bad = next(library.glob("*/steady-ground.zh.md"))
    bad.write_text(bad.read_text("utf-8") + "\n保证治好您的失眠。\n", "utf-8")

    async def story(house, browser, made):
        page = (await browser.get(ITEM)).text
        refused = await browser.post(f"{ITEM}/approve")
        return page, refused, sendable(house)

    page, refused, left = as_editor(tmp_path, story, LIBRARY=str(library))

    assert ZH["item_problems"] in page
    assert f'action="{ITEM}/approve"' not in page
    assert refused.status_code in {409, 422}
    assert left == []


@pytest.mark.parametrize("reason", ["长" * 201, MARKUP * 10])
def test_a_reason_that_is_none_is_told_and_kept(tmp_path, reason):
    async def story(house, browser, made):
        await browser.post(f"{ITEM}/approve")
        return await browser.post(f"{ITEM}/withdraw", data={"reason": reason}), sendable(house)

    refused, left = as_editor(tmp_path, story)

    assert refused.status_code == 422
    assert left == ["zh"]
    assert "<script>alert" not in refused.text


@pytest.mark.parametrize("place", ["nothing/zh", "steady-ground/fr", "..%2f..%2fetc/zh", "%3Cb%3E/zh"])
@pytest.mark.parametrize("deed", ["", "/approve", "/withdraw"])
def test_a_text_that_does_not_exist_is_not_there(tmp_path, place, deed):
    async def story(house, browser, made):
        path = f"{LIBRARY}/{place}{deed}"
        return await (browser.post(path, data={"reason": "x"}) if deed else browser.get(path))

    answer = as_editor(tmp_path, story)

    assert answer.status_code == 404
    assert "<b>" not in answer.text


@pytest.mark.parametrize("role", [Role.VILLAGE_ADMIN, Role.AREA_ADMIN, Role.DUTY, Role.AUDITOR])
def test_who_edits_nothing_approves_nothing(tmp_path, role):
    async def story(house, browser, made):
        codes = [
            (await browser.post(f"{ITEM}/{deed}", data={"reason": "x"})).status_code for deed in ("approve", "withdraw")
        ]
        return codes, sendable(house)

    assert as_staff(tmp_path, story, role) == ([404, 404], [])


def test_the_list_is_narrowed_and_paged_without_losing_one(tmp_path):
    async def story(house, browser, made):
        seen, path = [], LIBRARY
        while path:
            page = (await browser.get(path)).text
            seen += re.findall(rf'href="{LIBRARY}/([\w-]+/\w\w)"', page)
            following = re.search(rf'href="({LIBRARY}\?[^"]*after=[^"]+)"', page)
            path = following[1].replace("&amp;", "&") if following else ""
        english = (await browser.get(f"{LIBRARY}?tongue=en")).text
        odd = [
            (await browser.get(f"{LIBRARY}?{query}")).status_code for query in ("tongue=xx", "audience=%00", "after=🌿")
        ]
        return seen, re.findall(rf'href="{LIBRARY}/[\w-]+/(\w\w)"', english), odd

    seen, tongues, odd = as_editor(tmp_path, story)

    assert len(seen) == len(set(seen)) == 44
    assert set(tongues) == {"en"}
    assert odd == [200, 200, 200]


def test_only_an_auditor_reads_who_did_what(tmp_path):
    async def story(house, browser, made):
        return (await browser.get(AUDIT)).status_code, (await browser.get("/console/")).text

    for role in Role:
        if role in {Role.OPERATOR, Role.SYSTEM}:
            continue
        status, today = as_staff(tmp_path / role, story, role)
        assert (status == 200) is (role is Role.AUDITOR), role
        assert (f'href="{AUDIT}"' in today) is (role is Role.AUDITOR), role


def test_the_audit_is_paged_and_narrowed_newest_first(tmp_path):
    async def story(house, browser, made):
        for number in range(70):
            planned(house, made["east"], f"沙龙 {number}")
        seen, path = [], f"{AUDIT}?subject=activity"
        while path:
            page = (await browser.get(path)).text
            rows = re.findall(r"<tr>.*?</tr>", page.partition("<tbody")[2], re.DOTALL)
            seen += rows
            older = re.search(rf'href="({AUDIT}\?[^"]*before=\d+)"', page)
            path = older[1].replace("&amp;", "&") if older else ""
        odd = [
            (await browser.get(f"{AUDIT}?{query}")).status_code
            for query in ("before=x", "staff=-1", "subject=<b>", "id=%00")
        ]
        return seen, odd

    seen, odd = as_staff(tmp_path, story, Role.AUDITOR)

    assert len(seen) == 70
    assert all(code in {200, 400, 404} for code in odd)


def test_the_channels_page_says_how_each_stands_and_no_secret(tmp_path):
    secret = "s3cret-s3cret-s3cret"

    async def story(house, browser, made):
        asked = await browser.post(CHANNELS)
        return (await browser.get(CHANNELS)).text + asked.text

    page = as_staff(tmp_path, story, SECRET_KEY=secret * 3)

    assert ZH["channels_lead"] in page
    assert "网页聊天" in page or "webchat" in page
    assert secret not in page


def test_another_item_of_the_same_name_in_another_language_is_another(tmp_path):
    async def story(house, browser, made):
        await browser.post(f"{LIBRARY}/steady-ground/en/approve")
        return sendable(house), await alike(browser, f"{LIBRARY}/gone/zh", f"{LIBRARY}/lost/zh")

    left, (one, other) = as_editor(tmp_path, story)

    assert left == ["en"]
    assert one.replace("gone", "") == other.replace("lost", "")
