"""One's own account: a chat for one's pushes, linked with a code that is shown once, and let go of."""

from __future__ import annotations

import logging
import re

import pytest
from console_scene import PASSWORD, as_staff, sign_in
from office_scene import audit
from web_scene import say

from outreach.domain.actor import Role
from outreach.web.console.words import WORDS

PATH = "/console/account"
ZH = WORDS["zh"]
CODE = re.compile(r'class="digits">(值班 \d{8})<')


def code_in(page: str) -> str:
    """The words that the page asks to send."""
    found = CODE.search(page)
    assert found is not None
    return found[1]


def test_a_chat_is_linked_by_typing_a_code_into_it_and_let_go_of_again(tmp_path):
    async def story(house, browser, made):
        before = (await browser.get(PATH)).text
        shown = (await browser.post(f"{PATH}/link")).text
        again = (await browser.get(PATH)).text
        await browser.get("/chat")
        told = await say(browser, 1, text=code_in(shown))
        linked = (await browser.get(PATH)).text
        let_go = await browser.post(f"{PATH}/unlink")
        return before, shown, again, told, linked, (await browser.get(let_go.headers["location"])).text, audit(house)

    before, shown, again, told, linked, after, written = as_staff(tmp_path, story)

    assert ZH["not_linked"] in before
    assert CODE.search(shown)
    assert not CODE.search(again)
    assert told["replies"]
    assert ZH["linked"].format(lane=ZH["door_webchat"]) in linked
    assert ZH["not_linked"] in after
    assert {"take_door", "drop_door"} <= {action for _, action, _ in written}


def test_a_new_code_ends_the_one_before(tmp_path):
    async def story(house, browser, made):
        first, second = [code_in((await browser.post(f"{PATH}/link")).text) for _ in range(2)]
        await browser.get("/chat")
        await say(browser, 1, text=first)
        by_the_first = (await browser.get(PATH)).text
        await say(browser, 2, text=second.replace("值班", "duty"))
        return by_the_first, (await browser.get(PATH)).text

    by_the_first, by_the_second = as_staff(tmp_path, story)

    assert ZH["not_linked"] in by_the_first
    assert ZH["not_linked"] not in by_the_second


@pytest.mark.parametrize("role", [role for role in Role if role not in {Role.OPERATOR, Role.SYSTEM}])
def test_everybody_has_an_account_page(tmp_path, role):
    async def story(house, browser, made):
        return await browser.get(PATH)

    page = as_staff(tmp_path, story, role)

    assert page.status_code == 200
    assert ZH[f"role_{role.value}"] in page.text
    assert PASSWORD not in page.text


@pytest.mark.parametrize("deed", ["link", "unlink", "password"])
def test_a_form_of_another_site_or_of_nobody_does_nothing(tmp_path, deed):
    async def story(house, browser, made):
        headers = {"origin": "https://elsewhere.example", "sec-fetch-site": "cross-site"}
        foreign = await browser.post(f"{PATH}/{deed}", data={}, headers=headers)
        browser.cookies.clear()
        nobodys = await browser.post(f"{PATH}/{deed}", data={})
        still = await sign_in(browser, "lin")
        return foreign.status_code, nobodys, still.status_code, audit(house, "drop_door")

    foreign, nobodys, still, written = as_staff(tmp_path, story)

    assert foreign == 403
    assert (nobodys.status_code, still) in {(303, 303), (401, 303)}
    assert "digits" not in nobodys.text
    assert written == []


def test_letting_go_of_nothing_is_harmless_and_no_code_is_in_a_log(tmp_path, caplog):
    async def story(house, browser, made):
        answer = await browser.post(f"{PATH}/unlink")
        return answer.status_code, code_in((await browser.post(f"{PATH}/link")).text)

    with caplog.at_level(logging.DEBUG, "outreach"):
        status, code = as_staff(tmp_path, story)

    assert status == 303
    assert code.removeprefix("值班 ") not in caplog.text


def test_the_page_of_a_code_is_no_place_to_come_back_to(tmp_path):
    async def story(house, browser, made):
        return await browser.get(f"{PATH}/link")

    answer = as_staff(tmp_path, story)

    assert (answer.status_code, answer.headers["location"]) == (303, PATH)
