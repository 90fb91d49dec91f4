"""When somebody may be in danger: the fixed reply at once, the alert as soon as it can be kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from outreach.domain.actor import Actor, Permission
from outreach.domain.ids import AlertId
from outreach.domain.messages import Language, Outgoing
from outreach.safety import Duty, Replies, RiskClass, Screen, Verdict, answer_verdict
from outreach.services.access import require
from outreach.services.cards import AlertCard, Caller
from outreach.services.helplines import Lines
from outreach.services.ports import UnitOfWork

COOL_DOWN = timedelta(minutes=30)  # a second hit in that time gets the short variant
SAFE_PREFIX = "safe:"
FIRST_TO_ANSWER = RiskClass.RISK  # from here on the reply goes out whatever the database does


@dataclass(frozen=True, slots=True)
class Safeguard:
    """The screen, the fixed replies and the lines, all in memory from the start."""

    screen: Screen
    replies: Replies
    lines: Lines

    def look_at(self, text: str) -> Verdict:
        """What the screen says of *text*; keeps nothing of it."""
        return self.screen.screen(text)

    def reply(self, verdict: Verdict, language: Language, now: datetime, *, short: bool) -> Outgoing:
        """The fixed reply. Nobody is said to have been told: in this house nobody is, yet."""
        return self.replies.reply(verdict, language, self.lines.on(now), Duty.NOBODY, short=short)

    def follow_up(self, token: str, language: Language, now: datetime) -> tuple[Outgoing, Verdict] | None:
        """The reply to a tapped answer of ours, and what that answer means; ``None`` for other tokens."""
        verdict = answer_verdict(token, self.screen.lexicon)
        reply = self.replies.follow_up(token, language, self.lines.on(now), Duty.NOBODY)
        return None if verdict is None or reply is None else (reply, verdict)


def raise_alert(uow: UnitOfWork, caller: Caller, verdict: Verdict, key: str, now: datetime) -> AlertId:
    """Keep that somebody may be in danger: class, subtype and rule ids, once per *key*."""
    return uow.alerts.raise_(caller, verdict.risk, verdict.subtype, verdict.rules, verdict.lexicon, key, now)


def listed(uow: UnitOfWork, by: Actor, limit: int, now: datetime, *, open_only: bool = True) -> list[AlertCard]:
    """Alerts, newest first; the look is audited."""
    require(by, Permission.HANDLE_ALERTS)
    uow.audit.write(by, "list", "alerts", "all" if not open_only else "open", now)
    return uow.alerts.listed(limit, open_only=open_only)


def acknowledge(uow: UnitOfWork, by: Actor, alert_id: AlertId, now: datetime) -> AlertCard:
    """A named member of staff takes it. Raises `NotFound` or `Forbidden`."""
    require(by, Permission.HANDLE_ALERTS)
    card = uow.alerts.acknowledge(alert_id, by, now)
    uow.audit.write(by, "acknowledge", "alert", alert_id, now)
    return card
