"""Education for those who asked for it: which item, for whom, when. Only what was approved here is ever sent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from outreach.domain.delivery import tip_key
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Language, MessageKind
from outreach.domain.people import GENERAL, Audience, Rhythm
from outreach.domain.times import next_slot
from outreach.services.cards import ApprovedItem, PersonCard, TipDue
from outreach.services.cards_broadcasts import Reason, Told
from outreach.services.cards_ledger import Draft
from outreach.services.manners import PLAIN, Manners
from outreach.services.ports import UnitOfWork

AT_ONCE = 200  # residents a transaction
STILL_WELCOME = timedelta(days=3)  # a tip that could not go out for so long is left out, the next one comes
DIGEST = 4  # titles in one message
_MENTIONED = "~"  # in front of a slug whose title somebody was told: no slug begins so


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


def queue_due(uow: UnitOfWork, rhythm: TipRhythm, now: datetime, manners: Manners = PLAIN) -> int:
    """Queue the best item, or a digest of titles, for everybody whose moment has come; how many were looked at."""
    due = uow.contents.tips_due(now, AT_ONCE)
    items = {language: uow.contents.approved(language) for language in {person.language for person in due}}
    drafts = []
    for person in due:
        theirs = [item for item in items[person.language] if manners.may_hear(item, person.audiences)]
        draft = (_digest if person.rhythm is Rhythm.MONTHLY else _tip)(uow, theirs, person, now)
        drafts += [draft] if draft is not None else []
        uow.people.plan_tip(person.resident_id, rhythm.following(now, person.rhythm))
    uow.deliveries.add(drafts, now)
    return len(due)


def choose(items: Sequence[ApprovedItem], audiences: frozenset[str], seen: Sequence[str]) -> ApprovedItem | None:
    """The first item for these audiences that was not seen; when all were, the one seen longest ago.

    Of those not seen, the ones whose titles the last digest told go first.
    """
    told = [slug.removeprefix(_MENTIONED) for slug in seen if slug.startswith(_MENTIONED)][-DIGEST:]
    return next(iter(_in_order(items, audiences, seen, told)), None)


def choose_titles(items: Sequence[ApprovedItem], audiences: frozenset[str], seen: Sequence[str]) -> list[ApprovedItem]:
    """Up to `DIGEST` items for these audiences of which they know nothing yet; when there are none, the oldest news."""
    known = list(dict.fromkeys(slug.removeprefix(_MENTIONED) for slug in reversed(seen)))[::-1]
    ordered = _in_order(items, audiences, known)
    return ([item for item in ordered if item.slug not in known] or ordered)[:DIGEST]


def read_one(
    uow: UnitOfWork,
    person: PersonCard,
    language: Language,
    seen: Sequence[str],
    now: datetime,
    manners: Manners = PLAIN,
) -> ApprovedItem | None:
    """An item for somebody who asks for one. *seen* is what a person we keep nothing of had in this conversation."""
    known = uow.contents.seen(person.resident_id) if person.resident_id is not None else tuple(seen)
    theirs = [item for item in uow.contents.approved(language) if manners.may_hear(item, person.audiences)]
    item = choose(theirs, person.audiences, known)
    if item is not None and person.resident_id is not None:
        uow.contents.mark_seen(person.resident_id, item.slug, now)
    return item


def why(uow: UnitOfWork, resident_id: ResidentId) -> Reason | None:
    """Why they got what they got last: a tip, a digest or an announcement; ``None`` if they got none of late."""
    told = uow.broadcasts.last_told(resident_id)
    if told is None:
        return None
    person = uow.people.card(resident_id)
    if told.posted is not None:
        title = told.posted.text.title if told.posted.text is not None else ""
        tags = told.posted.audience
    else:
        item = _item_told(uow, told)
        title, tags = (item.title, item.audience) if item is not None else ("", frozenset())
    chosen = frozenset() if GENERAL in tags else tags & person.audiences
    rhythm = None if told.posted is not None else person.rhythm
    return Reason(told.about, told.at, title, told.region_name, chosen, rhythm)


def _in_order(
    items: Sequence[ApprovedItem], audiences: frozenset[str], seen: Sequence[str], first: Sequence[str] = ()
) -> list[ApprovedItem]:
    fitting = [item for item in items if Audience(item.audience).includes(audiences)]
    order = {slug: place for place, slug in enumerate(seen, start=1)}
    # What was made for one of their own audiences goes before what is for everybody.
    return sorted(
        fitting,
        key=lambda item: (order.get(item.slug, 0), item.slug not in first, not item.audience & audiences, item.slug),
    )


def _item_told(uow: UnitOfWork, told: Told) -> ApprovedItem | None:
    if "slug" not in told.subject:
        return None
    slug, version = str(told.subject["slug"]), str(told.subject["version"])
    return uow.contents.get(slug, Language(str(told.subject["language"])), version)


def _tip(uow: UnitOfWork, items: Sequence[ApprovedItem], person: TipDue, now: datetime) -> Draft | None:
    item = choose(items, person.audiences, person.seen)
    if item is None:
        return None
    uow.contents.mark_seen(person.resident_id, item.slug, now)
    return _draft(person, {"about": "tip", "slug": item.slug, "version": item.version, "language": item.language}, now)


def _digest(uow: UnitOfWork, items: Sequence[ApprovedItem], person: TipDue, now: datetime) -> Draft | None:
    """Titles only: what was told is kept apart from what was read, so that 读一读 gives just these, in this order."""
    titles = choose_titles(items, person.audiences, person.seen)
    if not titles:
        return None
    for item in titles:
        uow.contents.mark_seen(person.resident_id, _MENTIONED + item.slug, now)
    told = ",".join(f"{item.slug}@{item.version}" for item in titles)
    return _draft(person, {"about": "digest", "items": told, "language": person.language}, now)


def _draft(person: TipDue, subject: Mapping[str, str | int], now: datetime) -> Draft:
    return Draft(
        kind=MessageKind.EDUCATION,
        key=tip_key(ResidentId(person.resident_id), person.due_at.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")),
        resident_id=person.resident_id,
        due_at=now,
        subject=subject,
        helps_until=now + STILL_WELCOME,
    )
