"""What calendar feeds are made of, and the secret addresses of personal ones."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, delete, func, insert, literal, or_, select

from outreach.domain.activity import ActivityStatus
from outreach.domain.ids import ActivityId, ResidentId
from outreach.domain.people import GENERAL
from outreach.services.cards_feeds import FeedCard, FeedKind, FeedMark, FeedPlace, FeedState, FeedToken, FeedWish
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_feeds import FeedTokenRow
from outreach.store.shelves.activity_cards import ACTIVITY, CARD_COLUMNS, CARD_WIDTH, ON_LISTS, REGION, activity_card
from outreach.store.shelves.activity_editions import EDITION, set_topics, topics_of
from outreach.store.shelves.sign_up_columns import SIGN_UP, STANDINGS
from outreach.store.transaction import Shelf

AT_ONCE = 500  # activities a statement: SQLite takes some thousands of values, PostgreSQL plans long lists slowly

_A, _E, _S = ACTIVITY.c, EDITION.c, SIGN_UP.c
_TOKEN = table_of(FeedTokenRow)
_T = _TOKEN.c
_SINCE = bindparam("since", type_=_A.ends_at.type)
_REVISIONS = (
    select(
        func.count().label("activities"),
        func.coalesce(func.sum(_A.revision), 0).label("revisions"),
        func.max(_A.changed_at).label("moved_at"),
    )
    .where(_A.ends_at > _SINCE)
    .subquery()
)
_EDITIONS = select(
    func.count().label("edited"),
    func.coalesce(func.sum(_E.edition), 0).label("editions"),
    func.max(_E.changed_at).label("worded_at"),
).subquery()
_STATE = Prepared(select(_REVISIONS, _EDITIONS))
_WITH_EDITION = ACTIVITY.outerjoin(EDITION, _E.activity_id == _A.id)
_EDITION = func.coalesce(_E.edition, 0)
_MARKS = select(_A.id, _A.revision, _EDITION)
_CARDS = (
    select(*CARD_COLUMNS, _EDITION, _E.changed_at)
    .select_from(_WITH_EDITION.join(REGION, REGION.c.id == _A.region_id))
    .where(_A.id.in_(bindparam("ids", expanding=True)))
)
_PLACES = (
    select(*CARD_COLUMNS, _EDITION, _E.changed_at, _S.standing, _S.revision, _S.since)
    .select_from(
        SIGN_UP.join(ACTIVITY, _A.id == _S.activity_id)
        .join(REGION, REGION.c.id == _A.region_id)
        .outerjoin(EDITION, _E.activity_id == _A.id)
    )
    .where(_S.resident_id == bindparam("resident"), _A.ends_at > _SINCE)
    .order_by(_A.starts_at, _A.id, _S.beneficiary)
    .limit(bindparam("limit"))
)
_ADD = insert(_TOKEN)
_OWNED = and_(_T.owner_id == bindparam("owner"), _T.kind == bindparam("what"))
_IN_FORCE = select(_T.salt, _T.created_at).where(_OWNED).order_by(_T.id).limit(1)
_BEHIND = select(_T.owner_id).where(_T.digest == bindparam("found"), _T.kind == bindparam("what"))
_REVOKE = delete(_TOKEN).where(_OWNED)


class FeedShelf(Shelf):
    """Matches `services.ports.Feeds`."""

    __slots__ = ()

    def state(self, since: datetime) -> FeedState:
        """How far all activities have come that end after *since*, whoever may see them."""
        row = _STATE.first(self._at.connection, {"since": since})
        if row is None:
            raise LookupError("a count gives a row")
        activities, revisions, moved_at, edited, editions, worded_at = row
        latest = max((moment for moment in (moved_at, worded_at) if moment is not None), default=None)
        return FeedState(activities, int(revisions), edited, int(editions), latest)

    def marks(self, wish: FeedWish, limit: int) -> list[FeedMark]:
        """What the feed holds, published or called off and not restricted, by end."""
        chosen = _MARKS.select_from(_tables(wish)).where(*_conditions(wish)).order_by(_A.ends_at, _A.id).limit(limit)
        return [FeedMark(*row) for row in self._at.connection.execute(chosen).all()]

    def cards(self, activity_ids: Sequence[ActivityId]) -> list[FeedCard]:
        """These activities, in no order, `AT_ONCE` a statement."""
        return [_card(row) for ids in _parts(activity_ids) for row in self._at.connection.execute(_CARDS, {"ids": ids})]

    def places(self, resident_id: ResidentId, since: datetime, limit: int) -> list[FeedPlace]:
        """Their sign-ups for activities that end after *since*, however they stand, by start."""
        values = {"resident": resident_id, "since": since, "limit": limit}
        return [_place(row) for row in self._at.connection.execute(_PLACES, values)]

    def set_topics(self, activity_id: ActivityId, topics: frozenset[str], now: datetime) -> None:
        """The activity is about these topics."""
        set_topics(self._at, activity_id, topics, now)

    def topics(self, activity_id: ActivityId) -> frozenset[str]:
        """What the activity is about."""
        return topics_of(self._at, activity_id)

    def add_token(self, kind: FeedKind, owner_id: int, salt: bytes, digest: bytes, now: datetime) -> None:
        """Put an address in force."""
        values = {"kind": kind.value, "owner_id": owner_id, "salt": salt, "digest": digest, "created_at": now}
        self._at.connection.execute(_ADD, values)

    def token(self, kind: FeedKind, owner_id: int) -> FeedToken | None:
        """The address of that feed, the oldest that is in force."""
        row = self._at.connection.execute(_IN_FORCE, {"owner": owner_id, "what": kind.value}).one_or_none()
        return None if row is None else FeedToken(*row)

    def owner(self, kind: FeedKind, digest: bytes) -> int | None:
        """Whose feed is behind the address with that digest; ``None``: nobody's, or not any more."""
        found: int | None = self._at.connection.execute(
            _BEHIND, {"found": digest, "what": kind.value}
        ).scalar_one_or_none()
        return found

    def revoke(self, kind: FeedKind, owner_id: int) -> int:
        """None of that owner's addresses works any more; how many did."""
        return self._at.connection.execute(_REVOKE, {"owner": owner_id, "what": kind.value}).rowcount


def _tables(wish: FeedWish) -> Any:
    return _WITH_EDITION.join(REGION, REGION.c.id == _A.region_id) if wish.region_path else _WITH_EDITION


def _conditions(wish: FeedWish) -> Iterator[ColumnElement[bool]]:
    yield _A.ends_at > wish.since
    yield ON_LISTS
    off = and_(_A.status == ActivityStatus.CALLED_OFF.value, _A.changed_at > wish.since)
    yield or_(_A.status == ActivityStatus.PUBLISHED.value, off)
    if wish.region_path:
        yield REGION.c.path.startswith(wish.region_path, autoescape=True)
    if wish.audience:
        yield or_(*(_has(_A.audience, tag) for tag in sorted({GENERAL, *wish.audience})))
    if wish.topics:
        yield or_(*(_has(_E.topics, tag) for tag in sorted(wish.topics)))


def _has(column: ColumnElement[str], tag: str) -> ColumnElement[bool]:
    return (literal(",") + column + ",").contains(f",{tag},", autoescape=True)


def _parts(activity_ids: Sequence[ActivityId]) -> Iterator[list[ActivityId]]:
    left = iter(activity_ids)
    while part := list(islice(left, AT_ONCE)):
        yield part


def _card(row: Sequence[Any]) -> FeedCard:
    card, (edition, worded_at) = activity_card(row), row[CARD_WIDTH : CARD_WIDTH + 2]
    changed_at = card.changed_at if worded_at is None else max(card.changed_at, worded_at)
    return FeedCard(FeedMark(card.id, card.revision, edition), card, changed_at)


def _place(row: Sequence[Any]) -> FeedPlace:
    standing, revision, since = row[CARD_WIDTH + 2 :]
    return FeedPlace(_card(row), STANDINGS[standing], revision, since)
