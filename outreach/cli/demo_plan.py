"""What the fictional county offers in the week to come. Every name and place is invented."""

from __future__ import annotations

from dataclasses import dataclass

from outreach.domain.activity import ActivityKind
from outreach.domain.actor import Role


@dataclass(frozen=True, slots=True)
class Planned:
    """An activity of the demo: so many days from today, at a local hour."""

    day: int
    hour: int
    minutes: int
    kind: ActivityKind
    seats: int
    region: str
    audience: str
    title: str
    place: str
    summary: str


REGIONS = (
    ("yunxi", "云溪县", None),
    ("yunxi-liuhe", "柳河镇", "yunxi"),
    ("yunxi-qingshan", "青山镇", "yunxi"),
    ("yunxi-liuhe-dongpo", "东坡村", "yunxi-liuhe"),
    ("yunxi-liuhe-xiqiao", "西桥村", "yunxi-liuhe"),
    ("yunxi-qingshan-nanwan", "南湾村", "yunxi-qingshan"),
)

PLAN = (
    Planned(
        1, 14, 60, ActivityKind.LECTURE, 40, "yunxi", "elderly",
        "睡得好一点：老年人睡眠讲座",
        "县文化馆一楼大厅（公园东门旁）",
        "讲一讲、练一练，中间休息十分钟。坐着听就行。",
    ),
    Planned(
        1, 19, 90, ActivityKind.SALON, 2, "yunxi-liuhe", "parent",
        "和青春期孩子好好说话（家长沙龙）",
        "柳河镇社区服务中心二楼（卫生院对面）",
        "喝茶聊天，主持人带着大家互相出主意。",
    ),
    Planned(
        2, 9, 90, ActivityKind.CULTURAL, 25, "yunxi-liuhe-dongpo", "general",
        "清早太极，舒展身心",
        "东坡村老槐树广场",
        "跟着老师慢慢打一遍，随时可以停下休息。",
    ),
    Planned(
        3, 15, 60, ActivityKind.WORKSHOP, 16, "yunxi-qingshan", "youth",
        "考试前怎么放松：小练习工作坊",
        "青山镇图书室（邮局楼上）",
        "学三个一分钟小练习，不点名发言。",
    ),
    Planned(
        4, 14, 75, ActivityKind.GROUP, 8, "yunxi", "general",
        "慢下来：六周同行小组",
        "县服务中心小会议室（南门进）",
        "报名后工作人员会先和你聊一聊，再定名单。",
    ),
    Planned(
        5, 10, 90, ActivityKind.SALON, 20, "yunxi-qingshan-nanwan", "general",
        "手工与闲聊：做一盏小灯",
        "南湾村村委会活动室",
        "材料都备好了，带上自己就行。",
    ),
    Planned(
        6, 20, 45, ActivityKind.ONLINE, 200, "yunxi", "general",
        "线上夜谈：压力来了怎么办",
        "线上（报名后发入口）",
        "只听不露面也可以。",
    ),
)  # fmt: skip

TO_TRY = Planned(
    0, 0, 30, ActivityKind.SALON, 30, "", "general",
    "试一试 · Try me",
    "演示大厅 · Demo hall",
    "演示用：报名后马上收到确认，很快收到提醒。Join to see a confirmation and a reminder.",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Colleague:
    """A member of the fictional staff."""

    login: str
    name: str
    role: Role
    region: str
    on_duty: bool
    does: str


STAFF = (
    Colleague("village", "禾小满（虚构）", Role.VILLAGE_ADMIN, "yunxi-liuhe-dongpo", False, "runs Dongpo village"),
    Colleague("town", "柳青青（虚构）", Role.AREA_ADMIN, "yunxi-liuhe", True, "runs Liuhe township, on duty"),
    Colleague("county", "云帆（虚构）", Role.AREA_ADMIN, "yunxi", True, "runs the county, on duty"),
    Colleague("editor", "林小荷（虚构）", Role.EDITOR, "yunxi", False, "reviews the library"),
    Colleague("city", "程远（虚构）", Role.NETWORK_ADMIN, "", False, "accounts and regions, sees no person"),
    Colleague("auditor", "明镜（虚构）", Role.AUDITOR, "", False, "reads what was done by whom"),
)
