"""The lines that help, as values for texts: from data, checked for age, never empty."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache

from outreach.domain.messages import Language
from outreach.safety import Helplines, HelplineSet, Service

_OR = {Language.ZH: "或", Language.EN: " or "}
# An ambulance is not for talking: with no line that may be told, a text sends people to somebody near them.
_SOMEBODY = {Language.ZH: "一个信得过的人", Language.EN: "somebody you trust"}


class Lines:
    """The helplines of one country, or of a part of it. An expired crisis line gives way to the emergency number."""

    def __init__(self, helplines: Helplines, country: str) -> None:
        self._helplines, self._country = helplines, country
        # Every sentence may name them and they change with the date at most: worked out once a day and language.
        self._of_day = lru_cache(maxsize=8)(self._told)
        self._named = lru_cache(maxsize=8 * len(Language))(self._values)
        self._parts: dict[str, Lines] = {}

    def at(self, place: str) -> Lines:
        """Those of *place*, as a region's settings name it: ``CN-11``. Of nowhere, or of what is unknown, these."""
        if not self.knows(place):
            return self
        return self._parts.setdefault(place, Lines(self._helplines, place))

    def knows(self, place: str) -> bool:
        """Whether *place* has lines of its own."""
        return place in self._helplines.countries

    def on(self, now: datetime) -> HelplineSet:
        """What may be told today."""
        return self._of_day(now.date())

    def values(self, language: Language, now: datetime) -> Mapping[str, str]:
        """``emergency`` and ``crisis_line``, ready for a text; without a crisis line the second is a person."""
        return self._named(language, now.date())

    def _told(self, on: date) -> HelplineSet:
        return self._helplines.for_region(self._country, on)

    def _values(self, language: Language, on: date) -> Mapping[str, str]:
        told = self._of_day(on)
        services = (told.service(Service.AMBULANCE), told.service(Service.POLICE))
        emergency = _OR[language].join(dict.fromkeys(line.named(language) for line in services))
        crisis = told.crisis
        return {
            "emergency": emergency,
            "crisis_line": _SOMEBODY[language] if crisis is None else crisis.named(language),
        }
