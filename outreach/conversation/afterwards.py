"""After an activity: a few taps about how it was, what to hear of next, or why one could not come. Counted, never kept.

What was tapped so far travels in the buttons: a figure for each of `QUESTIONS`, then a letter, and `END` for "that is
enough". Nothing is stored before the last tap, and then only counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from outreach.conversation.intents import Mine, Person, ShowList
from outreach.conversation.intents_attendance import (
    Afterwards,
    Answering,
    AskExcuse,
    AskFeedback,
    Excuse,
    WishTopic,
)
from outreach.conversation.listing import title_of
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.activity import ActivityKind
from outreach.domain.attendance import Reason
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.messages import Choice, Outgoing
from outreach.services import afterwards
from outreach.services.afterwards import HARM, QUESTIONS, SEEK
from outreach.services.cards import ActivityCard

END = "x"
MOST_WISHES = 7  # with "skip" no more than buttons fit under a message
_SCORES = ("feedback.score_1", "feedback.score_2", "feedback.score_3", "feedback.score_4", "feedback.score_5")
_SEEK = {"m": "more", "s": "same", "l": "less"}
_HARM = {"n": "no", "y": "yes"}


def follow(turn: Turn, intent: Afterwards) -> tuple[Outgoing, ...]:
    """Do what *intent* says. For whoever was not there it is as if there had been nothing."""
    resident_id = turn.person.resident_id
    if resident_id is None:
        return _nothing(turn, intent)
    match intent:
        case AskFeedback(activity_id):
            of = activity_id or afterwards.to_answer_for(turn.uow, resident_id, turn.now)
            return _nothing(turn, intent) if of is None else _go_on(turn, resident_id, of, "")
        case Answering(activity_id, given):
            return _go_on(turn, resident_id, activity_id, given)
        case WishTopic(activity_id, topic):
            return _wish(turn, resident_id, activity_id, topic)
        case AskExcuse():
            return _ask_why(turn, resident_id)
        case Excuse(activity_id, reason):
            return _excuse(turn, resident_id, activity_id, reason)


def _go_on(turn: Turn, resident_id: ResidentId, activity_id: ActivityId, given: str) -> tuple[Outgoing, ...]:
    """The next question; after the last one what was said is counted."""
    if not afterwards.may_answer(turn.uow, resident_id, activity_id):
        known = afterwards.has_answered(turn.uow, resident_id, activity_id)
        return turn.reply(turn.say("feedback.known" if known else "feedback.nothing"), *steps(turn, ShowList(), Mine()))
    card = turn.uow.activities.card(activity_id)
    asked = _question(card, given)
    if asked is None:
        return _take(turn, resident_id, card, given)
    return turn.reply(
        turn.say(f"feedback.{asked}", title=title_of(turn, card)), *_ways_to_say(turn, card, asked, given)
    )


def _question(card: ActivityCard, given: str) -> str | None:
    """What is asked next; ``None``: nothing more."""
    if given.endswith(END):
        return None
    asked = (*QUESTIONS, SEEK, HARM) if card.kind is ActivityKind.GROUP else (*QUESTIONS, SEEK)
    return asked[len(given)] if len(given) < len(asked) else None


def _ways_to_say(turn: Turn, card: ActivityCard, asked: str, given: str) -> tuple[Choice, ...]:
    if asked in QUESTIONS:
        said = {str(score): key for score, key in enumerate(_SCORES, start=1)}
    else:
        said = {letter: f"feedback.{asked}_{name}" for letter, name in (_SEEK if asked == SEEK else _HARM).items()}
    ways = tuple(turn.choice(key, Answering(card.id, given + sign)) for sign, key in said.items())
    return (*ways, turn.choice("feedback.enough", Answering(card.id, given + END))) if given else ways


def _take(turn: Turn, resident_id: ResidentId, card: ActivityCard, given: str) -> tuple[Outgoing, ...]:
    answers = answers_in(given)
    afterwards.answer(turn.uow, resident_id, card.id, answers)
    if answers.get(HARM) == "yes":
        return turn.reply(turn.say("feedback.worse"), *steps(turn, Person(), ShowList()))
    wishes = tuple(
        turn.entry(tag.label(turn.language), WishTopic(card.id, tag.key))
        for tag in list(turn.house.vocabulary.topics)
        if not tag.sensitive
    )
    return turn.reply(turn.say("feedback.wish"), *wishes[:MOST_WISHES], *steps(turn, ShowList()))


def answers_in(given: str) -> Mapping[str, str]:
    """What was tapped, by question."""
    told = dict(zip((*QUESTIONS, SEEK, HARM), given.removesuffix(END), strict=False))
    if SEEK in told:
        told[SEEK] = _SEEK[told[SEEK]]
    if HARM in told:
        told[HARM] = _HARM[told[HARM]]
    return told


def _wish(turn: Turn, resident_id: ResidentId, activity_id: ActivityId, topic: str) -> tuple[Outgoing, ...]:
    if topic in turn.house.vocabulary.topics:
        afterwards.wish(turn.uow, resident_id, activity_id, topic)
    return turn.reply(turn.say("feedback.thanks"), *steps(turn, ShowList(), Mine()))


def _ask_why(turn: Turn, resident_id: ResidentId) -> tuple[Outgoing, ...]:
    activity_id = afterwards.to_excuse_from(turn.uow, resident_id, turn.now)
    if activity_id is None:
        return turn.reply(turn.say("reason.nothing"), *steps(turn, ShowList(), Mine()))
    title = title_of(turn, turn.uow.activities.card(activity_id))
    reasons = (turn.choice(f"reason.{reason}", Excuse(activity_id, reason)) for reason in Reason)
    return turn.reply(turn.say("reason.ask", title=title), *reasons)


def _excuse(turn: Turn, resident_id: ResidentId, activity_id: ActivityId, reason: Reason) -> tuple[Outgoing, ...]:
    done = afterwards.excuse(turn.uow, resident_id, activity_id, reason, turn.now)
    return turn.reply(turn.say("reason.thanks" if done else "reason.nothing"), *steps(turn, ShowList(), Mine()))


def _nothing(turn: Turn, intent: Afterwards) -> tuple[Outgoing, ...]:
    key = "reason.nothing" if isinstance(intent, AskExcuse | Excuse) else "feedback.nothing"
    return turn.reply(turn.say(key), *steps(turn, ShowList()))
