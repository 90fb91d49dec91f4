"""What we say, in each language: phrases from files, moments as people read them. Text in, text out."""

from outreach.wording.moments import clock, day, moment, when
from outreach.wording.phrases import WORDING_FILES, parse_wording
from outreach.wording.wording import NOTICES, NoticeName, NoticeText, Wording

__all__ = [
    "NOTICES",
    "WORDING_FILES",
    "NoticeName",
    "NoticeText",
    "Wording",
    "clock",
    "day",
    "moment",
    "parse_wording",
    "when",
]
