"""What is kept no longer than it is needed: answers, quarantined messages, dialogues, mail, codes, deliveries."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from outreach.services import threads
from outreach.services.intake import ANSWERS_KEPT, QUARANTINE_KEPT
from outreach.services.linking import PAUSE
from outreach.services.ports import UnitOfWork

MAIL_KEPT = timedelta(hours=24)
AT_ONCE = 1_000  # rows a transaction


def purge(uow: UnitOfWork, now: datetime) -> int:
    """Delete what is past its time; how many rows were dealt with. Call again while it is not 0."""
    return sum(purge_each(uow, now).values())


def purge_each(uow: UnitOfWork, now: datetime) -> Mapping[str, int]:
    """The same, by kind; of ``letters`` some are only marked as expired, or looked at again later.

    Answers go before deliveries: without its answer, nothing asks for the delivery that carried it.
    """
    return {
        "messages": uow.inbox.purge(now - ANSWERS_KEPT, now - QUARANTINE_KEPT, AT_ONCE),
        "mail": uow.mailboxes.purge(now - MAIL_KEPT, AT_ONCE),
        "dialogues": uow.conversations.purge(now),
        "link_offers": uow.links.purge(now, now - PAUSE),
        "threads": uow.threads.purge(now - threads.KEPT, AT_ONCE),
        "sessions": uow.staffs.purge_sessions(now, AT_ONCE),
        "letters": uow.deliveries.tidy(now, AT_ONCE),
    }
