"""Telegram by webhook keeps what every channel promises, and hears the same things as by polling."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from test_contract_telegram import DATED, TestTelegram

from outreach.channels.base import HookRequest, HookResponse
from outreach.channels.telegram.hook import HEADER
from outreach.domain.secret import Secret
from outreach.testing import Recording

_POLLED = TestTelegram
del TestTelegram  # collected where it is at home

SECRET = "a-secret-of-this-bot-alone"


def brought(update: Any, **headers: str) -> HookRequest:
    """An update as Telegram brings it."""
    body = json.dumps(update).encode()
    return HookRequest("POST", {}, {"content-type": "application/json", HEADER: SECRET} | headers, body, DATED)


class TestTelegramHook(_POLLED):
    @asynccontextmanager
    async def platform(self) -> AsyncIterator[Mapping[str, Secret]]:
        async with super().platform() as options:
            yield {**options, "MODE": Secret("webhook"), "WEBHOOK_SECRET": Secret(SECRET)}

    def secrets(self) -> Sequence[str]:
        return (*super().secrets(), SECRET)

    def recordings(self) -> Sequence[Recording]:
        return [dataclasses.replace(one, wire=brought(one.wire)) for one in super().recordings()]

    def unknown(self) -> Sequence[HookRequest]:
        # By webhook a forged button is genuine of Telegram, and strange of whoever pressed it.
        strange = [brought(update) for update in (*super().unknown(), *super().forged())]
        return [*strange, dataclasses.replace(brought({}), body=b"\xff not json")]

    def forged(self) -> Sequence[HookRequest]:
        genuine = brought(super().recordings()[0].wire)
        return [
            dataclasses.replace(genuine, headers={}),
            brought({"update_id": 1}, **{HEADER: SECRET + "x"}),
            brought({"update_id": 1}, **{HEADER: ""}),
            brought({"update_id": 1}, **{HEADER: "\u00e9" * 8}),
            dataclasses.replace(genuine, method="PUT"),
        ]

    def press(self, data: str, person: str) -> HookRequest:
        return brought(super().press(data, person))

    def texts_in(self, response: HookResponse) -> Sequence[str]:
        assert response.body == b""
        return ()
