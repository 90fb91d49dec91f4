"""What an export says to the person it is about, in their language: headings, labels, and what it does not hold."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language

TITLE = {
    Language.ZH: "我们保存的与您有关的全部内容",
    Language.EN: "All that we keep of you",
}
LEAD = {
    Language.ZH: (
        "这是您要的一份副本，截至 {at}。如果有不对的地方，告诉我们，我们来改。"
        "您也可以随时在聊天里回复“我的数据”查看，回复“删除我”全部删除。"
    ),
    Language.EN: (
        "This is the copy that you asked for, as of {at}. If something is wrong, tell us and we will put it right. "
        'At any time you can also reply "my data" in the chat to see it, or "delete me" to have all of it deleted.'
    ),
}
CLOSING = {
    Language.ZH: (
        "备份里可能还有较早的内容，备份里的个人内容是加密的；保存多久，可以问我们。"
        "您手机上的聊天记录由聊天软件保存，不在我们这里。"
    ),
    Language.EN: (
        "Backups may hold what was there earlier; what is personal is sealed in them. Ask us how long we keep them. "
        "The chat on your phone is kept by the messenger, not by us."
    ),
}
NOTHING = {Language.ZH: "（没有）", Language.EN: "(nothing)"}

_WORDS: Mapping[str, tuple[str, str]] = {
    # sections
    "profile": ("您的选择", "What you chose"),
    "chats": ("您的聊天", "Your chats"),
    "consents": ("您同意过什么", "What you agreed to"),
    "muted_regions": ("您不想收到消息的地方", "Places that you muted"),
    "sign_ups": ("您的报名", "Your sign-ups"),
    "letters": ("发给您的消息", "What was sent to you"),
    "notes": ("您和工作人员的留言", "Notes between you and our staff"),
    "messages": ("您最近写来的", "What you wrote lately"),
    "waiting": ("等您查看的", "What waits for you"),
    "memories": ("对话暂时记住的", "What the dialogue remembers for a while"),
    "tips_read": ("您收到过的小知识", "Tips that you had"),
    "calendar_addresses": ("您自己的日历地址", "Addresses of your own calendar"),
    "alerts": ("安全提醒", "Safety alerts"),
    "looks": ("谁看过或处理过", "Who looked at it or worked on it"),
    # fields
    "since": ("从", "since"),
    "language": ("语言", "language"),
    "region": ("地区", "area"),
    "audiences": ("关心的内容", "interests"),
    "rhythm": ("多久一次", "how often"),
    "next_tip_at": ("下一条小知识", "next tip"),
    "nickname": ("称呼", "nickname"),
    "channel": ("渠道", "channel"),
    "address": ("账号", "address"),
    "reach": ("能否收到", "can be reached"),
    "source": ("从哪里来", "came by"),
    "last_word_at": ("上次来信", "last word"),
    "is_preferred": ("优先使用", "preferred"),
    "purpose": ("用途", "purpose"),
    "text_version": ("说明的版本", "wording"),
    "text_hash": ("说明的指纹", "fingerprint of the wording"),
    "given_at": ("同意时间", "agreed"),
    "withdrawn_at": ("撤回时间", "withdrawn"),
    "sign_up": ("报名编号", "sign-up"),
    "activity": ("活动", "activity"),
    "starts_at": ("开始", "begins"),
    "ends_at": ("结束", "ends"),
    "place": ("地点", "place"),
    "standing": ("状态", "stands"),
    "number": ("号码", "number"),
    "party": ("人数", "people"),
    "is_for_another": ("替别人报名", "for somebody else"),
    "noted": ("签到记的是", "noted at the door"),
    "came": ("来了几人", "people who came"),
    "kind": ("类别", "kind"),
    "about": ("关于", "about"),
    "outcome": ("结果", "outcome"),
    "written_at": ("写于", "written"),
    "changed_at": ("最后变动", "last change"),
    "text": ("内容", "text"),
    "thread": ("对话编号", "thread"),
    "by": ("谁写的", "by"),
    "at": ("时间", "time"),
    "state": ("状态", "state"),
    "said": ("您说的", "you said"),
    "answer": ("回答", "answer"),
    "until": ("保存到", "kept until"),
    "item": ("文章", "text"),
    "taken_at": ("工作人员接手", "taken by staff"),
    "role": ("谁", "who"),
    "action": ("做了什么", "what"),
    "subject": ("看的是", "of what"),
}

_VALUES: Mapping[str, tuple[str, str]] = {
    "zh": ("中文", "Chinese"),
    "en": ("英文", "English"),
    "weekly": ("每周一条", "once a week"),
    "monthly": ("每月一次", "once a month"),
    # what was agreed to
    "take_part": ("报名、留位、提醒", "signing up, keeping a place, reminders"),
    "tips": ("收小知识", "tips"),
    "news": ("收活动消息", "news of activities"),
    "talk": ("留言给工作人员", "notes to our staff"),
    # whether a chat can be reached
    "reachable": ("能", "yes"),
    "muted": ("您关掉了", "you muted us"),
    "gone": ("不能", "no"),
    # how a sign-up stands
    "requested": ("等工作人员确认", "asked for"),
    "waiting": ("在排队", "in the queue"),
    "offered": ("有位子，等您确认", "a place is offered"),
    "seated": ("有位子", "has a place"),
    "withdrawn": ("已取消", "taken back"),
    "refused": ("没有报上", "not accepted"),
    "attended": ("来了", "came"),
    "late": ("来晚了", "came late"),
    "absent": ("没有来", "did not come"),
    "excused": ("请过假", "was excused"),
    # messages and what became of them
    "confirmation": ("报名确认", "confirmation"),
    "change": ("活动变动", "change"),
    "reminder": ("提醒", "reminder"),
    "announcement": ("活动消息", "announcement"),
    "education": ("小知识", "tip"),
    "reply": ("回复", "reply"),
    "safety": ("安全回复", "safety reply"),
    "queued": ("等着发", "waits to be sent"),
    "leased": ("正要发", "about to be sent"),
    "calling": ("正在发", "being sent"),
    "sent": ("发出了", "sent"),
    "parked": ("等您下次来信时给您", "waits for your next word"),
    "failed": ("没有发成", "failed"),
    "unconfirmed": ("不知道有没有收到", "nobody knows whether it arrived"),
    "expired": ("过时了，没有发", "too late, not sent"),
    "dead": ("试了多次，没有发成", "given up after many tries"),
    "received": ("收到，还没回答", "received"),
    "answered": ("回答了", "answered"),
    "quarantined": ("没能处理", "could not be handled"),
    # staff
    "resident": ("您", "you"),
    "staff": ("工作人员", "our staff"),
    "operator": ("管理这台机器的人", "whoever runs the machine"),
    "raised": ("提出了", "raised"),
    "acknowledged": ("工作人员接手了", "taken by staff"),
    "closed": ("处理完了", "closed"),
    "export": ("取了一份副本", "took a copy"),
    "read": ("看过", "read"),
    "answer": ("回答", "answered"),
    "close": ("结束", "closed"),
    "accept": ("同意", "accepted"),
    "refuse": ("没有同意", "refused"),
    "person": ("全部内容", "all of it"),
    "thread": ("留言", "notes"),
    "sign_up": ("报名", "sign-up"),
}


def value(code: str, language: Language) -> str:
    """The words for *code*; *code* itself where there are none: a title, a name, a text of theirs."""
    chinese, english = _VALUES.get(code, (code, code))
    return chinese if language is Language.ZH else english


def word(name: str, language: Language) -> str:
    """The heading or label that *name* stands for; *name* itself where there is none."""
    chinese, english = _WORDS.get(name, (name, name.replace("_", " ")))
    return chinese if language is Language.ZH else english
