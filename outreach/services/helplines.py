"""The lines that help, as values for texts: from data, checked for age, never empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from outreach.domain.messages import Language
from outreach.safety import Helplines, HelplineSet, Service

_OR = {Language.ZH: "或", Language.EN: " or "}


class Lines:
    """The helplines of one country. An expired crisis line gives way to the emergency number."""

    def __init__(self, helplines: Helplines, country: str) -> None:
        self._helplines, self._country = helplines, country

    def on(self, now: datetime) -> HelplineSet:
        """What may be told today."""
        return self._helplines.for_region(self._country, now.date())

    def values(self, language: Language, now: datetime) -> Mapping[str, str]:
        """``emergency`` and ``crisis_line``, ready to be put into a text; without a crisis line both say the first."""
        told = self.on(now)
        services = (told.service(Service.AMBULANCE), told.service(Service.POLICE))
        emergency = _OR[language].join(dict.fromkeys(line.named(language) for line in services))
        crisis = told.crisis
        return {"emergency": emergency, "crisis_line": emergency if crisis is None else crisis.named(language)}
