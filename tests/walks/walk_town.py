"""A village with one activity and WeChat's door, for walks through the whole house."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from walk_house import House, VirtualTime, open_house

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.ids import RegionId
from outreach.services import activities
from outreach.services.cards import ActivityCard, NewActivity
from outreach.testing.wechat import WeChatStandIn
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn
from outreach.testing.wechat_wire import Account

TITLE, PLACE = "手工沙龙", "东坡村活动室"


class WeChatTown:
    """An open house, WeChat before its hook, and the API that it sends by: a verified service account."""

    def __init__(self, house: House, moving: VirtualTime, api: WeChatApiStandIn, account: Account) -> None:
        self.house, self.moving, self.api = house, moving, api
        hook = f"{house.url}/hooks/wechat"
        self.wechat = WeChatStandIn(hook, account, patience=20, clock=lambda: moving().timestamp(), api=api)

    async def does(self, openid: str, *texts: str, msg_id: str | None = None) -> str:
        """*openid* types *texts*, one after the other; what they read at last."""
        read: str | None = None
        for text in texts:
            read = await asyncio.to_thread(self.wechat.say, openid, text, msg_id)
        return read or ""

    async def follows(self, openid: str) -> str:
        """*openid* follows the account; what they read then."""
        return await asyncio.to_thread(self.wechat.follow, openid) or ""

    def pushed(self, openid: str, about: str) -> list[str]:
        """What was sent to *openid* of our own accord that has *about* in it."""
        return [sent.text for sent in self.api.sent_to(openid) if about in sent.text]

    async def plan(self, starts_at: datetime, seats: int) -> ActivityCard:
        """A salon in the village; the next village stays empty."""

        def add(uow: Any) -> ActivityCard:
            east = uow.regions.by_code("east") or uow.regions.add("east", "东坡村", uow.regions.root())
            uow.regions.by_code("west") or uow.regions.add("west", "西桥村", uow.regions.root())
            new = _salon(starts_at, seats, east.id)
            return activities.add(uow, Actor.operator(), new, self.house.app.core.rule, self.moving())

        return await self.house.do(add)


@asynccontextmanager
async def wechat_town(
    folder: Path, database_url: str, moving: VirtualTime, **settings: str
) -> AsyncIterator[WeChatTown]:
    """The town, reminding two hours ahead; *settings* as for `open_house`."""
    account = Account()
    async with WeChatApiStandIn(Kind(service=True, verified=True), clock=lambda: moving().timestamp()) as api:
        section = {
            "APPID": account.appid, "TOKEN": account.token, "AES_KEY": account.aes_key, "SECRET": SECRET,
            "ORIGINAL_ID": account.original_id, "ACCOUNT": "service", "VERIFIED": "true", "API_URL": api.url,
        }  # fmt: skip
        given = {f"CHANNELS__WECHAT__{name}": text for name, text in section.items()} | {"REMINDERS": "2h"} | settings
        async with open_house(folder, database_url, moving, **given) as house:
            yield WeChatTown(house, moving, api, account)


def _salon(starts_at: datetime, seats: int, region_id: RegionId) -> NewActivity:
    return NewActivity(
        kind=ActivityKind.SALON, title=TITLE, summary="", place=PLACE, starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1), seats=seats, region_id=region_id, audience=frozenset({"general"}),
        policy=SignUpPolicy.OPEN, restricted=False, draft=False,
    )  # fmt: skip
