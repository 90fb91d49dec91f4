"""From an intent that stands for itself to the topic that answers it."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation import (
    afterwards,
    how_often,
    joining,
    linking,
    listing,
    lost,
    nickname,
    places,
    queueing,
    settings,
    silence,
    subscribing,
    talking,
    welcome,
    why,
)
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
    JoinAnyway,
    Leave,
    Link,
    LinkNo,
    LinkYes,
    Menu,
    Mine,
    NewAddress,
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
from outreach.conversation.intents_attendance import Answering, AskExcuse, AskFeedback, Excuse, WishTopic
from outreach.conversation.intents_choices import (
    AskNickname,
    AskRegion,
    AskRhythm,
    AskSilence,
    CallMe,
    ChooseNews,
    ChooseRhythm,
    Choosing,
    DropAudience,
    DropNickname,
    Know,
    MyData,
    OwnWords,
    Queueing,
    Settings,
    Silence,
    SilencePlace,
    Unsilence,
    Why,
)
from outreach.conversation.memory import Question, Wish, WishToJoin, WishToSubscribe, WishToWrite
from outreach.conversation.steps import all_steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.domain.people import GENERAL, Purpose

_AUDIENCE = "aud:"
_ABOUT_THEM = frozenset({Question.NICKNAME, Question.SILENCE})


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
        case JoinAnyway(activity_id, party):
            return joining.join(turn, activity_id, party, anyway=True)
        case Leave(activity_id):
            return joining.leave(turn, activity_id)
        case Mine():
            return places.mine(turn)
        case Calendar(calendar_of):
            return places.calendar(turn, calendar_of)
        case NewAddress():
            return places.new_address(turn)
        case Agree(only):
            return agree(turn, only)
        case Decline():
            return decline(turn, None if asked is None else asked.question)
        case Skip():
            return skip(turn, None if asked is None else asked.question)
        case Subscribe() | ChooseAudience() | Stop() | ChooseRegion():
            return _about_subscription(turn, intent)
        case Tip() | Person() | Erase() | EraseConfirmed():
            return _about_talking(turn, intent)
        case Link() | LinkYes() | LinkNo() | Unlink() | UnlinkConfirmed() | PreferHere():
            return linking.follow(turn, intent)
        case AskFeedback() | Answering() | WishTopic() | AskExcuse() | Excuse():
            return afterwards.follow(turn, intent)
        case _:
            return _about_choices(turn, intent)


def hear(turn: Turn, question: Question, text: str) -> tuple[Outgoing, ...]:
    """Their own words, after we asked for them."""
    match question:
        case Question.REGION:
            return subscribing.look_for_region(turn, text)
        case Question.SILENCE:
            return silence.look_for(turn, text)
        case Question.NICKNAME:
            return nickname.take(turn, text)
        case Question.NOTE:
            return talking.take_note(turn, text)


def in_own_words(turn: Turn, intent: OwnWords) -> tuple[Outgoing, ...]:
    """A wish with words of their own in it. A place that we do not know: perhaps it was no wish at all."""
    turn.ask(None)
    match intent:
        case CallMe(wanted):
            return nickname.take(turn, wanted)
        case SilencePlace(part) if subscribing.found_by(turn, part):
            return silence.look_for(turn, part)
        case SilencePlace(part):
            return lost.answer(turn, part)


def agree(turn: Turn, only: Purpose | None = None) -> tuple[Outgoing, ...]:
    """The agreeing tap: what was held is done now. *only*: that part of it."""
    held = turn.memory.held
    if held is None or not _offers(held.wish, only):
        return nothing_asked(turn)
    turn.memory = replace(turn.memory, held=None)
    match held.wish:
        case WishToJoin() as wish:
            answer = joining.fulfil(turn, held, wish)
        case WishToSubscribe() as wish:
            answer = subscribing.fulfil(turn, held, wish if only is None else replace(wish, purposes=(only,)))
        case WishToWrite() as wish:
            answer = talking.fulfil(turn, held, wish)
    turn.memory = replace(turn.memory, nickname=None)  # it is kept now, and what is taken back later must not return
    return answer


def _offers(wish: Wish, only: Purpose | None) -> bool:
    return only is None or (isinstance(wish, WishToSubscribe) and only in wish.purposes)


def decline(turn: Turn, asked: Question | None = None) -> tuple[Outgoing, ...]:
    """Not now: what was held is dropped, and nobody asks again. A no to a question about themselves ends that alone."""
    if asked in _ABOUT_THEM:
        return turn.reply(turn.say("decline.plain"), *all_steps(turn))
    if turn.memory.held is not None:
        turn.memory = replace(turn.memory, held=None)
        if not turn.person.is_known:
            return turn.reply(turn.say("decline.held"), *all_steps(turn))
    return turn.reply(turn.say("decline.note" if asked is Question.NOTE else "decline.plain"), *all_steps(turn))


def skip(turn: Turn, asked: Question | None) -> tuple[Outgoing, ...]:
    """They would rather not answer: the region, or what concerns them."""
    shown = turn.memory.shown
    if asked is Question.REGION:
        return subscribing.skip_region(turn)
    if shown is not None and any(choice.token.startswith(_AUDIENCE) for choice in shown.choices):
        return subscribing.choose(turn, GENERAL)
    return decline(turn, asked)


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


def _about_choices(turn: Turn, intent: Choosing) -> tuple[Outgoing, ...]:
    match intent:
        case Settings():
            return settings.show(turn)
        case MyData():
            return settings.kept(turn)
        case Why():
            return why.answer(turn)
        case Know(activity_id):
            return places.know(turn, activity_id)
        case Queueing():
            return queueing.where(turn)
        case AskRegion():
            return subscribing.ask_region(turn)
        case DropAudience(tag):
            return subscribing.drop(turn, tag)
        case AskRhythm():
            return how_often.ask(turn)
        case ChooseRhythm(often):
            return how_often.choose(turn, often)
        case ChooseNews(wanted):
            return how_often.choose_news(turn, wanted=wanted)
        case AskNickname():
            return nickname.ask(turn)
        case DropNickname():
            return nickname.drop(turn)
        case AskSilence() | Silence() | Unsilence():
            return _about_places(turn, intent)


def _about_places(turn: Turn, intent: AskSilence | Silence | Unsilence) -> tuple[Outgoing, ...]:
    match intent:
        case AskSilence():
            return silence.ask(turn)
        case Silence(region_id):
            return silence.silence(turn, region_id)
        case Unsilence(region_id):
            return silence.unsilence(turn, region_id)
