"""The web chat keeps what every channel promises; its platform is our own page."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from outreach.channels.base import HookRequest, HookResponse
from outreach.channels.webchat import COOKIE, open_channel, visitor_of
from outreach.channels.webchat.encoding import shown
from outreach.domain.messages import START, Incoming, Message, Pressed, Reach, Reachability
from outreach.domain.secret import Secret
from outreach.testing import ChannelContract, Delivered, Recording, make_context
from outreach.testing.clock import MONDAY_9AM

NOW = MONDAY_9AM
ANNS_COOKIE, BOBS_COOKIE = "a" * 32, "b" * 32
ANN = visitor_of(f"{COOKIE}={ANNS_COOKIE}") or ""


def page_says(cookie: str = ANNS_COOKIE, **fields: Any) -> HookRequest:
    headers = {
        "content-type": "application/json",
        "cookie": f"theme=dark; {COOKIE}={cookie}",
        "host": "outreach.example",
        "sec-fetch-site": "same-origin",
    }
    return HookRequest("POST", {}, headers, json.dumps(fields).encode(), NOW)


def signer() -> Any:
    return make_context(TestWebChat.lane).signer


class TestWebChat(ChannelContract):
    opener = staticmethod(open_channel)
    person = ANN

    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        yield {"ENABLED": Secret("true")}

    def recordings(self) -> Sequence[Recording]:
        pressed = signer().sign("join:17", ANN)
        return [
            recording("text", page_says(id="page-id-1", text=" 活动 please\n"), Message("", ANN, "活动 please", NOW)),
            recording("press", page_says(id="page-id-2", press=pressed), Pressed("", ANN, "join:17", NOW)),
            recording("start", page_says(id="page-id-3", start=True), Pressed("", ANN, START, NOW)),
            recording(
                "printed code",
                page_says(id="page-id-4", start=True, source="a-taiji"),
                Reachability("", ANN, NOW, Reach.JOINED, "a-taiji"),
            ),
            recording(
                "nonsense for a code", page_says(id="page-id-5", start=True, source="<b>"), Pressed("", ANN, START, NOW)
            ),
        ]

    def unknown(self) -> Sequence[HookRequest]:
        return [
            page_says(id="page-id-90", dance=True),
            page_says(id="page-id-91", text=7),
            page_says(id="page-id-92", text=" \n\u0000"),
            page_says(id="page-id-93", start="yes"),
            page_says(id="page-id-94", press="join:17"),
            page_says(id="page-id-95", press=signer().sign("join:17", "somebody else")),
            page_says(id="page-id-96", press="\ud800.\ud800"),
        ]

    def forged(self) -> Sequence[HookRequest]:
        genuine = page_says(id="page-id-1", text="活动")
        headers = {name: value for name, value in genuine.headers.items() if name != "sec-fetch-site"}
        return [
            dataclasses.replace(genuine, headers={**headers, **changed})
            for changed in (
                {"cookie": ""},
                {"cookie": f"{COOKIE}=guessed"},
                {"sec-fetch-site": "cross-site"},
                {"sec-fetch-site": "same-site"},
                {"origin": "https://elsewhere.example"},
                {"origin": "null"},
                {"content-type": "text/plain"},
            )
        ] + [
            page_says(text="without an id"),
            page_says(id=12345678, text="an id that is no text"),
            page_says(id="page-id-3", text="长" * 4_001),
            dataclasses.replace(genuine, body=b"[" * 70_000),
            dataclasses.replace(genuine, body=b"[" * 60_000),
        ]

    def press(self, data: str, person: str) -> HookRequest:
        return page_says(ANNS_COOKIE if person == ANN else BOBS_COOKIE, id="page-id-press", press=data)

    def texts_in(self, response: HookResponse) -> Sequence[str]:
        return [reply["text"] for reply in json.loads(response.body).get("replies", ())]

    def delivered(self) -> Sequence[Delivered]:
        pages = [(letter.to, shown(letter.message, letter.to, signer())) for letter in self.mailbox.letters]
        plain = super().delivered()
        return [
            dataclasses.replace(
                delivered, text=page["text"], buttons=tuple((one["label"], one["data"]) for one in page["choices"])
            )
            for delivered, (_, page) in zip(plain, pages, strict=True)
        ]

    def wrong_options(self) -> Mapping[str, Secret]:
        return {"ENABLED": Secret("perhaps"), "COLOUR": Secret("turquoise")}


def recording(name: str, wire: HookRequest, means: Incoming) -> Recording:
    """With the id that another opening of the channel gives: the contract checks that it is stable and its own."""
    decoded = open_channel({}, make_context("lane_under_test")).decode(wire)
    assert not isinstance(decoded, HookResponse)
    return Recording(name, wire, (dataclasses.replace(means, message_id=decoded[0].message_id),))
