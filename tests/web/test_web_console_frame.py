"""The frame of the console: who gets in, who does not, and what nobody can do from elsewhere."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from console_scene import PASSWORD, as_staff, employ, fields_in, planned, sign_in, units
from web_scene import look_at, visit

from outreach.domain.actor import Role
from outreach.web.console.throttle import Throttle, network_of
from outreach.web.console.words import WORDS

INSIDE = ["/console/", "/console/activities", "/console/activities/month", "/console/account"]


@pytest.mark.parametrize("path", [*INSIDE, "/console/activities/1?x=1"])
def test_a_stranger_is_led_to_the_sign_in_page_and_back(tmp_path, path):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        asked = await browser.get(path)
        page = (await browser.get(asked.headers["location"])).text
        return asked, await browser.post(
            "/console/sign-in", data=fields_in(page) | {"login": "lin", "password": PASSWORD}
        )

    asked, answer = visit(tmp_path, story)

    assert asked.status_code == 303
    assert asked.headers["location"].startswith("/console/sign-in?to=")
    assert answer.status_code == 303
    assert answer.headers["location"] == path


@pytest.mark.parametrize(
    "to", ["https://elsewhere.example/", "//elsewhere.example", "/console/..//x", "/console/\\x", "/"]
)
def test_nobody_is_led_out_of_the_console_by_signing_in(tmp_path, to):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        return await sign_in(browser, "lin", to=to)

    assert visit(tmp_path, story).headers["location"] == "/console/"


@pytest.mark.parametrize("path", INSIDE)
def test_a_page_of_the_console_is_kept_by_nobody_and_lets_nothing_in(tmp_path, path):
    async def story(_house, browser, _units):
        return await browser.get(path)

    page = as_staff(tmp_path, story)

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    assert "unsafe" not in page.headers["content-security-policy"]
    assert "<script>" not in page.text
    assert " style=" not in page.text


@pytest.mark.parametrize(
    ("login", "password"), [("lin", "wrong"), ("nobody", PASSWORD), ("", ""), ("lin", ""), ("l" * 9_000, PASSWORD)]
)
def test_every_failure_gets_the_same_answer(tmp_path, login, password):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        return await sign_in(browser, login, password)

    answer = visit(tmp_path, story)

    assert answer.status_code == 401
    assert WORDS["zh"]["sign_in_remedy"] in answer.text
    assert "set-cookie" not in answer.headers
    assert not password or password not in answer.text


def test_who_guesses_too_often_is_kept_out_even_with_the_right_password(tmp_path):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        tries = [await sign_in(browser, "lin", f"wrong {number}") for number in range(11)]
        return tries, await sign_in(browser, "lin")

    tries, right = visit(tmp_path, story)

    assert {answer.status_code for answer in (*tries, right)} == {401}
    assert right.text == tries[0].text


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(tmp_path):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        return (await sign_in(browser, "lin")).headers["set-cookie"].lower()

    plain = visit(tmp_path / "plain", story)
    safe = visit(tmp_path / "safe", story, BASE_URL="https://outreach.example")

    for cookie in (plain, safe):
        assert all(part in cookie for part in ("httponly", "samesite=lax", "path=/console"))
    assert "secure" not in plain
    assert "secure" in safe


def test_a_session_is_fresh_at_each_sign_in_and_the_one_before_ends(tmp_path):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id)
        await sign_in(browser, "lin")
        first = browser.cookies["staff"]
        await sign_in(browser, "lin")
        second = browser.cookies["staff"]
        browser.cookies.clear()
        again = await browser.get("/console/", headers={"cookie": f"staff={first}"})
        return first, second, again.status_code

    first, second, status = visit(tmp_path, story)

    assert first != second
    assert status == 303


def test_signing_out_ends_the_session_not_only_the_cookie(tmp_path):
    async def story(_house, browser, _units):
        token = browser.cookies["staff"]
        out = await browser.post("/console/sign-out")
        page = await browser.get(out.headers["location"])
        return page.text, (await browser.get("/console/", headers={"cookie": f"staff={token}"})).status_code

    page, status = as_staff(tmp_path, story)

    assert WORDS["zh"]["done_signed_out"] in page
    assert status == 303


def test_a_session_that_ran_out_says_how_what_was_typed_is_kept(tmp_path):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        earlier = house.clock
        house.clock = lambda: earlier() + timedelta(days=60)
        answers = await browser.post(f"/console/activities/{card.id}/call-off"), await browser.get("/console/")
        house.clock = earlier
        return answers, (await browser.get(f"/a/{card.slug}")).text

    (sent, looked), page = as_staff(tmp_path, story)

    assert sent.status_code == 401
    assert WORDS["zh"]["signed_out_back"] in sent.text
    assert looked.status_code == 303
    assert "已取消" not in page


@pytest.mark.parametrize(
    "headers",
    [{"sec-fetch-site": "cross-site"}, {"sec-fetch-site": "same-site"}, {"origin": "https://elsewhere.example"},
     {"origin": "null"}],
)  # fmt: skip
def test_a_form_of_another_site_does_nothing(tmp_path, headers):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        answer = await browser.post(f"/console/activities/{card.id}/call-off", headers=headers)
        return answer, (await browser.get(f"/a/{card.slug}")).text

    answer, page = as_staff(tmp_path, story)

    assert answer.status_code == 403
    assert "已取消" not in page


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "same-origin"}, {"origin": "http://outreach.example"}, {}])
def test_our_own_forms_work_whatever_a_browser_says_of_them(tmp_path, headers):
    async def story(house, browser, made):
        card = planned(house, made["east"])
        answer = await browser.post(f"/console/activities/{card.id}/call-off", headers=headers)
        return answer.status_code, (await browser.get(f"/a/{card.slug}")).text

    status, page = as_staff(tmp_path, story)

    assert status == 303
    assert "已取消" in page


def test_a_given_password_must_be_changed_before_anything_else(tmp_path):
    async def story(house, browser):
        employ(house, "lin", Role.VILLAGE_ADMIN, units(house)["east"].id, first=True)
        await sign_in(browser, "lin")
        sent_off = [await browser.get(path) for path in INSIDE]
        new = "seven-green-teapots"
        changed = await browser.post("/console/account/password", data={"old": PASSWORD, "new": new, "again": new})
        return sent_off, changed, await browser.get("/console/"), (await browser.get(changed.headers["location"])).text

    sent_off, changed, page, told = visit(tmp_path, story)

    assert {answer.headers["location"] for answer in sent_off} == {"/console/account/password"}
    assert changed.status_code == 303
    assert page.status_code == 200
    assert WORDS["zh"]["done_password"] in told


@pytest.mark.parametrize(
    ("old", "new", "again", "problem"),
    [
        ("wrong-old-password", "seven-green-teapots", "seven-green-teapots", "problem_password_wrong"),
        (PASSWORD, "short", "short", "problem_password_short"),
        (PASSWORD, PASSWORD, PASSWORD, "problem_password_same"),
        (PASSWORD, "seven-green-teapots", "seven-green-teapot", "problem_password_twice"),
        (PASSWORD, "lin-lin-lin-lin-lin", "lin-lin-lin-lin-lin", "problem_password_weak"),
    ],
)
def test_a_bad_new_password_is_told_beside_its_field_and_never_shown(tmp_path, old, new, again, problem):
    async def story(_house, browser, _units):
        answer = await browser.post("/console/account/password", data={"old": old, "new": new, "again": again})
        return answer, (await browser.get("/console/")).status_code

    answer, status = as_staff(tmp_path, story)

    assert answer.status_code == 422
    assert WORDS["zh"][problem].partition("{")[0] in answer.text
    assert new not in answer.text
    assert status == 200


def test_no_body_of_a_form_breaks_anything(tmp_path):
    bodies = [b"\xff\xfe=1", b"&" * 3 + b"a=%ff", b"a=1&" * 500, b"x" * 100_000]

    async def story(_house, browser, _units):
        kind = {"content-type": "application/x-www-form-urlencoded"}
        return [
            (await browser.post("/console/activities/new", content=body, headers=kind)).status_code for body in bodies
        ]

    assert as_staff(tmp_path, story) == [400, 400, 400, 413]


def test_nothing_at_an_address_of_the_console_is_kept_either(tmp_path):
    missing = look_at(tmp_path, "/console/nowhere")

    assert missing.status_code == 404


def test_both_languages_have_the_same_words():
    first, *others = WORDS.values()

    assert all(set(other) == set(first) for other in others)
    assert all(text.strip() for words in WORDS.values() for text in words.values())


def test_the_one_tried_longest_ago_is_forgotten_first():
    now = datetime(2026, 12, 1, tzinfo=UTC)
    throttle = Throttle(1, timedelta(minutes=1), most=2)

    assert throttle.allows("a", now)
    assert not throttle.allows("a", now)
    assert throttle.allows("b", now)
    assert throttle.allows("c", now)
    assert throttle.allows("a", now)
    assert throttle.allows("c", now + timedelta(minutes=1))


def test_a_household_counts_as_one_place():
    assert network_of("2001:db8:1:2:3::4") == network_of("2001:db8:1:2:ffff::1")
    assert network_of("192.0.2.1") != network_of("192.0.2.2")
    assert network_of("testclient") == "testclient"


def test_every_problem_that_a_rule_can_name_has_words_that_need_no_more_than_it_gives():
    """A sentence that asks for a value nobody gives would be an error page where a remedy should stand."""
    room = Path(__file__).parents[2] / "outreach"
    named = [
        (call.args[1].value, {key.value for key in call.args[3].keys} if len(call.args) > 3 else set())
        for file in (*(room / "services").glob("*.py"), *(room / "web" / "console").glob("*.py"))
        for call in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "Problem"
        and isinstance(call.args[1], ast.Constant) and (len(call.args) < 4 or isinstance(call.args[3], ast.Dict))
    ]  # fmt: skip

    assert len(named) > 30
    for code, given in named:
        for lang, words in WORDS.items():
            sentence = words.get(f"problem_{code}", "")
            assert set(re.findall(r"{(\w+)}", sentence)) <= given, (code, lang)
