"""One card with all that somebody has chosen, and a choice to change each; and what else we keep of them."""

from __future__ import annotations

from outreach.conversation import how_often, nickname, places, silence
from outreach.conversation.intents import Erase, Subscribe
from outreach.conversation.intents_choices import AskNickname, AskRegion, AskRhythm, AskSilence, Settings
from outreach.conversation.steps import other_language, steps
from outreach.conversation.subscribing import name_of
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, Outgoing

_MOST_NAMED = 3  # places or tags in one line of the card


def show(turn: Turn) -> tuple[Outgoing, ...]:
    """What is chosen, a line each, and how to change it."""
    text = turn.say("settings.text", **lines(turn))
    if turn.person.resident_id is None:
        text = f"{text}\n{turn.say('settings.for_now')}"
    return turn.reply(f"{text}\n\n{turn.say('settings.which')}", *_ways(turn))


def kept(turn: Turn) -> tuple[Outgoing, ...]:
    """All that we keep of them, and how to see it go."""
    resident_id = turn.person.resident_id
    if resident_id is None:
        return turn.reply(turn.say("kept.nothing"), *steps(turn, Settings()))
    doors, found = turn.uow.people.doors(resident_id), len(places.all_of(turn))
    text = turn.say("kept.text", doors=doors, places=found, **lines(turn))
    return turn.reply(text, *steps(turn, Settings()), turn.choice("choice.erase_ask", Erase()))


def lines(turn: Turn) -> dict[str, str]:
    """The values of the card, a line each."""
    return {
        "region": _region(turn) or turn.say("settings.open"),
        "audiences": named(turn, _audiences(turn)) or turn.say("settings.everybody"),
        "tips": how_often.tips_now(turn),
        "news": how_often.news_now(turn),
        "silent": named(turn, [name_of(turn, region) for region in silence.of(turn)]) or turn.say("settings.nowhere"),
        "nickname": nickname.of(turn) or turn.say("settings.open"),
    }


def _ways(turn: Turn) -> list[Choice]:
    ways = [*steps(turn, other_language(turn))]
    if turn.uow.regions.count() > 1:
        ways.append(turn.choice("choice.change_region", AskRegion()))
    if turn.subscribes:
        ways.append(turn.choice("choice.change_audiences", Subscribe()))
        ways.append(turn.choice("choice.change_often", AskRhythm()))
        news = how_often.news_choice(turn)
        ways.append(turn.choice("choice.want_news" if news.wanted else "choice.no_news", news))
        ways.append(turn.choice("choice.change_silence", AskSilence()))
    else:
        ways += steps(turn, Subscribe())
    label = "choice.change_nickname" if nickname.of(turn) else "choice.nickname"
    return [*ways, turn.choice(label, AskNickname())]


def _region(turn: Turn) -> str:
    if turn.person.resident_id is not None:
        return turn.person.region_name
    region_id = turn.memory.region_id
    return "" if region_id is None else turn.uow.regions.get(region_id).name


def _audiences(turn: Turn) -> list[str]:
    return labels_of(turn, turn.person.audiences if turn.person.is_known else turn.memory.audiences)


def labels_of(turn: Turn, audiences: frozenset[str]) -> list[str]:
    """What people call these tags, in the order of the vocabulary."""
    return [tag.label(turn.language) for tag in turn.house.vocabulary.audiences if tag.key in audiences]


def named(turn: Turn, names: list[str]) -> str:
    """The first few of *names*, and how many more there are."""
    comma = turn.say("settings.comma")
    first = comma.join(names[:_MOST_NAMED])
    more = len(names) - _MOST_NAMED
    return turn.say("settings.more", names=first, more=more) if more > 0 else first
