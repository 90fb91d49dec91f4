"""What a resident gets by each kind of WeChat account, through the whole house and real HTTP to WeChat's API.

The table in docs/reference/settings.md says the same in words.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from runtime_scene import add_activity, open_house, say

from outreach.bootstrap import App
from outreach.domain.actor import Actor
from outreach.domain.ids import ActivityId
from outreach.services import activities
from outreach.testing.wechat_api import SECRET, Kind, WeChatApiStandIn

ANN = "ann"
TEMPLATE = "template-of-changes"
PATIENCE = 10.0  # seconds until what should be sent counts as lost


@dataclass(frozen=True)
class Gets:
    """By which way each thing reaches Ann: in an answer, as a message or a template, or after her next word."""

    confirmation: str
    change_soon: str
    change_later: str


ANSWERS = Gets("answer", "next answer", "next answer")
KINDS = {
    "subscription": (Kind(False, False), ANSWERS),
    "subscription, verified": (Kind(False, True), Gets("message", "message", "message after the next word")),
    "service": (Kind(True, False), ANSWERS),
    "service, verified": (Kind(True, True), Gets("message", "message", "template")),
}


class Ann:
    """Ann's side: what she reads in answers and what WeChat pushes to her."""

    def __init__(self, house: App, api: WeChatApiStandIn) -> None:
        self.house, self.api, self.words = house, api, 0

    async def says(self, text: str) -> str:
        self.words += 1
        self.api.heard(ANN)
        return str(await say(self.house, ANN, text, str(1000 + self.words)))

    async def gets(self, words: str, seen: int) -> str:
        """How a text with *words* comes, first by itself and then when she writes; fails if it never does."""
        pushes = self.house.doors[0].channel.capabilities.may_push
        if pushes:
            by_itself = await self._pushed(words, seen, 1.0)
            if by_itself:
                return by_itself
        answer = await self.says("帮助")
        if words in answer:
            return "next answer"
        pushed = await self._pushed(words, seen, PATIENCE)
        assert pushed, f"{words} never came"
        return f"{pushed} after the next word"

    async def _pushed(self, words: str, seen: int, patience: float) -> str:
        try:
            await self.api.until(lambda: any(words in one.text for one in self.api.sent[seen:]), patience)
        except TimeoutError:
            return ""
        (found,) = [one for one in self.api.sent[seen:] if words in one.text]
        return "template" if found.template else "message"

    def was_silent_for_days(self) -> None:
        with self.house.core.database.unit_of_work() as uow:
            uow.connection.exec_driver_sql("UPDATE address SET last_word_at = last_word_at - 3 * 24 * 3600 * 1000000")
        self.api._windows.clear()


async def _walk(folder: Path, kind: Kind) -> Gets:
    async with WeChatApiStandIn(kind, templates={TEMPLATE: ["thing1", "phrase2"]}) as api:
        settings = {
            "SECRET": SECRET, "API_URL": api.url, "ACCOUNT": "service" if kind.service else "subscription",
            "VERIFIED": "true" if kind.verified else "false",
            "TEMPLATE_CHANGE": TEMPLATE, "FIELDS_CHANGE": "thing1=title phrase2=:有变动",
        }  # fmt: skip
        more = {f"OUTREACH_CHANNELS__WECHAT__{name}": text for name, text in settings.items()}
        async with open_house(folder, **more) as house:
            return await _live(Ann(house, api), house)


async def _live(ann: Ann, house: App) -> Gets:
    for days, title in ((2, "手工沙龙"), (3, "读书会")):
        add_activity(house, title=title, starts_in=timedelta(days=days))
    await ann.says("报名 100")
    agreed = await ann.says("同意")
    confirmation = "answer" if "东坡村活动室" in agreed else await ann.gets("东坡村活动室", 0)
    await ann.says("报名 101")
    seen = len(ann.api.sent)
    _call_off(house, 1)
    soon = await ann.gets("手工沙龙", seen)
    ann.was_silent_for_days()
    seen = len(ann.api.sent)
    _call_off(house, 2)
    return Gets(confirmation, soon, await ann.gets("读书会", seen))


def _call_off(house: App, number: int) -> None:
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        activities.call_off(uow, Actor.operator(), ActivityId(number), now)


@pytest.mark.parametrize("name", KINDS)
def test_by_each_kind_of_account_everything_comes_once_and_this_way(tmp_path: Path, name: str):
    kind, gets = KINDS[name]

    assert asyncio.run(_walk(tmp_path, kind)) == gets
