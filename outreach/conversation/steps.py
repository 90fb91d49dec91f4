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
from outreach.conversation.intents_choices import Settings
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
    Settings(): "choice.settings",
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
    wanted.append(Settings() if turn.allows(Purpose.TIPS) else Subscribe())
    return steps(turn, *wanted, Person(), other_language(turn))


def other_language(turn: Turn) -> SwitchLanguage:
    """The one that we do not speak just now."""
    return SwitchLanguage(Language.EN if turn.language is Language.ZH else Language.ZH)
