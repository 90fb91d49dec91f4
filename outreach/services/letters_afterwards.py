"""What is said after an activity: a question to those who came, one kind line to those who did not."""

from __future__ import annotations

from datetime import datetime

from outreach.domain.attendance import CAME, Reason
from outreach.domain.errors import NotFound
from outreach.domain.ids import SignUpId
from outreach.domain.messages import Choice, Language, Outgoing
from outreach.domain.signup import Standing
from outreach.services.calendars import discreet_title
from outreach.services.cards import MyPlace
from outreach.services.cards_ledger import Letter
from outreach.services.ports import UnitOfWork
from outreach.wording import Wording, day, when

ABOUTS = frozenset({"feedback", "missed"})


def write_out(uow: UnitOfWork, wording: Wording, letter: Letter, now: datetime) -> tuple[Outgoing, ...] | None:
    """The message of *letter*; ``None`` if what is noted of them is no longer so, or they have answered by now."""
    sign_up_id = SignUpId(int(letter.subject["sign_up"]))
    try:
        place = uow.sign_ups.place(sign_up_id)
    except NotFound:
        return None
    if letter.resident_id is None:
        return None
    mine = uow.attendances.mine(place.activity.id, letter.resident_id)
    if mine is None:
        return None
    if letter.subject["about"] == "feedback":
        return _asked(wording, letter, place, now) if mine.mark in CAME and not mine.answered else None
    return _missed(uow, wording, letter, place, now) if mine.mark is Standing.ABSENT else None


def _asked(wording: Wording, letter: Letter, place: MyPlace, now: datetime) -> tuple[Outgoing, ...]:
    language = letter.language
    text = wording.say("push.feedback", language, **_values(wording, place, language, now))
    choice = Choice(wording.say("choice.feedback", language), f"fb:{place.activity.id}")
    return (Outgoing(letter.kind, text, (choice,)),)


def _missed(uow: UnitOfWork, wording: Wording, letter: Letter, place: MyPlace, now: datetime) -> tuple[Outgoing, ...]:
    language, card = letter.language, place.activity
    text = wording.say("push.missed", language, **_values(wording, place, language, now))
    choices = [Choice(wording.say(f"reason.{reason}", language), f"sorry:{card.id}:{reason}") for reason in Reason]
    following = uow.attendances.next_like(card.id, now)
    if following is not None:
        moment = when(following.starts_at, following.ends_at, following.zone, language, now)
        values: dict[str, str | int] = {"title": following.title, "when": moment, "public_number": following.number}
        text += "\n" + wording.say("push.missed_next", language, **values)
        choices.append(Choice(wording.say("choice.join_next", language), f"join:{following.id}"))
    return (Outgoing(letter.kind, text, tuple(choices)),)


def _values(wording: Wording, place: MyPlace, language: Language, now: datetime) -> dict[str, str | int]:
    card = place.activity
    title = discreet_title(card, wording, language)
    return {"title": title, "when": day(card.starts_at, card.zone, language, now)}
