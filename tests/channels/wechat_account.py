"""An account of a kind with its API played on this machine, and a channel opened to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime
from typing import Any

from wechat_scene import ANN, options

from outreach.channels.wechat import WeChatChannel, open_channel
from outreach.channels.wechat.tokens import utc_now
from outreach.domain.messages import MessageKind, Outgoing
from outreach.testing.context import MemoryCupboard, make_context
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn

BEST = Kind(service=True, verified=True)
CHATTY = Kind(verified=True)
KINDS = {
    "subscription, unverified": Kind(),
    "subscription, verified": CHATTY,
    "service, unverified": Kind(service=True),
    "service, verified": BEST,
}
TEMPLATE = "template-of-a-reminder"
REMINDER = Outgoing(
    MessageKind.REMINDER,
    "明天下午两点，太极。",
    link="https://outreach.example/c/t.ics",
    fields={"title": "太极", "starts": "2026-12-01 14:00", "place": "社区中心二楼"},
)
REPLY = Outgoing(MessageKind.REPLY, "好的。")
_TABLE = {"TEMPLATE_REMINDER": TEMPLATE, "FIELDS_REMINDER": "thing1=title time2=starts thing3=place"}


def api_of(kind: Kind = BEST) -> WeChatApiStandIn:
    """WeChat for an account of *kind*, with one template; ANN follows and has said nothing."""
    api = WeChatApiStandIn(kind, templates={TEMPLATE: ("thing1", "time2", "thing3")})
    api.know(ANN)
    return api


def opened(
    api: WeChatApiStandIn,
    cupboard: MemoryCupboard | None = None,
    *,
    believed: Kind | None = None,
    clock: Callable[[], datetime] = utc_now,
    **more: str,
) -> WeChatChannel:
    """A channel whose settings say that the account is of the kind *believed* (or what it really is)."""
    kind = believed or api.kind
    given = {"ACCOUNT": "service" if kind.service else "subscription", "VERIFIED": str(kind.verified).lower()}
    given |= {"SECRET": SECRET, "API_URL": api.url} | (_TABLE if kind == BEST else {}) | more
    return open_channel(options(**given), make_context("wechat", cupboard=cupboard), clock=clock, first_pause=0.01)


def play(
    scene: Callable[[WeChatApiStandIn, WeChatChannel], Coroutine[Any, Any, Any]],
    kind: Kind = BEST,
    *,
    believed: Kind | None = None,
    clock: Callable[[], datetime] = utc_now,
    **more: str,
) -> Any:
    """What *scene* gives, with the API running and a channel opened to it."""

    async def played() -> Any:
        async with api_of(kind) as api:
            channel = opened(api, believed=believed, clock=clock, **more)
            try:
                return await scene(api, channel)
            finally:
                await channel.close()

    return asyncio.run(played())
