"""From an intent that stands for itself to the topic that answers it."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation import joining, linking, listing, places, subscribing, talking, welcome
from outreach.conversation.intents import (
    Agree,
    Calendar,
    ChooseAudience,
    ChooseRegion,
    Decline,
    Erase,
    EraseConfirmed,
    Help,
    Join,
    Leave,
    Link,
    LinkNo,
    LinkYes,
    Menu,
    Mine,
    Person,
    PreferHere,
    Show,
    ShowList,
    Skip,
    Start,
    Stop,
    Subscribe,
    SwitchLanguage,
    Tappable,
    Tip,
    Unlink,
    UnlinkConfirmed,
)
from outreach.conversation.memory import Question, WishToJoin, WishToSubscribe, WishToWrite
from outreach.conversation.steps import all_steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.domain.people import GENERAL

_AUDIENCE = "aud:"


def follow(turn: Turn, intent: Tappable) -> tuple[Outgoing, ...]:
    """The answer to *intent*. A question that waited for free text is dropped: they have moved on."""
    asked = turn.memory.asked
    turn.ask(None)
    match intent:
        case Start():
            return welcome.start(turn)
        case Help():
            return welcome.help_(turn)
        case Menu():
            return welcome.menu(turn)
        case SwitchLanguage(language):
            return welcome.switch(turn, language)
        case ShowList(after, everywhere):
            return listing.show_list(turn, after, everywhere=everywhere)
        case Show(activity_id):
            return listing.show(turn, activity_id)
        case Join(activity_id, party):
            return joining.join(turn, activity_id, party)
        case Leave(activity_id):
            return joining.leave(turn, activity_id)
        case Mine():
            return places.mine(turn)
        case Calendar(calendar_of):
            return places.calendar(turn, calendar_of)
        case Agree():
            return agree(turn)
        case Decline():
            return decline(turn, wrote=asked is not None and asked.question is Question.NOTE)
        case Skip():
            return skip(turn, region=asked is not None and asked.question is Question.REGION)
        case Subscribe() | ChooseAudience() | Stop() | ChooseRegion():
            return _about_subscription(turn, intent)
        case Tip() | Person() | Erase() | EraseConfirmed():
            return _about_talking(turn, intent)
        case Link() | LinkYes() | LinkNo() | Unlink() | UnlinkConfirmed() | PreferHere():
            return linking.follow(turn, intent)


def agree(turn: Turn) -> tuple[Outgoing, ...]:
    """The agreeing tap: what was held is done now."""
    held = turn.memory.held
    if held is None:
        return nothing_asked(turn)
    turn.memory = replace(turn.memory, held=None)
    match held.wish:
        case WishToJoin() as wish:
            return joining.fulfil(turn, held, wish)
        case WishToSubscribe():
            return subscribing.fulfil(turn, held)
        case WishToWrite() as wish:
            return talking.fulfil(turn, held, wish)


def decline(turn: Turn, *, wrote: bool) -> tuple[Outgoing, ...]:
    """Not now: what was held is dropped, and nobody asks again."""
    if turn.memory.held is not None:
        turn.memory = replace(turn.memory, held=None)
        if not turn.person.is_known:
            return turn.reply(turn.say("decline.held"), *all_steps(turn))
    return turn.reply(turn.say("decline.note" if wrote else "decline.plain"), *all_steps(turn))


def skip(turn: Turn, *, region: bool) -> tuple[Outgoing, ...]:
    """They would rather not answer: the region, or what concerns them."""
    shown = turn.memory.shown
    if region:
        return subscribing.skip_region(turn)
    if shown is not None and any(choice.token.startswith(_AUDIENCE) for choice in shown.choices):
        return subscribing.choose(turn, GENERAL)
    return decline(turn, wrote=False)


def nothing_asked(turn: Turn) -> tuple[Outgoing, ...]:
    """A yes, but to nothing."""
    return turn.reply(turn.say("choose.nothing"), *all_steps(turn))


def _about_subscription(turn: Turn, intent: Subscribe | ChooseAudience | Stop | ChooseRegion) -> tuple[Outgoing, ...]:
    match intent:
        case Subscribe(page):
            return subscribing.subscribe(turn, page)
        case ChooseAudience(tag):
            return subscribing.choose(turn, tag)
        case Stop():
            return subscribing.stop(turn)
        case ChooseRegion(region_id):
            return subscribing.choose_region(turn, region_id)


def _about_talking(turn: Turn, intent: Tip | Person | Erase | EraseConfirmed) -> tuple[Outgoing, ...]:
    match intent:
        case Tip():
            return talking.read_one(turn)
        case Person():
            return talking.ask_for_note(turn)
        case Erase():
            return talking.ask_to_erase(turn)
        case EraseConfirmed():
            return talking.erase(turn)
