"""What somebody wants to be called: a short line, and nothing by which a stranger could find them."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from outreach.domain.errors import Refusal

MOST_SIGNS = 20
"""Signs that can be seen; accents and the joints inside an emoji do not count."""

_MOST_DIGITS = 4  # a year or an age; five are an account, a date of birth or a telephone number
_MOST_MARKS = 2  # on one letter: Vietnamese needs two, more of them climb over the lines above
_JOINT = "\u200d"
_BLANKS = frozenset("\u115f\u1160\u3164\uffa0\u2800")  # letters and signs by name, and nothing to see
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_FIGURES = frozenset("零〇一二两三四五六七八九幺壹贰叁肆伍陆柒捌玖")
_FIGURE = rf"[0-9十百{''.join(sorted(_FIGURES))}]"
_CONTACT = re.compile(
    rf"""@ | :// | www\.
    | [a-z0-9]\.(?:com|cn|net|org|me|io|cc|top|vip|xyz|info)\b
    | (?:微信|v信|威信|wechat|weixin|wx|vx|qq|telegram|电话|手机|tel|phone|mobile)
      \s*(?:号码?|id)?\s*[:\s]?\s*[a-z0-9_-]{{4}}
    | {_FIGURE}\s*(?:号楼|号院|栋|幢|单元|室|弄|楼|层)
    | (?:路|街|巷|弄|村|镇|乡|组|庄|屯|院|小区|花园|公寓)\s*{_FIGURE}
    | [0-9]+\s+(?:[a-z]+\s+){{0,3}}(?:street|st|road|rd|avenue|ave|lane|drive|square)\b
    | \b(?:flat|apartment|apt|room|house|floor|building)\s*(?:no|number)?\s*[0-9]
    """,
    re.VERBOSE,
)


class Unfit(StrEnum):
    """Why a text is no nickname; for each there is a sentence."""

    EMPTY = "empty"  # nothing that one could call somebody
    LONG = "long"
    SIGNS = "signs"  # several lines, or signs that cannot be seen
    CONTACT = "contact"  # it looks like a number, an account or an address


class BadNickname(Refusal):
    """That cannot be a nickname; *why* says what stands in its way. The text itself is in no message."""

    code = "bad_nickname"

    def __init__(self, why: Unfit) -> None:
        self.why = why
        super().__init__(f"not a nickname: {why.value}")


def as_nickname(text: str) -> str:
    """*text* without the spaces around it and otherwise unchanged. Raises `BadNickname`."""
    wanted = text.strip()
    if not any(unicodedata.category(sign)[0] == "L" or unicodedata.category(sign) == "So" for sign in wanted):
        raise BadNickname(Unfit.EMPTY)
    if not _is_one_plain_line(wanted):
        raise BadNickname(Unfit.SIGNS)
    if sum(_is_seen(sign) for sign in wanted) > MOST_SIGNS:
        raise BadNickname(Unfit.LONG)
    if _leads_to_somebody(wanted):
        raise BadNickname(Unfit.CONTACT)
    return wanted


def _is_one_plain_line(text: str) -> bool:
    marks = _MOST_MARKS  # none may come before the first letter
    for place, sign in enumerate(text):
        kind = unicodedata.category(sign)
        marks = marks + 1 if kind[0] == "M" else 0
        if sign == _JOINT and _joins(text, place):
            continue
        if marks > _MOST_MARKS or kind in _UNSEEN or sign in _BLANKS or (kind == "Zs" and sign not in " \u3000"):
            return False
    return True


def _joins(text: str, place: int) -> bool:
    """Whether the joint there stands between the parts of one emoji."""
    before, after = text[:place].rstrip("\ufe0f")[-1:], text[place + 1 : place + 2]
    return all(sign and unicodedata.category(sign) in {"So", "Sk"} for sign in (before, after))


def _is_seen(sign: str) -> bool:
    return sign != _JOINT and unicodedata.category(sign)[0] != "M"


def _leads_to_somebody(text: str) -> bool:
    plain = unicodedata.normalize("NFKC", text).casefold()
    digits = sum(sign.isdecimal() or sign in _FIGURES for sign in plain)
    return digits > _MOST_DIGITS or _CONTACT.search(plain) is not None
