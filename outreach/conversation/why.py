"""Why somebody got what they got: what they chose, and each of it one tap from being chosen otherwise."""

from __future__ import annotations

from outreach.conversation import how_often, settings
from outreach.conversation.intents import Mine, Stop, Subscribe
from outreach.conversation.intents_choices import AskRhythm, AskSilence, Settings
from outreach.conversation.plaintext import shortened
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Outgoing
from outreach.services import tips
from outreach.wording import day

LONGEST_TITLE = 60  # columns


def answer(turn: Turn) -> tuple[Outgoing, ...]:
    """What they got last, what they chose, and how to change it in one tap."""
    last = _about_last(turn)
    if not turn.subscribes:
        return turn.reply("\n".join([*last, turn.say("why.nothing")]), *steps(turn, Mine(), Subscribe()))
    return turn.reply("\n".join([*last, turn.say("why.text", **settings.lines(turn))]), *_ways(turn))


def _about_last(turn: Turn) -> list[str]:
    """What they got last, and what made it theirs; nothing, where the ledger knows of none any more."""
    reason = None if turn.person.resident_id is None else tips.why(turn.uow, turn.person.resident_id)
    if reason is None:
        return []
    on = day(reason.at, turn.house.office.rhythm.zone, turn.language, turn.now)
    title = shortened(reason.title, LONGEST_TITLE)
    told = turn.say("why.last", title=title, day=on) if title else turn.say("why.last_untitled", day=on)
    audiences = settings.named(turn, settings.labels_of(turn, reason.chosen))
    meant = turn.say("why.for_chosen", audiences=audiences) if audiences else turn.say("why.for_all")
    origin = [turn.say("why.from_region", region=reason.region_name)] if reason.region_name else []
    return [told, meant, *origin]


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
