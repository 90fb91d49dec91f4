"""From a text to what somebody wants with it, by its words alone. What depends on the context comes later."""

from __future__ import annotations

import re
from collections.abc import Callable

from outreach.conversation.intents import CalendarNumber, DutyCode, Intent, JoinNumber, LeaveNumber, LinkCode, Number
from outreach.conversation.intents_attendance import CheckIn
from outreach.conversation.own_words import in_own_words
from outreach.conversation.plaintext import LONGEST_COMMAND, spaced, with_digits
from outreach.conversation.words import INTENT_OF_WORD

_I_WANT = r"(?:请|麻烦)?(?:帮我|给我)?(?:我|我们|俺)?(?:想要|想|要|来)?\s*"
_NUMBER = r"第?\s*(?P<number>[0-9]{1,6})\s*(?:个|号|场|项|条)?\s*(?:活动|讲座)?(?:的)?"
_PARTY = r"(?:\s*(?<![0-9])(?:一共|共|总共)?\s*(?P<party>[0-9]{1,2})\s*(?:个人|个|人|位|名))?"
_NUMBER_EN = r"(?:number |no |activity |for |in |activity number )?(?P<number>[0-9]{1,6})"
_PARTY_EN = r"(?: (?:for |with )?(?P<party>[0-9]{1,2})(?: (?:people|persons|seats|places|of us))?)?"


def _joined(found: re.Match[str]) -> Intent:
    return JoinNumber(int(found["number"]), int(found["party"] or 1))


def _bare(found: re.Match[str]) -> Intent:
    return Number(int(found["number"]))


def _left(found: re.Match[str]) -> Intent:
    return LeaveNumber(int(found["number"]))


def _dated(found: re.Match[str]) -> Intent:
    return CalendarNumber(int(found["number"]))


def _code(found: re.Match[str]) -> Intent:
    return LinkCode(found["code"].replace(" ", ""))


def _here(found: re.Match[str]) -> Intent:
    return CheckIn(found["code"].replace(" ", ""))


def _on_duty(found: re.Match[str]) -> Intent:
    return DutyCode(found["code"].replace(" ", ""))


def _off_duty(_found: re.Match[str]) -> Intent:
    return DutyCode(None)


_PATTERNS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Intent]], ...] = tuple(
    (re.compile(pattern, re.ASCII), make)
    for pattern, make in (
        (rf"{_I_WANT}(?:取消|退出|不去|不参加|撤销)\s*(?:报名|活动|预约)?\s*{_NUMBER}(?:报名)?了?", _left),
        (rf"{_I_WANT}(?:报名参加|报名|报个名|报|参加|预约|加入|去)\s*(?:活动)?\s*{_NUMBER}{_PARTY}", _joined),
        (rf"{_I_WANT}{_NUMBER}\s*(?:报名|我要报名|我报名){_PARTY}", _joined),
        (rf"{_I_WANT}(?:加到|加)?(?:日历|日程)\s*{_NUMBER}", _dated),
        (rf"(?:i (?:want to |would like to |d like to |will )?)?(?:please )?"
         rf"(?:cancel|leave|withdraw from|withdraw)(?: my)?(?: sign up| booking)? ?{_NUMBER_EN}(?: please)?", _left),
        (rf"(?:i (?:want to |would like to |d like to |will )?)?(?:please )?"
         rf"(?:join|sign me up|sign up|signup|register|book) ?{_NUMBER_EN}{_PARTY_EN}(?: please)?", _joined),
        (r"(?:连接|关联|绑定|link|connect)(?: code| chats)? ?(?P<code>[0-9][0-9 ]{0,15})", _code),
        (r"(?:我要|我)?(?:签到|报到)(?:码)? ?(?P<code>(?:[0-9] ?){4})", _here),
        (r"(?:check ?in|checkin|i am here)(?: code| with)? ?(?P<code>(?:[0-9] ?){4})", _here),
        (r"(?:值班|duty)(?: code)? ?(?P<code>[0-9][0-9 ]{0,15})", _on_duty),
        (r"(?:值班 ?(?:停|停止|结束)|duty (?:stop|off|end))", _off_duty),
        (rf"(?:add )?(?:calendar|ics) ?{_NUMBER_EN}", _dated),
        (r"(?:选|选择|要|看|看看|查看)?\s*第?\s*(?P<number>[0-9]{1,6})\s*(?:个|号|场|项|条)?", _bare),
        (r"(?:number |no |show |option |choose )?(?P<number>[0-9]{1,6})", _bare),
    )
)  # fmt: skip


def read(text: str) -> Intent | None:
    """What *text* says in so many words; ``None`` if it is no command of ours. Never raises, whatever the text."""
    if len(text) > LONGEST_COMMAND:
        return None
    plain = spaced(text)
    known = INTENT_OF_WORD.get(plain.replace(" ", ""))
    if known is not None:
        return known
    with_figures = with_digits(plain)
    for pattern, make in _PATTERNS:
        found = pattern.fullmatch(with_figures)
        if found is not None:
            return make(found)
    return in_own_words(text)
