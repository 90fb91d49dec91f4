"""Forgetting a person: their key first, then every row that tells of them or leads to them."""

from __future__ import annotations

from sqlalchemy import BindParameter, Connection, Delete, Update, bindparam, delete, exists, select, update

from outreach.domain.ids import ResidentId
from outreach.domain.signup import Standing
from outreach.services.cards import InboxState
from outreach.services.cards_feeds import FeedKind
from outreach.store.rows import table_of
from outreach.store.rows_activities import SignUpRow
from outreach.store.rows_attendance import AttendanceRow
from outreach.store.rows_feeds import FeedTokenRow
from outreach.store.rows_inbound import InboxRow, MailRow
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import (
    AddressRow,
    ConsentRow,
    ConversationRow,
    LinkOfferRow,
    RegionMuteRow,
    ResidentRow,
    TipSeenRow,
)
from outreach.store.rows_staff import AlertRow, ThreadEntryRow, ThreadRow

_RESIDENT, _ADDRESS, _CONSENT = table_of(ResidentRow), table_of(AddressRow), table_of(ConsentRow)
_CONVERSATION, _TIP_SEEN, _SIGN_UP = table_of(ConversationRow), table_of(TipSeenRow), table_of(SignUpRow)
_DELIVERY, _INBOX, _MAIL = table_of(DeliveryRow), table_of(InboxRow), table_of(MailRow)
_OFFER, _MUTE = table_of(LinkOfferRow), table_of(RegionMuteRow)
_FEED = table_of(FeedTokenRow)
_ALERT, _THREAD, _ENTRY = table_of(AlertRow), table_of(ThreadRow), table_of(ThreadEntryRow)
_ATTENDANCE = table_of(AttendanceRow)

_OF: BindParameter[int] = bindparam("of")
_THEIR_PERSONS = select(_ADDRESS.c.lane, _ADDRESS.c.person).where(_ADDRESS.c.resident_id == _OF)
_THEIR_THREADS = select(_THREAD.c.id).where(_THREAD.c.resident_id == _OF)
_COUNTS_NOTHING = (Standing.WITHDRAWN.value, Standing.REFUSED.value)
_NOBODY = b""
_CAME_ALL_THE_SAME = exists().where(_ATTENDANCE.c.sign_up_id == _SIGN_UP.c.id)

# What is kept under an address itself: of a resident and of somebody who never agreed to anything alike.
_OF_LANE: BindParameter[str] = bindparam("of_lane")
_OF_PERSON: BindParameter[bytes] = bindparam("of_person")
_TRACES: tuple[Delete | Update, ...] = (
    delete(_DELIVERY).where(_DELIVERY.c.lane == _OF_LANE, _DELIVERY.c.person == _OF_PERSON),
    delete(_MAIL).where(_MAIL.c.lane == _OF_LANE, _MAIL.c.person == _OF_PERSON),
    delete(_CONVERSATION).where(_CONVERSATION.c.lane == _OF_LANE, _CONVERSATION.c.person == _OF_PERSON),
    delete(_OFFER).where(_OFFER.c.lane == _OF_LANE, _OFFER.c.door == _OF_PERSON),
    delete(_OFFER).where(_OFFER.c.other_lane == _OF_LANE, _OFFER.c.other_door == _OF_PERSON),
    update(_INBOX)
    .where(_INBOX.c.lane == _OF_LANE, _INBOX.c.person == _OF_PERSON)
    .values(person=None, body_sealed=None, answer_sealed=None, state=InboxState.ANSWERED.value),
    # An alert stays for those who answer for it, but leads to nobody any more.
    update(_ALERT).where(_ALERT.c.lane == _OF_LANE, _ALERT.c.person == _OF_PERSON).values(person=_NOBODY),
)
# A blank key first: whatever is sealed with it is gone even where a page of an old backup survives.
_BLANK_KEY = update(_RESIDENT).where(_RESIDENT.c.id == _OF).values(key_sealed=_NOBODY)
_STEPS: tuple[Delete | Update, ...] = (
    delete(_DELIVERY).where(_DELIVERY.c.resident_id == _OF),
    delete(_ENTRY).where(_ENTRY.c.thread_id.in_(_THEIR_THREADS)),
    delete(_THREAD).where(_THREAD.c.resident_id == _OF),
    delete(_TIP_SEEN).where(_TIP_SEEN.c.resident_id == _OF),
    delete(_MUTE).where(_MUTE.c.resident_id == _OF),
    delete(_CONSENT).where(_CONSENT.c.resident_id == _OF),
    delete(_SIGN_UP).where(
        _SIGN_UP.c.resident_id == _OF, _SIGN_UP.c.standing.in_(_COUNTS_NOTHING), ~_CAME_ALL_THE_SAME
    ),
    update(_SIGN_UP).where(_SIGN_UP.c.resident_id == _OF).values(resident_id=None),
    delete(_FEED).where(_FEED.c.owner_id == _OF, _FEED.c.kind == FeedKind.PERSON.value),
    delete(_ADDRESS).where(_ADDRESS.c.resident_id == _OF),
    delete(_RESIDENT).where(_RESIDENT.c.id == _OF),
)


def forget(connection: Connection, lane: str, person: bytes) -> None:
    """Delete what is kept under the address *person* (a blind index) on *lane*; alerts and counts stay, of nobody."""
    for step in _TRACES:
        connection.execute(step, {"of_lane": lane, "of_person": person})


def erase(connection: Connection, resident_id: ResidentId) -> None:
    """Destroy the data key and every row that tells of *resident_id*; sign-ups that count stay, without a name."""
    connection.execute(_BLANK_KEY, {"of": resident_id})
    for lane, person in connection.execute(_THEIR_PERSONS, {"of": resident_id}).all():
        forget(connection, lane, person)
    for step in _STEPS:
        connection.execute(step, {"of": resident_id})
