"""The words of the page that helps to subscribe to a calendar."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language

FEEDS: Mapping[Language, Mapping[str, str]] = {
    Language.ZH: {
        "feed_title": "订阅活动日历",
        "feed_own_title": "订阅您自己的日程",
        "feed_text": "订阅一次，新活动和变动会自己出现在手机日历里，通常晚几个小时。",
        "feed_own_text": "订阅一次，您报的活动和变动会自己出现在手机日历里，通常晚几个小时。急的变动聊天里马上说。",
        "feed_wechat": "您正在微信里看这一页",
        "feed_wechat_text": "微信打不开日历。请点右上角的“…”，选“在浏览器打开”，再按下面做。",
        "feed_iphone": "苹果手机、苹果电脑",
        "feed_iphone_text": "点下面，再点“订阅”。",
        "feed_subscribe": "订阅日历",
        "feed_other": "安卓手机和别的日历",
        "feed_other_text": "长按复制下面的网址，在日历的“添加订阅”或“通过网址添加”里粘贴。"
        "有的手机日历不能订阅，就用下面的文件。",
        "feed_address": "日历网址",
        "feed_once": "只加一次",
        "feed_once_text": "打开文件，加到日历。以后有变动，它不会自己改。",
        "feed_file": "打开日历文件",
        "feed_secret": "知道这个网址就能看到您的日程，别给别人。要换一个，在聊天里回复“换日历地址”。里面没有您的名字。",
    },
    Language.EN: {
        "feed_title": "Subscribe to the calendar",
        "feed_own_title": "Subscribe to your own calendar",
        "feed_text": "Subscribe once: new activities and changes appear by themselves, usually some hours later.",
        "feed_own_text": "Subscribe once: what you joined, and its changes, appear by themselves, usually some"
        " hours later."
        " If something is urgent, the chat tells you at once.",
        "feed_wechat": "You are reading this within WeChat",
        "feed_wechat_text": "WeChat cannot open calendars. Tap … at the top right, choose “Open in browser”, then go"
        " on below.",
        "feed_iphone": "On an iPhone, iPad or Mac",
        "feed_iphone_text": "Tap below, then “Subscribe”.",
        "feed_subscribe": "Subscribe",
        "feed_other": "Android, and other calendars",
        "feed_other_text": "Hold and copy the address below, and paste it where your calendar says “from URL” or"
        " “subscribe”."
        " Some cannot: then take the file below.",
        "feed_address": "Address of the calendar",
        "feed_once": "Just once",
        "feed_once_text": "Open the file and add it. It will not follow later changes.",
        "feed_file": "Open the calendar file",
        "feed_secret": "Whoever knows this address sees your calendar: keep it to yourself. For another one reply"
        " “new calendar"
        " address” in the chat. Your name is not in it.",
    },
}
