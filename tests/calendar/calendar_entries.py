"""Entries for the calendar tests, each a small change of one plain lecture."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from outreach.calendar.entry import Entry, uid_of

LECTURE = Entry(
    uid=uid_of("5d3c9a7e41b84f0e9c2ab6d1"),
    sequence=0,
    title="压力与睡眠",
    starts_at=datetime(2026, 12, 1, 6, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 7, 30, tzinfo=UTC),
    changed_at=datetime(2026, 11, 20, 1, 2, 3, tzinfo=UTC),
    created_at=datetime(2026, 11, 19, tzinfo=UTC),
    place="社区中心二楼",
    url="https://outreach.example/a/sleep",
    description="请带水杯。\n可以提前离开。",
    alarm=timedelta(hours=2),
)


def lecture(**changes: Any) -> Entry:
    """The lecture with *changes*."""
    return replace(LECTURE, **changes)
