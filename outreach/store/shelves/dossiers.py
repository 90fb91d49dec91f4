"""All that is kept of one person, opened: every table that `erasure` deletes from has its place here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import BindParameter, and_, bindparam, or_, select

from outreach.domain.errors import NotFound
from outreach.domain.ids import ResidentId
from outreach.domain.messages import Outgoing
from outreach.domain.people import Consent, Purpose
from outreach.domain.signup import SELF
from outreach.services.cards import Caller
from outreach.services.cards_dossier import (
    AlertKept,
    Chat,
    Dossier,
    FeedKept,
    LetterKept,
    Memory,
    MessageKept,
    NoteKept,
    PlaceKept,
    Profile,
    StaffLook,
    TipRead,
    Waiting,
)
from outreach.services.cards_feeds import FeedKind
from outreach.store.codec import unpack_answers, unpack_incoming, unpacked
from outreach.store.keys import Seal
from outreach.store.rows import table_of
from outreach.store.rows_activities import ActivityRow, SignUpRow
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
    RegionRow,
    ResidentRow,
    TipSeenRow,
)
from outreach.store.rows_staff import AlertRow, AuditRow, ThreadEntryRow, ThreadRow
from outreach.store.shelves.ledger_letters import BODY_COLUMN, REF_COLUMN
from outreach.store.shelves.person_cards import nickname_of
from outreach.store.transaction import Shelf
from outreach.store.types import split

_RESIDENT, _REGION, _ADDRESS = table_of(ResidentRow), table_of(RegionRow), table_of(AddressRow)
_CONSENT, _MUTE, _SEEN = table_of(ConsentRow), table_of(RegionMuteRow), table_of(TipSeenRow)
_SIGN_UP, _ACTIVITY, _DELIVERY = table_of(SignUpRow), table_of(ActivityRow), table_of(DeliveryRow)
_THREAD, _ENTRY, _ALERT = table_of(ThreadRow), table_of(ThreadEntryRow), table_of(AlertRow)
_AUDIT, _INBOX, _MAIL = table_of(AuditRow), table_of(InboxRow), table_of(MailRow)
_FEED = table_of(FeedTokenRow)
_TALK, _OFFER = table_of(ConversationRow), table_of(LinkOfferRow)
_NOTED = table_of(AttendanceRow)
_OF: BindParameter[int] = bindparam("of")
_PROFILE = (
    select(_RESIDENT, _REGION.c.name.label("region"))
    .select_from(_RESIDENT.join(_REGION, _REGION.c.id == _RESIDENT.c.region_id))
    .where(_RESIDENT.c.id == _OF)
)
_CHATS = select(_ADDRESS).where(_ADDRESS.c.resident_id == _OF).order_by(_ADDRESS.c.id)
_CONSENTS = select(_CONSENT).where(_CONSENT.c.resident_id == _OF).order_by(_CONSENT.c.id)
_MUTED = (
    select(_REGION.c.name, _REGION.c.code)
    .select_from(_MUTE.join(_REGION, _REGION.c.id == _MUTE.c.region_id))
    .where(_MUTE.c.resident_id == _OF)
    .order_by(_REGION.c.path)
)
_PLACES = (
    select(
        _SIGN_UP,
        _ACTIVITY.c.title,
        _ACTIVITY.c.starts_at,
        _ACTIVITY.c.ends_at,
        _ACTIVITY.c.place,
        _NOTED.c.standing.label("noted"),
        _NOTED.c.people.label("came"),
    )
    .select_from(
        _SIGN_UP.join(_ACTIVITY, _ACTIVITY.c.id == _SIGN_UP.c.activity_id).outerjoin(
            _NOTED, _NOTED.c.sign_up_id == _SIGN_UP.c.id
        )
    )
    .where(_SIGN_UP.c.resident_id == _OF)
    .order_by(_SIGN_UP.c.id)
)
_LETTERS = (
    select(_DELIVERY, _ACTIVITY.c.title)
    .select_from(_DELIVERY.outerjoin(_ACTIVITY, _ACTIVITY.c.id == _DELIVERY.c.activity_id))
    .order_by(_DELIVERY.c.id)
)
_NOTES = (
    select(_ENTRY)
    .select_from(_ENTRY.join(_THREAD, _THREAD.c.id == _ENTRY.c.thread_id))
    .where(_THREAD.c.resident_id == _OF)
    .order_by(_ENTRY.c.id)
)
_TIPS = select(_SEEN).where(_SEEN.c.resident_id == _OF).order_by(_SEEN.c.seen_at)
_FEEDS = (
    select(_FEED.c.created_at)
    .where(_FEED.c.owner_id == _OF, _FEED.c.kind == FeedKind.PERSON.value)
    .order_by(_FEED.c.id)
)
_LOOKS = select(_AUDIT.c.at, _AUDIT.c.role, _AUDIT.c.action, _AUDIT.c.subject).order_by(_AUDIT.c.id)

Door = tuple[str, bytes]
"""A lane and the blind index of somebody's address on it."""


class DossierShelf(Shelf):
    """Matches `services.ports.Dossiers`."""

    __slots__ = ()

    def of_resident(self, resident_id: ResidentId) -> Dossier:
        """Everything, opened. Raises `NotFound`, and `Fault` for what does not open any more."""
        row = self._at.connection.execute(_PROFILE, {"of": resident_id}).one_or_none()
        if row is None:
            raise NotFound("resident", resident_id)
        seal = self._at.ring.person(row.key_sealed)
        addresses = self._all(_CHATS, resident_id)
        doors = [(address.lane, address.person) for address in addresses]
        places = [_place(place) for place in self._all(_PLACES, resident_id)]
        notes = [_note(note, seal) for note in self._all(_NOTES, resident_id)]
        return Dossier(
            resident_id,
            profile=(self._profile(row),),
            chats=tuple(_chat(address, seal) for address in addresses),
            consents=tuple(map(_consent, self._all(_CONSENTS, resident_id))),
            muted_regions=tuple(row.name or row.code for row in self._all(_MUTED, resident_id)),
            sign_ups=tuple(places),
            letters=tuple(self._letters(resident_id, doors, seal)),
            notes=tuple(notes),
            calendar_addresses=tuple(FeedKept(row.created_at) for row in self._all(_FEEDS, resident_id)),
            tips_read=tuple(TipRead(tip.slug, tip.seen_at) for tip in self._all(_TIPS, resident_id)),
            looks=tuple(self._looks(resident_id, places, notes)),
            **self._under(doors),
        )

    def of_stranger(self, caller: Caller) -> Dossier:
        """What is kept under the address of somebody who never agreed to anything; it may be nothing."""
        doors = [(caller.lane, self._at.person(caller))]
        return Dossier(None, letters=tuple(self._letters(None, doors, None)), **self._under(doors))

    def _all(self, statement: Any, resident_id: ResidentId) -> Sequence[Any]:
        return self._at.connection.execute(statement, {"of": resident_id}).all()

    def _at_doors(self, table: Any, doors: Iterable[Door], person: str = "person", lane: str = "lane") -> Any:
        """Which rows of *table* are kept under one of *doors*; none without any."""
        here = [and_(table.c[lane] == of_lane, table.c[person] == of_person) for of_lane, of_person in doors]
        return or_(False, *here)

    def _profile(self, row: Any) -> Profile:
        return Profile(
            row.created_at,
            row.language,
            row.region,
            tuple(sorted(split(row.audiences))),
            row.rhythm,
            row.next_tip_at,
            nickname_of(self._at.ring, row.key_sealed, row.nickname_sealed),
        )

    def _letters(
        self, resident_id: ResidentId | None, doors: Sequence[Door], seal: Seal | None
    ) -> Iterator[LetterKept]:
        theirs = self._at_doors(_DELIVERY, doors)
        if resident_id is not None:  # a comparison with none would find the letters of all strangers
            theirs = or_(_DELIVERY.c.resident_id == resident_id, theirs)
        for row in self._at.connection.execute(_LETTERS.where(theirs)).all():
            subject = json.loads(row.subject)
            about = str(subject.get("slug") or subject.get("about") or "")
            text = self._body(row, seal)
            yield LetterKept(
                row.kind, about, row.title or "", row.lane, row.state, row.created_at, row.changed_at, text
            )

    def _body(self, row: Any, seal: Seal | None) -> str:
        """The words of a letter: a reply to an address is sealed by the house, any other with their own key."""
        if row.body_sealed is None:
            return ""
        if row.to_sealed is not None or seal is None:
            return _texts(unpack_answers(self._at.ring.open("delivery", row.body_sealed, BODY_COLUMN)))
        return _texts(unpack_answers(seal.open(row.body_sealed, BODY_COLUMN)))

    def _under(self, doors: Sequence[Door]) -> dict[str, Any]:
        """What is kept under an address itself, of residents and strangers alike."""
        return {
            "messages": tuple(self._messages(doors)),
            "waiting": (*self._mail(doors), *self._offers(doors)),
            "memories": tuple(self._memories(doors)),
            "alerts": tuple(self._alerts(doors)),
        }

    def _messages(self, doors: Sequence[Door]) -> Iterator[MessageKept]:
        look = select(_INBOX).where(self._at_doors(_INBOX, doors)).order_by(_INBOX.c.id)
        for row in self._at.connection.execute(look).all():
            said = answer = ""
            if row.body_sealed is not None:
                incoming = unpack_incoming(self._at.ring.open("inbox", row.body_sealed, "inbox.body"))
                said = str(getattr(incoming, "text", "") or getattr(incoming, "data", ""))
            if row.answer_sealed is not None:
                answer = _texts(unpack_answers(self._at.ring.open("inbox", row.answer_sealed, "inbox.answer")))
            yield MessageKept(row.lane, row.received_at, row.state, said, answer)

    def _mail(self, doors: Sequence[Door]) -> Iterator[Waiting]:
        look = select(_MAIL).where(self._at_doors(_MAIL, doors)).order_by(_MAIL.c.id)
        for row in self._at.connection.execute(look).all():
            words = unpack_answers(self._at.ring.open("mail", row.body_sealed, "mail.body"))
            yield Waiting(row.lane, row.created_at, _texts(words))

    def _offers(self, doors: Sequence[Door]) -> Iterator[Waiting]:
        own = self._at_doors(_OFFER, doors, "door")
        other = self._at_doors(_OFFER, doors, "other_door", "other_lane")
        for row in self._at.connection.execute(select(_OFFER).where(or_(own, other))).all():
            yield Waiting(row.lane, row.until, "")

    def _memories(self, doors: Sequence[Door]) -> Iterator[Memory]:
        for row in self._at.connection.execute(select(_TALK).where(self._at_doors(_TALK, doors))).all():
            state = unpacked(self._at.ring.open("conversation", row.state_sealed, "conversation.state"))
            yield Memory(row.lane, row.until, state)

    def _alerts(self, doors: Sequence[Door]) -> Iterator[AlertKept]:
        look = select(_ALERT).where(self._at_doors(_ALERT, doors)).order_by(_ALERT.c.id)
        for row in self._at.connection.execute(look).all():
            yield AlertKept(row.raised_at, row.state, row.acknowledged_at)

    def _looks(
        self, resident_id: ResidentId, places: Iterable[PlaceKept], notes: Iterable[NoteKept]
    ) -> Iterator[StaffLook]:
        named = {
            "person": {str(resident_id)},
            "sign_up": {str(place.sign_up) for place in places},
            "thread": {str(note.thread) for note in notes},
        }
        theirs = [and_(_AUDIT.c.subject == kind, _AUDIT.c.subject_id.in_(sorted(ids))) for kind, ids in named.items()]
        for row in self._at.connection.execute(_LOOKS.where(or_(*theirs))):
            yield StaffLook(*row)


def _chat(row: Any, seal: Seal) -> Chat:
    address = seal.open(row.ref_sealed, REF_COLUMN).decode()
    return Chat(
        row.lane, address, row.reach, row.source, row.created_at, row.last_word_at, row.preferred_at is not None
    )


def _consent(row: Any) -> Consent:
    return Consent(
        Purpose(row.purpose), row.text_version, row.text_hash, row.channel, row.language, row.given_at, row.withdrawn_at
    )


def _place(row: Any) -> PlaceKept:
    return PlaceKept(
        sign_up=row.id,
        activity=row.title,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        place=row.place,
        standing=row.standing,
        number=row.number,
        party=row.party,
        is_for_another=row.beneficiary != SELF,
        since=row.since,
        noted=row.noted or "",
        came=row.came or 0,
    )


def _note(row: Any, seal: Seal) -> NoteKept:
    text = seal.open(row.text_sealed, "thread_entry.text").decode(errors="surrogatepass")
    return NoteKept(row.thread_id, row.author, row.at, text)


def _texts(messages: Iterable[Outgoing]) -> str:
    return "\n\n".join(message.text for message in messages)
