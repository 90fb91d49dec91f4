"""The words of the page behind the code at the door."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language

AT_THE_DOOR: Mapping[Language, Mapping[str, str]] = {
    Language.ZH: {
        "door_title": "签到",
        "door_text": "在您报名的聊天里发：",
        "door_words": "签到 {code}",
        "door_here": "在这部手机的网页上报过名",
        "door_here_text": "就在这里签到。",
        "door_code": "门口的四位数字",
        "door_check_in": "我到了",
        "door_desk": "也可以到桌前说号码，不用说名字。",
        "door_code_wrong": "请填门口的四位数字。",
        "door_unknown": "这部手机没有在网页上报过名。请在报名的聊天里签到，或者跟门口的工作人员说一声。",
    },
    Language.EN: {
        "door_title": "Check-in",
        "door_text": "In the chat where you signed up, write:",
        "door_words": "check in {code}",
        "door_here": "Signed up on this telephone's web page",
        "door_here_text": "Check in right here.",
        "door_code": "The four digits at the door",
        "door_check_in": "I am here",
        "door_desk": "Or tell your number at the desk. No name is needed.",
        "door_code_wrong": "Please write the four digits that hang at the door.",
        "door_unknown": (
            "Nobody has signed up on this telephone's web page. Please check in in the chat where you signed up, "
            "or tell our staff at the door."
        ),
    },
}
