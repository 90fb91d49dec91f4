"""A house on a real database with WeChat's door open, and a stand-in that speaks through it in process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from outreach.bootstrap import App, build
from outreach.channels.base import HookRequest, HookResponse
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.ids import LaneName
from outreach.services import activities
from outreach.services.cards import NewActivity
from outreach.settings import load
from outreach.testing.wechat_wire import Account, compose, pack, unpack

ACCOUNT = Account()
WECHAT = LaneName("wechat")
_T = TypeVar("_T")


def settings_in(folder: Path, **more: str) -> Any:
    """Settings with WeChat and nothing else, in *folder*."""
    return load(
        {
            "OUTREACH_DATA_DIR": str(folder / "var"),
            "OUTREACH_CHANNELS__WEBCHAT__ENABLED": "false",
            "OUTREACH_CHANNELS__WECHAT__APPID": ACCOUNT.appid,
            "OUTREACH_CHANNELS__WECHAT__TOKEN": ACCOUNT.token,
            "OUTREACH_CHANNELS__WECHAT__AES_KEY": ACCOUNT.aes_key,
            "OUTREACH_CHANNELS__WECHAT__ORIGINAL_ID": ACCOUNT.original_id,
            "OUTREACH_QUIET_HOURS": "off",
            "OUTREACH_QUIET_DAYS": "off",
            **more,
        },
        folder,
    )


@asynccontextmanager
async def open_house(folder: Path, **more: str):
    """The whole house, started, and stopped at the end."""
    house = build(settings_in(folder, **more))
    await house.start()
    try:
        yield house
    finally:
        await house.stop()


def in_house(folder: Path, story: Callable[[App], Awaitable[_T]], **more: str) -> _T:
    """Run *story* in an open house."""

    async def whole() -> _T:
        async with open_house(folder, **more) as house:
            return await story(house)

    return asyncio.run(whole())


def request_of(openid: str, text: str, msg_id: str) -> HookRequest:
    """A text as WeChat posts it."""
    now = datetime.now(UTC)
    fields = {"MsgType": "text", "Content": text, "MsgId": msg_id}
    wire = pack(ACCOUNT, compose(ACCOUNT, openid, int(now.timestamp()), fields), int(now.timestamp()), "4242")
    return HookRequest("POST", wire.query, {"content-type": "text/xml"}, wire.body, now)


async def respond(house: App, openid: str, text: str, msg_id: str) -> HookResponse:
    """The whole response of the hook to a text."""
    response = await house.hub.serve(WECHAT, request_of(openid, text, msg_id))
    assert response is not None
    return response


async def say(house: App, openid: str, text: str, msg_id: str) -> str | None:
    """What *openid* reads after typing *text*."""
    response = await respond(house, openid, text, msg_id)
    assert response.status == 200
    return unpack(ACCOUNT, response.body, openid)


def add_activity(house: App, seats: int = 10, starts_in: timedelta = timedelta(days=2), title: str = "手工沙龙") -> int:
    """A published salon; its id."""
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        new = NewActivity(
            kind=ActivityKind.SALON, title=title, summary="", place="东坡村活动室",
            starts_at=now + starts_in, ends_at=now + starts_in + timedelta(hours=1), seats=seats,
            region_id=uow.regions.root().id, audience=frozenset({"general"}), policy=SignUpPolicy.OPEN,
            restricted=False, draft=False,
        )  # fmt: skip
        return int(activities.add(uow, Actor.operator(), new, house.core.rule, now).id)
