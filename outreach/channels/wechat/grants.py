"""Subscription notices: what people said when they were asked whether they want some (platforms.md A3, A8)."""

from __future__ import annotations

import re
from datetime import datetime

from outreach.channels.wechat.notice import Notice
from outreach.domain.messages import Grant

_ASKED, _CHANGED = "subscribe_msg_popup_event", "subscribe_msg_change_event"
CHOICE_EVENTS = frozenset({_ASKED, _CHANGED})
MOST_CHOICES = 20  # WeChat asks about three at once
_TEMPLATE_ID = re.compile(r"[0-9A-Za-z_-]{1,64}", re.ASCII)


def grants_of(notice: Notice, notice_id: str, sent_at: datetime) -> tuple[Grant, ...]:
    """One `Grant` for each choice: a yes to the question is worth one message, a no and a switched-off notice none."""
    chosen = [pair for pair in notice.choices if _TEMPLATE_ID.fullmatch(pair[0])][:MOST_CHOICES]
    return tuple(
        Grant(
            message_id=f"{notice_id}-{number}",
            sender=notice.sender,
            sent_at=sent_at,
            template=template,
            count=int(notice.event == _ASKED and said == "accept"),
        )
        for number, (template, said) in enumerate(chosen)
    )
