"""Two chats and what waits for them in the ledger."""

from __future__ import annotations

import re
from datetime import timedelta

from conversation_stage import Resident, Stage

from outreach.domain.messages import Outgoing, Sent

LEASE = timedelta(seconds=60)


def code_for(resident: Resident) -> str:
    """Ask for a code; the digits as they are shown."""
    found = re.search(r"(?:连接|link) (\d{4} \d{4})", resident.says("连接"))
    assert found is not None
    return found[1]


def receives(resident: Resident) -> list[Outgoing]:
    """What the ledger sends to *resident* now, all of it recorded as sent; its last choices are theirs to tap."""
    stage, lane = resident.stage, resident.caller.lane
    with stage.database.unit_of_work() as uow:
        epoch = uow.lanes.take(lane, "test", "test", stage.now, LEASE)
        assert epoch is not None
        letters = uow.deliveries.claim_due(lane, epoch=epoch, limit=50, now=stage.now, lease=LEASE)
        uow.deliveries.mark_calling([letter.id for letter in letters], epoch=epoch, now=stage.now)
        uow.deliveries.record([(letter, Sent(), 1) for letter in letters], epoch=epoch, now=stage.now)
    got = [message for letter in letters if letter.to == resident.caller.user_ref for message in letter.body]
    resident.shown = next((message.choices for message in reversed(got) if message.choices), resident.shown)
    return got


def link(one: Resident, other: Resident) -> None:
    """All the way: a code at *one*, typed and agreed to at *other*, confirmed at *one*."""
    other.says(f"连接 {code_for(one)}")
    other.picks("连起来")
    receives(one)
    one.picks("是我")
    receives(other)


def is_one_person(one: Resident, other: Resident) -> bool:
    """Whether both chats are known, and as the same person."""
    return one.card.is_known and one.card.resident_id == other.card.resident_id


def opened(stage: Stage) -> tuple[Resident, Resident]:
    """Ann on her phone, who has a place; and a chat of hers that nobody knows."""
    ann, web = stage.person("ann", "telegram"), stage.person("visitor", "webchat")
    ann.agrees_to_take_part()
    return ann, web
