"""Recall and false alarms over utterance files: ``python tests/safety/safety_measure.py held_out.zh.txt``."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path

from outreach.safety.screen import Screen
from outreach.safety.verdict import RiskClass

LIBRARY = Path(__file__).parents[2] / "content_library"
UTTERANCES = Path(__file__).parent / "utterances"


@dataclass(frozen=True)
class Utterance:
    risk: RiskClass
    subtype: str
    text: str


def screen_of_the_library() -> Screen:
    return Screen.parse({path.name: path.read_text("utf-8") for path in LIBRARY.glob("safety/patterns.*.toml")})


def utterances(name: str) -> list[Utterance]:
    """The lines ``class subtype | text`` of a file; # begins a comment."""
    found = []
    for line in (UTTERANCES / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            label, _, text = line.partition(" | ")
            risk, subtype = label.split()
            found.append(Utterance(RiskClass(risk), subtype, text))
    return found


@dataclass(frozen=True)
class Figures:
    """*caught* of *needy* (class risk or above by the label) got risk or above; *alarms* of *harmless* got it too."""

    caught: int
    needy: int
    alarms: int
    harmless: int
    exact: int


def measure(screen: Screen, name: str) -> Figures:
    lines = utterances(name)
    needy = [line for line in lines if line.risk >= RiskClass.RISK]
    harmless = [line for line in lines if line.risk == RiskClass.NONE]
    return Figures(
        caught=sum(screen.screen(line.text).needs_reply for line in needy),
        needy=len(needy),
        alarms=sum(screen.screen(line.text).needs_reply for line in harmless),
        harmless=len(harmless),
        exact=sum(screen.screen(line.text).risk == line.risk for line in lines),
    )


if __name__ == "__main__":
    for file_name in sys.argv[1:] or sorted(path.name for path in UTTERANCES.glob("*.txt")):
        print(file_name, measure(screen_of_the_library(), file_name))
