"""Why somebody got what they got: what they chose, and each of it one tap from being chosen otherwise."""

from __future__ import annotations

from outreach.conversation import how_often, settings
from outreach.conversation.intents import Mine, Stop, Subscribe
from outreach.conversation.intents_choices import AskRhythm, AskSilence, Settings
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Outgoing


def answer(turn: Turn) -> tuple[Outgoing, ...]:
    """What was chosen, and how to change it in one tap."""
    if not turn.subscribes:
        return turn.reply(turn.say("why.nothing"), *steps(turn, Mine(), Subscribe()))
    return turn.reply(turn.say("why.text", **settings.lines(turn)), *_ways(turn))


def _ways(turn: Turn) -> tuple[Choice, ...]:
    news = how_often.news_choice(turn)
    return (
        turn.choice("choice.change_often", AskRhythm()),
        turn.choice("choice.change_audiences", Subscribe()),
        turn.choice("choice.want_news" if news.wanted else "choice.no_news", news),
        turn.choice("choice.change_silence", AskSilence()),
        turn.choice("choice.stop", Stop()),
        *steps(turn, Settings()),
    )
