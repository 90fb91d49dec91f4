"""Receipts: what the platform tells long after it took a message."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from outreach.bootstrap import Core, open_core
from outreach.domain.ids import LaneName
from outreach.domain.messages import Capabilities, Language, Message, MessageKind, Outgoing, Receipt, Sent
from outreach.domain.people import Purpose
from outreach.services import intake, people
from outreach.services.cards import Caller
from outreach.services.people import Arrival, Notice
from outreach.settings import load

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
LANE = LaneName("line")
ANN = Caller(LANE, "ann")
ABLE = Capabilities(
    text_limit=100, text_unit="characters", buttons=True, max_buttons=4, files=True, may_push=True,
    replies_in_place=0, rate_per_second=10, max_in_flight=4,
)  # fmt: skip


@pytest.fixture
def core(tmp_path: Path) -> Core:
    """A house in which a message to Ann, who agreed to something, was sent as 77."""
    core = open_core(load({"OUTREACH_DATA_DIR": str(tmp_path / "var")}, tmp_path))
    with core.database.unit_of_work() as uow:
        people.agree(uow, ANN, (Purpose.TAKE_PART,), Notice("1", "0" * 16), Arrival(Language.ZH), NOW)
        uow.deliveries.add_reply(ANN, "k", Outgoing(MessageKind.REPLY, "hello"), Language.ZH, NOW)
        epoch = uow.lanes.take(LANE, "line", "one", NOW, timedelta(seconds=60)) or 0
        (letter,) = uow.deliveries.claim_due(LANE, epoch=epoch, limit=5, now=NOW, lease=timedelta(seconds=60))
        uow.deliveries.mark_calling([letter.id], epoch=epoch, now=NOW)
        uow.deliveries.record([(letter, Sent("77"), 1)], epoch=epoch, now=NOW)
    return core


def _comes(core: Core, external_id: str, *, delivered: bool, code: str = "") -> dict[str, int]:
    receipt = Receipt("r-1", "ann", NOW + timedelta(minutes=1), external_id, delivered, code)
    with core.database.unit_of_work() as uow:
        assert intake.take(uow, core.counter(LANE, ABLE), receipt, NOW) == ()
        return {state: number for state, number in uow.deliveries.counts().items() if number}


def _reachable(core: Core) -> bool:
    with core.database.unit_of_work() as uow:
        return bool(uow.lanes.people())


def test_what_arrived_stays_sent(core: Core):
    assert _comes(core, "77", delivered=True) == {"sent": 1}
    assert _reachable(core)


def test_what_did_not_arrive_is_failed_and_the_person_stays_reachable(core: Core):
    assert _comes(core, "77", delivered=False, code="system") == {"failed": 1}
    assert _reachable(core)


def test_who_blocked_us_is_not_written_to_until_they_write(core: Core):
    assert _comes(core, "77", delivered=False, code="user_block") == {"failed": 1}
    assert not _reachable(core)

    with core.database.unit_of_work() as uow:
        intake.take(uow, core.counter(LANE, ABLE), Message("m", "ann", "帮助", NOW + timedelta(minutes=2)), NOW)
    assert _reachable(core)


@pytest.mark.parametrize("external_id", ["78", ""])
def test_a_receipt_for_a_message_of_somebody_else_changes_nothing(core: Core, external_id: str):
    assert _comes(core, external_id, delivered=False, code="user_block") == {"sent": 1}
    assert _reachable(core)
