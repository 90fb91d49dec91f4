"""The words of the page that helps to subscribe to a calendar."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language

FEEDS: Mapping[Language, Mapping[str, str]] = {
    Language.ZH: {
        "follow_how": "不会订阅？照着做",
        "follow_title": "订阅活动日历",
        "follow_own_title": "订阅您自己的日程",
        "follow_text": "订阅一次，新活动和变动会自己出现在手机日历里，通常晚几个小时。",
        "follow_own_text": "订阅一次，您报的活动和变动会自己出现在手机日历里，通常晚几个小时。急的变动聊天里马上说。",
        "follow_wechat": "您正在微信里看这一页",
        "follow_wechat_text": "微信打不开日历。请点右上角的“…”，选“在浏览器打开”，再按下面做。",
        "follow_iphone": "苹果手机、苹果电脑",
        "follow_iphone_text": "点下面，再点“订阅”。",
        "follow_subscribe": "订阅日历",
        "follow_other": "安卓手机和别的日历",
        "follow_other_text": "长按复制下面的网址，在日历的“添加订阅”或“通过网址添加”里粘贴。"
        "有的手机日历不能订阅，就用下面的文件。",
        "follow_address": "日历网址",
        "follow_once": "只加一次",
        "follow_once_text": "打开文件，加到日历。以后有变动，它不会自己改。",
        "follow_file": "打开日历文件",
        "follow_secret": "知道这个网址就能看到您的日程，别给别人。要换一个，在聊天里回复“换日历地址”。里面没有名字。",
    },
    Language.EN: {
        "follow_how": "How to subscribe",
        "follow_title": "Subscribe to the calendar",
        "follow_own_title": "Subscribe to your own calendar",
        "follow_text": "Subscribe once: new activities and changes appear by themselves, usually some hours later.",
        "follow_own_text": "Subscribe once: what you joined, and its changes, appear by themselves, usually some"
        " hours later."
        " If something is urgent, the chat tells you at once.",
        "follow_wechat": "You are reading this within WeChat",
        "follow_wechat_text": "WeChat cannot open calendars. Tap … at the top right, choose “Open in browser”, then go"
        " on below.",
        "follow_iphone": "On an iPhone, iPad or Mac",
        "follow_iphone_text": "Tap below, then “Subscribe”.",
        "follow_subscribe": "Subscribe",
        "follow_other": "Android, and other calendars",
        "follow_other_text": "Hold and copy the address below, and paste it where your calendar says “from URL” or"
        " “subscribe”."
        " Some cannot: then take the file below.",
        "follow_address": "Address of the calendar",
        "follow_once": "Just once",
        "follow_once_text": "Open the file and add it. It will not follow later changes.",
        "follow_file": "Open the calendar file",
        "follow_secret": "Whoever knows this address sees your calendar: keep it to yourself. For another one reply"
        " “new calendar"
        " address” in the chat. Your name is not in it.",
    },
}
