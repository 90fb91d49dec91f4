"""A resident talking with staff: notes are sealed, reads are audited, answers go out through the ledger."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.domain.actor import Actor, Permission
from outreach.domain.delivery import thread_key
from outreach.domain.errors import IllegalMove, NotFound, StaleVersion
from outreach.domain.ids import ThreadId
from outreach.domain.messages import MessageKind, Outgoing
from outreach.services.access import require_somewhere
from outreach.services.cards import Caller, PersonCard
from outreach.services.cards_care import ThreadCard, ThreadState
from outreach.services.cards_ledger import Draft
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

LONGEST_NOTE = 2_000  # characters
KEPT = timedelta(days=30)  # a closed thread: long enough for "what did you tell me again?"


class Overtaken(StaleVersion):
    """Something new stands in the thread since it was opened: read it before answering."""

    code = "thread_overtaken"


def leave_note(uow: UnitOfWork, caller: Caller, person: PersonCard, text: str, now: datetime) -> ThreadCard:
    """Keep a resident's note for staff, in their open thread or a new one; cut at `LONGEST_NOTE` characters."""
    if person.resident_id is None:
        raise LookupError("a note is kept only of somebody who agreed to it")
    return uow.threads.write(person.resident_id, caller, text[:LONGEST_NOTE], now)


def listed(
    uow: UnitOfWork, by: Actor, limit: int, *, open_only: bool = True, after: ThreadId | None = None
) -> list[ThreadCard]:
    """Threads of *by*'s part of the network without their words, those that wait longest first."""
    region_path, below = require_somewhere(by, Permission.ANSWER_PEOPLE)
    return uow.threads.listed(limit, open_only=open_only, region_path=region_path, below=below, after=after)


def read(uow: UnitOfWork, by: Actor, thread_id: ThreadId, now: datetime) -> ThreadCard:
    """One thread with its notes. Raises `NotFound`, also for one of elsewhere, or `Forbidden`; the look is audited."""
    card = _theirs(uow, by, thread_id)
    uow.audit.write(by, "read", "thread", thread_id, now)
    return card


def answer(uow: UnitOfWork, by: Actor, thread_id: ThreadId, text: str, now: datetime) -> ThreadCard:
    """Write back: the answer is kept and sent. Raises `NotFound`, `IllegalMove`, `BadFields` or `Forbidden`."""
    standing = _theirs(uow, by, thread_id)
    problems = _about(text.strip())
    if problems:
        raise BadFields(problems)
    if standing.state is ThreadState.CLOSED:
        raise IllegalMove("thread", ThreadState.CLOSED, "answered")
    card, entry = uow.threads.answer(thread_id, by, text.strip(), now)
    uow.deliveries.add([_draft(card, entry, text.strip(), now)], now)
    uow.audit.write(by, "answer", "thread", thread_id, now)
    return card


def close(uow: UnitOfWork, by: Actor, thread_id: ThreadId, now: datetime) -> ThreadCard:
    """Nothing more to say. A further note of the resident opens a new thread; this one is erased after `KEPT`."""
    _theirs(uow, by, thread_id)
    card = uow.threads.close(thread_id, now)
    uow.audit.write(by, "close", "thread", thread_id, now)
    return card


def _theirs(uow: UnitOfWork, by: Actor, thread_id: ThreadId) -> ThreadCard:
    require_somewhere(by, Permission.ANSWER_PEOPLE)
    card = uow.threads.get(thread_id)
    if not by.may(Permission.ANSWER_PEOPLE, card.region_path):
        raise NotFound("thread", thread_id)  # that there is one elsewhere is nobody's business
    return card


def _about(text: str) -> list[Problem]:
    if not text:
        return [Problem("text", "empty", "the answer is empty; write something")]
    if len(text) > LONGEST_NOTE:
        said = f"{len(text)} characters are too many, {LONGEST_NOTE} fit; send it in parts"
        return [Problem("text", "too_long", said, {"length": len(text), "most": LONGEST_NOTE})]
    return []


def _draft(card: ThreadCard, entry: int, text: str, now: datetime) -> Draft:
    return Draft(
        kind=MessageKind.REPLY,
        key=thread_key(card.id, entry),
        resident_id=card.resident_id,
        due_at=now,
        subject={"about": "thread", "thread": card.id},
        body=(Outgoing(MessageKind.REPLY, text),),
    )
