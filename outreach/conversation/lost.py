"""What we did not understand: the three likeliest next steps by closeness and context, and a human being."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher

from outreach.conversation.intents import (
    Calendar,
    Erase,
    Help,
    Intent,
    JoinWhat,
    LeaveWhat,
    Mine,
    Person,
    Show,
    ShowList,
    Stop,
    Subscribe,
    Tappable,
    Tip,
)
from outreach.conversation.intents_choices import MyData, Settings, Why
from outreach.conversation.listing import title_of
from outreach.conversation.plaintext import tight
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.conversation.words import INTENT_OF_WORD
from outreach.domain.messages import Choice, Outgoing

SUGGESTED = 3
CLOSE = 0.6  # of SequenceMatcher: one slip in a word of three or four characters still counts
LOOKED_AT = 60  # characters of their text; who writes more is not looking for a command
_ACTIVITIES_LOOKED_AT = 30
_SHORTEST_OVERLAP = 2  # characters in common with a title: one is chance

_LABELS: dict[Tappable, str] = {
    Calendar(): "choice.calendar",
    Erase(): "choice.erase_ask",
    Stop(): "choice.stop",
    MyData(): "choice.my_data",
    Why(): "choice.why",
}
_MEANT: dict[Intent, Tappable] = {
    JoinWhat(): ShowList(),
    LeaveWhat(): Mine(),
    **{intent: intent for intent in (ShowList(), Mine(), Tip(), Subscribe(), Help(), Settings())},
    **{intent: intent for intent in _LABELS},
}
"""What a word that comes close stands for; the others are never guessed at."""


@dataclass(frozen=True, slots=True)
class _Guess:
    closeness: float
    intent: Tappable


def answer(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """Three likely next steps, and 人工."""
    written = tight(text[:LOOKED_AT])
    choices = [*_titles(turn, written), *(_choice(turn, guess.intent) for guess in _guesses(written))]
    choices += steps(turn, *_usual(turn))
    distinct = list({choice.token: choice for choice in choices}.values())[:SUGGESTED]
    return turn.reply(turn.say("lost.text"), *distinct, *steps(turn, Person()))


def _titles(turn: Turn, written: str) -> list[Choice]:
    """Activities whose title holds what they wrote, or the other way round."""
    if len(written) < _SHORTEST_OVERLAP:
        return []
    cards = turn.uow.activities.upcoming(turn.now, _ACTIVITIES_LOOKED_AT)
    titles = [(tight(title_of(turn, card)), card) for card in cards]
    found = [
        card for title, card in titles if written in title or (len(title) >= _SHORTEST_OVERLAP and title in written)
    ]
    return [turn.entry(title_of(turn, card), Show(card.id)) for card in found[:2]]


def _guesses(written: str) -> list[_Guess]:
    best: dict[Tappable, float] = {}
    for word, intent in INTENT_OF_WORD.items():
        meant = _MEANT.get(intent)
        if meant is not None and (closeness := _closeness(word, written)) >= CLOSE:
            best[meant] = max(closeness, best.get(meant, 0.0))
    return sorted((_Guess(closeness, intent) for intent, closeness in best.items()), key=lambda it: -it.closeness)


def _closeness(word: str, written: str) -> float:
    if len(word) > 1 and word in written:
        return 1.0 + len(word) / 100  # of two words in a text the longer says more
    matcher = SequenceMatcher(None, word, written, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= CLOSE else 0.0


def _usual(turn: Turn) -> Iterable[Tappable]:
    return (Mine(), ShowList(), Tip()) if turn.person.is_known else (ShowList(), Tip(), Help())


def _choice(turn: Turn, intent: Tappable) -> Choice:
    return turn.choice(_LABELS[intent], intent) if intent in _LABELS else steps(turn, intent)[0]
