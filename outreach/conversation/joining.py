"""Signing up and giving a place back."""

from __future__ import annotations

from outreach.conversation import consent
from outreach.conversation.intents import Calendar, Decline, Join, JoinAnyway, Mine, ShowList
from outreach.conversation.intents_choices import AskNickname
from outreach.conversation.listing import title_of, visible
from outreach.conversation.memory import HeldWish, WishToJoin
from outreach.conversation.places import stands
from outreach.conversation.steps import steps
from outreach.conversation.turn import Turn
from outreach.domain.activity import LARGEST_PARTY, ActivityStatus
from outreach.domain.errors import ActivityCalledOff, ActivityClosed, NotSignedUp, PartyTooLarge
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Choice, Outgoing
from outreach.domain.people import Purpose
from outreach.domain.signup import MOST_PLACES, Standing
from outreach.services import people, signups
from outreach.services.activities import is_open
from outreach.services.cards import ActivityCard, MyPlace


def join(turn: Turn, activity_id: ActivityId, party: int, *, anyway: bool = False) -> tuple[Outgoing, ...]:
    """A place for *party*, or first the notice; *anyway*: though they have another at the same time.

    Raises the refusals of `signups.sign_up`.
    """
    card = visible(turn, activity_id)
    if turn.allows(Purpose.TAKE_PART):
        other = None if anyway else _at_the_same_time(turn, card)
        if other is not None:
            return _ask_whether_both(turn, card, other, party)
        return _sign_up(turn, card, party)
    _require_possible(turn, card, party)
    front = turn.say("join.wanted", title=title_of(turn, card), when=turn.when(card))
    return consent.hold(turn, WishToJoin(activity_id, party), "take_part", front)


def fulfil(turn: Turn, held: HeldWish, wish: WishToJoin) -> tuple[Outgoing, ...]:
    """The agreeing tap: the queue number is that of this moment."""
    card = visible(turn, wish.activity_id)
    _require_possible(turn, card, wish.party)
    purposes = (Purpose.TAKE_PART,)
    turn.person = people.agree(turn.uow, turn.caller, purposes, consent.notice_of(held), turn.arrival(), turn.now)
    return _sign_up(turn, card, wish.party, offer=_offered_name(turn))


def leave(turn: Turn, activity_id: ActivityId) -> tuple[Outgoing, ...]:
    """Give the place back. Raises `NotSignedUp`, `ActivityNotFound` or `ActivityClosed`."""
    card = visible(turn, activity_id)
    if turn.person.resident_id is None:
        raise NotSignedUp
    fact = signups.withdraw(turn.uow, turn.person.resident_id, activity_id, turn.now)
    text = turn.say(
        "leave.passed_on" if fact.promoted else "leave.done", title=title_of(turn, card), when=turn.when(card)
    )
    again = (turn.choice("choice.join_again", Join(activity_id)),) if is_open(card, turn.now) else ()
    return turn.reply(text, *again, *steps(turn, ShowList(), Mine()))


def _at_the_same_time(turn: Turn, card: ActivityCard) -> MyPlace | None:
    """Another activity that they have a place in and that overlaps; none if they are in this one already."""
    resident_id = turn.person.resident_id
    mine = [] if resident_id is None else turn.uow.sign_ups.of_resident(resident_id, turn.now, MOST_PLACES)
    if any(place.activity.id == card.id for place in mine):
        return None
    return next((place for place in mine if _overlap(place.activity, card)), None)


def _overlap(one: ActivityCard, other: ActivityCard) -> bool:
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def _ask_whether_both(turn: Turn, card: ActivityCard, other: MyPlace, party: int) -> tuple[Outgoing, ...]:
    mine = other.activity
    text = turn.say(
        "join.both", title=title_of(turn, card), when=turn.when(card), other=title_of(turn, mine), then=turn.when(mine)
    )
    both = turn.choice("choice.both", JoinAnyway(card.id, party))
    return turn.reply(text, both, turn.choice("choice.not_now", Decline()), *steps(turn, Mine()))


def _offered_name(turn: Turn) -> tuple[Choice, ...]:
    """With the first place only, and never as a question: what to call them, if they like."""
    return () if turn.person.nickname else (turn.choice("choice.nickname", AskNickname()),)


def _sign_up(turn: Turn, card: ActivityCard, party: int, offer: tuple[Choice, ...] = ()) -> tuple[Outgoing, ...]:
    if turn.person.resident_id is None:
        raise LookupError("only somebody who agreed can be signed up")
    fact = signups.sign_up_themselves(turn.uow, turn.person.resident_id, card.id, turn.now, party)
    place = turn.uow.sign_ups.place(fact.sign_up.id)
    calendar = (turn.choice("choice.calendar", Calendar(card.id)),) if place.standing is Standing.SEATED else ()
    front = _told(turn, card, place, again=fact.again)
    return turn.reply(f"{front}\n{stands(turn, place)}", *calendar, *steps(turn, Mine(), ShowList()), *offer)


def _told(turn: Turn, card: ActivityCard, place: MyPlace, *, again: bool) -> str:
    """Without the time, where the confirmation tells all of it a moment later; with it, where none will come."""
    title = title_of(turn, card)
    if again:
        return turn.say("join.again", title=title, when=turn.when(card))
    return turn.say(_key_for(place), title=title)


def _key_for(place: MyPlace) -> str:
    match place.standing:
        case Standing.WAITING:
            return "join.waiting"
        case Standing.REQUESTED:
            return "join.requested"
        case Standing.OFFERED:
            return "join.offered"
        case _:
            return "join.seated"


def _require_possible(turn: Turn, card: ActivityCard, party: int) -> None:
    """So that nobody is asked to agree in vain; the lock has the last word."""
    if card.status is ActivityStatus.CALLED_OFF:
        raise ActivityCalledOff(card.id, card.starts_at)
    if not is_open(card, turn.now):
        raise ActivityClosed(card.id, card.starts_at)
    at_most = min(LARGEST_PARTY, card.seats)
    if not 1 <= party <= at_most:
        raise PartyTooLarge(party, at_most)
