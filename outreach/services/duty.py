"""Telling staff that something waits: a push to their own chat, without a word of what it is.

Derived from the rows at every look, like reminders: who must be told by now follows from the age of an alert or a
note, and the dedupe key sees to it that nobody is told the same twice. No job per alert; a restart loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.actor import Permission
from outreach.domain.ids import ThreadId
from outreach.domain.messages import MessageKind, Outgoing
from outreach.safety import RiskClass
from outreach.services.cards import Caller
from outreach.services.cards_care import AlertCard, AlertState
from outreach.services.cards_staff import StaffCard
from outreach.services.linking import MOST_WRONG, PAUSE
from outreach.services.ports import UnitOfWork
from outreach.wording import Wording

LOOKS_BACK = timedelta(hours=24)  # after a day somebody has to look at the list itself
MOST_ALERTS, MOST_NOTES, MOST_CHATS = 50, 200, 50
NOTE_HELPS = timedelta(hours=12)
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How an alert goes on while nobody takes it (facts: domain.md 2.7).

    *again*: pause between pushes, *tired*: the longer pause after an hour. *wider*: from these ages on the next
    unit above is told as well.
    """

    again: timedelta
    tired: timedelta
    wider: tuple[timedelta, ...]

    def step(self, age: timedelta) -> int:
        """The number of the push that is due at *age*, from 0."""
        hour = 60 * _MINUTE
        if age < hour:
            return age // self.again
        return hour // self.again + (age - hour) // self.tired

    def units(self, age: timedelta) -> int:
        """How many units, from the nearest one with somebody responsible upwards, are told at *age*."""
        return 1 + sum(age >= moment for moment in self.wider)


_FAST = Pace(2 * _MINUTE, 30 * _MINUTE, (10 * _MINUTE, 15 * _MINUTE))
_SLOW = Pace(30 * _MINUTE, 120 * _MINUTE, (30 * _MINUTE, 60 * _MINUTE))


class NoDuty(StrEnum):
    """Why a chat did not become anybody's; for each there is a sentence."""

    WRONG = "wrong"  # unknown, used or expired: nobody is told which
    PAUSED = "paused"


def use_code(uow: UnitOfWork, caller: Caller, code: str, now: datetime) -> StaffCard | NoDuty:
    """Make *caller* the chat of the member of staff whom the console gave *code*; written to the audit."""
    if uow.links.misses(caller, now - PAUSE) >= MOST_WRONG:
        return NoDuty.PAUSED
    card = uow.staffs.claim_door(code, caller, now)
    if card is None:
        uow.links.note_miss(caller, now)
        return NoDuty.WRONG
    uow.audit.write(card.actor, "take_door", "staff", card.id, now)
    return card


def stop_here(uow: UnitOfWork, caller: Caller, now: datetime) -> bool:
    """No more pushes to *caller*; whether it was anybody's chat."""
    return uow.staffs.drop_doors_at(caller, now) > 0


def pace_of(risk: str) -> Pace:
    """How fast an alert of that class goes on."""
    return _FAST if risk == RiskClass.IMMINENT else _SLOW


def is_quiet(uow: UnitOfWork, now: datetime) -> bool:
    """Whether nothing waits that anybody could be told of. Two indexed looks."""
    return not uow.alerts.listed(1) and not uow.threads.fresh(now - LOOKS_BACK, 1)


def tell_staff(uow: UnitOfWork, wording: Wording, now: datetime) -> None:
    """Queue every push that is due: of alerts that nobody took, and of notes that nobody answered."""
    for alert in uow.alerts.listed(MOST_ALERTS):
        if now - alert.raised_at < LOOKS_BACK:
            _tell_of_alert(uow, wording, alert, now)
    for thread_id, since, region_path in uow.threads.fresh(now - LOOKS_BACK, MOST_NOTES):
        _tell_of_note(uow, wording, thread_id, since, region_path, now)


def _tell_of_alert(uow: UnitOfWork, wording: Wording, alert: AlertCard, now: datetime) -> None:
    pace, age = pace_of(alert.risk), now - alert.raised_at
    if alert.state is AlertState.RAISED:
        uow.alerts.mark_sent(alert.id)
    chats = _responsible(uow, Permission.HANDLE_ALERTS, alert.region_path)
    for card, caller in nearest(chats, pace.units(age)):
        key = f"duty:a{alert.id}:{pace.step(age)}:{card.id}"
        _push(uow, wording, "staff.alert", MessageKind.SAFETY, card, caller, key, now, now + pace.again)


def _tell_of_note(
    uow: UnitOfWork, wording: Wording, thread_id: ThreadId, since: datetime, region_path: str, now: datetime
) -> None:
    turn = uow.threads.turns(thread_id)  # once for each time that staff owe an answer
    for card, caller in nearest(_responsible(uow, Permission.ANSWER_PEOPLE, region_path), 1):
        key = f"duty:t{thread_id}:{turn}:{card.id}"
        _push(uow, wording, "staff.note", MessageKind.REPLY, card, caller, key, now, since + NOTE_HELPS)


def _responsible(uow: UnitOfWork, permission: Permission, region_path: str) -> list[tuple[StaffCard, Caller]]:
    chats = uow.staffs.chats(region_path, MOST_CHATS) if region_path else []
    return [(card, caller) for card, caller in chats if card.actor.may(permission, region_path)]


def nearest(chats: Sequence[tuple[StaffCard, Caller]], units: int) -> Iterator[tuple[StaffCard, Caller]]:
    """Those of the first *units* units; *chats* come nearest unit first."""
    told = list(dict.fromkeys(card.region_path for card, _ in chats))[:units]
    return (one for one in chats if one[0].region_path in told)


def _push(
    uow: UnitOfWork,
    wording: Wording,
    words: str,
    kind: MessageKind,
    card: StaffCard,
    caller: Caller,
    key: str,
    now: datetime,
    helps_until: datetime,
) -> None:
    message = Outgoing(kind, wording.say(words, card.language))
    uow.deliveries.add_reply(caller, key, message, card.language, now, helps_until=helps_until)
