"""Deliveries as letters: the row, the person's own address opened, and what they allow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, select

from outreach.domain.delivery import DeliveryState
from outreach.domain.errors import Fault
from outreach.domain.ids import DeliveryId, ResidentId
from outreach.domain.messages import Act, Language, MessageKind, Outgoing
from outreach.domain.people import Purpose
from outreach.domain.windows import PushWindow
from outreach.services.cards_ledger import Letter
from outreach.store.codec import unpack_answers
from outreach.store.prepared import PreparedMany
from outreach.store.rows import table_of
from outreach.store.rows_ledger import DeliveryRow
from outreach.store.rows_people import AddressRow, ConsentRow, RegionRow, ResidentRow
from outreach.store.shelves.ledger_people import Beside, look_beside
from outreach.store.transaction import Transaction
from outreach.store.types import split

BODY_COLUMN = "delivery.body"
TO_COLUMN = "delivery.to"
REF_COLUMN = "address.ref"
PURPOSE = "delivery"

DELIVERY = table_of(DeliveryRow)
ADDRESS = table_of(AddressRow)
_RESIDENT, _REGION, _CONSENT = table_of(ResidentRow), table_of(RegionRow), table_of(ConsentRow)
_D, _A, _R = DELIVERY.c, ADDRESS.c, _RESIDENT.c

_COLUMNS: tuple[ColumnElement[Any], ...] = (
    _D.id, _D.kind, _D.lane, _D.resident_id, _D.address_id, _D.language, _D.subject, _D.activity_id, _D.sign_up_id,
    _D.helps_until, _D.needed_by, _D.key, _D.tries, _D.parts_sent, _D.state, _D.to_sealed, _D.body_sealed,
    _D.created_at, _A.ref_sealed, _A.reach, _A.last_word_at, _R.key_sealed, _R.language.label("their_language"),
    _R.audiences, _REGION.c.zone, _REGION.c.path, _D.broadcast_id,
    _A.window_until, _A.window_left, _A.window_by,
)  # fmt: skip
LETTERS = (
    select(*_COLUMNS)
    .select_from(
        DELIVERY.outerjoin(ADDRESS, _A.id == _D.address_id)
        .outerjoin(_RESIDENT, _R.id == _D.resident_id)
        .outerjoin(_REGION, _REGION.c.id == _R.region_id)
    )
    .order_by(_D.rank, _D.due_at, _D.id)
)
LETTERS_BY_ID = PreparedMany("ids", lambda some: LETTERS.where(_D.id.in_(some)))
_CONSENTS = PreparedMany(
    "residents",
    lambda some: select(_CONSENT.c.resident_id, _CONSENT.c.purpose).where(
        _CONSENT.c.resident_id.in_(some), _CONSENT.c.withdrawn_at.is_(None)
    ),
)


def letters_of(
    at: Transaction, rows: Sequence[Any], now: datetime
) -> tuple[list[Letter], list[DeliveryId], list[DeliveryId]]:
    """The letters of *rows* (of `LETTERS`), and the ids of those that cannot be opened any more, and of those that a
    newer outreach wrote, in words that this one does not know.

    A constant number of statements, however many rows.
    """
    beside = look_beside(at, rows, now)
    consents = _consents(at, {row.resident_id for row in rows if row.resident_id is not None})
    letters, unreadable, newer = [], [], []
    for row in rows:
        try:
            letters.append(_letter(at, row, consents.get(row.resident_id, frozenset()), beside))
        except Fault:  # one damaged row must not hold up everybody behind it: the caller writes it off
            unreadable.append(DeliveryId(row.id))
        except ValueError:  # a kind or a language of tomorrow: the newer process beside this one knows it
            newer.append(DeliveryId(row.id))
    return letters, unreadable, newer


def _consents(at: Transaction, residents: Iterable[int]) -> dict[int, frozenset[Purpose]]:
    wanted = sorted(residents)
    found: dict[int, set[Purpose]] = {}
    if wanted:
        for resident_id, purpose in _CONSENTS.rows(at.connection, {"residents": wanted}):
            found.setdefault(resident_id, set()).add(Purpose(purpose))
    return {resident_id: frozenset(purposes) for resident_id, purposes in found.items()}


def _letter(at: Transaction, row: Any, consents: frozenset[Purpose], beside: Beside) -> Letter:
    to, body = _opened(at, row)
    language = Language(row.language or row.their_language or at.defaults.language)
    return Letter(
        id=DeliveryId(row.id),
        kind=MessageKind(row.kind),
        lane=row.lane,
        to=to,
        resident_id=None if row.resident_id is None else ResidentId(row.resident_id),
        address_id=row.address_id,
        language=language,
        zone=row.zone or at.defaults.zone,
        audiences=split(row.audiences or ""),
        consents=consents,
        reachable=row.reach in {None, "reachable"},
        # A reply answers a word of theirs: of somebody we keep nothing of, its own age is all we know of that.
        last_word_at=row.last_word_at or row.created_at,
        subject=_subject(row),
        body=body,
        helps_until=row.helps_until,
        needed_by=row.needed_by,
        key=row.key,
        tries=row.tries,
        parts_sent=row.parts_sent,
        state=DeliveryState(row.state),
        muted_regions=beside.mutes.get(row.resident_id, frozenset()),
        told=beside.told.get(row.resident_id, ()),
        quiet=beside.rules.quiet_at(row.path or ""),
        weekly_cap=beside.rules.cap_at(row.path or ""),
        helplines=beside.rules.helplines_at(row.path or ""),
        posted=beside.posted.get((row.broadcast_id, language.value)),
        home=row.path or "",
        window=window_of(row),
    )


def window_of(row: Any) -> PushWindow | None:
    """What the platform still lets through to the address in *row*; ``None``: nobody counts there."""
    if row.window_until is None:
        return None
    return PushWindow(row.window_until, row.window_left or 0, Act(row.window_by or Act.MESSAGE))


def _opened(at: Transaction, row: Any) -> tuple[str, tuple[Outgoing, ...]]:
    """The address and the fixed words, each opened with the key it was sealed with."""
    sealed_body = row.body_sealed
    if row.to_sealed is not None:
        to = at.ring.open(PURPOSE, row.to_sealed, TO_COLUMN)
        body = None if sealed_body is None else at.ring.open(PURPOSE, sealed_body, BODY_COLUMN)
    else:
        person = at.ring.person(row.key_sealed or b"")
        to = person.open(row.ref_sealed or b"", REF_COLUMN)
        body = None if sealed_body is None else person.open(sealed_body, BODY_COLUMN)
    return to.decode(), () if body is None else unpack_answers(body)


def _subject(row: Any) -> dict[str, str | int]:
    subject = dict(_parsed(row.subject))
    if row.activity_id is not None:
        subject["activity"] = row.activity_id
    if row.sign_up_id is not None:
        subject["sign_up"] = row.sign_up_id
    return subject


@lru_cache(maxsize=512)
def _parsed(subject: str) -> dict[str, str | int]:
    """Of a broadcast it is the same text ten thousand times. For reading only."""
    parsed: dict[str, str | int] = json.loads(subject)
    return parsed
