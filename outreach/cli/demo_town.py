"""The fictional town of the demo: regions, a week of activities relative to today, residents who have signed up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor, Role
from outreach.domain.ids import ActivityId, LaneName, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Purpose
from outreach.services import activities, contents, people, signups
from outreach.services.cards import ActivityCard, Caller, NewActivity, Region
from outreach.services.people import Arrival, Notice

if TYPE_CHECKING:
    from outreach.bootstrap import Core
    from outreach.runtime.clock import Clock
    from outreach.services.ports import UnitOfWork

EDITOR = Actor(Role.EDITOR, "Lin Xiaohe (fictional editor)")
OPERATOR = Actor.operator()
EARLIEST, LATEST = timedelta(minutes=10, seconds=15), timedelta(minutes=11, seconds=15)
TRY_ME = "try_me_activity"
REGIONS = (
    ("yunxi", "云溪县", None),
    ("yunxi-liuhe", "柳河镇", "yunxi"),
    ("yunxi-qingshan", "青山镇", "yunxi"),
    ("yunxi-liuhe-dongpo", "东坡村", "yunxi-liuhe"),
    ("yunxi-liuhe-xiqiao", "西桥村", "yunxi-liuhe"),
    ("yunxi-qingshan-nanwan", "南湾村", "yunxi-qingshan"),
)
# day from today, hour, minutes, kind, seats, region, audience, title, place, what happens
PLAN = (
    (1, 14, 60, "lecture", 40, "yunxi", "elderly", "睡得好一点：老年人睡眠讲座",
     "县文化馆一楼大厅（公园东门旁）", "讲一讲、练一练，中间休息十分钟。坐着听就行。"),
    (1, 19, 90, "salon", 2, "yunxi-liuhe", "parent", "和青春期孩子好好说话（家长沙龙）",
     "柳河镇社区服务中心二楼（卫生院对面）", "喝茶聊天，主持人带着大家互相出主意。"),
    (2, 9, 90, "cultural", 25, "yunxi-liuhe-dongpo", "general", "清早太极，舒展身心",
     "东坡村老槐树广场", "跟着老师慢慢打一遍，随时可以停下休息。"),
    (3, 15, 60, "workshop", 16, "yunxi-qingshan", "youth", "考试前怎么放松：小练习工作坊",
     "青山镇图书室（邮局楼上）", "学三个一分钟小练习，不点名发言。"),
    (4, 14, 75, "group", 8, "yunxi", "general", "慢下来：六周同行小组",
     "县服务中心小会议室（南门进）", "报名后工作人员会先和你聊一聊，再定名单。"),
    (5, 10, 90, "salon", 20, "yunxi-qingshan-nanwan", "general", "手工与闲聊：做一盏小灯",
     "南湾村村委会活动室", "材料都备好了，带上自己就行。"),
    (6, 20, 45, "online", 200, "yunxi", "general", "线上夜谈：压力来了怎么办", "线上（报名后发入口）", "只听不露面也可以。"),
)  # fmt: skip
NEIGHBOURS = 5


class Town:
    """Founds the town and keeps one activity open that starts soon, so that a reminder is seen at any hour."""

    def __init__(self, core: Core, clock: Clock) -> None:
        self._core, self._clock = core, clock

    def found(self) -> None:
        """Mark the database and fill it; a town that stands already is left as it is."""
        from outreach.bootstrap import DEMO_MARK

        now = self._clock()
        with self._core.database.unit_of_work() as uow:
            if uow.marks.get(DEMO_MARK) is not None:
                return
            uow.marks.put(DEMO_MARK, "a fictional town")
            regions = _regions(uow)
            planned = [self._plan(uow, regions, row, now) for row in PLAN]
            self._approve(uow, now)
            _neighbours(uow, planned[:3], now)
            self._open_one_to_try(uow, now)

    def keep_one_to_try(self, uow: UnitOfWork) -> None:
        """Move the try-me activity along while nobody has joined it; open another once somebody has."""
        now = self._clock()
        card = uow.activities.card(ActivityId(int(uow.marks.get(TRY_ME) or 0)))
        if card.seated + card.waiting > 0:
            self._open_one_to_try(uow, now)
        elif card.starts_at < now + EARLIEST:
            activities.move(uow, OPERATOR, card.id, now + LATEST, None, self._core.rule, now)

    def _open_one_to_try(self, uow: UnitOfWork, now: datetime) -> None:
        new = NewActivity(
            kind=ActivityKind.SALON,
            title="试一试 · Try me",
            summary="演示用：报名后马上收到确认，75 秒内收到提醒。For the demo: join and see confirmation and reminder.",
            place="演示大厅 · Demo hall",
            starts_at=now + LATEST,
            ends_at=now + LATEST + timedelta(minutes=30),
            seats=30,
            region_id=uow.regions.root().id,
            audience=frozenset({"general"}),
            policy=SignUpPolicy.OPEN,
            restricted=False,
            draft=False,
        )
        card = activities.add(uow, OPERATOR, new, self._core.rule, now)
        uow.marks.put(TRY_ME, str(card.id))

    def _plan(
        self, uow: UnitOfWork, regions: dict[str, Region], row: tuple[object, ...], now: datetime
    ) -> ActivityCard:
        day, hour, minutes, kind, seats, region, audience, title, place, summary = row
        where = regions[str(region)]
        local = now.astimezone(ZoneInfo(where.zone)).replace(hour=int(str(hour)), minute=0, second=0, microsecond=0)
        starts_at = (local + timedelta(days=int(str(day)))).astimezone(UTC)
        new = NewActivity(
            kind=ActivityKind(str(kind)),
            title=str(title),
            summary=str(summary),
            place=str(place),
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=int(str(minutes))),
            seats=int(str(seats)),
            region_id=where.id,
            audience=frozenset({str(audience)}),
            policy=SignUpPolicy.default_for(ActivityKind(str(kind))),
            restricted=False,
            draft=False,
        )
        return activities.add(uow, OPERATOR, new, self._core.rule, now)

    def _approve(self, uow: UnitOfWork, now: datetime) -> None:
        for item in self._core.crafts.library.items:
            if item.sign_off == contents.NO_SIGN_OFF:
                contents.approve(uow, EDITOR, item, now)


def _regions(uow: UnitOfWork) -> dict[str, Region]:
    made: dict[str, Region] = {}
    root = uow.regions.root()
    for code, name, parent in REGIONS:
        made[code] = uow.regions.add(code, name, root if parent is None else made[parent])
    return made


def _neighbours(uow: UnitOfWork, planned: list[ActivityCard], now: datetime) -> None:
    """Fictional residents who came by web chat; one salon is full, so that a queue can be seen."""
    notice = Notice("demo", "0" * 16)
    for number in range(NEIGHBOURS):
        caller = Caller(LaneName("webchat"), f"fictional-neighbour-{number}")
        arrival = Arrival(Language.ZH, planned[0].region_id)
        person = people.agree(uow, caller, (Purpose.TAKE_PART,), notice, arrival, now)
        for card in planned[: 1 + number % 3]:
            signups.sign_up(uow, ResidentId(int(person.resident_id or 0)), card.id, now)
