"""The hook as platforms meet it: lanes, limits, and the silence that makes WeChat ask again."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from web_scene import add, visit

from outreach.channels.base import HookResponse
from outreach.testing.wechat_wire import Account, compose, pack, unpack
from outreach.web.app import create_app
from outreach.web.bodies import LONGEST_BODY
from outreach.web.hooks import HOLD_HEADER

ACCOUNT = Account()
ANN = "oAnn_-0123456789abcdefghijkl"
WITH_WECHAT = {
    "CHANNELS__WECHAT__APPID": ACCOUNT.appid,
    "CHANNELS__WECHAT__TOKEN": ACCOUNT.token,
    "CHANNELS__WECHAT__AES_KEY": ACCOUNT.aes_key,
    "CHANNELS__WECHAT__ORIGINAL_ID": ACCOUNT.original_id,
}


def wire(text: str, msg_id: str):
    created = int(datetime.now(UTC).timestamp())
    return pack(
        ACCOUNT, compose(ACCOUNT, ANN, created, {"MsgType": "text", "Content": text, "MsgId": msg_id}), created, "77"
    )


def test_a_platform_is_answered_in_place(tmp_path):
    async def story(house, browser):
        add(house, "清早太极")
        sent = wire("活动", "1")
        return await browser.post(
            "/hooks/wechat", params=sent.query, content=sent.body, headers={"Content-Type": "text/xml"}
        )

    answer = visit(tmp_path, story, **WITH_WECHAT)

    assert answer.status_code == 200
    assert "清早太极" in (unpack(ACCOUNT, answer.content, ANN) or "")


@pytest.mark.parametrize(("method", "path"), [("GET", "/hooks/nobody"), ("POST", "/hooks/nobody"), ("POST", "/hooks/")])
def test_an_unknown_lane_is_not_there(tmp_path, method, path):
    async def story(_house, browser):
        return await browser.request(method, path, content=b"x")

    assert visit(tmp_path, story).status_code == 404


def test_a_forged_request_is_turned_away(tmp_path):
    async def story(_house, browser):
        return await browser.post("/hooks/wechat", content=b"<xml/>")

    assert visit(tmp_path, story, **WITH_WECHAT).status_code == 403


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_over_the_limit_is_not_read_to_its_end(tmp_path, declared):
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < 40 * LONGEST_BODY:
            read += 16_384
            yield b"x" * 16_384

    async def story(_house, browser):
        headers = {"content-length": str(40 * LONGEST_BODY)} if declared else {}
        return await browser.post("/hooks/webchat", content=endless(), headers=headers)

    assert visit(tmp_path, story).status_code == 413
    assert read <= (0 if declared else LONGEST_BODY + 2 * 16_384)


def test_a_body_of_just_the_limit_reaches_the_adapter(tmp_path):
    async def story(_house, browser):
        return await browser.post("/hooks/wechat", content=b"x" * LONGEST_BODY)

    assert visit(tmp_path, story, **WITH_WECHAT).status_code == 413  # of the adapter, whose own limit is lower


def test_an_answer_that_is_late_leaves_the_line_silent_until_the_platform_hangs_up(tmp_path, monkeypatch):
    monkeypatch.setattr("outreach.runtime.hub.REPLY_BUDGET", 0.05)

    async def story(house, _browser):
        sent, free, said = wire("活动", "1"), threading.Event(), []
        silent, hung_up = asyncio.Event(), asyncio.Event()
        bodies = iter([{"type": "http.request", "body": sent.body, "more_body": False}])

        async def receive():
            for message in bodies:
                return message
            silent.set()
            await hung_up.wait()
            return {"type": "http.disconnect"}

        async def send(message):
            said.append(message)

        busy = asyncio.create_task(house.bridge.write(lambda _uow: free.wait(30)))
        asked = asyncio.create_task(create_app(house)(_scope(sent.query), receive, send))
        await asyncio.wait_for(silent.wait(), 20)
        said_by_then = list(said)
        hung_up.set()
        await asyncio.wait_for(asked, 5)  # the whole silence would be longer
        free.set()
        await busy
        return said_by_then, said

    before, after = visit(tmp_path, story, **WITH_WECHAT)

    assert before == []
    assert [name for name, _ in after[0]["headers"] if name == b"x-outreach-hold"] == []


def test_a_held_answer_comes_after_its_time_without_the_word_that_held_it(tmp_path, monkeypatch):
    monkeypatch.setattr("outreach.web.hooks._LONGEST_HOLD", 0.05)

    async def story(house, browser):
        async def held(_lane, _request):
            return HookResponse(200, b"late", headers={HOLD_HEADER: "3600", "x-kept": "yes"})

        monkeypatch.setattr(house.hub, "serve", held)
        return await asyncio.wait_for(browser.post("/hooks/wechat", content=b"x"), 20)

    answer = visit(tmp_path, story)

    assert answer.content == b"late"
    assert answer.headers["x-kept"] == "yes"
    assert HOLD_HEADER not in answer.headers


def _scope(query: dict[str, str]) -> dict[str, object]:
    asked = "&".join(f"{name}={value}" for name, value in query.items()).encode()
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/hooks/wechat", "raw_path": b"/hooks/wechat", "query_string": asked, "root_path": "",
        "headers": [(b"content-type", b"text/xml")], "client": ("127.0.0.1", 9), "server": ("127.0.0.1", 80),
    }  # fmt: skip
