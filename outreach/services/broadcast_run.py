"""The tick behind broadcasts: begin, plan a portion, see that it is done, take back the rest of what was stopped."""

from __future__ import annotations

from datetime import datetime

from outreach.domain.actor import Actor
from outreach.domain.broadcast import BroadcastState
from outreach.services import broadcast_drafts
from outreach.services.broadcast_outlook import aim_of
from outreach.services.broadcasts import WITHDRAWN_AT_ONCE
from outreach.services.cards_broadcasts import BroadcastCard
from outreach.services.manners import PLAIN, Manners
from outreach.services.ports import UnitOfWork

AT_ONCE = 500  # residents a transaction: about 10 ms on SQLite, so that no sign-up waits longer than that
MOST_LOOKED_AT = 50  # broadcasts a look

_S = BroadcastState


def plan_next(uow: UnitOfWork, now: datetime, manners: Manners = PLAIN) -> bool:
    """Plan one portion of the oldest broadcast whose time has come; False if there is nothing to plan.

    The cursor is kept in the same transaction as the deliveries: a restart goes on where it was.
    """
    found = uow.broadcasts.running((_S.PLANNING, _S.APPROVED), now, 1)
    for card in found:
        _plan(uow, card, manners, now)
    return bool(found)


def settle(uow: UnitOfWork, now: datetime) -> int:
    """Look at what is under way or was stopped: how many rows were taken back. Call again while it is not 0."""
    taken_back = 0
    for card in uow.broadcasts.running((_S.SENDING, _S.STOPPED), now, MOST_LOOKED_AT):
        if card.state is _S.SENDING and _is_overtaken(uow, card, now):
            continue
        if card.state is _S.STOPPED:
            taken_back += uow.broadcasts.withdraw(card.id, "stopped", WITHDRAWN_AT_ONCE, now)
        if not uow.broadcasts.is_open(card.id):
            uow.broadcasts.settle(card.id, _S.STOPPED if card.state is _S.STOPPED else _S.DONE, now)
    return taken_back


def _plan(uow: UnitOfWork, card: BroadcastCard, manners: Manners, now: datetime) -> None:
    if _is_overtaken(uow, card, now):
        return
    if card.state is _S.APPROVED:
        uow.broadcasts.move(card.id, _S.PLANNING, now)
    begins = max(card.approved_at or now, card.starts_at or card.created_at)
    aim = aim_of(uow, manners, broadcast_drafts.as_entered(card, {}), begins)
    chunk = uow.broadcasts.plan(card.id, aim, card.planned_up_to, AT_ONCE, now)
    if chunk.is_last:
        uow.broadcasts.move(card.id, _S.SENDING, now)


def _is_overtaken(uow: UnitOfWork, card: BroadcastCard, now: datetime) -> bool:
    """Stop what no longer holds: its activity was moved or called off, its item withdrawn."""
    why = uow.broadcasts.overtaken(card.id)
    if not why:
        return False
    uow.broadcasts.move(card.id, _S.STOPPED, now)
    uow.audit.write(Actor.system(), "stop", "broadcast", card.id, now, why)
    return True
