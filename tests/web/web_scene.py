"""The web face of a real house, asked in process: no socket, no mock, a database in a folder."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx2

from outreach.bootstrap import App, build
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.services import activities
from outreach.services.cards import ActivityCard, NewActivity
from outreach.settings import load
from outreach.web.app import create_app

BASE_URL = "http://outreach.example"
PAGE_ID = "page-id-{}".format
_T = TypeVar("_T")


def settings_in(folder: Path, **more: str) -> Any:
    """Settings in *folder*; *more* are environment variables without their prefix."""
    quiet = {"QUIET_HOURS": "off", "QUIET_DAYS": "off"}
    given = {"DATA_DIR": str(folder / "var"), "BASE_URL": BASE_URL, **quiet, **more}
    return load({f"OUTREACH_{name}": text for name, text in given.items()}, folder)


def visit(folder: Path, story: Callable[[App, httpx2.AsyncClient], Awaitable[_T]], **more: str) -> _T:
    """Play *story* with a running house and a browser that keeps cookies."""

    async def whole() -> _T:
        house = build(settings_in(folder, **more))
        await house.start()
        transport = httpx2.ASGITransport(app=create_app(house))
        try:
            async with httpx2.AsyncClient(transport=transport, base_url=house.settings.base_url) as browser:
                return await story(house, browser)
        finally:
            await house.stop()

    return asyncio.run(whole())


def look_at(folder: Path, path: str, **more: str) -> httpx2.Response:
    """One page of an empty house."""

    async def story(_house: App, browser: httpx2.AsyncClient) -> httpx2.Response:
        return await browser.get(path)

    return visit(folder, story, **more)


def add(house: App, title: str = "手工沙龙", **changes: Any) -> ActivityCard:
    """A published salon in two days."""
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        given: dict[str, Any] = {
            "kind": ActivityKind.SALON, "title": title, "summary": "坐坐聊聊", "place": "东坡村活动室", "seats": 10,
            "starts_at": now + timedelta(days=2), "ends_at": now + timedelta(days=2, hours=1),
            "region_id": uow.regions.root().id, "audience": frozenset({"general"}), "policy": SignUpPolicy.OPEN,
            "restricted": False, "draft": False,
        }  # fmt: skip
        return activities.add(uow, Actor.operator(), NewActivity(**(given | changes)), house.core.rule, now)


async def say(browser: httpx2.AsyncClient, number: int, **fields: Any) -> dict[str, Any]:
    """What the chat answers; the page was opened before."""
    response = await browser.post("/chat/say", json={"id": PAGE_ID(number), **fields})
    assert response.status_code == 200, response.text
    told: dict[str, Any] = json.loads(response.text)
    return told


def button(told: dict[str, Any], label: str) -> str:
    """The data of the button that reads *label*."""
    return str(next(one["data"] for reply in told["replies"] for one in reply["choices"] if label in one["label"]))
