"""The safety craft: text to class, class to a fixed reply with the right helplines. No I/O, no clock, no paths."""

from outreach.safety.helplines import Helpline, HelplineKind, Helplines, HelplineSet, Service
from outreach.safety.kit import Safety, parse
from outreach.safety.replies import Duty, Replies, answer_verdict, default_language
from outreach.safety.screen import Screen
from outreach.safety.verdict import RiskClass, Subtype, Verdict

__all__ = [
    "Duty",
    "Helpline",
    "HelplineKind",
    "HelplineSet",
    "Helplines",
    "Replies",
    "RiskClass",
    "Safety",
    "Screen",
    "Service",
    "Subtype",
    "Verdict",
    "answer_verdict",
    "default_language",
    "parse",
]
