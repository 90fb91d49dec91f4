"""One person, several chats: the code, the yes on either side, a chat on its own again, the one to write to."""

from __future__ import annotations

from outreach.conversation.intents import (
    Decline,
    Erase,
    Link,
    LinkNo,
    LinkYes,
    Mine,
    Person,
    PreferHere,
    ShowList,
    Subscribe,
    Tappable,
    Unlink,
    UnlinkConfirmed,
)
from outreach.conversation.memory import Memory
from outreach.conversation.steps import all_steps, steps
from outreach.conversation.tokens import intent_of, token_of
from outreach.conversation.turn import Turn
from outreach.domain.ids import LaneName
from outreach.domain.messages import Choice, Language, MessageKind, Outgoing
from outreach.services import linking
from outreach.services.cards import LinkId, LinkOffer
from outreach.services.linking import Doors, Linked, NoLink

_NEXT: dict[NoLink, tuple[Tappable, ...]] = {
    NoLink.BUSY: (Mine(), Person()),
    NoLink.NOTHING: (ShowList(), Subscribe()),
    NoLink.PAUSED: (Person(),),
}


def follow(turn: Turn, intent: Link | LinkYes | LinkNo | Unlink | UnlinkConfirmed | PreferHere) -> tuple[Outgoing, ...]:
    """The answer to a word about one's chats."""
    match intent:
        case Link():
            return begin(turn)
        case LinkYes(link_id):
            return _yes(turn, link_id)
        case LinkNo(link_id):
            return _no(turn, link_id)
        case Unlink():
            return _ask_to_unlink(turn)
        case UnlinkConfirmed():
            return _unlink(turn)
        case PreferHere():
            standing = linking.prefer(turn.uow, turn.caller, turn.now)
            return turn.reply(turn.say(f"prefer.{standing.value}"), *steps(turn, Mine()))


def begin(turn: Turn) -> tuple[Outgoing, ...]:
    """A code for the other chat, in two groups: it is read from one screen and typed on another."""
    code = linking.begin(turn.uow, turn.caller, turn.language, turn.now)
    return turn.reply(turn.say("link.code", code=f"{code[:4]} {code[4:]}"))


def use_code(turn: Turn, code: str) -> tuple[Outgoing, ...]:
    """What would happen, and do they want it? Nothing of the other chat is told."""
    found = linking.use_code(turn.uow, turn.caller, code, turn.language, turn.now)
    if isinstance(found, NoLink):
        return turn.reply(turn.say(f"link.{found.value}"), *steps(turn, *_NEXT.get(found, ())))
    return _preview(turn, found)


def ask_again(turn: Turn) -> tuple[Outgoing, ...] | None:
    """The question that waits for this chat's yes or no, with its choices; ``None`` if there is none."""
    offer = linking.pending(turn.uow, turn.caller, None, turn.now)
    if offer is None:
        return None
    if offer.agreed_at is None:
        return _preview(turn, offer)
    linking.asked_here(turn.uow, offer, turn.now)
    return (_question(turn, offer, turn.language),)


def meant_by_no(turn: Turn) -> LinkNo | None:
    """What a plain no means where nothing else waits for one."""
    shown, memory = turn.memory.shown, turn.memory
    another = shown is not None and any(isinstance(intent_of(choice.token), Decline) for choice in shown.choices)
    if another or memory.asked is not None or memory.held is not None:
        return None
    offer = linking.pending(turn.uow, turn.caller, None, turn.now)
    return None if offer is None else LinkNo(offer.id)


def _preview(turn: Turn, offer: LinkOffer) -> tuple[Outgoing, ...]:
    yes, no = turn.choice("choice.link", LinkYes(offer.id)), turn.choice("choice.not_now", LinkNo(offer.id))
    return turn.reply(turn.say("link.preview"), yes, no)


def _question(turn: Turn, offer: LinkOffer, language: Language) -> Outgoing:
    """For the chat that made the code. Its words work without its buttons: it may ride in front of another answer."""
    say = turn.house.wording.say
    choices = (
        Choice(say("choice.it_is_me", language), token_of(LinkYes(offer.id))),
        Choice(say("choice.not_me", language), token_of(LinkNo(offer.id))),
    )
    lane = turn.caller.lane if offer.other is None else offer.other.lane
    return Outgoing(MessageKind.REPLY, say("link.question", language, channel=_channel(turn, lane, language)), choices)


def _channel(turn: Turn, lane: LaneName, language: Language) -> str:
    """What people call it; a lane of its own name is one of a kind that begins with that of its adapter."""
    key = f"channel.{lane.partition('_')[0]}"
    wording = turn.house.wording
    return wording.say(key if wording.has(key) else "channel.other", language)


def _yes(turn: Turn, link_id: LinkId | None) -> tuple[Outgoing, ...]:
    offer = linking.pending(turn.uow, turn.caller, link_id, turn.now)
    if offer is None:
        return _nothing_waits(turn, link_id)
    if offer.agreed_at is not None:
        return _confirm(turn, offer)
    question = _question(turn, offer, offer.asker_language)
    agreed = linking.agree(turn.uow, turn.caller, offer, question, turn.now)
    return turn.reply(turn.say("link.late" if isinstance(agreed, NoLink) else "link.asked_there"))


def _confirm(turn: Turn, offer: LinkOffer) -> tuple[Outgoing, ...]:
    fact = linking.confirm(turn.uow, offer, turn.now)
    if not isinstance(fact, Linked):
        _tell(turn, offer, f"link.{fact.why.value}")
        return turn.reply(turn.say("link.failed" if fact.why is NoLink.BUSY else f"link.{fact.why.value}"))
    turn.person = turn.uow.people.at(turn.caller)
    _tell(turn, offer, "link.done")
    return turn.reply(turn.say("link.done"), *steps(turn, Mine()))


def _no(turn: Turn, link_id: LinkId | None) -> tuple[Outgoing, ...]:
    offer = linking.pending(turn.uow, turn.caller, link_id, turn.now)
    if offer is None:
        return _nothing_waits(turn, link_id)
    linking.refuse(turn.uow, offer, turn.now)
    if offer.agreed_at is not None:
        _tell(turn, offer, "link.not_joined")
    return turn.reply(turn.say("link.refused"))


def _nothing_waits(turn: Turn, link_id: LinkId | None) -> tuple[Outgoing, ...]:
    key = "choose.nothing" if link_id is None else "link.late"
    return turn.reply(turn.say(key), *all_steps(turn))


def _tell(turn: Turn, offer: LinkOffer, key: str) -> None:
    text = turn.house.wording.say(key, offer.other_language or turn.language)
    linking.tell(turn.uow, offer, Outgoing(MessageKind.REPLY, text), turn.now)


def _ask_to_unlink(turn: Turn) -> tuple[Outgoing, ...]:
    standing = linking.may_unlink(turn.uow, turn.caller)
    if standing is not Doors.DONE:
        return _cannot_unlink(turn, standing)
    no = turn.choice("choice.not_now", Decline())
    return turn.reply(turn.say("unlink.ask"), turn.choice("choice.unlink", UnlinkConfirmed()), no)


def _unlink(turn: Turn) -> tuple[Outgoing, ...]:
    standing = linking.unlink(turn.uow, turn.caller, turn.now)
    if standing is not Doors.DONE:
        return _cannot_unlink(turn, standing)
    turn.person = turn.uow.people.at(turn.caller)
    turn.memory = Memory(language=turn.language, introduced=True)
    return turn.reply(turn.say("unlink.done"), *all_steps(turn))


def _cannot_unlink(turn: Turn, standing: Doors) -> tuple[Outgoing, ...]:
    erase = (turn.choice("choice.erase_ask", Erase()),) if standing is Doors.ONLY else ()
    return turn.reply(turn.say(f"unlink.{standing.value}"), *erase)
