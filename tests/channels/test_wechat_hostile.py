"""Three thousand spoiled requests, on both sides of the encryption: always a value, never an exception."""

from __future__ import annotations

import asyncio
import dataclasses
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from wechat_scene import ACCOUNT, PLAIN, TEXT, channel, event, request, xml

from outreach.channels.base import Answer, HookRequest, HookResponse
from outreach.domain.messages import Incoming, Message, MessageKind, Outgoing

SOUND = [
    xml(TEXT),
    xml({**TEXT, "Content": "]]><Evil> 😀 &amp; \u202e"}),
    xml(event("subscribe", "qrscene_act:17:ab12", Ticket="t")),
    xml(event("CLICK", "join:17")),
    xml({"MsgType": "voice", "Recognition": "hello", "MsgId": "5"}),
    xml({"MsgType": "image", "PicUrl": "http://x.invalid/p", "MediaId": "m", "MsgId": "6"}),
    xml(event("TEMPLATESENDJOBFINISH", MsgID="3000000000000000001", Status="failed:user block")),
    xml(event("user_authorization_cancellation", OpenID="oBob")),
    xml(event("subscribe_msg_popup_event")).replace(
        b"</xml>",
        b"<SubscribeMsgPopupEvent><List><TemplateId>t</TemplateId><SubscribeStatusString>accept"
        b"</SubscribeStatusString></List></SubscribeMsgPopupEvent></xml>",
    ),
]
PIECES = [
    *(b"<xml>", b"</xml>", b"<MsgType>", b"<![CDATA[", b"]]>", b"<!", b"<?", b"<!--", b"-->", b"&#8;", b"&#xD800;"),
    *(b"&a;", b"\0", b"\xff", b"\xed\xa0\x80", b"<MsgType>event</MsgType>", b"<Event></Event>", b"<Content/>"),
    *(b"\xe2\x80\xae", b"9" * 300, b"<a b='c'/>", b"<Encrypt>AAAA</Encrypt>", b"xmlns:a='b'", b"a:", b"'", b'"'),
]
SECURE, CLEAR = channel(), channel(PLAIN)


def play(wire: HookRequest, by: object) -> None:
    """Decode and answer *wire*; whatever it is, values come out."""
    house = SECURE if by is ACCOUNT else CLEAR
    decoded = house.decode(wire)
    if isinstance(decoded, HookResponse):
        assert decoded.status in {200, 400, 403, 405, 413}
        return
    assert all(isinstance(item, Incoming) and item.message_id.isascii() and item.message_id for item in decoded)
    response = asyncio.run(house.acknowledge(decoded, Answer((Outgoing(MessageKind.REPLY, "ok"),)), wire))
    assert response is not None
    assert response.status == 200


def spoil(content: bytes, chance: random.Random) -> bytes:
    """*content* with one to four small accidents."""
    for _ in range(chance.randint(1, 4)):
        place, other = chance.randint(0, len(content)), chance.randint(0, len(content))
        low, high = min(place, other), max(place, other)
        content = chance.choice(
            [
                content[:place] + chance.choice(PIECES) + content[place:],
                content[:place] + chance.randbytes(chance.randint(1, 8)) + content[place + 1 :],
                content[:low] + content[high:],
                content[:low] + content[low:high] * 2 + content[high:],
                content[:place],
            ]
        )
    return content


def test_three_thousand_spoiled_bodies_give_values_and_the_next_good_message_is_heard():
    chance = random.Random(20261123)
    for number in range(750):
        content = spoil(SOUND[number % len(SOUND)], chance)
        play(request(content), ACCOUNT)  # spoiled before it was sealed and signed
        play(request(content, PLAIN), PLAIN)
        sealed = request(SOUND[number % len(SOUND)])
        play(dataclasses.replace(sealed, body=spoil(sealed.body, chance)), ACCOUNT)
        play(dataclasses.replace(request(content, PLAIN), body=chance.randbytes(number)), PLAIN)
    for account in (ACCOUNT, PLAIN):
        (heard,) = (SECURE if account is ACCOUNT else CLEAR).decode(request(TEXT, account))
        assert isinstance(heard, Message)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=600), st.dictionaries(st.sampled_from(["signature", "timestamp", "nonce"]), st.text()))
def test_any_bytes_and_any_query_give_values(body, query):
    for method in ("POST", "GET"):
        play(HookRequest(method, query, {}, body, request(TEXT).received_at), ACCOUNT)
    play(request(body), ACCOUNT)
    play(request(body, PLAIN), PLAIN)


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from(["MsgType", "Event", "EventKey", "MsgId", "Content", "Recognition"]), st.text()))
def test_any_field_values_give_values(fields):
    play(request(xml(fields)), ACCOUNT)
