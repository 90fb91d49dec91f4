"""Something to read, a human being to write to, and being forgotten."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation import consent
from outreach.conversation.intents import Decline, EraseConfirmed, ShowList, Subscribe, Tip
from outreach.conversation.memory import HeldWish, Question, WishToWrite
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
from outreach.domain.people import Purpose
from outreach.services import people, threads, tips
from outreach.services.letters import tip_text
from outreach.services.manners import Manners


def read_one(turn: Turn) -> tuple[Outgoing, ...]:
    """An approved item that they have not had yet."""
    person = turn.person if turn.person.is_known else replace(turn.person, audiences=turn.memory.audiences)
    manners = Manners(closed=turn.house.vocabulary.audiences.restricted)
    item = tips.read_one(turn.uow, person, turn.language, turn.memory.seen, turn.now, manners)
    if item is None:
        return turn.reply(turn.say("tip.none"), *steps(turn, ShowList(), Subscribe()))
    further = () if turn.allows(Purpose.TIPS) else steps(turn, Subscribe())
    if turn.memory.seen[-1:] == (item.slug,):  # the one that they have read just now is all there is
        return turn.reply(turn.say("tip.no_other"), *further, *steps(turn, ShowList()))
    turn.memory = turn.memory.with_seen(item.slug)
    text = tip_text(turn.house.desk, item, turn.language, turn.now, turn.there.helplines)
    return turn.reply(text, turn.choice("choice.another", Tip()), *further, *steps(turn, ShowList()))


def ask_for_note(turn: Turn) -> tuple[Outgoing, ...]:
    """When somebody is there, whom to call at once, and please one message."""
    turn.ask(Question.NOTE)
    return turn.reply(turn.say("note.ask"), turn.choice("choice.no_note", Decline()))


def take_note(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    """Their message for staff: kept, or held until they agree that it is."""
    turn.ask(None)
    if turn.allows(Purpose.TALK):
        return _keep_note(turn, text)
    return consent.hold(turn, WishToWrite(text[: threads.LONGEST_NOTE]), "person")


def fulfil(turn: Turn, held: HeldWish, wish: WishToWrite) -> tuple[Outgoing, ...]:
    """The agreeing tap: the note goes to staff."""
    purposes = (Purpose.TALK,)
    turn.person = people.agree(turn.uow, turn.caller, purposes, consent.notice_of(held), turn.arrival(), turn.now)
    return _keep_note(turn, wish.text)


def ask_to_erase(turn: Turn) -> tuple[Outgoing, ...]:
    """Once more, because it cannot be undone."""
    no = turn.choice("choice.not_now", Decline())
    return turn.reply(turn.say("erase.ask"), turn.choice("choice.erase", EraseConfirmed()), no)


def erase(turn: Turn) -> tuple[Outgoing, ...]:
    """Forget them, and say what was deleted."""
    erased = people.erase(turn.uow, turn.caller, turn.now)
    turn.forgotten = True
    if erased is None:
        return turn.reply(turn.say("erase.nothing"))
    key = "erase.done_with_places" if erased.left else "erase.done"
    return turn.reply(turn.say(key, places=len(erased.left)))


def _keep_note(turn: Turn, text: str) -> tuple[Outgoing, ...]:
    threads.leave_note(turn.uow, turn.caller, turn.person, text, turn.now)
    return turn.reply(turn.say("note.kept"), *steps(turn, ShowList()))
