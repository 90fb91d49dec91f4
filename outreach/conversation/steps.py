"""Next steps that many answers offer, each with its label."""

from __future__ import annotations

from outreach.conversation.intents import (
    Help,
    Menu,
    Mine,
    Person,
    ShowList,
    Subscribe,
    SwitchLanguage,
    Tappable,
    Tip,
)
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Language
from outreach.domain.people import Purpose

LABELS: dict[Tappable, str] = {
    ShowList(): "choice.activities",
    ShowList(everywhere=True): "choice.elsewhere",
    Mine(): "choice.mine",
    Tip(): "choice.tip",
    Subscribe(): "choice.subscribe",
    Person(): "choice.person",
    Help(): "choice.help",
    Menu(): "choice.menu",
    SwitchLanguage(Language.ZH): "choice.chinese",
    SwitchLanguage(Language.EN): "choice.english",
}


def steps(turn: Turn, *intents: Tappable) -> tuple[Choice, ...]:
    """Each of *intents* (keys of `LABELS`) as a choice."""
    return tuple(turn.choice(LABELS[intent], intent) for intent in intents)


def all_steps(turn: Turn) -> tuple[Choice, ...]:
    """What this person may want now, the likeliest first."""
    wanted: list[Tappable] = [ShowList()]
    if turn.person.is_known:
        wanted.append(Mine())
    wanted.append(Tip())
    if not turn.allows(Purpose.TIPS):
        wanted.append(Subscribe())
    other = Language.EN if turn.language is Language.ZH else Language.ZH
    return steps(turn, *wanted, Person(), SwitchLanguage(other))
