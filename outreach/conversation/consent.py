"""The notice before anything is kept: the wish is held, the words shown are remembered to the letter."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation.intents import Agree, Decline
from outreach.conversation.memory import HeldWish, Wish, WishToSubscribe, WishToWrite
from outreach.conversation.tokens import token_of
from outreach.conversation.turn import Turn
from outreach.domain.messages import Choice, MessageKind, Outgoing
from outreach.services.people import Notice
from outreach.wording import NoticeName

_LABELS: dict[NoticeName, str] = {
    "take_part": "choice.agree_and_join",
    "subscription": "choice.agree_and_subscribe",
    "person": "choice.agree_and_send",
}


def hold(turn: Turn, wish: Wish, name: NoticeName, front: str = "") -> tuple[Outgoing, ...]:
    """Keep *wish* for a day and show the notice it needs; *front* says what it is about."""
    office = turn.house.office
    notice = turn.house.wording.notice(name, turn.language, office.network[turn.language])
    held = HeldWish(wish, notice.version, notice.text_hash, turn.now)
    turn.memory = replace(turn.memory, held=held, asked=None, introduced=True)
    text = f"{front}\n\n{notice.text}" if front else notice.text
    not_now = turn.choice("choice.not_now", Decline())
    return turn.reply(text, turn.choice(_LABELS[name], Agree()), *_parts(turn, wish), not_now)


def _parts(turn: Turn, wish: Wish) -> tuple[Choice, ...]:
    """Each purpose on its own, where a wish has several."""
    purposes = wish.purposes if isinstance(wish, WishToSubscribe) else ()
    if len(purposes) < 2:
        return ()
    return tuple(turn.choice(f"choice.only.{purpose.value}", Agree(purpose)) for purpose in purposes)


def remind(turn: Turn, replies: tuple[Outgoing, ...]) -> tuple[Outgoing, ...]:
    """Behind the first answer about something else: a note that waits for their word has not been sent. Once."""
    held = turn.memory.held
    if held is None or held != turn.kept.held or held.reminded or not isinstance(held.wish, WishToWrite):
        return replies
    if not replies or replies[-1].kind is MessageKind.SAFETY or any(map(_agrees, replies)):
        return replies
    turn.memory = replace(turn.memory, held=replace(held, reminded=True))
    *before, last = replies
    return (*before, replace(last, text=f"{last.text}\n\n{turn.say('note.waits')}"))


def _agrees(reply: Outgoing) -> bool:
    return any(choice.token == token_of(Agree()) for choice in reply.choices)


def notice_of(held: HeldWish) -> Notice:
    """What was shown, for the record."""
    return Notice(held.notice_version, held.notice_hash)
