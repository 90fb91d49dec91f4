"""Signing up on the page, without a name: a small form, a seat or a place in the queue, and the way back out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from outreach.domain.activity import LARGEST_PARTY
from outreach.domain.facts import SignedUp
from outreach.domain.messages import Language
from outreach.domain.nickname import BadNickname, as_nickname
from outreach.domain.people import Purpose
from outreach.services import people, signups
from outreach.services.cards import ActivityCard, Caller, PersonCard
from outreach.services.people import Arrival, Notice
from outreach.services.ports import UnitOfWork
from outreach.web.console.forms import Form
from outreach.web.console.throttle import Throttle
from outreach.web.ways_in import source_of
from outreach.wording import NoticeText

A_MINUTE, AN_HOUR = timedelta(minutes=1), timedelta(hours=1)
TRIES_OF_A_VISITOR = 6  # a minute: more than a slow network and an impatient finger make
TRIES_FROM_A_PLACE = 20  # a minute: a village may sit behind one address, or a class around one code
HOURLY_FROM_A_PLACE = 150


class Gate:
    """How many sign-ups come at once from one visitor and from one place, so that no script fills a hall."""

    def __init__(self) -> None:
        self._visitors = Throttle(TRIES_OF_A_VISITOR, A_MINUTE)
        self._places = Throttle(TRIES_FROM_A_PLACE, A_MINUTE)
        self._hours = Throttle(HOURLY_FROM_A_PLACE, AN_HOUR)

    def allows(self, visitor: str, place: str, now: datetime) -> bool:
        """Count one more; whether it may go on."""
        return (
            self._visitors.allows(visitor, now) and self._places.allows(place, now) and self._hours.allows(place, now)
        )


@dataclass(frozen=True, slots=True)
class Wish:
    """What a form came to. *notice*: what they read above the button, if it was one of ours; and in which language."""

    party: int
    nickname: str | None = field(repr=False)
    notice: Notice | None
    language: Language
    place: str
    """The code of the region that they chose on the front page; empty without."""


def sign_up(uow: UnitOfWork, caller: Caller, card: ActivityCard, wish: Wish, now: datetime) -> SignedUp | None:
    """A place for *caller*; the queue number is that of this moment. ``None``: they have not read the notice yet.

    Raises the refusals of `signups.sign_up`; then nothing is kept of them either.
    """
    person = uow.people.at(caller)
    if Purpose.TAKE_PART not in person.consents:
        if wish.notice is None:
            return None
        person = people.agree(uow, caller, (Purpose.TAKE_PART,), wish.notice, _arrival(uow, card, wish), now)
    if person.resident_id is None:
        raise LookupError("only somebody who agreed can be signed up")
    if wish.nickname != person.nickname:
        people.name(uow, person.resident_id, wish.nickname)
    return signups.sign_up_themselves(uow, person.resident_id, card.id, now, wish.party)


def problems(form: Form, at_most: int) -> Mapping[str, Sequence[str]]:
    """All that is wrong with *form*: by field, the keys of what is said about it."""
    found = dict(_problems(form, at_most))
    return {name: (key,) for name, key in found.items()}


def parties(card: ActivityCard) -> range:
    """How many may come by one sign-up."""
    return range(1, min(LARGEST_PARTY, card.seats) + 1)


def wish_of(form: Form, notices: Mapping[Language, NoticeText], language: Language, place: str) -> Wish:
    """What a form without problems says."""
    read = next((tongue for tongue, notice in notices.items() if notice.text_hash == form.text("notice")), None)
    notice = None if read is None else Notice(notices[read].version, notices[read].text_hash)
    nickname = form.text("nickname")
    return Wish(int(form.text("party")), as_nickname(nickname) if nickname else None, notice, read or language, place)


def opened(form: Form, person: PersonCard) -> Form:
    """*form* with what we know already."""
    return form.opened_with(party="1", nickname=person.nickname or "")


def _problems(form: Form, at_most: int) -> Iterator[tuple[str, str]]:
    party = form.text("party")
    if not (party.isdecimal() and len(party) < 3 and 1 <= int(party) <= at_most):
        yield "party", "party_wrong"
    nickname = form.text("nickname")
    try:
        as_nickname(nickname or "a")
    except BadNickname as bad:
        yield "nickname", f"nickname_{bad.why.value}"


def _arrival(uow: UnitOfWork, card: ActivityCard, wish: Wish) -> Arrival:
    region = uow.regions.by_code(wish.place) if wish.place else None
    region_id = None if region is None else region.id
    return Arrival(wish.language, region_id, source=source_of(card.slug), nickname=wish.nickname)
