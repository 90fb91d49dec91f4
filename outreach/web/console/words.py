"""The words of the console, in both languages."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.domain.messages import Language
from outreach.web.console.words_en import EN
from outreach.web.console.words_zh import ZH

WORDS: Mapping[Language, Mapping[str, str]] = {Language.ZH: ZH, Language.EN: EN}
