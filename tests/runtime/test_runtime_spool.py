"""The spool: alerts that the database could not take are on the disk, sealed, and none is lost on the way back."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest

from outreach.domain.ids import LaneName
from outreach.runtime.spool import Spool, Spooled
from outreach.safety import RiskClass, Subtype, Verdict
from outreach.services.cards import Caller
from outreach.store.keys import KeyRing

RING = KeyRing(b"k" * 32)


def alert(name: str) -> Spooled:
    """Somebody may be in danger."""
    verdict = Verdict(RiskClass.RISK, Subtype.SELF, ("zh.fixed.not_live",), "abc")
    return Spooled(Caller(LaneName("wechat"), name), verdict, f"wechat:{name}", datetime(2026, 12, 1, tzinfo=UTC))


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "alerts.spool", RING)


def test_what_is_kept_comes_back_as_it_was(spool: Spool, tmp_path: Path):
    kept = [alert("ann"), alert("bob")]
    for one in kept:
        spool.keep(one)

    assert not spool.is_empty()
    assert Spool(tmp_path / "alerts.spool", RING).waiting() == kept  # another start of the program
    spool.waiting()
    spool.clear()
    assert spool.is_empty()
    assert spool.waiting() == []


def test_nothing_of_a_person_can_be_read_in_the_file(spool: Spool, tmp_path: Path):
    spool.keep(alert("ann-the-name"))

    path = tmp_path / "alerts.spool"
    assert b"ann" not in path.read_bytes()
    assert b"risk" not in path.read_bytes()
    assert os.name != "posix" or stat.S_IMODE(path.stat().st_mode) == 0o600


def test_an_alert_kept_while_others_go_to_the_database_is_not_cleared_with_them(spool: Spool):
    spool.keep(alert("ann"))
    assert spool.waiting() == [alert("ann")]
    spool.keep(alert("bob"))

    spool.clear()

    assert spool.waiting() == [alert("bob")]


def test_a_line_torn_by_a_power_cut_takes_no_other_along(spool: Spool, tmp_path: Path, caplog):
    spool.keep(alert("ann"))
    path = tmp_path / "alerts.spool"
    whole = path.read_bytes()
    spool.keep(alert("bob"))
    path.write_bytes(path.read_bytes()[: len(whole) + 40])  # bob's line is torn, without an end

    spool.keep(alert("cho"))

    assert spool.waiting() == [alert("ann"), alert("cho")]
    assert "unreadable line" in caplog.text


def test_bytes_that_are_no_text_hide_no_alert(spool: Spool, tmp_path: Path):
    (tmp_path / "alerts.spool").write_bytes(b"\xff\xfe\n")
    spool.keep(alert("ann"))

    assert spool.waiting() == [alert("ann")]


def test_what_the_disk_does_not_take_waits_in_memory_and_the_log_says_so(tmp_path: Path, caplog):
    spool = Spool(tmp_path / "gone" / "alerts.spool", RING)

    spool.keep(alert("ann"))

    assert not spool.is_empty()
    assert spool.waiting() == [alert("ann")]
    assert "in memory alone" in caplog.text
