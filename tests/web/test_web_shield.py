"""Headers on every page, kind words for what is missing or broken, silence in the log."""

from __future__ import annotations

import hashlib
import logging

import pytest
from web_scene import look_at, visit

from outreach.web import static
from outreach.web.app import create_app

PATHS = ["/", "/chat", "/nowhere", "/feeds/public.ics", "/static/outreach.css", "/healthz", "/chat/updates"]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_from_elsewhere_is_let_in(tmp_path, path):
    headers = look_at(tmp_path, path).headers

    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_no_page_needs_what_the_policy_forbids(tmp_path):
    async def story(_house, browser):
        return [(await browser.get(path)).text for path in ("/", "/chat", "/leave", "/nowhere")]

    for page in visit(tmp_path, story):
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick" not in page
        assert "http://" not in page.replace("http://outreach.example", "")


@pytest.mark.parametrize(
    "body",
    [b"[" * 60_000, b'{"id":' * 9_000, b"\xff\xfe", b"", b"null", b'{"id": NaN}', b'{"id":"page-id-1","text":1}'],
)
def test_no_body_breaks_the_chat(tmp_path, body):
    async def story(_house, browser):
        await browser.get("/chat")
        return await browser.post("/chat/say", content=body, headers={"content-type": "application/json"})

    answer = visit(tmp_path, story)

    assert answer.status_code in {200, 400}
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["content-security-policy"]


@pytest.mark.parametrize("path", ["/a/%00", "/a/%ff", "/a/%2e%2e%2fetc", "/a/" + "x" * 5_000, "/feeds/region/%00.ics"])
def test_no_address_breaks_anything(tmp_path, path):
    assert look_at(tmp_path, path).status_code == 404


def test_an_address_that_looks_like_another_site_leads_nobody_there(tmp_path):
    said = []

    async def story(house, _browser):
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "scheme": "http",
            "path": "//elsewhere.example/x", "raw_path": b"//elsewhere.example/x", "query_string": b"", "headers": [],
            "root_path": "", "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80),
        }  # fmt: skip

        async def receive():
            return {"type": "http.request", "body": b""}

        async def send(message):
            said.append(message)

        await create_app(house)(scope, receive, send)

    visit(tmp_path, story)

    assert said[0]["status"] == 404
    assert b"elsewhere.example" not in said[1]["body"]


def test_a_missing_page_is_kind_and_in_the_visitors_language(tmp_path):
    async def story(_house, browser):
        return await browser.get("/a/nowhere", headers={"accept-language": "en"})

    missing = visit(tmp_path, story)

    assert missing.status_code == 404
    assert "There is nothing here" in missing.text


def test_what_breaks_is_an_apology_and_never_a_traceback(tmp_path, caplog):
    async def story(house, browser):
        await house.bridge.close()  # as if the database had gone
        return await browser.get("/?words=of+a+person")

    with caplog.at_level(logging.DEBUG):
        broken = visit(tmp_path, story)

    ours = [record for record in caplog.records if record.name.startswith("outreach")]
    assert broken.status_code == 500
    assert "出了点小毛病" in broken.text
    assert broken.headers["content-security-policy"]
    assert "Traceback" not in broken.text
    assert [record for record in ours if record.exc_info or "person" in record.getMessage()] == []
    assert [record.levelname for record in ours if "a request failed with" in record.getMessage()] == ["ERROR"]


def test_a_hook_that_breaks_gets_a_bare_status(tmp_path):
    async def story(house, browser):
        await house.bridge.close()
        return await browser.get("/hooks/%ff%00"), await browser.post("/hooks/nobody", content=b"x")

    for answer in visit(tmp_path, story):
        assert answer.status_code in {404, 500}
        assert "content-security-policy" not in answer.headers


def test_static_files_may_be_kept_for_ever_under_their_hash_alone(tmp_path):
    async def story(_house, browser):
        page = (await browser.get("/")).text
        address = "/static/outreach.css?v=" + page.partition("outreach.css?v=")[2].partition('"')[0]
        return [await browser.get(path) for path in (address, "/static/outreach.css?v=old", "/static/words.py")]

    hashed, stale, foreign = visit(tmp_path, story)

    assert "immutable" in hashed.headers["cache-control"]
    assert stale.headers["cache-control"] == "no-cache"
    assert foreign.status_code == 404


def test_health_is_told_with_and_without_a_house(tmp_path):
    async def story(house, browser):
        open_ = [(await browser.get(path)).status_code for path in ("/healthz", "/readyz")]
        await house.stop()
        return open_ + [(await browser.get(path)).status_code for path in ("/healthz", "/readyz")]

    assert visit(tmp_path, story) == [200, 200, 200, 503]


@pytest.mark.parametrize("path", ["/", "/feeds/public.ics", "/healthz"])
def test_only_what_is_offered_can_be_done(tmp_path, path):
    async def story(_house, browser):
        return await browser.delete(path)

    refused = visit(tmp_path, story)

    assert refused.status_code == 405
    assert "GET" in refused.headers["allow"]


def test_htmx_is_the_very_file_that_its_makers_published(tmp_path):
    body = look_at(tmp_path, static.address(static.HTMX)).content

    assert hashlib.sha256(body).hexdigest() == "491955cd1810747d7d7b9ccb936400afb760e06d25d53e4572b64b6563b2784e"
