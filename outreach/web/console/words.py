"""The words of the console, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language
from outreach.web.console.words_attendance_en import ATTENDANCE_EN
from outreach.web.console.words_attendance_zh import ATTENDANCE_ZH
from outreach.web.console.words_en import EN
from outreach.web.console.words_office_en import OFFICE_EN
from outreach.web.console.words_office_zh import OFFICE_ZH
from outreach.web.console.words_regions_en import REGIONS_EN
from outreach.web.console.words_regions_zh import REGIONS_ZH
from outreach.web.console.words_zh import ZH

WORDS: Mapping[Language, Mapping[str, str]] = {
    Language.ZH: {**ATTENDANCE_ZH, **REGIONS_ZH, **OFFICE_ZH, **ZH},
    Language.EN: {**ATTENDANCE_EN, **REGIONS_EN, **OFFICE_EN, **EN},
}
"""The words of the office pages stand apart; where both say one thing, the frame's words hold."""
