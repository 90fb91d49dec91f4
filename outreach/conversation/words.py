"""The words people may type, for each thing they may want. Compared in the form of `plaintext.tight`."""

from __future__ import annotations

from outreach.conversation.intents import (
    Agree,
    Bye,
    Calendar,
    Decline,
    Erase,
    EraseConfirmed,
    Help,
    Intent,
    JoinWhat,
    LeaveWhat,
    Link,
    LinkNo,
    LinkYes,
    Menu,
    Mine,
    NewAddress,
    Person,
    PreferHere,
    ShowList,
    Skip,
    Start,
    Stop,
    Subscribe,
    SwitchLanguage,
    Thanks,
    Tip,
    Unlink,
    UnlinkConfirmed,
    Who,
    Yes,
)
from outreach.conversation.intents_attendance import AskExcuse, AskFeedback
from outreach.conversation.intents_choices import (
    AskNickname,
    AskRegion,
    AskRhythm,
    AskSilence,
    ChooseNews,
    ChooseRhythm,
    DropNickname,
    MyData,
    Queueing,
    Settings,
    Why,
)
from outreach.conversation.plaintext import tight
from outreach.domain.messages import Language
from outreach.domain.people import Rhythm

WORDS: tuple[tuple[Intent, str, str], ...] = (
    (Start(), "开始 你好 您好 在吗 喂 早上好 下午好 晚上好", "start|hello|hi|hey|begin|good morning|good evening"),
    (
        Help(),
        "帮助 帮忙 怎么用 怎么弄 怎么操作 使用说明 说明 不会用",
        "help|how|how to|instructions|how does this work",
    ),
    (Menu(), "菜单 主菜单 目录 首页 功能 返回", "menu|main menu|home|back"),
    (
        ShowList(),
        "活动 看活动 看看活动 活动列表 活动表 有什么活动 有哪些活动 最近活动 最近有什么活动 "
        "还有什么活动 近期活动 查活动 查看活动 讲座 节目",
        "activities|activity|list|events|event|whats on|what s on|see activities|show activities|programme|program",
    ),
    (
        JoinWhat(),
        "报名 我要报名 我想报名 参加 我要参加 我想参加 预约 报个名 怎么报名 去报名",
        "join|sign up|signup|sign me up|register|book",
    ),
    (
        LeaveWhat(),
        "取消 取消报名 退出 我要取消 我想取消 不去了 去不了 去不了了 不能来了 来不了 来不了了 不参加了 撤销",
        "cancel|leave|withdraw|cannot come|can t come|cant come|cannot make it|can t make it",
    ),
    (
        Mine(),
        "我的 我的报名 我的活动 我报的名 我报了什么 我报名的活动 查报名 查看报名",
        "mine|my|my activities|my sign ups|my signups|my bookings",
    ),
    (
        Queueing(),
        "我排第几 排第几 排到第几 排到哪了 排队 我的排队 还要等多久 前面还有几个人 前面几个人 轮到我了吗 排到我了吗",
        "where am i|my place|queue|my place in the queue|where am i in the queue|how long do i wait|waiting list",
    ),
    (Calendar(), "日历 加日历 加到日历 日程 日程表 加日程 我的日历", "calendar|ics|add to calendar|my calendar|diary"),
    (
        NewAddress(),
        "换日历地址 换个日历地址 新日历地址 更换日历地址 换订阅地址",
        "new calendar address|change calendar address|another calendar address|new calendar link",
    ),
    (
        Tip(),
        "读一读 看一看 读一篇 再来一篇 文章 知识 小知识 小贴士 贴士 科普 看文章 心理知识",
        "tip|tips|read|another tip|one more|article",
    ),
    (Subscribe(), "订阅 我要订阅 关注 订小知识 接收消息 开启推送", "subscribe|subscription|follow|sign me up for tips"),
    (
        Stop(),
        "退订 取消订阅 不要再发 不要再发了 别发了 别再发了 停 停止 停止推送 不订了",
        "stop|unsubscribe|opt out|no more|end subscription",
    ),
    (
        Person(),
        "人工 0 求助 人工服务 转人工 找人工 客服 工作人员 找工作人员 联系工作人员 找人 真人 找真人 留言 我要留言",
        "person|human|staff|talk to a person|speak to someone|talk to someone|real person|agent|contact staff",
    ),
    (
        Erase(),
        "删除我 删除我的资料 删除我的数据 删除资料 删除数据 删掉我 注销 注销账号 忘记我 清除我的资料",
        "delete me|erase me|forget me|delete my data|erase my data|delete my account|delete everything",
    ),
    (EraseConfirmed(), "确认删除 全部删除", "yes delete|confirm delete|delete it all"),
    (SwitchLanguage(Language.ZH), "中文 汉语 普通话 说中文 中文版 切换中文 华语", "chinese|zh|mandarin"),
    (SwitchLanguage(Language.EN), "英文 英语 说英语 英文版 切换英文", "english|en"),
    (
        Link(),
        "连接 连接聊天 我要连接 关联 绑定 合并聊天",
        "link|link chats|link my chats|connect|connect chats",
    ),
    (LinkYes(), "是我 是我本人 是本人 我本人", "it is me|it s me|its me|yes it is me|yes it s me"),
    (LinkNo(), "不是我 不是我本人 不是本人", "not me|it is not me|it s not me|that is not me"),
    (
        Unlink(),
        "断开 断开连接 解除连接 取消连接 取消关联 解绑 取消绑定",
        "unlink|disconnect|unlink this chat",
    ),
    (UnlinkConfirmed(), "确认断开", "yes unlink|confirm unlink"),
    (
        PreferHere(),
        "优先这里 这里优先 优先发这里 发到这里 以后发这里",
        "prefer here|prefer this chat|send here|write here",
    ),
    (
        Settings(),
        "设置 设定 我的设置 改设置 修改设置 看设置 查看设置 选项 偏好",
        "settings|setting|my settings|preferences|options|change settings",
    ),
    (
        MyData(),
        "我的数据 我的资料 看我的数据 查看我的数据 看我的资料 你存了什么 您存了什么 你们存了什么 存了我什么",
        "my data|my details|show my data|see my data|what do you keep|what do you store|what do you know about me",
    ),
    (
        Why(),
        "为什么推给我 为啥推给我 为什么发给我 为什么给我发 为什么给我发这个 为什么收到这个 为什么我会收到 怎么会发给我",
        "why this|why did i get this|why do i get this|why am i getting this|why was i sent this",
    ),
    (
        AskRegion(),
        "改住处 换住处 换地方 改地方 改片区 换片区 我搬家了 搬家了 选片区",
        "change area|change place|change my area|my area|i moved|i have moved",
    ),
    (
        AskRhythm(),
        "多久一次 多久发一次 改次数 改频率 频率 太多了 发得太多",
        "how often|frequency|change how often|too many|too often",
    ),
    (
        ChooseRhythm(Rhythm.WEEKLY),
        "每周一篇 一周一篇 每周一次 一周一次 每星期一次",
        "weekly|once a week|every week|one a week",
    ),
    (ChooseRhythm(Rhythm.MONTHLY), "每月一次 一月一次 一个月一次 每个月一次", "monthly|once a month|every month"),
    (ChooseRhythm(None), "不要小知识 不收小知识 不看小知识 退订小知识", "no tips|no more tips|without tips"),
    (
        ChooseNews(wanted=True),
        "要活动消息 收活动消息 订活动消息 订阅活动消息 有活动告诉我",
        "news|activity news|news of activities|tell me about activities",
    ),
    (ChooseNews(wanted=False), "不要活动消息 不收活动消息 退订活动消息", "no news|no more news|stop news"),
    (
        AskSilence(),
        "不听哪里 静音 不听 免打扰 屏蔽 屏蔽地方 不想听的地方",
        "mute|silence|mute a place|silence a place|quiet places",
    ),
    (
        AskNickname(),
        "称呼 昵称 怎么称呼 改称呼 换称呼 改昵称 换昵称 留个称呼 留称呼",
        "nickname|my nickname|change nickname|change my nickname|add a nickname",
    ),
    (
        DropNickname(),
        "不用称呼 不要称呼 删除称呼 去掉称呼 取消称呼 不用昵称 不要昵称",
        "no nickname|remove nickname|delete nickname|drop nickname|forget my nickname",
    ),
    (AskFeedback(), "反馈 说感受 说说感受 评价 打分", "feedback|how it was|rate it"),
    (AskExcuse(), "没来成 没能来 没去成 那天没来成", "missed it|i missed it|could not make it|i could not come"),
    (
        Agree(),
        "同意 我同意 同意并报名 同意并订阅 同意并发送",
        "agree|i agree|agree and sign up|agree and subscribe|agree and send",
    ),
    (
        Yes(),
        "好 好的 好吧 好啊 是 是的 对 对的 可以 行 要 要的 嗯 嗯嗯 确定 确认 没问题",
        "yes|y|yeah|yep|ok|okay|sure|fine|confirm",
    ),
    (
        Decline(),
        "不 不了 不用 不用了 不要 不要了 不是 不行 不同意 先不 先不了 算了 暂时不 下次吧 否 没有 不报了",
        "no|n|nope|not now|no thanks|no thank you|later|never mind|i do not agree|disagree",
    ),
    (
        Who(),
        "你是谁 您是谁 你是什么人 你是人吗 你是真人吗 您是真人吗 你是机器人吗 您是机器人吗 是真人吗 是机器人吗 "
        "你叫什么 这是什么 这是干什么的 你能做什么",
        "who are you|what are you|are you a robot|are you human|are you real|what is this|what can you do",
    ),
    (
        Thanks(),
        "谢谢 谢谢你 谢谢您 多谢 谢了 谢谢啦 非常感谢 感谢 太好了 辛苦了 麻烦你了 麻烦您了",
        "thanks|thank you|thank you very much|many thanks|thx|cheers",
    ),
    (Bye(), "再见 拜拜 回头见 下次见 先这样 没事了 晚安", "bye|goodbye|good bye|see you|good night|that is all"),
    (Skip(), "跳过 略过 不选 随便 都可以 都行 不知道", "skip|pass|any|whatever|i don t know"),
)


def _index() -> dict[str, Intent]:
    table: dict[str, Intent] = {}
    for intent, chinese, english in WORDS:
        for word in (*chinese.split(), *english.split("|")):
            if table.setdefault(tight(word), intent) != intent:
                raise ValueError(f"the word {word} means two things")
    return table


INTENT_OF_WORD = _index()
"""From a word in its tight form to what it means."""
