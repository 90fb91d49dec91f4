"""For a person who asks staff in writing: what is kept of them, and forgetting them. In the chat they do it themselves.

Only for whoever holds the machine: no role of the console sees so much of a person (facts: domain.md 4.5).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from outreach.domain.actor import Actor, Role
from outreach.domain.errors import BadInput, Forbidden, NotFound
from outreach.domain.ids import ResidentId, SignUpId, ThreadId
from outreach.domain.signup import Standing
from outreach.services import people
from outreach.services.cards import Caller
from outreach.services.cards_dossier import Dossier, PlaceKept
from outreach.services.ports import UnitOfWork

LONGEST_REASON = 200  # characters: a line in the audit
STRANGER = "stranger"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom it is about: a resident, or an address of somebody who never agreed to anything."""

    resident_id: ResidentId | None
    caller: Caller | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What is gone, by kind, and how much of what stays: *counted* sign-ups and *alerts*, which lead to nobody."""

    gone: Mapping[str, int]
    counted: int
    alerts: int


def at_address(uow: UnitOfWork, caller: Caller) -> Person:
    """Whoever is at that address. Raises `NotFound` if nothing at all is kept under it; never says the address."""
    card = uow.people.at(caller)
    if card.resident_id is None and not uow.dossiers.of_stranger(caller).counts:
        raise NotFound("person", "at that address")
    return Person(card.resident_id, None if card.is_known else caller)


def of_sign_up(uow: UnitOfWork, sign_up_id: SignUpId) -> Person:
    """Who signed up there. Raises `NotFound`, also for somebody who has been forgotten."""
    return _known(uow.sign_ups.get(sign_up_id).resident_id, f"of sign-up {sign_up_id}")


def of_thread(uow: UnitOfWork, thread_id: ThreadId) -> Person:
    """Who wrote those notes. Raises `NotFound`."""
    return _known(uow.threads.get(thread_id).resident_id, f"of thread {thread_id}")


def read(uow: UnitOfWork, by: Actor, person: Person, reason: str, now: datetime) -> Dossier:
    """All that is kept of *person*; the look is written to the audit, with the reason.

    Raises `Forbidden` for anybody but the operator, and `BadInput` without a reason of one short line.
    """
    why = _allowed(by, reason)
    uow.audit.write(by, "export", "person", _subject(person), now, why)
    return _dossier(uow, person)


def outlook(uow: UnitOfWork, by: Actor, person: Person, now: datetime) -> Forgotten:
    """What `erase` would do, counted. Raises `Forbidden`."""
    _require_operator(by)
    return _forgotten(_dossier(uow, person), now)


def erase(uow: UnitOfWork, by: Actor, person: Person, reason: str, now: datetime) -> Forgotten:
    """Forget *person* as they could themselves in the chat: places given back, key destroyed, rows deleted.

    The audit keeps that it was done and why, under an id that leads to nobody any more. Raises as `read` does.
    """
    why = _allowed(by, reason)
    found = _forgotten(_dossier(uow, person), now)
    if person.resident_id is not None:
        people.erase_resident(uow, person.resident_id, now)
    elif person.caller is not None:
        people.erase(uow, person.caller, now)
    uow.audit.write(by, "erase", "person", _subject(person), now, why)
    return found


def _dossier(uow: UnitOfWork, person: Person) -> Dossier:
    if person.resident_id is not None:
        return uow.dossiers.of_resident(person.resident_id)
    if person.caller is not None:
        return uow.dossiers.of_stranger(person.caller)
    raise LookupError("a person is a resident or has an address")


def _forgotten(dossier: Dossier, now: datetime) -> Forgotten:
    gone = {name: count for name, count in dossier.counts.items() if name not in {"alerts", "looks"}}
    counted = sum(_stays(place, now) for place in dossier.sign_ups)
    return Forgotten(gone, counted, len(dossier.alerts))


def _stays(place: PlaceKept, now: datetime) -> bool:
    """Whether a sign-up stays as a bare count. A place that is still ahead is given back, and goes."""
    standing = Standing(place.standing)
    is_given_back = standing.is_active and now < place.ends_at
    return not is_given_back and standing not in {Standing.WITHDRAWN, Standing.REFUSED}


def _known(resident_id: ResidentId | None, where: str) -> Person:
    if resident_id is None:
        raise NotFound("person", where)
    return Person(resident_id)


def _subject(person: Person) -> str:
    return STRANGER if person.resident_id is None else str(person.resident_id)


def _allowed(by: Actor, reason: str) -> str:
    _require_operator(by)
    why = " ".join(reason.split())
    if not why:
        raise BadInput(["--reason: say why, in a few words without a name; it is kept in the audit"])
    if len(why) > LONGEST_REASON:
        raise BadInput([f"--reason: more than {LONGEST_REASON} characters"])
    return why


def _require_operator(by: Actor) -> None:
    if by.role is not Role.OPERATOR:
        raise Forbidden(f"{by.role} may not see or erase all that is kept of a person")
