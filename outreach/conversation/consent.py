"""The notice before anything is kept: the wish is held, the words shown are remembered to the letter."""

from __future__ import annotations

from dataclasses import replace

from outreach.conversation.intents import Agree, Decline
from outreach.conversation.memory import HeldWish, Wish
from outreach.conversation.turn import Turn
from outreach.domain.messages import Outgoing
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
    return turn.reply(text, turn.choice(_LABELS[name], Agree()), turn.choice("choice.not_now", Decline()))


def notice_of(held: HeldWish) -> Notice:
    """What was shown, for the record."""
    return Notice(held.notice_version, held.notice_hash)
