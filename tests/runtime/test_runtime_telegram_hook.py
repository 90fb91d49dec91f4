"""Telegram by webhook through the whole house: what people write at our hook is answered by calls to Telegram."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime
from pathlib import Path

from runtime_scene import add_activity, open_house

from outreach.bootstrap import App
from outreach.channels.base import HookRequest
from outreach.channels.telegram.hook import HEADER
from outreach.domain.ids import LaneName
from outreach.testing.telegram import TelegramStandIn

SECRET = "a-secret-of-this-bot-alone"
LANE = LaneName("telegram")
ANN = 700_100


def brought(update_id: int, text: str, secret: str = SECRET) -> HookRequest:
    person = {"id": ANN, "is_bot": False, "first_name": "Testperson"}
    said = {"message_id": update_id, "date": int(datetime.now(UTC).timestamp()), "text": text, "from": person}
    update = {"update_id": update_id, "message": said | {"chat": {"id": ANN, "type": "private"}}}
    return HookRequest("POST", {}, {HEADER: secret}, json.dumps(update).encode(), datetime.now(UTC))


async def _story(folder: Path) -> tuple[list[int], list[str], int]:
    async with TelegramStandIn() as telegram:
        telegram.know(ANN)
        settings = {"TOKEN": telegram.token, "API_URL": telegram.url, "MODE": "webhook", "WEBHOOK_SECRET": SECRET}
        more = {f"OUTREACH_CHANNELS__TELEGRAM__{name}": text for name, text in settings.items()}
        async with open_house(folder, **more, OUTREACH_BASE_URL="https://outreach.example.org") as house:
            await telegram.until(lambda: bool(telegram.webhook))
            add_activity(house)
            codes = [await _status(house, brought(1, "活动", secret="another one, much like it"))]
            for number, text in ((2, "活动"), (2, "活动"), (3, "我真的不想活了")):
                codes.append(await _status(house, brought(number, text)))
            await telegram.until(lambda: len(telegram.sent) >= 2)
            await house.guard.close()
            with house.core.database.reading() as uow:
                return codes, [one.text for one in telegram.sent], uow.alerts.count_open()


async def _status(house: App, request: HookRequest) -> int:
    response = await house.hub.serve(LANE, request)
    assert response is not None
    return response.status


def test_what_comes_to_the_hook_is_answered_once_and_danger_at_once(tmp_path: Path):
    codes, told, alerts = asyncio.run(_story(tmp_path))

    assert codes == [403, 200, 200, 200]
    assert sum("手工沙龙" in text for text in told) == 1
    assert any("12356" in text or "120" in text for text in told)
    assert alerts == 1
