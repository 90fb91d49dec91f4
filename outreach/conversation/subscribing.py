"""Tips and announcements: what concerns somebody, their yes, where they live, and the one word that ends it."""

from __future__ import annotations

from dataclasses import replace

from outreach.content import Tag
from outreach.conversation import consent
from outreach.conversation.intents import ChooseAudience, ChooseRegion, Mine, ShowList, Skip, Subscribe, Tip
from outreach.conversation.memory import HeldWish, Question, WishToSubscribe
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.ids import RegionId
from outreach.domain.messages import Choice, Outgoing
from outreach.domain.people import GENERAL, Purpose
from outreach.services import people

MOST_AUDIENCES = 5  # beside the general one: more would not fit a phone in large type
MOST_REGIONS = 5
LONGEST_NAME = 20  # characters of a region's name that are looked at


def subscribe(turn: Turn, page: int = 0) -> tuple[Outgoing, ...]:
    """Ask what concerns them: one tap, or none in particular; a page at a time."""
    key = "subscribe.already" if turn.allows(Purpose.TIPS) else "subscribe.choose"
    return turn.reply(turn.say("subscribe.more" if page else key), *_audiences(turn, page))


def choose(turn: Turn, tag: str) -> tuple[Outgoing, ...]:
    """One audience chosen: kept at once for who subscribed, else after the notice. One not offered: asked again."""
    if tag not in {offered.key for offered in _offered(turn)}:
        return subscribe(turn)
    chosen = frozenset({tag} - {GENERAL})
    if turn.person.resident_id is not None and turn.allows(Purpose.TIPS):
        turn.uow.people.update(turn.person.resident_id, audiences=turn.person.audiences | chosen)
        label = turn.house.vocabulary.audiences[tag].label(turn.language)
        return turn.reply(turn.say("subscribe.kept", audience=label), *steps(turn, Tip(), ShowList()))
    turn.memory = replace(turn.memory, audiences=chosen)
    return consent.hold(turn, WishToSubscribe(), "subscription")


def fulfil(turn: Turn, held: HeldWish) -> tuple[Outgoing, ...]:
    """The agreeing tap; then, if the network has several regions and theirs is open, the question where they live."""
    ask_region = _region_is_open(turn)
    office = turn.house.office
    notice, arrival = consent.notice_of(held), turn.arrival()
    turn.person = people.subscribe(turn.uow, turn.caller, notice, arrival, office.rhythm, turn.now)
    done = turn.say("subscribe.done")
    if not ask_region:
        return turn.reply(done, *steps(turn, Tip(), ShowList()))
    turn.ask(Question.REGION)
    return turn.reply(f"{done}\n\n{turn.say('region.ask')}", turn.choice("choice.skip", Skip()))


def look_for_region(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """The regions whose name holds what they wrote; a single one is taken."""
    part = text.strip()[:LONGEST_NAME]
    found = turn.uow.regions.matching(part, MOST_REGIONS) if part else []
    if len(found) == 1:
        return choose_region(turn, found[0].id)
    turn.ask(Question.REGION)
    skip = turn.choice("choice.skip", Skip())
    if not found:
        return turn.reply(turn.say("region.none"), skip)
    return turn.reply(turn.say("region.which"), *(turn.entry(it.name, ChooseRegion(it.id)) for it in found), skip)


def choose_region(turn: Turn, region_id: RegionId) -> tuple[Outgoing, ...]:
    """Where they live, from now on."""
    region = turn.uow.regions.get(region_id)
    turn.ask(None)
    if turn.person.resident_id is None:
        turn.memory = replace(turn.memory, region_id=region.id)
    else:
        turn.uow.people.update(turn.person.resident_id, region_id=region.id)
    return turn.reply(turn.say("region.kept", region=region.name), *steps(turn, ShowList(), Tip()))


def skip_region(turn: Turn) -> tuple[Outgoing, ...]:
    """They would rather not say."""
    turn.ask(None)
    return turn.reply(turn.say("region.skipped"), *steps(turn, ShowList(), Tip()))


def stop(turn: Turn) -> tuple[Outgoing, ...]:
    """No tips and announcements any more; says how reminders end too."""
    ended = people.unsubscribe(turn.uow, turn.person, turn.now)
    if ended:
        return turn.reply(turn.say("stop.done"), *steps(turn, Mine(), ShowList()))
    return turn.reply(turn.say("stop.nothing"), *steps(turn, Mine(), Subscribe()))


def _region_is_open(turn: Turn) -> bool:
    if turn.memory.region_id is not None or turn.uow.regions.count() < 2:
        return False
    return turn.person.region_id in {None, turn.uow.regions.root().id}


def _audiences(turn: Turn, page: int) -> tuple[Choice, ...]:
    """The general audience first, then as many as fit a phone, then those on the next page."""
    general, *others = _offered(turn)
    here = others[page * MOST_AUDIENCES : (page + 1) * MOST_AUDIENCES]
    if not here:
        return _audiences(turn, 0) if page else (_choice(turn, general),)
    more = len(others) > (page + 1) * MOST_AUDIENCES
    further = (turn.choice("choice.more", Subscribe(page + 1)),) if more else ()
    return (*(_choice(turn, tag) for tag in (general, *here)), *further)


def _choice(turn: Turn, tag: Tag) -> Choice:
    return turn.entry(tag.label(turn.language), ChooseAudience(tag.key))


def _offered(turn: Turn) -> list[Tag]:
    """All that may be named in public, the general one first."""
    public = sorted((tag for tag in turn.house.vocabulary.audiences if not tag.restricted), key=lambda tag: tag.order)
    return sorted(public, key=lambda tag: tag.key != GENERAL)
