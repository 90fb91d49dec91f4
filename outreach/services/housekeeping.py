"""What is kept no longer than it is needed: answers, quarantined messages, dialogues, mail, codes, deliveries."""

from __future__ import annotations

from datetime import datetime, timedelta

from outreach.services import threads
from outreach.services.intake import ANSWERS_KEPT, QUARANTINE_KEPT
from outreach.services.linking import PAUSE
from outreach.services.ports import UnitOfWork

MAIL_KEPT = timedelta(hours=24)
AT_ONCE = 1_000  # rows a transaction


def purge(uow: UnitOfWork, now: datetime) -> int:
    """Delete what is past its time; how many rows were dealt with. Call again while it is not 0.

    Answers go before deliveries: without its answer, nothing asks for the delivery that carried it.
    """
    done = uow.inbox.purge(now - ANSWERS_KEPT, now - QUARANTINE_KEPT, AT_ONCE)
    done += uow.mailboxes.purge(now - MAIL_KEPT, AT_ONCE) + uow.conversations.purge(now)
    done += uow.links.purge(now, now - PAUSE)
    done += uow.threads.purge(now - threads.KEPT, AT_ONCE) + uow.staffs.purge_sessions(now, AT_ONCE)
    return done + uow.deliveries.tidy(now, AT_ONCE)
