"""One person, several chats: link two by a code confirmed on both sides, unlink one, prefer one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language, Outgoing
from outreach.services import people
from outreach.services.cards import Caller, LinkId, LinkOffer, PersonCard
from outreach.services.ports import UnitOfWork

CODE_HELPS = timedelta(minutes=10)
QUESTION_WAITS = timedelta(hours=1)  # long enough to find the other phone
OUTCOME_HELPS = timedelta(hours=24)
MOST_WRONG = 5  # codes of one chat within `PAUSE`
PAUSE = timedelta(hours=1)


class NoLink(StrEnum):
    """Why nothing was linked; for each there is a sentence."""

    WRONG = "wrong"  # unknown, used or expired: nobody is told which
    PAUSED = "paused"
    OWN = "own"
    NOTHING = "nothing"
    SAME = "same"
    BUSY = "busy"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Linked:
    """The two chats of *offer* are one person now. *taken_in*: who was erased for it, where both were known."""

    offer: LinkOffer
    resident_id: ResidentId
    taken_in: ResidentId | None = None


@dataclass(frozen=True, slots=True)
class NotLinked:
    """The one who was asked in the end could not be linked; *offer* is over."""

    offer: LinkOffer
    why: NoLink


class Doors(StrEnum):
    """What became of a wish about one's chats."""

    DONE = "done"
    ONLY = "only"  # they have no other
    NOTHING = "nothing"  # we keep nothing of them


def begin(uow: UnitOfWork, caller: Caller, language: Language, now: datetime) -> str:
    """A code of eight digits for the other chat, good for `CODE_HELPS`; what was under way from here is over."""
    for offer in uow.links.of(caller, now):
        _end(uow, offer, now)
    return uow.links.offer(caller, language, now + CODE_HELPS)


def use_code(uow: UnitOfWork, caller: Caller, code: str, language: Language, now: datetime) -> LinkOffer | NoLink:
    """Use up *code*: the offer that *caller* may now agree to, or why not. Never says who made the code."""
    if uow.links.misses(caller, now - PAUSE) >= MOST_WRONG:
        return NoLink.PAUSED
    if uow.links.is_own(code, caller, now):
        return NoLink.OWN
    offer = uow.links.claim(code, caller, language, now)
    if offer is None:
        uow.links.note_miss(caller, now)
        return NoLink.WRONG
    for older in uow.links.of(caller, now):
        if older.id != offer.id:
            _end(uow, older, now)
    obstacle = _obstacle(uow, uow.people.at(offer.asker), uow.people.at(caller), now)
    if obstacle is None:
        return offer
    uow.links.end(offer.id)
    return obstacle


def pending(uow: UnitOfWork, caller: Caller, link_id: LinkId | None, now: datetime) -> LinkOffer | None:
    """The offer that waits for a yes or no of *caller*: that one, or any if none is named."""
    return next((one for one in uow.links.of(caller, now) if link_id in {None, one.id} and awaits(one, caller)), None)


def awaits(offer: LinkOffer, caller: Caller) -> bool:
    """Whether it is the turn of *caller*: first of the chat where the code was typed, then of the one that has it."""
    return caller == (offer.other if offer.agreed_at is None else offer.asker)


def agree(uow: UnitOfWork, caller: Caller, offer: LinkOffer, question: Outgoing, now: datetime) -> LinkOffer | NoLink:
    """The chat where the code was typed says yes: *question* goes to the other one, whose yes alone links them."""
    agreed = uow.links.agree(offer.id, caller, now + QUESTION_WAITS, now)
    if agreed is None:
        return NoLink.LATE
    uow.deliveries.add_reply(
        agreed.asker, question_key(agreed), question, agreed.asker_language, now, helps_until=agreed.until
    )
    return agreed


def confirm(uow: UnitOfWork, offer: LinkOffer, now: datetime) -> Linked | NotLinked:
    """The chat that has the code says yes: the two are one person, or it is said why not. *offer* is over."""
    before = _both(uow, offer)
    held = uow.people.hold(*{card.resident_id for card in before if card.resident_id is not None})
    asker, other = _both(uow, offer)  # looked at again under the lock
    if not _end(uow, offer, now) or not held or (asker, other) != before:
        return NotLinked(offer, NoLink.LATE)
    obstacle = _obstacle(uow, asker, other, now)
    return _join(uow, offer, asker, other, now) if obstacle is None else NotLinked(offer, obstacle)


def refuse(uow: UnitOfWork, offer: LinkOffer, now: datetime) -> None:
    """Either chat says no: nothing is linked, the code is used up."""
    _end(uow, offer, now)


def tell(uow: UnitOfWork, offer: LinkOffer, outcome: Outgoing, now: datetime) -> None:
    """Say at the chat where the code was typed what came of it."""
    key, helps = f"link:l{offer.id}:told", now + OUTCOME_HELPS
    uow.deliveries.add_reply(_other(offer), key, outcome, offer.other_language, now, helps_until=helps)


def asked_here(uow: UnitOfWork, offer: LinkOffer, now: datetime) -> None:
    """The question was put in an answer: it need not come again."""
    uow.deliveries.went_another_way(question_key(offer), now)


def unlink(uow: UnitOfWork, caller: Caller, now: datetime) -> Doors:
    """*caller* is no longer a chat of the resident; what was under way to here goes to another one of theirs."""
    standing = _doors(uow, caller)
    if standing is Doors.DONE:
        for offer in uow.links.of(caller, now):
            _end(uow, offer, now)
        uow.people.let_go(caller, now)
    return standing


def left(uow: UnitOfWork, caller: Caller, now: datetime) -> None:
    """For a platform that wants nothing kept of who unfollows: that chat goes, and with their last chat the person."""
    if unlink(uow, caller, now) is Doors.DONE:
        uow.people.forget(caller)
    else:
        people.erase(uow, caller, now)


def may_unlink(uow: UnitOfWork, caller: Caller) -> Doors:
    """What `unlink` would come to."""
    return _doors(uow, caller)


def prefer(uow: UnitOfWork, caller: Caller, now: datetime) -> Doors:
    """Messages go to *caller* first, while it can be reached."""
    standing = _doors(uow, caller)
    if standing is Doors.DONE:
        uow.people.prefer(caller, now)
    return standing


def question_key(offer: LinkOffer) -> str:
    """Once per offer."""
    return f"link:l{offer.id}:asked"


def _doors(uow: UnitOfWork, caller: Caller) -> Doors:
    resident_id = uow.people.at(caller).resident_id
    if resident_id is None:
        return Doors.NOTHING
    uow.people.hold(resident_id)  # two chats that go at the same moment must not leave nobody
    return Doors.DONE if uow.people.doors(resident_id) > 1 else Doors.ONLY


def _obstacle(uow: UnitOfWork, asker: PersonCard, other: PersonCard, now: datetime) -> NoLink | None:
    if asker.resident_id is None and other.resident_id is None:
        return NoLink.NOTHING
    if asker.resident_id == other.resident_id:
        return NoLink.SAME
    if asker.resident_id is not None and other.resident_id is not None and _is_busy(uow, other.resident_id, now):
        return NoLink.BUSY
    return None


def _is_busy(uow: UnitOfWork, resident_id: ResidentId, now: datetime) -> bool:
    """Whether something of theirs would be lost: a place, or an answer that staff owe them."""
    return bool(uow.sign_ups.of_resident(resident_id, now, 1)) or uow.threads.is_open(resident_id)


def _join(uow: UnitOfWork, offer: LinkOffer, asker: PersonCard, other: PersonCard, now: datetime) -> Linked:
    if asker.resident_id is None:
        return Linked(offer, _with_door(uow, other, offer.asker, now, now))
    if other.resident_id is None:
        return Linked(offer, _with_door(uow, asker, _other(offer), offer.agreed_at or now, now))
    uow.people.take_in(asker.resident_id, other.resident_id)
    return Linked(offer, asker.resident_id, other.resident_id)


def _with_door(uow: UnitOfWork, person: PersonCard, door: Caller, last_word_at: datetime, now: datetime) -> ResidentId:
    if person.resident_id is None:
        raise LookupError("only somebody known can have a further door")
    uow.people.add_door(person.resident_id, door, last_word_at, now)
    return person.resident_id


def _both(uow: UnitOfWork, offer: LinkOffer) -> tuple[PersonCard, PersonCard]:
    return uow.people.at(offer.asker), uow.people.at(_other(offer))


def _end(uow: UnitOfWork, offer: LinkOffer, now: datetime) -> bool:
    uow.deliveries.withdraw(question_key(offer), now)
    return uow.links.end(offer.id)


def _other(offer: LinkOffer) -> Caller:
    if offer.other is None:
        raise LookupError("nobody has typed the code of this offer")
    return offer.other
