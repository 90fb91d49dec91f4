"""Offers to link two chats of one person: a code that works once, and who typed what was none."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, not_, select, update

from outreach.domain.ids import LaneName
from outreach.domain.messages import Language
from outreach.services.cards import Caller, LinkId, LinkOffer
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_people import LinkMissRow, LinkOfferRow
from outreach.store.transaction import Shelf

CODE_DIGITS = 8
_PURPOSE = "link"
_REF_COLUMN, _OTHER_COLUMN = "link_offer.ref", "link_offer.other_ref"

_OFFER, _MISS = table_of(LinkOfferRow), table_of(LinkMissRow)
_O, _M = _OFFER.c, _MISS.c
_NOW = bindparam("now", type_=_O.until.type)
_COLUMNS = (
    _O.id, _O.lane, _O.ref_sealed, _O.language, _O.other_lane, _O.other_ref_sealed, _O.other_language, _O.agreed_at,
    _O.until,
)  # fmt: skip
_FIRST = and_(_O.lane == bindparam("here"), _O.door == bindparam("who"))
_SECOND = and_(_O.other_lane == bindparam("here"), _O.other_door == bindparam("who"))
_ADD = ByDialect(
    _OFFER, lambda new: new.on_conflict_do_nothing(index_elements=["code"]).returning(_O.id)
)  # two equal codes at one time: the second is drawn again
_CLAIM = (  # the condition is in the statement that uses the code up: of two at the same moment one finds it
    update(_OFFER)
    .where(_O.code == bindparam("typed"), _O.until > _NOW, not_(_FIRST))
    .values(
        code=None,
        other_lane=bindparam("here"),
        other_door=bindparam("who"),
        other_ref_sealed=bindparam("sealed"),
        other_language=bindparam("spoken"),
    )
    .returning(*_COLUMNS)
)
_IS_OWN = select(_O.id).where(_O.code == bindparam("typed"), _FIRST, _O.until > _NOW)
_ASKED_BY = select(*_COLUMNS).where(_FIRST, _O.until > _NOW)
_TYPED_BY = select(*_COLUMNS).where(_SECOND, _O.until > _NOW).order_by(_O.id)
_AGREE = (
    update(_OFFER)
    .where(_O.id == bindparam("of"), _SECOND, _O.agreed_at.is_(None), _O.until > _NOW)
    .values(agreed_at=_NOW, until=bindparam("till", type_=_O.until.type))
    .returning(*_COLUMNS)
)
_END = delete(_OFFER).where(_O.id == bindparam("of"))
_OVER = delete(_OFFER).where(_FIRST)
_PURGE = delete(_OFFER).where(_O.until <= _NOW)
_NOTE_MISS = insert(_MISS)
_MISSES = select(func.count()).select_from(_MISS).where(_M.who == bindparam("who"), _M.at > bindparam("since"))
_FORGET_MISSES = delete(_MISS).where(_M.at <= bindparam("before"))


class LinkShelf(Shelf):
    """Matches `services.ports.Links`."""

    __slots__ = ()

    def offer(self, caller: Caller, language: Language, until: datetime) -> str:
        """A fresh code of `CODE_DIGITS` digits that works once, until then, instead of what they offered before."""
        self._at.connection.execute(_OVER, self._here(caller))
        values = {
            "lane": caller.lane,
            "door": self._at.person(caller),
            "ref_sealed": self._seal(caller, _REF_COLUMN),
            "language": language.value,
            "until": until,
        }
        while True:
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            row = values | {"code": self._index(code)}
            if self._at.connection.execute(_ADD.on(self._at.connection), row).first() is not None:
                return code

    def claim(self, code: str, caller: Caller, language: Language, now: datetime) -> LinkOffer | None:
        """The offer behind *code*, used up by this call; ``None`` for any code that does not work for them."""
        values = self._here(caller) | {
            "typed": self._index(code),
            "sealed": self._seal(caller, _OTHER_COLUMN),
            "spoken": language.value,
            "now": now,
        }
        row = self._at.connection.execute(_CLAIM, values).one_or_none()
        return None if row is None else self._card(row)

    def is_own(self, code: str, caller: Caller, now: datetime) -> bool:
        """Whether *caller* has typed the code that they were given themselves."""
        values = self._here(caller) | {"typed": self._index(code), "now": now}
        return self._at.connection.execute(_IS_OWN, values).first() is not None

    def of(self, caller: Caller, now: datetime) -> list[LinkOffer]:
        """The offers that stand and have *caller* on either side, their own first."""
        values = self._here(caller) | {"now": now}
        rows = [row for found in (_ASKED_BY, _TYPED_BY) for row in self._at.connection.execute(found, values).all()]
        return [self._card(row) for row in rows]

    def agree(self, link_id: LinkId, caller: Caller, until: datetime, now: datetime) -> LinkOffer | None:
        """The other door, *caller*, said yes: the offer as it stands now, until then. ``None``: it no longer does."""
        values = self._here(caller) | {"of": link_id, "till": until, "now": now}
        row = self._at.connection.execute(_AGREE, values).one_or_none()
        return None if row is None else self._card(row)

    def end(self, link_id: LinkId) -> bool:
        """It is decided, or given up. True for one caller only."""
        return self._at.connection.execute(_END, {"of": link_id}).rowcount > 0

    def note_miss(self, caller: Caller, now: datetime) -> None:
        """Somebody typed a code that does not work."""
        self._at.connection.execute(_NOTE_MISS, {"who": self._missed_by(caller), "at": now})

    def misses(self, caller: Caller, since: datetime) -> int:
        """How often they did after *since*."""
        found: int = self._at.connection.execute(_MISSES, {"who": self._missed_by(caller), "since": since}).scalar_one()
        return found

    def purge(self, now: datetime, misses_before: datetime) -> int:
        """Delete offers past their time and misses that count no more; how many."""
        offers = self._at.connection.execute(_PURGE, {"now": now}).rowcount
        return offers + self._at.connection.execute(_FORGET_MISSES, {"before": misses_before}).rowcount

    def _here(self, caller: Caller) -> dict[str, object]:
        return {"here": caller.lane, "who": self._at.person(caller)}

    def _index(self, code: str) -> bytes:
        return self._at.ring.index("link.code", code)

    def _missed_by(self, caller: Caller) -> bytes:
        return self._at.ring.index("link.miss", caller.lane, caller.user_ref)

    def _seal(self, caller: Caller, column: str) -> bytes:
        return self._at.ring.seal(_PURPOSE, caller.user_ref.encode(), column)

    def _card(self, row: Any) -> LinkOffer:
        found, lane, ref, language, other_lane, other_ref, other_language, agreed_at, until = row
        other = None if other_lane is None else self._caller(other_lane, other_ref, _OTHER_COLUMN)
        spoken = None if other_language is None else Language(other_language)
        asker = self._caller(lane, ref, _REF_COLUMN)
        return LinkOffer(LinkId(found), asker, Language(language), other, spoken, agreed_at, until)

    def _caller(self, lane: str, ref_sealed: bytes, column: str) -> Caller:
        return Caller(LaneName(lane), self._at.ring.open(_PURPOSE, ref_sealed, column).decode())
