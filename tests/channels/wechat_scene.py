"""What the WeChat tests share: an account, an opened channel, and requests as WeChat would make them."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from outreach.channels.base import Answer, HookRequest, HookResponse
from outreach.channels.wechat import WeChatChannel, open_channel
from outreach.domain.messages import Incoming, MessageKind, Outgoing
from outreach.domain.secret import Secret
from outreach.testing.clock import MONDAY_9AM
from outreach.testing.context import make_context
from outreach.testing.wechat_wire import Account, compose, pack, unpack

NOW = MONDAY_9AM
CREATED = int(NOW.timestamp())
ACCOUNT = Account()
PLAIN = replace(ACCOUNT, aes_key="")
ANN = "oAnn_-0123456789abcdefghijkl"
TEXT = {"MsgType": "text", "Content": "活动", "MsgId": "77"}


def options(account: Account = ACCOUNT, **more: str) -> dict[str, Secret]:
    """The section of the settings for *account*."""
    given = {"APPID": account.appid, "TOKEN": account.token, "ORIGINAL_ID": account.original_id}
    given |= {"AES_KEY": account.aes_key} if account.aes_key else {"MODE": "plaintext"}
    return {name: Secret(text) for name, text in (given | more).items() if text}


def channel(account: Account = ACCOUNT, **more: str) -> WeChatChannel:
    """A channel opened for *account*."""
    return open_channel(options(account, **more), make_context("wechat"))


def xml(fields: Mapping[str, str], created: int = CREATED, sender: str = ANN, account: Account = ACCOUNT) -> bytes:
    """A callback's XML."""
    return compose(account, sender, created, fields)


def request(
    content: bytes | Mapping[str, str],
    account: Account = ACCOUNT,
    *,
    received_at: datetime = NOW,
    signed_at: datetime = NOW,
    nonce: str = "415670741",
) -> HookRequest:
    """*content* (XML, or the fields of a callback) as WeChat posts it, signed and sealed."""
    body = content if isinstance(content, bytes) else xml(content)
    wire = pack(account, body, int(signed_at.timestamp()), nonce)
    return HookRequest("POST", dict(wire.query), {"content-type": "text/xml"}, wire.body, received_at)


def event(name: str, key: str = "", **more: str) -> dict[str, str]:
    """The fields of an event."""
    return {"MsgType": "event", "Event": name, "EventKey": key, **more}


def heard(what: HookRequest, by: WeChatChannel | None = None) -> Incoming:
    """The one `Incoming` that *what* decodes to."""
    decoded = (by or channel()).decode(what)
    assert not isinstance(decoded, HookResponse), f"refused with {decoded.status}"
    (item,) = decoded
    return item


def refused(what: HookRequest, by: WeChatChannel | None = None) -> int:
    """The status with which *what* is refused; the body must be empty."""
    decoded = (by or channel()).decode(what)
    assert isinstance(decoded, HookResponse), "let in"
    assert decoded.body == b""
    return decoded.status


def answered(what: HookRequest, *texts: str, ready: bool = True, by: WeChatChannel | None = None) -> HookResponse:
    """The response to *what* when we have *texts* to say."""
    house = by or channel()
    item = heard(what, house)
    messages = tuple(Outgoing(MessageKind.REPLY, text) for text in texts)
    response = asyncio.run(house.acknowledge([item], Answer(messages, ready), what))
    assert response is not None
    return response


def read(response: HookResponse, account: Account = ACCOUNT, by: str = ANN) -> str | None:
    """What the person reads, checked as strictly as WeChat does."""
    assert response.status == 200
    return unpack(account, response.body, by)


def later(seconds: float) -> datetime:
    """A moment after `NOW`."""
    return NOW + timedelta(seconds=seconds)


def moment(seconds: int) -> datetime:
    """A moment of WeChat's clock."""
    return datetime.fromtimestamp(seconds, UTC)
