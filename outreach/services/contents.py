"""Approve what the library ships: only that is ever sent, in exactly the words that were approved."""

from __future__ import annotations

from datetime import datetime

from outreach.content import ContentItem
from outreach.domain.actor import Actor, Permission
from outreach.domain.errors import Forbidden
from outreach.domain.messages import Language
from outreach.services.access import require
from outreach.services.cards import ApprovedItem
from outreach.services.ports import UnitOfWork

NO_SIGN_OFF = "none"


def approve(uow: UnitOfWork, by: Actor, item: ContentItem, now: datetime) -> ApprovedItem:
    """Freeze *item* as it stands: actor, time and version hash. Approving the same version again changes nothing.

    Raises `Forbidden` for an item that asks for a clinical sign-off, which a command line cannot give.
    """
    require(by, Permission.APPROVE_CONTENT)
    if item.sign_off != NO_SIGN_OFF:
        raise Forbidden(f"{item.slug} asks for the sign-off of a {item.sign_off}")
    frozen = ApprovedItem(
        item.slug,
        Language(item.language),
        item.version,
        item.title,
        item.body,
        frozenset(item.audience),
        by.name,
        now,
    )
    stored = uow.contents.approve(frozen, by, now)
    uow.audit.write(by, "approve", "item", f"{item.slug}.{item.language}@{item.version}", now)
    return stored
