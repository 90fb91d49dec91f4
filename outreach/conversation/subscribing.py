"""Tips and announcements: what concerns somebody, their yes, where they live, and the one word that ends it."""

from __future__ import annotations

from dataclasses import replace

from outreach.content import Tag
from outreach.conversation import consent
from outreach.conversation.intents import ChooseAudience, ChooseRegion, Mine, ShowList, Skip, Subscribe, Tappable, Tip
from outreach.conversation.intents_choices import AskRhythm, ChooseNews, DropAudience, Settings
from outreach.conversation.memory import HeldWish, Question, WishToSubscribe
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.ids import RegionId, ResidentId
from outreach.domain.messages import Choice, Outgoing
from outreach.domain.people import GENERAL, Purpose
from outreach.services import people
from outreach.services.cards import Region

MOST_AUDIENCES = 5  # beside the general one: more would not fit a phone in large type
MOST_REGIONS = 5
LONGEST_NAME = 40  # characters of a region's name or code that are looked at


def subscribe(turn: Turn, page: int = 0) -> tuple[Outgoing, ...]:
    """Ask what concerns them: one tap, or none in particular; a page at a time."""
    key = "subscribe.already" if turn.subscribes else "subscribe.choose"
    return turn.reply(turn.say("subscribe.more" if page else key), *_audiences(turn, page), *_other_half(turn))


def choose(turn: Turn, tag: str) -> tuple[Outgoing, ...]:
    """One audience chosen: kept at once for who subscribed, else after the notice. One not offered: asked again."""
    if tag not in {offered.key for offered in _offered(turn)}:
        return subscribe(turn)
    chosen = frozenset({tag} - {GENERAL})
    if turn.person.resident_id is not None and turn.subscribes:
        return _keep(turn, turn.person.resident_id, turn.person.audiences | chosen, "subscribe.kept", tag)
    turn.memory = replace(turn.memory, audiences=chosen)
    return consent.hold(turn, WishToSubscribe(), "subscription")


def drop(turn: Turn, tag: str) -> tuple[Outgoing, ...]:
    """One audience that concerns them no more. One that we do not know: asked again."""
    if tag not in turn.house.vocabulary.audiences:
        return subscribe(turn)
    if turn.person.resident_id is not None:
        return _keep(turn, turn.person.resident_id, turn.person.audiences - {tag}, "subscribe.dropped", tag)
    turn.memory = replace(turn.memory, audiences=turn.memory.audiences - {tag})
    return subscribe(turn)


def fulfil(turn: Turn, held: HeldWish, wish: WishToSubscribe) -> tuple[Outgoing, ...]:
    """The agreeing tap; then, if the network has several regions and theirs is open, the question where they live."""
    ask_region = _region_is_open(turn) and not turn.subscribes
    notice, arrival, slots = consent.notice_of(held), turn.arrival(), turn.house.office.rhythm
    turn.person = people.subscribe(
        turn.uow, turn.caller, notice, arrival, slots, turn.now, wish.purposes, often=wish.often
    )
    done = _done(turn, wish)
    if not ask_region:
        return turn.reply(done, *steps(turn, Tip(), ShowList()))
    turn.ask(Question.REGION)
    return turn.reply(f"{done}\n\n{turn.say('region.ask')}", turn.choice("choice.skip", Skip()))


def ask_region(turn: Turn) -> tuple[Outgoing, ...]:
    """Where do they live? Where there is one place only, nobody is asked."""
    if turn.uow.regions.count() < 2:
        return turn.reply(turn.say("region.only"), *steps(turn, ShowList(), Settings()))
    turn.ask(Question.REGION)
    return turn.reply(turn.say("region.ask"), turn.choice("choice.skip", Skip()))


def found_by(turn: Turn, text: str) -> list[Region]:
    """The regions whose name holds what they wrote, or the one whose code it is."""
    part = text.strip()[:LONGEST_NAME]
    by_code = turn.uow.regions.by_code(part) if part else None
    if by_code is not None:
        return [by_code]
    return turn.uow.regions.matching(part, MOST_REGIONS) if part else []


def name_of(turn: Turn, region: Region) -> str:
    """What people call it; the whole network by the network's name, where it has none of its own."""
    return region.name or turn.house.office.network[turn.language]


def region_entry(turn: Turn, region: Region, intent: Tappable) -> Choice:
    """A region as a choice; what it belongs to stands behind it, because villages share their names."""
    above = None if region.parent_id is None else turn.uow.regions.get(region.parent_id)
    return turn.entry(name_of(turn, region), intent, "" if above is None else above.name)


def look_for_region(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """The regions whose name holds what they wrote; a single one is taken."""
    found = found_by(turn, text)
    if len(found) == 1:
        return choose_region(turn, found[0].id)
    turn.ask(Question.REGION)
    skip = turn.choice("choice.skip", Skip())
    if not found:
        return turn.reply(turn.say("region.none"), skip)
    return turn.reply(turn.say("region.which"), *(region_entry(turn, it, ChooseRegion(it.id)) for it in found), skip)


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
    label = tag.label(turn.language)
    if turn.subscribes and tag.key in turn.person.audiences:
        return turn.entry(turn.say("choice.drop_audience", audience=label), DropAudience(tag.key))
    return turn.entry(label, ChooseAudience(tag.key))


def _other_half(turn: Turn) -> tuple[Choice, ...]:
    """For who has tips or announcements alone: the other of the two."""
    if turn.allows(Purpose.TIPS) == turn.allows(Purpose.NEWS):
        return ()
    if turn.allows(Purpose.TIPS):
        return (turn.choice("choice.want_news", ChooseNews(wanted=True)),)
    return (turn.choice("choice.want_tips", AskRhythm()),)


def _keep(turn: Turn, resident_id: ResidentId, audiences: frozenset[str], key: str, tag: str) -> tuple[Outgoing, ...]:
    turn.uow.people.update(resident_id, audiences=audiences)
    turn.person = replace(turn.person, audiences=audiences)
    label = turn.house.vocabulary.audiences[tag].label(turn.language)
    return turn.reply(turn.say(key, audience=label), *steps(turn, Tip(), ShowList(), Settings()))


def _done(turn: Turn, wish: WishToSubscribe) -> str:
    what = "both" if len(wish.purposes) > 1 else wish.purposes[0].value
    often = turn.say(f"settings.tips.{turn.person.rhythm.value}")
    return turn.say(f"subscribe.done.{what}", often=often)


def _offered(turn: Turn) -> list[Tag]:
    """All that may be named in public, the general one first."""
    public = sorted((tag for tag in turn.house.vocabulary.audiences if not tag.restricted), key=lambda tag: tag.order)
    return sorted(public, key=lambda tag: tag.key != GENERAL)
