"""One person, several doors: an address less, the preferred one, and two residents becoming one."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BindParameter, bindparam, delete, select, update

from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId
from outreach.services.cards import Caller
from outreach.services.cards_feeds import FeedKind
from outreach.store.dialect import ByDialect
from outreach.store.keys import Seal
from outreach.store.rows import table_of
from outreach.store.rows_feeds import FeedTokenRow
from outreach.store.rows_people import ConsentRow, ResidentRow, TipSeenRow
from outreach.store.shelves import choices
from outreach.store.shelves.erasure import erase
from outreach.store.shelves.ledger_letters import ADDRESS, BODY_COLUMN, DELIVERY, REF_COLUMN
from outreach.store.shelves.ledger_ways import reroute, withdraw_at
from outreach.store.transaction import Transaction
from outreach.store.types import joined, split

UNLINKED = "unlinked"

_RESIDENT, _CONSENT, _SEEN = table_of(ResidentRow), table_of(ConsentRow), table_of(TipSeenRow)
_FEED = table_of(FeedTokenRow)
_R, _A, _D, _K, _T = _RESIDENT.c, ADDRESS.c, DELIVERY.c, _CONSENT.c, _SEEN.c
_INTO = bindparam("into", type_=_K.resident_id.type)
_FROM: BindParameter[int] = bindparam("other")

_AT = select(_A.id, _A.resident_id).where(_A.lane == bindparam("lane"), _A.person == bindparam("person"))
_CLOSE = update(ADDRESS).where(_A.id == bindparam("of")).values(reach="gone", preferred_at=None)
_LEAVE_REPLIES = (  # they answer a word that was said here, and go here whoever it was
    update(DELIVERY)
    .where(_D.address_id == bindparam("of"), _D.to_sealed.is_not(None))
    .values(resident_id=None, address_id=None, tidy_at=bindparam("now"))
)
_LEAVE_TRACES = update(DELIVERY).where(_D.address_id == bindparam("of")).values(address_id=None)
_REMOVE = delete(ADDRESS).where(_A.id == bindparam("of"))

_PREFER_NONE = update(ADDRESS).where(_A.resident_id == bindparam("of")).values(preferred_at=None)
_PREFER = update(ADDRESS).where(_A.id == bindparam("of")).values(preferred_at=bindparam("now"))

_KEPT = select(_R.key_sealed, _R.audiences, _R.next_tip_at).where(_R.id == bindparam("id"))
_KEEP = update(_RESIDENT).where(_R.id == _INTO).values(audiences=bindparam("tags"), next_tip_at=bindparam("tip_at"))
_REFS = select(_A.id, _A.ref_sealed).where(_A.resident_id == _FROM)
_MOVE_DOOR = (
    update(ADDRESS)
    .where(_A.id == bindparam("of"))
    .values(resident_id=_INTO, ref_sealed=bindparam("ref"), preferred_at=None)
)
_MOVE_REPLIES = update(DELIVERY).where(_D.resident_id == _FROM, _D.to_sealed.is_not(None)).values(resident_id=_INTO)
_BODIES = select(_D.id, _D.body_sealed).where(
    _D.resident_id == _FROM, _D.to_sealed.is_(None), _D.body_sealed.is_not(None)
)
_MOVE_BODY = update(DELIVERY).where(_D.id == bindparam("of")).values(resident_id=_INTO, body_sealed=bindparam("body"))
_CONSENT_COLUMNS = [column for column in _K if column.name not in {"id", "resident_id"}]
_IN_FORCE = (_K.resident_id == _FROM, _K.withdrawn_at.is_(None))
_CARRY_CONSENTS = ByDialect(
    _CONSENT,
    lambda new: new.from_select(
        ["resident_id", *(column.name for column in _CONSENT_COLUMNS)],
        select(_INTO, *_CONSENT_COLUMNS).where(*_IN_FORCE),
    ).on_conflict_do_nothing(index_elements=["resident_id", "purpose"], index_where=_K.withdrawn_at.is_(None)),
)
_CARRY_SEEN = ByDialect(
    _SEEN,
    lambda new: new.from_select(
        ["resident_id", "slug", "seen_at"], select(_INTO, _T.slug, _T.seen_at).where(_T.resident_id == _FROM)
    ).on_conflict_do_nothing(index_elements=["resident_id", "slug"]),
)

_CARRY_FEEDS = (  # a calendar that is subscribed to goes on
    update(_FEED)
    .where(_FEED.c.owner_id == _FROM, _FEED.c.kind == FeedKind.PERSON.value)
    .values(owner_id=bindparam("into", type_=_FEED.c.owner_id.type))
)


def let_go(at: Transaction, caller: Caller, now: datetime) -> bool:
    """Make *caller* a stranger again; what was under way to them goes to another door of the resident, or nowhere.

    False for a stranger. What was said here about a danger, and answers under way to here, stay as they are.
    """
    found = at.connection.execute(_AT, {"lane": caller.lane, "person": at.person(caller)}).one_or_none()
    if found is None:
        return False
    address_id, resident_id = found
    at.connection.execute(_CLOSE, {"of": address_id})
    if not reroute(at, address_id, resident_id, now):
        withdraw_at(at, address_id, UNLINKED, now)
    at.connection.execute(_LEAVE_REPLIES, {"of": address_id, "now": now})
    for step in (_LEAVE_TRACES, _REMOVE):
        at.connection.execute(step, {"of": address_id})
    return True


def shut(at: Transaction, caller: Caller, now: datetime) -> None:
    """*caller* cannot be reached for the time being: what was under way to here goes to another door, if there is one.

    Otherwise it stays as it is: they may be back before it is due.
    """
    found = at.connection.execute(_AT, {"lane": caller.lane, "person": at.person(caller)}).one_or_none()
    if found is not None:
        reroute(at, found[0], found[1], now)


def prefer(at: Transaction, caller: Caller, now: datetime) -> bool:
    """Write to *caller* first from now on, not to another door of the same resident. False for a stranger."""
    found = at.connection.execute(_AT, {"lane": caller.lane, "person": at.person(caller)}).one_or_none()
    if found is None:
        return False
    address_id, resident_id = found
    at.connection.execute(_PREFER_NONE, {"of": resident_id})
    at.connection.execute(_PREFER, {"of": address_id, "now": now})
    return True


def take_in(at: Transaction, into: ResidentId, other: ResidentId) -> None:
    """Make *other* the same person as *into*, whose language, region and preferred door stay. Raises `NotFound`.

    Doors, consents in force, items read and what they chose are carried over; answers under way go on; all else of
    *other* is erased with their key, and their past sign-ups stay as bare counts.
    """
    theirs, ours = _seal_of(at, other), _seal_of(at, into)
    both = {"into": into, "other": other}
    for address_id, ref_sealed in at.connection.execute(_REFS, both).all():
        ref = ours.seal(theirs.open(ref_sealed, REF_COLUMN), REF_COLUMN)
        at.connection.execute(_MOVE_DOOR, {"of": address_id, "into": into, "ref": ref})
    at.connection.execute(_MOVE_REPLIES, both)
    for delivery_id, body_sealed in at.connection.execute(_BODIES, both).all():
        body = ours.seal(theirs.open(body_sealed, BODY_COLUMN), BODY_COLUMN)
        at.connection.execute(_MOVE_BODY, {"of": delivery_id, "into": into, "body": body})
    _merge_wishes(at, into, other)
    choices.carry(at, into, other, ours, theirs)
    at.connection.execute(_CARRY_FEEDS, both)
    erase(at.connection, other)


def _merge_wishes(at: Transaction, into: ResidentId, other: ResidentId) -> None:
    both = {"into": into, "other": other}
    for step in (_CARRY_CONSENTS, _CARRY_SEEN):
        at.connection.execute(step.on(at.connection), both)
    _, our_tags, our_tip = at.connection.execute(_KEPT, {"id": into}).one()
    _, their_tags, their_tip = at.connection.execute(_KEPT, {"id": other}).one()
    tags = joined(split(our_tags) | split(their_tags))
    at.connection.execute(_KEEP, {"into": into, "tags": tags, "tip_at": our_tip or their_tip})


def _seal_of(at: Transaction, resident_id: ResidentId) -> Seal:
    row = at.connection.execute(_KEPT, {"id": resident_id}).one_or_none()
    if row is None:
        raise NotFound("resident", resident_id)
    return at.ring.person(row[0])
