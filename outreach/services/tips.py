"""Education for those who asked for it: which item, for whom, when. Only what was approved here is ever sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.delivery import tip_key
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.people import Audience, Rhythm
from outreach.domain.times import next_slot
from outreach.services.cards import ApprovedItem, Draft, PersonCard, TipDue
from outreach.services.ports import UnitOfWork

AT_ONCE = 200  # residents a transaction
STILL_WELCOME = timedelta(days=3)  # a tip that could not go out for so long is left out, the next one comes


@dataclass(frozen=True, slots=True)
class TipRhythm:
    """When tips go out: weekly at a local time. *first_after*: sooner for the first one (the demo uses it)."""

    weekday: int
    at: time
    zone: str
    first_after: timedelta | None = None

    def first(self, now: datetime) -> datetime:
        """When somebody who has just subscribed gets their first tip."""
        return self.following(now) if self.first_after is None else now + self.first_after

    def following(self, now: datetime, often: Rhythm = Rhythm.WEEKLY) -> datetime:
        """The next slot after *now*; for who wants to hear once a month, the first one of the next month."""
        return next_slot(self._next_month(now) if often is Rhythm.MONTHLY else now, self.weekday, self.at, self._zone)

    def _next_month(self, now: datetime) -> datetime:
        """The last moment before it, so that its first minute counts."""
        midnight = now.astimezone(self._zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        begins = (midnight + timedelta(days=32)).replace(day=1)
        return begins.astimezone(UTC) - timedelta(microseconds=1)

    @property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


def queue_due(uow: UnitOfWork, rhythm: TipRhythm, now: datetime) -> int:
    """Queue the best item for everybody whose moment has come; how many were looked at."""
    due = uow.contents.tips_due(now, AT_ONCE)
    items = {language: uow.contents.approved(language) for language in {person.language for person in due}}
    drafts = []
    for person in due:
        item = choose(items[person.language], person.audiences, person.seen)
        if item is not None:
            drafts.append(_draft(person, item, now))
            uow.contents.mark_seen(person.resident_id, item.slug, now)
        uow.people.plan_tip(person.resident_id, rhythm.following(now))
    uow.deliveries.add(drafts, now)
    return len(due)


def choose(items: Sequence[ApprovedItem], audiences: frozenset[str], seen: Sequence[str]) -> ApprovedItem | None:
    """The first item for these audiences that was not seen; when all were, the one seen longest ago."""
    fitting = [item for item in items if Audience(item.audience).includes(audiences)]
    order = {slug: place for place, slug in enumerate(seen, start=1)}
    # What was made for one of their own audiences goes before what is for everybody.
    return min(
        fitting,
        key=lambda item: (order.get(item.slug, 0), not item.audience & audiences, item.slug),
        default=None,
    )


def read_one(
    uow: UnitOfWork, person: PersonCard, language: Language, seen: Sequence[str], now: datetime
) -> ApprovedItem | None:
    """An item for somebody who asks for one. *seen* is what a person we keep nothing of had in this conversation."""
    known = uow.contents.seen(person.resident_id) if person.resident_id is not None else tuple(seen)
    item = choose(uow.contents.approved(language), person.audiences, known)
    if item is not None and person.resident_id is not None:
        uow.contents.mark_seen(person.resident_id, item.slug, now)
    return item


def _draft(person: TipDue, item: ApprovedItem, now: datetime) -> Draft:
    return Draft(
        kind=MessageKind.EDUCATION,
        key=tip_key(ResidentId(person.resident_id), person.due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")),
        resident_id=person.resident_id,
        due_at=now,
        subject={"about": "tip", "slug": item.slug, "version": item.version, "language": item.language},
        helps_until=now + STILL_WELCOME,
    )
