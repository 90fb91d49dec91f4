"""What the screen says about a text: a class, whom it is about, and which rules said so. Never the text."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RiskClass(StrEnum):
    """How much is at stake; ordered ``none < distress < risk < imminent``, also against the plain names."""

    NONE = "none"
    DISTRESS = "distress"
    RISK = "risk"
    IMMINENT = "imminent"

    @property
    def rank(self) -> int:
        """0 for none to 3 for imminent."""
        return _RANKS[self.value]

    def __lt__(self, other: str) -> bool:
        return self.rank < RiskClass(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= RiskClass(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > RiskClass(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= RiskClass(other).rank


_RANKS = {"none": 0, "distress": 1, "risk": 2, "imminent": 3}


class Subtype(StrEnum):
    """Whom it is about. Of two in one text, the earlier in this list is answered; the rule ids name both."""

    SELF = "self"
    CHILD = "child"
    VIOLENCE = "violence"
    HARM_OTHERS = "harm_others"
    THIRD_PERSON = "third_person"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The screen's answer for one text. *rules* are the ids that fired; *lexicon* the hash of the pattern files."""

    risk: RiskClass
    subtype: Subtype
    rules: tuple[str, ...]
    lexicon: str

    @property
    def needs_reply(self) -> bool:
        """Whether the fixed reply goes out whatever else happens, and an alert is raised."""
        return self.risk >= RiskClass.RISK
