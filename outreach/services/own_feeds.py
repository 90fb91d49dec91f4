"""A person's own calendar: what they have a place in, and for a while what they gave back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from outreach.calendar.entry import Entry, sequence
from outreach.domain.activity import ActivityStatus
from outreach.domain.signup import Standing
from outreach.services.cards_feeds import FeedPlace

ALARM = timedelta(hours=2)
HAS_PLACE = frozenset({Standing.SEATED, Standing.OFFERED, Standing.ATTENDED, Standing.LATE})
_IS_HERE = HAS_PLACE | {Standing.REQUESTED, Standing.WAITING}


def own_revision(standing: Standing, revision: int) -> int:
    """What a sign-up adds to the SEQUENCE: leaving raises it by one, coming back by one more, moving up by none."""
    return revision * 2 + int(standing not in _IS_HERE)


def own_entries(places: Iterable[FeedPlace], since: datetime, title: str, note: str, page: str) -> Iterator[Entry]:
    """One entry an activity, however many one person signed up for it; *places* come by activity.

    *title* stands for one that is restricted, *note* in every entry, *page* begins the address of an activity.
    Who only waits has no entry. What was given back or called off before *since* has none any more.
    """
    for _, several in groupby(places, key=lambda place: place.of.card.id):
        group = tuple(several)
        if _is_shown(group, since):
            yield _entry(group, title, note, page)


def _is_shown(group: Sequence[FeedPlace], since: datetime) -> bool:
    card = group[0].of.card
    if any(place.standing in HAS_PLACE for place in group):
        return card.status is not ActivityStatus.CALLED_OFF or card.changed_at > since
    return any(place.standing not in _IS_HERE and place.since > since for place in group)


def _entry(group: Sequence[FeedPlace], title: str, note: str, page: str) -> Entry:
    card = group[0].of.card
    has_place = any(place.standing in HAS_PLACE for place in group)
    return Entry(
        uid=card.uid,
        sequence=sequence(card.revision, sum(own_revision(place.standing, place.revision) for place in group)),
        title=title if card.restricted else card.title,
        starts_at=card.starts_at,
        ends_at=card.ends_at,
        place=None if card.restricted else card.place,
        url=None if card.restricted else page + card.slug,
        description=note,
        status="confirmed" if has_place and card.status is not ActivityStatus.CALLED_OFF else "cancelled",
        changed_at=max(group[0].of.changed_at, *(place.since for place in group)),
        created_at=card.created_at,
        private=True,
        alarm=ALARM,
    )
