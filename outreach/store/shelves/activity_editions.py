"""Which edition the words of an activity are in: counted when they change, so that calendars notice."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, literal, or_, select

from outreach.domain.ids import ActivityId
from outreach.services.cards_planning import ActivityPlan
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_feeds import ActivityEditionRow
from outreach.store.shelves.activity_cards import ACTIVITY
from outreach.store.transaction import Transaction
from outreach.store.types import joined, split

EDITION = table_of(ActivityEditionRow)
_A, _E = ACTIVITY.c, EDITION.c
_NOW = bindparam("now", type_=_E.changed_at.type)
_COUNTED = {"edition": _E.edition + 1, "changed_at": _NOW}
_DIFFERS = or_(
    _A.title != bindparam("title"),
    _A.summary != bindparam("summary"),
    _A.audience != bindparam("audience"),
    _A.restricted != bindparam("restricted"),
)
_NOTE = ByDialect(
    EDITION,
    lambda new: new.from_select(
        ["activity_id", "edition", "changed_at", "topics"],
        select(_A.id, literal(1), _NOW, literal("")).where(_A.id == bindparam("of"), _DIFFERS),
    ).on_conflict_do_update(index_elements=["activity_id"], set_=_COUNTED),
)
_SET_TOPICS = ByDialect(
    EDITION,
    lambda new: new.values(
        activity_id=bindparam("of"), edition=1, changed_at=_NOW, topics=bindparam("tags")
    ).on_conflict_do_update(index_elements=["activity_id"], set_={**_COUNTED, "topics": new.excluded.topics}),
)
_TOPICS = select(_E.topics).where(_E.activity_id == bindparam("of"))


def note(at: Transaction, activity_id: ActivityId, plan: ActivityPlan, now: datetime) -> None:
    """Count an edition if *plan* says anything of the activity differently; before it is written."""
    values = {
        "of": activity_id,
        "title": plan.title,
        "summary": plan.summary,
        "audience": joined(plan.audience),
        "restricted": plan.restricted,
        "now": now,
    }
    at.connection.execute(_NOTE.on(at.connection), values)


def set_topics(at: Transaction, activity_id: ActivityId, topics: frozenset[str], now: datetime) -> None:
    """The activity is about these, whatever it was about before."""
    values = {"of": activity_id, "tags": joined(topics), "now": now}
    at.connection.execute(_SET_TOPICS.on(at.connection), values)


def topics_of(at: Transaction, activity_id: ActivityId) -> frozenset[str]:
    """What the activity is about; empty where nobody said."""
    return split(at.connection.execute(_TOPICS, {"of": activity_id}).scalar_one_or_none() or "")
