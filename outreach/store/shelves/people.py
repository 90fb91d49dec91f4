"""Residents, their addresses and what they allowed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from outreach.domain.errors import NotFound
from outreach.domain.ids import AddressId, RegionId, ResidentId
from outreach.domain.messages import Language
from outreach.domain.people import Consent, Purpose, Rhythm
from outreach.services.cards import Caller, PersonCard, Region
from outreach.store.dialect import ByDialect
from outreach.store.keys import Seal
from outreach.store.prepared import Prepared
from outreach.store.rows import table_of
from outreach.store.rows_inbound import InboxRow
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import AddressRow, ConsentRow, ConversationRow, ResidentRow
from outreach.store.rows_staff import AlertRow
from outreach.store.shelves import choices, doors
from outreach.store.shelves.erasure import erase, forget
from outreach.store.shelves.person_cards import AT, OF_RESIDENT, card_of
from outreach.store.transaction import Shelf, Transaction
from outreach.store.types import joined

REF_COLUMN = "address.ref"
_NOT_HEARD_YET = datetime(1970, 1, 1, tzinfo=UTC)
"""Before any moment of a platform's clock: our own, which may be ahead of it, must not stand in its way."""
_LONGEST_SOURCE = 200  # characters: an untrusted QR scene or link payload, kept for counting only

_RESIDENT = table_of(ResidentRow)
_ADDRESS = table_of(AddressRow)
_CONSENT = table_of(ConsentRow)
_CONVERSATION = table_of(ConversationRow)
_R, _A, _K = _RESIDENT.c, _ADDRESS.c, _CONSENT.c

_HOLD = select(_R.id).where(_R.id.in_(bindparam("residents", expanding=True))).order_by(_R.id).with_for_update()
_DOORS = select(func.count()).select_from(_ADDRESS).where(_A.resident_id == bindparam("of"))
_KEY = select(_R.key_sealed).where(_R.id == bindparam("id"))
_ENROL = insert(_RESIDENT)
_ADD_ADDRESS = ByDialect(  # the id tells whether there is a new row: psycopg counts none after a conflict
    _ADDRESS, lambda new: new.on_conflict_do_nothing(index_elements=["lane", "person"]).returning(_A.id)
)
_UNDO_ENROL = delete(_RESIDENT).where(_R.id == bindparam("id"))
_ALLOW = ByDialect(
    _CONSENT,
    lambda new: new.on_conflict_do_nothing(
        index_elements=["resident_id", "purpose"], index_where=_K.withdrawn_at.is_(None)
    ),
)
_DISALLOW = (
    update(_CONSENT)
    .where(_K.resident_id == bindparam("of"), _K.purpose.in_(bindparam("purposes", expanding=True)))
    .where(_K.withdrawn_at.is_(None))
    .values(withdrawn_at=bindparam("now"))
)
_UPDATE = update(_RESIDENT).where(_R.id == bindparam("of"))
_PLAN_TIP = _UPDATE.values(next_tip_at=bindparam("at"))
_HERE = (_A.lane == bindparam("of_lane"), _A.person == bindparam("of_person"))
_SENT_AT = bindparam("sent_at", type_=_A.reach_at.type)
_HEARD = Prepared(
    update(_ADDRESS)
    .where(*_HERE)
    # Whoever writes is reachable, whatever a clock says: a wrong yes costs a call, a wrong no costs them the answer.
    .values(reach="reachable", reach_at=func.coalesce(_SENT_AT, _A.reach_at), last_word_at=bindparam("now"))
)
_SET_REACH = (  # some platforms count whole seconds: who leaves in the second of their word has left all the same
    update(_ADDRESS)
    .where(*_HERE, _A.reach_at <= bindparam("at"), or_(_A.reach != "gone", bindparam("reach") == "reachable"))
    .values(reach=bindparam("reach"), reach_at=bindparam("at"))
)
_KEY_AT = (
    select(_A.id, _R.key_sealed)
    .select_from(_ADDRESS.join(_RESIDENT, _R.id == _A.resident_id))
    .where(_A.lane == bindparam("lane"), _A.person == bindparam("person"))
)
_MOVE = update(_ADDRESS).where(_A.id == bindparam("of")).values(person=bindparam("new"), ref_sealed=bindparam("ref"))
_GONE = update(_ADDRESS).where(_A.id == bindparam("of")).values(reach="gone")
_PERSON_OF = select(_A.person).where(_A.id == bindparam("id"))
_MOVE_TRACES = tuple(  # what is found by the address alone goes along, so that an erasure still finds it
    update(table)
    .where(table.c.lane == bindparam("of_lane"), table.c.person == bindparam("of_person"))
    .values(person=bindparam("new"))
    for table in (table_of(DeliveryRow), table_of(InboxRow), table_of(AlertRow))
)
_DROP_TALK = delete(_CONVERSATION).where(
    _CONVERSATION.c.lane == bindparam("lane"), _CONVERSATION.c.person == bindparam("person")
)
_MOVE_TALK = (
    update(_CONVERSATION)
    .where(_CONVERSATION.c.lane == bindparam("of_lane"), _CONVERSATION.c.person == bindparam("of_person"))
    .values(person=bindparam("new"))
)


class PeopleShelf(Shelf):
    """Matches `services.ports.People`."""

    __slots__ = ()

    def at(self, caller: Caller) -> PersonCard:
        """Who that is; an empty card for somebody we keep nothing of."""
        found = {"lane": caller.lane, "person": self._at.person(caller)}
        return card_of(self._at.ring, AT.rows(self._at.connection, found)) or PersonCard()

    def card(self, resident_id: ResidentId) -> PersonCard:
        """With the address they wrote from last. Raises `NotFound`."""
        rows = self._at.connection.execute(OF_RESIDENT, {"id": resident_id}).all()
        card = card_of(self._at.ring, [row for row in rows if row[1] == rows[0][1]])
        if card is None:
            raise NotFound("resident", resident_id)
        return card

    def enrol(
        self, caller: Caller, language: Language, region_id: RegionId, source: str | None, now: datetime
    ) -> PersonCard:
        """A new resident with this one address and a data key of their own. Enrolling again gives the one there is."""
        seal, key_sealed = self._at.ring.new_person()
        resident_id = self._add_resident(language, region_id, key_sealed, now)
        if not self._add_address(resident_id, seal, caller, source, last_word_at=now, now=now):
            self._at.connection.execute(_UNDO_ENROL, {"id": resident_id})
        return self.at(caller)

    def hold(self, *resident_ids: ResidentId) -> bool:
        """Lock them until the end of the transaction; False if one of them is no longer there."""
        found = self._at.connection.execute(_HOLD, {"residents": list(resident_ids)}).all()
        return len(found) == len(set(resident_ids))

    def doors(self, resident_id: ResidentId) -> int:
        """How many addresses they have."""
        found: int = self._at.connection.execute(_DOORS, {"of": resident_id}).scalar_one()
        return found

    def add_door(self, resident_id: ResidentId, caller: Caller, last_word_at: datetime, now: datetime) -> bool:
        """*caller* is a further address of that resident. False if it is somebody's already. Raises `NotFound`."""
        key_sealed = self._at.connection.execute(_KEY, {"id": resident_id}).scalar_one_or_none()
        if key_sealed is None:
            raise NotFound("resident", resident_id)
        seal = self._at.ring.person(key_sealed)
        return self._add_address(resident_id, seal, caller, None, last_word_at=last_word_at, now=now)

    def let_go(self, caller: Caller, now: datetime) -> bool:
        """A stranger again; what was under way to them takes another way, or is withdrawn. False for a stranger."""
        return doors.let_go(self._at, caller, now)

    def prefer(self, caller: Caller, now: datetime) -> bool:
        """Of several addresses this one comes first while it can be reached. False for a stranger."""
        return doors.prefer(self._at, caller, now)

    def take_in(self, into: ResidentId, other: ResidentId) -> None:
        """*other* becomes the same person as *into*; but for doors, consents, items read and choices it is erased."""
        doors.take_in(self._at, into, other)

    def allow(self, resident_id: ResidentId, consent: Consent) -> None:
        """Keep *consent*; one that is in force already stays as it is."""
        values = {
            "resident_id": resident_id,
            "purpose": consent.purpose.value,
            "text_version": consent.text_version,
            "text_hash": consent.text_hash,
            "channel": consent.channel,
            "language": str(consent.language),
            "given_at": consent.given_at,
            "withdrawn_at": consent.withdrawn_at,
        }
        self._at.connection.execute(_ALLOW.on(self._at.connection), values)

    def disallow(self, resident_id: ResidentId, purposes: Iterable[Purpose], now: datetime) -> None:
        """End what is in force of *purposes*; that it was given, and until when, is kept."""
        wanted = [purpose.value for purpose in purposes]
        self._at.connection.execute(_DISALLOW, {"of": resident_id, "purposes": wanted, "now": now})

    def update(
        self,
        resident_id: ResidentId,
        *,
        language: Language | None = None,
        region_id: RegionId | None = None,
        audiences: frozenset[str] | None = None,
    ) -> None:
        """Change what is given, leave the rest."""
        values: dict[str, object] = {}
        if language is not None:
            values["language"] = language.value
        if region_id is not None:
            values["region_id"] = region_id
        if audiences is not None:
            values["audiences"] = joined(audiences)
        if values:
            self._at.connection.execute(_UPDATE.values(values), {"of": resident_id})

    def name(self, resident_id: ResidentId, nickname: str | None) -> None:
        """What they want to be called, sealed with their own key; ``None``: nothing. Raises `NotFound`."""
        choices.name(self._at, resident_id, nickname)

    def set_rhythm(self, resident_id: ResidentId, rhythm: Rhythm) -> None:
        """How often they get tips, if they want any; `plan_tip` says when the next one is due."""
        self._at.connection.execute(_UPDATE.values(rhythm=rhythm.value), {"of": resident_id})

    def mute(self, resident_id: ResidentId, region_id: RegionId, now: datetime) -> None:
        """No announcements and tips from *region_id* and below; again changes nothing."""
        choices.mute(self._at, resident_id, region_id, now)

    def unmute(self, resident_id: ResidentId, region_id: RegionId) -> bool:
        """From there again, unless a region above is muted. False if it was not muted itself."""
        return choices.unmute(self._at, resident_id, region_id)

    def muted(self, resident_id: ResidentId) -> list[Region]:
        """The regions that they muted, by path."""
        return choices.muted(self._at, resident_id)

    def plan_tip(self, resident_id: ResidentId, at: datetime | None) -> None:
        """When this person's next tip is due; ``None``: never."""
        self._at.connection.execute(_PLAN_TIP, {"of": resident_id, "at": at})

    def heard(self, caller: Caller, sent_at: datetime | None, now: datetime) -> bool:
        """They wrote, at *sent_at* by the platform's clock if it says so; False for somebody we keep nothing of.

        Reachable, and their reply window starts again.
        """
        return _HEARD.run(self._at.connection, self._here(caller) | {"sent_at": sent_at, "now": now}) > 0

    def set_reach(self, caller: Caller, reach: str, at: datetime) -> bool:
        """``reachable``, ``muted`` or ``gone`` as of *at* by the platform's clock.

        Older news than what is known changes nothing (False).
        """
        values = self._here(caller) | {"reach": reach, "at": at}
        changed = self._at.connection.execute(_SET_REACH, values).rowcount > 0
        if changed and reach != "reachable":
            doors.shut(self._at, caller, at)
        return changed

    def moved(self, caller: Caller, new_ref: str) -> None:
        """The same person under a new reference. If that one is known already, the old one is gone."""
        new = Caller(caller.lane, new_ref)
        here = {"lane": caller.lane, "person": self._at.person(caller)}
        row = self._at.connection.execute(_KEY_AT, here).one_or_none()
        if row is None or new == caller:
            return
        if move_address(self._at, AddressId(row[0]), row[1], new):
            self._move_talk(caller, new)

    def forget(self, caller: Caller) -> None:
        """Delete what is kept under their address, agreed or not: messages, answers, mail, dialogue. Alerts lose it."""
        forget(self._at.connection, caller.lane, self._at.person(caller))

    def erase(self, resident_id: ResidentId, now: datetime) -> None:
        """Destroy the data key and every row that tells of this person; past sign-ups stay as bare counts."""
        erase(self._at.connection, resident_id)

    def _add_resident(self, language: Language, region_id: RegionId, key_sealed: bytes, now: datetime) -> ResidentId:
        values = {
            "language": language.value,
            "region_id": region_id,
            "audiences": "",
            "key_sealed": key_sealed,
            "created_at": now,
        }
        return ResidentId(self._at.insert(_ENROL, values))

    def _add_address(
        self,
        resident_id: ResidentId,
        seal: Seal,
        caller: Caller,
        source: str | None,
        *,
        last_word_at: datetime,
        now: datetime,
    ) -> bool:
        address = {
            "resident_id": resident_id,
            "lane": caller.lane,
            "person": self._at.person(caller),
            "ref_sealed": seal.seal(caller.user_ref.encode(), REF_COLUMN),
            "reach": "reachable",
            "reach_at": _NOT_HEARD_YET,
            "last_word_at": last_word_at,
            "source": None if source is None else _storable(source),
            "created_at": now,
        }
        return self._at.connection.execute(_ADD_ADDRESS.on(self._at.connection), address).first() is not None

    def _move_talk(self, old: Caller, new: Caller) -> None:
        person = self._at.person(new)
        self._at.connection.execute(_DROP_TALK, {"lane": new.lane, "person": person})
        self._at.connection.execute(_MOVE_TALK, self._here(old) | {"new": person})

    def _here(self, caller: Caller) -> dict[str, object]:
        return {"of_lane": caller.lane, "of_person": self._at.person(caller)}


def move_address(at: Transaction, address_id: AddressId, key_sealed: bytes, new: Caller) -> bool:
    """Write to *address_id* under *new* from now on, what is under way included.

    False if *new* is somebody's address already: then the old one is gone, and the two stay apart.
    """
    person = at.person(new)
    if at.connection.execute(_KEY_AT, {"lane": new.lane, "person": person}).one_or_none() is not None:
        at.connection.execute(_GONE, {"of": address_id})
        return False
    ref_sealed = at.ring.person(key_sealed).seal(new.user_ref.encode(), REF_COLUMN)
    old = at.connection.execute(_PERSON_OF, {"id": address_id}).scalar_one()
    at.connection.execute(_MOVE, {"of": address_id, "new": person, "ref": ref_sealed})
    for step in _MOVE_TRACES:
        at.connection.execute(step, {"of_lane": new.lane, "of_person": old, "new": person})
    return True


def _storable(source: str) -> str:
    return source[:_LONGEST_SOURCE].encode(errors="replace").decode()
