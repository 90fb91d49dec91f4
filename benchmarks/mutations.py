"""100,000 spoiled bodies on both parsers: no exception, no 5xx, no long step, and the next good message works.

Half are spoiled before they are signed, as by the platform itself, half afterwards, as by somebody on the way.
``python benchmarks/mutations.py 10000`` takes fewer; the seed is fixed.
"""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from outreach.channels.base import HookChannel, HookRequest, HookResponse
from outreach.channels.telegram import open_channel as open_telegram
from outreach.channels.telegram.hook import HEADER
from outreach.channels.wechat import open_channel as open_wechat
from outreach.domain.messages import Message
from outreach.domain.secret import Secret
from outreach.testing import make_context
from outreach.testing.wechat_wire import Account, compose, pack

BODIES, LONGEST_STEP = 100_000, 0.050  # seconds of CPU
NOW = datetime.now(UTC)
ACCOUNT = Account()
SECRET = "a-secret-of-this-bot-alone"
TEXT = {"MsgType": "text", "Content": "报名 1 😀", "MsgId": "77"}
UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1, "date": int(NOW.timestamp()), "text": "报名 1 😀", "entities": [{"type": "bold"}],
        "from": {"id": 5, "is_bot": False, "language_code": "zh"}, "chat": {"id": 5, "type": "private"},
    },
}  # fmt: skip
_SPLICES = (
    b"<", b">", b"&", b"]]>", b"<![CDATA[", b"\0", b"\xff", b"&#x0;", b"&#55357;", b"<!DOCTYPE a>", b'"', b"\\ud800",
    b"{", b"[" * 400, b"9" * 400, b"1e400", b"null", b"<a>" * 300, b"\xf0\x9f", b"-", b"true",
)  # fmt: skip


def main(bodies: int) -> None:
    """Spoil, decode and print a table."""
    print("| parser | bodies | understood | refused | longest step |\n|---|---|---|---|---|")
    for name, channel, requests, good in (_wechat(bodies // 2), _telegram(bodies // 2)):
        print(_line(name, channel, requests, good), flush=True)


def _line(name: str, channel: HookChannel, requests: Iterator[HookRequest], good: HookRequest) -> str:
    understood = refused = 0
    longest = 0.0
    for request in requests:
        began = time.process_time()
        found = channel.decode(request)
        longest = max(longest, time.process_time() - began)
        if isinstance(found, HookResponse):
            refused += 1
            if found.status >= 500:
                raise SystemExit(f"{name}: answered with {found.status}")
        else:
            understood += 1
    if longest > LONGEST_STEP:
        raise SystemExit(f"{name}: a step took {longest * 1000:.0f} ms")
    found = channel.decode(good)
    if isinstance(found, HookResponse) or not isinstance(found[0], Message):
        raise SystemExit(f"{name}: the next good message was not understood")
    return f"| {name} | {understood + refused:,} | {understood:,} | {refused:,} | {longest * 1000:.1f} ms of CPU |"


def _wechat(bodies: int) -> tuple[str, HookChannel, Iterator[HookRequest], HookRequest]:
    options = {"APPID": ACCOUNT.appid, "TOKEN": ACCOUNT.token, "AES_KEY": ACCOUNT.aes_key}
    channel = open_wechat({name: Secret(text) for name, text in options.items()}, make_context("wechat"))
    seconds = int(NOW.timestamp())
    xml = compose(ACCOUNT, "ann", seconds, TEXT)

    def posted(content: bytes, spoil: Callable[[bytes], bytes] = bytes) -> HookRequest:
        wire = pack(ACCOUNT, content, seconds, "4242")
        return HookRequest("POST", dict(wire.query), {"content-type": "text/xml"}, spoil(wire.body), NOW)

    return "WeChat", channel, _spoiled(bodies, xml, posted), posted(xml)


def _telegram(bodies: int) -> tuple[str, HookChannel, Iterator[HookRequest], HookRequest]:
    options = {"TOKEN": "7001:AAfictional", "MODE": "webhook", "WEBHOOK_SECRET": SECRET}
    channel = open_telegram({name: Secret(text) for name, text in options.items()}, make_context("telegram"))
    if not isinstance(channel, HookChannel):
        raise SystemExit("the webhook mode has a hook")
    body = json.dumps(UPDATE, ensure_ascii=False).encode()

    def brought(content: bytes, spoil: Callable[[bytes], bytes] = bytes) -> HookRequest:
        return HookRequest("POST", {}, {HEADER: SECRET}, spoil(content), NOW)

    return "Telegram", channel, _spoiled(bodies, body, brought), brought(body)


def _spoiled(bodies: int, genuine: bytes, made: Callable[..., HookRequest]) -> Iterator[HookRequest]:
    chance = random.Random(20261123)
    for number in range(bodies):
        if number % 2:
            yield made(_spoil(genuine, chance))
        else:
            yield made(genuine, lambda body: _spoil(body, chance))


def _spoil(body: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randint(1, 6)):
        place = chance.randrange(len(body) + 1)
        match chance.randrange(5):
            case 0:
                body = body[:place]
            case 1:
                body = body[:place] + chance.randbytes(chance.randint(1, 8)) + body[place + 1 :]
            case 2:
                body = body[:place] + chance.choice(_SPLICES) + body[place:]
            case 3:
                body = body[:place] + body[chance.randrange(len(body) + 1) :]
            case _:
                body = body + body[place:]
    return body[: 256 * 1024]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else BODIES)
