"""Read models of care: alerts, and threads of residents with staff. Nothing here has a rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from outreach.domain.ids import (
    AlertId,
    LaneName,
    ResidentId,
    ThreadId,
)
from outreach.domain.messages import Language
from outreach.domain.windows import PushWindow


class AlertState(StrEnum):
    """raised > sent > acknowledged > closed."""

    RAISED = "raised"
    SENT = "sent"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class AlertCard:
    """Somebody may be in danger: class, subtype and rule ids, never a word of theirs."""

    id: AlertId
    lane: LaneName
    person: str
    """A pseudonymous key: the same person has the same one."""
    risk: str
    subtype: str
    rules: tuple[str, ...]
    lexicon: str
    state: AlertState
    raised_at: datetime
    acknowledged_at: datetime | None = None
    acknowledged_by: str | None = None
    region_path: str = ""
    region_name: str = ""


class ThreadState(StrEnum):
    """open (staff owe an answer) > answered > closed."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """One note in a thread. *by* is ``resident`` or ``staff``."""

    id: int
    by: str
    at: datetime
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ThreadCard:
    """A resident talking with staff; *entries* only where they were asked for. *channel* is where they wrote last."""

    id: ThreadId
    resident_id: ResidentId
    channel: str
    language: Language
    state: ThreadState
    opened_at: datetime
    changed_at: datetime
    entries: tuple[ThreadEntry, ...] = field(default=(), repr=False)
    region_path: str = ""
    region_name: str = ""
    last_word_at: datetime | None = None
    """When they last wrote on that channel: some let us answer only for a while after it."""
    window: PushWindow | None = None
