"""When somebody may be in danger: the fixed reply at once, the alert as soon as it can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import NotFound
from outreach.domain.ids import AlertId
from outreach.domain.messages import Language, Outgoing
from outreach.safety import Duty, Replies, RiskClass, Screen, Verdict, answer_verdict
from outreach.services import local
from outreach.services.access import require_somewhere
from outreach.services.cards import Caller
from outreach.services.cards_care import AlertCard
from outreach.services.helplines import Lines
from outreach.services.ports import UnitOfWork

COOL_DOWN = timedelta(minutes=30)  # a second hit in that time gets the short variant
SAFE_PREFIX = "safe:"
FIRST_TO_ANSWER = RiskClass.RISK  # from here on the reply goes out whatever the database does


class Outcome(StrEnum):
    """What came of an alert."""

    REACHED = "reached"  # somebody has spoken with them
    HANDED_OVER = "handed_over"  # to a doctor, a hotline, the police or another service
    NOT_REACHED = "not_reached"
    MISTAKEN = "mistaken"  # the screen was wrong


@dataclass(frozen=True, slots=True)
class Safeguard:
    """The screen, the fixed replies and the lines, all in memory from the start."""

    screen: Screen
    replies: Replies
    lines: Lines

    def look_at(self, text: str) -> Verdict:
        """What the screen says of *text*; keeps nothing of it."""
        return self.screen.screen(text)

    def reply(self, verdict: Verdict, language: Language, now: datetime, *, short: bool, place: str = "") -> Outgoing:
        """The fixed reply with the lines of *place*. Nobody is said to have been told: nobody has promised to look."""
        return self.replies.reply(verdict, language, self.lines.at(place).on(now), Duty.NOBODY, short=short)

    def follow_up(
        self, token: str, language: Language, now: datetime, place: str = ""
    ) -> tuple[Outgoing, Verdict] | None:
        """The reply to a tapped answer of ours, and what that answer means; ``None`` for other tokens."""
        verdict = answer_verdict(token, self.screen.lexicon)
        reply = self.replies.follow_up(token, language, self.lines.at(place).on(now), Duty.NOBODY)
        return None if verdict is None or reply is None else (reply, verdict)


def language_and_place(uow: UnitOfWork, caller: Caller) -> tuple[Language | None, str]:
    """What *caller* reads, if they told us, and where their helplines are."""
    person = uow.people.at(caller)
    return person.language, local.settings_of(uow, person.region_id).helplines


def raise_alert(uow: UnitOfWork, caller: Caller, verdict: Verdict, key: str, now: datetime) -> AlertId:
    """Keep that somebody may be in danger: class, subtype and rule ids, once per *key*."""
    return uow.alerts.raise_(caller, verdict.risk, verdict.subtype, verdict.rules, verdict.lexicon, key, now)


def listed(
    uow: UnitOfWork, by: Actor, limit: int, now: datetime, *, open_only: bool = True, before: AlertId | None = None
) -> list[AlertCard]:
    """Alerts of *by*'s part of the network, newest first; the look is audited."""
    region_path, below = require_somewhere(by, Permission.SEE_ALERTS)
    uow.audit.write(by, "list", "alerts", "all" if not open_only else "open", now)
    return uow.alerts.listed(limit, open_only=open_only, region_path=region_path, below=below, before=before)


def acknowledge(uow: UnitOfWork, by: Actor, alert_id: AlertId, now: datetime) -> AlertCard:
    """A named member of staff takes it. Raises `NotFound`, also for one of elsewhere, or `Forbidden`."""
    _theirs(uow, by, alert_id)
    card = uow.alerts.acknowledge(alert_id, by, now)
    uow.audit.write(by, "acknowledge", "alert", alert_id, now)
    return card


def close(uow: UnitOfWork, by: Actor, alert_id: AlertId, outcome: Outcome, now: datetime) -> AlertCard:
    """What came of it, in one word of ours; after somebody took it. Raises `NotFound`, `IllegalMove`, `Forbidden`."""
    _theirs(uow, by, alert_id)
    card = uow.alerts.close(alert_id)
    uow.audit.write(by, "close", "alert", alert_id, now, outcome)
    return card


def _theirs(uow: UnitOfWork, by: Actor, alert_id: AlertId) -> None:
    require_somewhere(by, Permission.HANDLE_ALERTS)
    if not by.may(Permission.HANDLE_ALERTS, uow.alerts.get(alert_id).region_path):
        raise NotFound("alert", alert_id)
