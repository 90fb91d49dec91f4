"""Accounts in the console: who there is, a new one, a password shown once, changes, the end of one."""

from __future__ import annotations

import logging
import re

import pytest
from console_scene import PASSWORD, as_staff, employ, sign_in
from office_scene import MARKUP, UNKNOWN, alike, audit, count

from outreach.domain.actor import Actor, Role
from outreach.services import staff
from outreach.web.console.words import WORDS

PATH = "/console/staff"
ZH = WORDS["zh"]
NEW = {"login": "mei", "name": "小梅（虚构）", "role": "village_admin", "unit": "east", "language": "zh"}


def as_admin(folder, story, unit="town"):
    return as_staff(folder, story, Role.AREA_ADMIN, unit)


def shown_password(page: str) -> str:
    found = re.search(r"[a-z0-9]{4}(?:-[a-z0-9]{4}){2,}", page)
    assert found is not None, page
    return found[0]


def card_of(house, login):
    with house.core.database.reading() as uow:
        return next(card for card in staff.listed(uow, Actor.operator(), 100) if card.login == login)


def test_a_new_account_has_a_password_that_is_shown_once_and_must_be_changed(tmp_path):
    async def story(house, browser, made):
        shown = await browser.post(f"{PATH}/new", data=NEW)
        password = shown_password(shown.text)
        member = f"{PATH}/{card_of(house, 'mei').id}"
        later = [(await browser.get(path)).text for path in (PATH, member, f"{PATH}/new")]
        browser.cookies.clear()
        entered = await sign_in(browser, "mei", password)
        first = await browser.get("/console/")
        return shown, password, later, entered, first, audit(house, "add")

    shown, password, later, entered, first, written = as_admin(tmp_path, story)

    assert shown.status_code == 200
    assert shown.headers["cache-control"] == "no-store"
    assert all(password not in page for page in later)
    assert entered.status_code == 303
    assert first.headers["location"].endswith("/console/account/password")
    assert [subject for *_, subject in written][-1] == "staff"


def test_a_second_press_makes_no_second_account_and_shows_no_password(tmp_path):
    async def story(house, browser, made):
        await browser.post(f"{PATH}/new", data=NEW)
        before = count(house, "staff")
        return await browser.post(f"{PATH}/new", data=NEW), before, count(house, "staff")

    second, before, after = as_admin(tmp_path, story)

    assert second.status_code == 422
    assert ZH["problem_login_taken"].format(login="mei") in second.text
    assert before == after


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"login": ""}, "problem_login_form"),
        ({"login": "a"}, "problem_login_form"),
        ({"login": "m" * 33}, "problem_login_form"),
        ({"login": "梅"}, "problem_login_form"),
        ({"login": "mei lin"}, "problem_login_form"),
        ({"login": "../mei"}, "problem_login_form"),
        ({"unit": ""}, "problem_no_unit"),
        ({"unit": "nowhere"}, "problem_no_unit"),
    ],
)
def test_bad_input_is_told_and_everything_typed_is_kept(tmp_path, changes, said):
    async def story(house, browser, made):
        return await browser.post(f"{PATH}/new", data=NEW | changes), count(house, "staff")

    refused, accounts = as_admin(tmp_path, story)

    assert refused.status_code == 422
    assert ZH[said].split("{", maxsplit=1)[0][:6] in refused.text
    assert "小梅（虚构）" in refused.text
    assert accounts == 1


def test_all_that_is_wrong_is_told_at_once(tmp_path):
    async def story(house, browser, made):
        return await browser.post(f"{PATH}/new", data=NEW | {"login": "梅", "name": "长" * 41})

    refused = as_admin(tmp_path, story)

    assert refused.text.count('aria-invalid="true"') == 2


def test_markup_in_a_name_stays_text(tmp_path):
    async def story(house, browser, made):
        await browser.post(f"{PATH}/new", data=NEW | {"name": '<b>梅</b>"&'})
        shown = [(await browser.get(path)).text for path in (PATH, f"{PATH}/{card_of(house, 'mei').id}")]
        refused = await browser.post(f"{PATH}/new", data=NEW | {"login": MARKUP})
        return [*shown, refused.text]

    for page in as_admin(tmp_path, story):
        assert "<b>梅" not in page
        assert "<script>alert" not in page


@pytest.mark.parametrize("role", ["network_admin", "operator", "system", "auditor", "nobody", ""])
def test_nobody_gives_more_than_is_theirs_to_give(tmp_path, role):
    async def story(house, browser, made):
        return await browser.post(f"{PATH}/new", data=NEW | {"role": role}), count(house, "staff")

    refused, accounts = as_admin(tmp_path, story)

    assert refused.status_code == 404
    assert accounts == 1


def test_nobody_makes_an_account_beyond_their_own_part_of_the_network(tmp_path):
    async def story(house, browser, made):
        with house.core.database.unit_of_work() as uow:
            uow.regions.add("far", "远方县", uow.regions.root())
        return await browser.post(f"{PATH}/new", data=NEW | {"unit": "far"}), count(house, "staff")

    refused, accounts = as_admin(tmp_path, story)

    assert refused.status_code == 404
    assert accounts == 1


@pytest.mark.parametrize("role", [Role.VILLAGE_ADMIN, Role.DUTY, Role.HOST, Role.LIAISON, Role.EDITOR, Role.AUDITOR])
def test_who_keeps_no_accounts_finds_no_pages_of_them(tmp_path, role):
    async def story(house, browser, made):
        pages = [(await browser.get(path)).status_code for path in (PATH, f"{PATH}/new", f"{PATH}/1")]
        made_one = await browser.post(f"{PATH}/new", data=NEW)
        renewed = await browser.post(f"{PATH}/1/password")
        return pages, made_one.status_code, renewed.status_code, count(house, "staff")

    assert as_staff(tmp_path, story, role) == ([404, 404, 404], 404, 404, 1)


@pytest.mark.parametrize("deed", ["", "/change", "/password", "/disable", "/enable"])
def test_an_account_of_elsewhere_is_as_unknown_as_one_that_does_not_exist(tmp_path, deed):
    async def story(house, browser, made):
        theirs = employ(house, "wang", Role.VILLAGE_ADMIN, made["west"].id)
        before = card_of(house, "wang")
        form = {"name": "x", "role": "village_admin", "unit": "east", "language": "zh"} if deed else {}
        answers = await alike(browser, f"{PATH}/{theirs}{deed}", f"{PATH}/{UNKNOWN}{deed}", **form)
        return answers, before == card_of(house, "wang")

    (mine, unknown), untouched = as_staff(tmp_path, story, Role.AREA_ADMIN, "east")

    assert mine == unknown
    assert untouched


def test_a_change_is_kept_and_holds_at_once_for_who_is_signed_in(tmp_path):
    async def story(house, browser, made):
        member = employ(house, "wang", Role.VILLAGE_ADMIN, made["east"].id)
        form = {"name": "王", "role": "village_admin", "unit": "west", "language": "en", "on_duty": "1"}
        changed = await browser.post(f"{PATH}/{member}/change", data=form)
        return changed.status_code, card_of(house, "wang")

    status, card = as_admin(tmp_path, story)

    assert status == 303
    assert (card.name, card.region_name, card.on_duty, card.language.value) == ("王", "西桥村", True, "en")


@pytest.mark.parametrize(("deed", "kept"), [("disable", False), ("password", False)])
def test_disabling_and_a_new_password_end_their_sessions(tmp_path, deed, kept):
    async def story(house, browser, made):
        member = employ(house, "wang", Role.VILLAGE_ADMIN, made["east"].id)
        mine = dict(browser.cookies)
        browser.cookies.clear()
        await sign_in(browser, "wang")
        theirs = dict(browser.cookies)
        browser.cookies.clear()
        browser.cookies.update(mine)
        await browser.post(f"{PATH}/{member}/{deed}")
        browser.cookies.clear()
        browser.cookies.update(theirs)
        after = await browser.get("/console/")
        browser.cookies.clear()
        again = await sign_in(browser, "wang", PASSWORD)
        return after.headers.get("location", ""), again.status_code

    location, again = as_admin(tmp_path, story)

    assert location.startswith("/console/sign-in")
    assert (again == 303) is kept


def test_a_disabled_account_can_be_enabled_again(tmp_path):
    async def story(house, browser, made):
        member = employ(house, "wang", Role.VILLAGE_ADMIN, made["east"].id)
        for deed in ("disable", "disable", "enable", "enable"):
            assert (await browser.post(f"{PATH}/{member}/{deed}")).status_code == 303
        browser.cookies.clear()
        return (await sign_in(browser, "wang")).status_code

    assert as_admin(tmp_path, story) == 303


@pytest.mark.parametrize("deed", ["change", "password", "disable"])
def test_nobody_changes_their_own_account_here(tmp_path, deed):
    async def story(house, browser, made):
        own = card_of(house, "lin")
        page = (await browser.get(f"{PATH}/{own.id}")).text
        form = {"name": "x", "role": "area_admin", "unit": "town", "language": "zh"}
        refused = await browser.post(f"{PATH}/{own.id}/{deed}", data=form)
        return page, refused.status_code, own == card_of(house, "lin")

    page, status, untouched = as_admin(tmp_path, story)

    assert ZH["own_account_note"] in page
    assert "/disable" not in page
    assert status in {404, 409, 422}
    assert untouched


def test_a_form_of_another_site_makes_no_account(tmp_path):
    async def story(house, browser, made):
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        refused = await browser.post(f"{PATH}/new", data=NEW, headers=headers)
        return refused.status_code, count(house, "staff")

    assert as_admin(tmp_path, story) == (403, 1)


def test_a_list_is_paged_by_login_without_losing_one(tmp_path):
    async def story(house, browser, made):
        for number in range(60):
            employ(house, f"w{number:02}", Role.VILLAGE_ADMIN, made["east"].id)
        first = (await browser.get(PATH)).text
        second = (await browser.get(re.search(rf'href="({PATH}\?after=[^"]+)"', first)[1])).text
        odd = (await browser.get(f"{PATH}?after=%F0%9F%8C%BF%00")).status_code
        return [re.findall(rf'href="{PATH}/\d+">([^<]+)<', page) for page in (first, second)], odd

    (first, second), odd = as_admin(tmp_path, story)

    assert first + second == sorted(["lin", *(f"w{number:02}" for number in range(60))])
    assert odd == 200


def test_no_password_is_in_a_log(tmp_path, caplog):
    async def story(house, browser, made):
        return shown_password((await browser.post(f"{PATH}/new", data=NEW)).text)

    with caplog.at_level(logging.DEBUG):
        password = as_admin(tmp_path, story)

    assert password not in caplog.text
