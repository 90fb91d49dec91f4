"""What the conversation knows of the house it speaks for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.domain.messages import Language
from outreach.services.calendars import Calendars
from outreach.services.helplines import Lines
from outreach.services.tips import TipRhythm


@dataclass(frozen=True, slots=True)
class Office:
    """A network as it presents itself.

    *opening_hours* is when staff read notes, in words that stand inside a sentence: “上班时间”, “in office hours”.
    """

    network: Mapping[Language, str]
    opening_hours: Mapping[Language, str]
    default_language: Language
    rhythm: TipRhythm
    lines: Lines
    calendars: Calendars
