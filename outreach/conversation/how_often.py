"""Tips and announcements, each on its own: how often the ones, whether the others."""

from __future__ import annotations

from outreach.conversation import consent
from outreach.conversation.intents import Stop
from outreach.conversation.intents_choices import ChooseNews, ChooseRhythm, Settings
from outreach.conversation.memory import WishToSubscribe
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.domain.people import Purpose, Rhythm
from outreach.services import people


def ask(turn: Turn) -> tuple[Outgoing, ...]:
    """Once a week, once a month, or not at all?"""
    rhythms = (turn.choice(f"choice.{often.value}", ChooseRhythm(often)) for often in Rhythm)
    text = turn.say("often.ask", tips=tips_now(turn))
    return turn.reply(text, *rhythms, turn.choice("choice.no_tips", ChooseRhythm(None)))


def choose(turn: Turn, often: Rhythm | None) -> tuple[Outgoing, ...]:
    """Tips that often from now on; first the notice, where they have not agreed to tips."""
    if often is None:
        ended = people.unsubscribe(turn.uow, turn.person, turn.now, (Purpose.TIPS,))
        return turn.reply(turn.say("often.ended" if ended else "often.nothing"), *steps(turn, Settings()))
    if not people.choose_rhythm(turn.uow, turn.person, often, turn.house.office.rhythm, turn.now):
        return _hold(turn, Purpose.TIPS, often)
    return turn.reply(turn.say(f"often.{often.value}"), *steps(turn, Settings()))


def choose_news(turn: Turn, *, wanted: bool) -> tuple[Outgoing, ...]:
    """Announcements of activities from now on, after the notice; or none."""
    if not wanted:
        ended = people.unsubscribe(turn.uow, turn.person, turn.now, (Purpose.NEWS,))
        return turn.reply(turn.say("news.ended" if ended else "news.nothing"), *steps(turn, Settings()))
    if not turn.allows(Purpose.NEWS):
        return _hold(turn, Purpose.NEWS)
    return turn.reply(turn.say("news.already"), turn.choice("choice.stop", Stop()), *steps(turn, Settings()))


def tips_now(turn: Turn) -> str:
    """How often they get tips, in a few words."""
    often = turn.person.rhythm.value if turn.allows(Purpose.TIPS) else "none"
    return turn.say(f"settings.tips.{often}")


def news_now(turn: Turn) -> str:
    """Whether they get announcements, in a word."""
    return turn.say("settings.news_yes" if turn.allows(Purpose.NEWS) else "settings.news_no")


def news_choice(turn: Turn) -> ChooseNews:
    """The other of the two."""
    return ChooseNews(wanted=not turn.allows(Purpose.NEWS))


def _hold(turn: Turn, purpose: Purpose, often: Rhythm | None = None) -> tuple[Outgoing, ...]:
    front = turn.say(f"subscribe.only.{purpose.value}")
    return consent.hold(turn, WishToSubscribe((purpose,), often), "subscription", front)
