"""The WeChat adapter keeps what every channel promises."""

from __future__ import annotations

import dataclasses
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from outreach.channels.base import HookRequest, HookResponse
from outreach.channels.wechat import HOLD_HEADER, open_channel
from outreach.domain.messages import Grant, Incoming, Message, Pressed, Reach, Reachability, Receipt
from outreach.domain.secret import Secret
from outreach.testing import ChannelContract, Delivered, Recording, make_context
from outreach.testing.clock import MONDAY_9AM
from outreach.testing.wechat_wire import Account, compose, pack, unpack

NOW, CREATED = MONDAY_9AM, int(MONDAY_9AM.timestamp())
ACCOUNT = Account()
ANN = "oAnn_-0123456789abcdefghijkl"


def posted(fields: Mapping[str, str], account: Account = ACCOUNT) -> HookRequest:
    return sealed(compose(account, ANN, CREATED, fields), account)


def sealed(xml: bytes, account: Account = ACCOUNT) -> HookRequest:
    wire = pack(account, xml, CREATED, "415670741")
    return HookRequest("POST", dict(wire.query), {"content-type": "text/xml"}, wire.body, NOW)


def event(name: str, key: str = "") -> HookRequest:
    return posted({"MsgType": "event", "Event": name, "EventKey": key})


JOBS = (("success", True, ""), ("failed:user block", False, "user_block"), ("failed: system failed", False, "system"))
TEXT = {"MsgType": "text", "Content": "活动 please", "MsgId": "77"}


GONE = posted({"MsgType": "event", "Event": "user_authorization_cancellation", "OpenID": "oBob"})
CHOSEN = sealed(
    compose(ACCOUNT, ANN, CREATED, {"MsgType": "event", "Event": "subscribe_msg_popup_event"}).replace(
        b"</xml>",
        b"<SubscribeMsgPopupEvent>"
        b"<List><TemplateId>t1</TemplateId><SubscribeStatusString>accept</SubscribeStatusString></List>"
        b"<List><TemplateId>t2</TemplateId><SubscribeStatusString>reject</SubscribeStatusString></List>"
        b"</SubscribeMsgPopupEvent></xml>",
    )
)


class TestWeChat(ChannelContract):
    opener = staticmethod(open_channel)
    person = ANN

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        yield {
            "APPID": Secret(ACCOUNT.appid),
            "TOKEN": Secret(ACCOUNT.token),
            "AES_KEY": Secret(ACCOUNT.aes_key),
            "SECRET": Secret("standin-app-secret"),
            "ORIGINAL_ID": Secret(ACCOUNT.original_id),
        }

    def recordings(self) -> Sequence[Recording]:
        return [
            self._recording("text", posted(TEXT), Message("77", ANN, "活动 please", NOW)),
            self._recording(
                "speech",
                posted({"MsgType": "voice", "Recognition": "帮助一下", "MsgId": "78"}),
                Message("78", ANN, "帮助一下", NOW),
            ),
            self._event("follow by code", event("subscribe", "qrscene_act:17"), "act:17"),
            self._event("plain follow", event("subscribe"), None),
            self._event("scan", event("SCAN", "act:17"), "act:17"),
            self._recording(
                "leave",
                event("unsubscribe"),
                Reachability(_id_of(event("unsubscribe")), ANN, NOW, Reach.LEFT),
            ),
            *(self._finished(status, delivered, code) for status, delivered, code in JOBS),
            self._recording(
                "closed account",
                GONE,
                Reachability(_id_of(GONE), "oBob", NOW, Reach.GONE),
            ),
            self._recording(
                "notices",
                CHOSEN,
                Grant(_id_of(CHOSEN), ANN, NOW, "t1", 1),
                Grant(_id_of(CHOSEN).removesuffix("0") + "1", ANN, NOW, "t2", 0),
            ),
            self._recording("menu", event("CLICK", "menu"), Pressed(_id_of(event("CLICK", "menu")), ANN, "menu", NOW)),
        ]

    def unknown(self) -> Sequence[HookRequest]:
        return [
            posted({"MsgType": "image", "MediaId": "m", "MsgId": "90"}),
            posted({"MsgType": "brand_new", "MsgId": "91"}),
            posted({**TEXT, "Content": "", "MsgId": "92"}),
            event("VIEW", "https://example.org"),
            event("CLICK", "not ours!"),
            sealed(b"{}"),
            sealed(b"<xml/>"),
        ]

    def forged(self) -> Sequence[HookRequest]:
        genuine = posted(TEXT)
        return [
            dataclasses.replace(genuine, query={**genuine.query, "msg_signature": genuine.query["signature"]}),
            dataclasses.replace(genuine, query={}),
            dataclasses.replace(genuine, body=compose(ACCOUNT, ANN, CREATED, TEXT)),
            posted(TEXT, dataclasses.replace(ACCOUNT, token="another")),
            posted(TEXT, dataclasses.replace(ACCOUNT, appid="wxffffffffffffffff")),
        ]

    def texts_in(self, response: HookResponse) -> Sequence[str]:
        if HOLD_HEADER in response.headers:
            return ()
        text = unpack(ACCOUNT, response.body, ANN)
        return () if text is None else (text,)

    def delivered(self) -> Sequence[Delivered]:
        return ()  # nothing is ever pushed

    def secrets(self) -> Sequence[str]:
        return (ACCOUNT.token, ACCOUNT.aes_key, "standin-app-secret")

    def wrong_options(self) -> Mapping[str, Secret]:
        wrong = {"APPID": "nonsense", "TOKEN": "with spaces", "AES_KEY": "short-key", "ORIGINAL_ID": "nobody's"}
        return {name: Secret(text) for name, text in (wrong | {"API_URL": "ftp://x", "VERIFIED": "perhaps"}).items()}

    def _event(self, name: str, wire: HookRequest, source: str | None) -> Recording:
        return self._recording(name, wire, Reachability(_id_of(wire), ANN, NOW, Reach.JOINED, source))

    def _finished(self, status: str, delivered: bool, code: str) -> Recording:
        fields = {"MsgType": "event", "Event": "TEMPLATESENDJOBFINISH", "MsgID": f"9{len(status)}", "Status": status}
        wire = posted(fields)
        return self._recording(status, wire, Receipt(_id_of(wire), ANN, NOW, fields["MsgID"], delivered, code))

    @staticmethod
    def _recording(name: str, wire: HookRequest, *means: Incoming) -> Recording:
        return Recording(name, wire, means)


def _id_of(wire: HookRequest) -> str:
    """The id that another opening of the channel gives: the contract checks that it is stable and its own."""
    options = {"APPID": ACCOUNT.appid, "TOKEN": ACCOUNT.token, "AES_KEY": ACCOUNT.aes_key}
    decoded = open_channel({n: Secret(t) for n, t in options.items()}, make_context("ids")).decode(wire)
    assert not isinstance(decoded, HookResponse)
    return decoded[0].message_id
