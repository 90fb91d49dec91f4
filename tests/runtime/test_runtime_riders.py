"""Where we may not push, what waits rides in front of the next reply: all of it, in time, none of it twice."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

from runtime_scene import add_activity, in_house, say

from outreach.bootstrap import App
from outreach.domain.actor import Actor
from outreach.domain.ids import ActivityId
from outreach.services import activities, threads

LONG = "".join(f"第{number}件事，慢慢来。" for number in range(150))


def _answered_by_staff(house: App, text: str) -> None:
    now = datetime.now(UTC)
    with house.core.database.unit_of_work() as uow:
        (thread,) = threads.listed(uow, Actor.operator(), 5)
        threads.answer(uow, Actor.operator(), thread.id, text, now)


async def _writes_to_staff(house: App) -> None:
    for number, text in enumerate(["人工", "想问一下活动室的门朝哪边开", "同意"]):
        await say(house, "ann", text, f"5{number}")


def test_a_long_answer_of_staff_arrives_in_parts_whole_and_in_order(tmp_path: Path):
    async def story(house: App) -> list[str]:
        await _writes_to_staff(house)
        _answered_by_staff(house, LONG)
        return [str(await say(house, "ann", "帮助", f"9{number}")) for number in range(7)]

    read = in_house(tmp_path, story)

    assert re.findall(r"第(\d+)件事", "".join(read)) == [str(number) for number in range(150)]
    assert "随便回一句" in read[0]
    assert "件事" not in read[-1]


def test_a_short_notice_is_not_held_up_by_a_long_answer(tmp_path: Path):
    async def story(house: App) -> list[str]:
        add_activity(house)
        await say(house, "ann", "报名 100", "1")
        await say(house, "ann", "同意", "2")
        await _writes_to_staff(house)
        _answered_by_staff(house, LONG)
        now = datetime.now(UTC)
        with house.core.database.unit_of_work() as uow:
            activities.call_off(uow, Actor.operator(), ActivityId(1), now)
        return [str(await say(house, "ann", "帮助", f"9{number}")) for number in range(7)]

    read = in_house(tmp_path, story)

    assert ["不办了" in text for text in read[:2]] == [True, False]
    assert re.findall(r"第(\d+)件事", "".join(read)) == [str(number) for number in range(150)]
