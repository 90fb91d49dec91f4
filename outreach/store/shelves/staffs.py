"""The people who work here: accounts and who is signed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, func, select, update

from outreach.domain.actor import Role
from outreach.domain.errors import NotFound
from outreach.domain.ids import LaneName, RegionId, StaffId
from outreach.domain.messages import Language
from outreach.services.cards import Caller
from outreach.services.cards_staff import Credentials, NewStaff, Session, StaffCard
from outreach.store.dialect import ByDialect
from outreach.store.rows import table_of
from outreach.store.rows_accounts import StaffRow, StaffSessionRow
from outreach.store.rows_people import RegionRow
from outreach.store.shelves import staff_doors
from outreach.store.transaction import Shelf

_STAFF, _SESSION, _REGION = table_of(StaffRow), table_of(StaffSessionRow), table_of(RegionRow)
_S, _N, _R = _STAFF.c, _SESSION.c, _REGION.c
CARD_COLUMNS = (
    _S.id, _S.login, _S.name, _S.role, _S.on_duty, _S.region_id, _R.path, _R.name, _S.language, _S.must_change,
    _S.door_lane, _S.seen_at, _S.disabled_at, _S.created_at,
)  # fmt: skip
CARD_WIDTH = len(CARD_COLUMNS)
_JOINED = _STAFF.join(_REGION, _R.id == _S.region_id)
_CARDS = select(*CARD_COLUMNS).select_from(_JOINED)
_BY_ID = _CARDS.where(_S.id == bindparam("id"))
_BY_LOGIN = _CARDS.where(_S.login == bindparam("login"))
_LISTED = _CARDS.where(_S.login > bindparam("after")).order_by(_S.login).limit(bindparam("limit"))
_OF_UNIT = _LISTED.where(_R.path == bindparam("region"))
_BELOW = _LISTED.where(_R.path.startswith(bindparam("region"), autoescape=False))
_CREDENTIALS = select(_S.id, _S.password_hash, _S.locked_until).where(
    _S.login == bindparam("login"), _S.disabled_at.is_(None)
)
_ADD = ByDialect(_STAFF, lambda new: new.on_conflict_do_nothing(index_elements=["login"]))
_CHANGE = update(_STAFF).where(_S.id == bindparam("of"))
_FAILED = (
    update(_STAFF)
    .where(_S.login == bindparam("of_login"), _S.disabled_at.is_(None))
    .values(failures=_S.failures + 1)
    .returning(_S.id, _S.failures)
)
_BEGIN = _SESSION.insert()
_WHOSE = (
    select(*CARD_COLUMNS, _N.until, _N.seen_at)
    .select_from(_JOINED.join(_SESSION, _N.staff_id == _S.id))
    .where(
        _N.token == bindparam("token"),
        _N.until > bindparam("now", type_=_N.until.type),
        _N.seen_at > bindparam("idle_since", type_=_N.seen_at.type),
        _S.disabled_at.is_(None),
    )
)
_TOUCH = update(_SESSION).where(_N.token == bindparam("of_token")).values(seen_at=bindparam("now"))
_END = delete(_SESSION).where(_N.token == bindparam("token"))
_END_ALL = delete(_SESSION).where(_N.staff_id == bindparam("staff"))
_PURGE = delete(_SESSION).where(
    _N.id.in_(select(_N.id).where(_N.until <= bindparam("now", type_=_N.until.type)).limit(bindparam("limit")))
)


class StaffShelf(Shelf):
    """Matches `services.ports.Staffs`."""

    __slots__ = ()

    def add(self, new: NewStaff, password_hash: str, now: datetime) -> StaffCard | None:
        """A new account whose password must be changed; ``None`` if the login is taken."""
        values = {
            "login": new.login,
            "name": new.name,
            "role": new.role.value,
            "on_duty": new.on_duty,
            "region_id": new.region_id,
            "language": new.language.value,
            "password_hash": password_hash,
            "must_change": True,
            "failures": 0,
            "created_at": now,
            "changed_at": now,
        }
        made = self._at.connection.execute(_ADD.on(self._at.connection), values).rowcount
        return self.by_login(new.login) if made else None

    def get(self, staff_id: StaffId) -> StaffCard:
        """Raises `NotFound`."""
        row = self._at.connection.execute(_BY_ID, {"id": staff_id}).one_or_none()
        if row is None:
            raise NotFound("staff", staff_id)
        return staff_card(row)

    def by_login(self, login: str) -> StaffCard | None:
        """The account with that login."""
        row = self._at.connection.execute(_BY_LOGIN, {"login": login}).one_or_none()
        return None if row is None else staff_card(row)

    def listed(
        self, region_path: str, limit: int, *, below: bool, after: str = "", with_disabled: bool = True
    ) -> list[StaffCard]:
        """By login, from behind *after*: those of that unit, or of all *below* it too."""
        statement = _BELOW if below else _OF_UNIT
        if not with_disabled:
            statement = statement.where(_S.disabled_at.is_(None))
        values = {"region": region_path, "limit": limit, "after": after}
        return [staff_card(row) for row in self._at.connection.execute(statement, values)]

    def credentials(self, login: str) -> Credentials | None:
        """Of an account that is not disabled."""
        row = self._at.connection.execute(_CREDENTIALS, {"login": login}).one_or_none()
        return None if row is None else Credentials(*row)

    def note_failure(self, login: str, free_tries: int, locks: Sequence[timedelta], now: datetime) -> None:
        """One more wrong password; from the one after *free_tries* on the account is locked, each time for longer."""
        row = self._at.connection.execute(_FAILED, {"of_login": login}).one_or_none()
        if row is not None and row[1] >= free_tries:
            lock = locks[min(row[1] - free_tries, len(locks) - 1)]
            self._change(row[0], locked_until=now + lock)

    def begin_session(self, staff_id: StaffId, token: bytes, until: datetime, now: datetime) -> None:
        """Keep the hash *token*; the account's failures are forgotten."""
        values = {"token": token, "staff_id": staff_id, "created_at": now, "seen_at": now, "until": until}
        self._at.connection.execute(_BEGIN, values)
        self._change(staff_id, failures=0, locked_until=None, seen_at=now)

    def session(self, token: bytes, idle_since: datetime, now: datetime) -> Session | None:
        """Whose it is; ``None`` if it is over, was idle since then, or the account is disabled."""
        values = {"token": token, "idle_since": idle_since, "now": now}
        row = self._at.connection.execute(_WHOSE, values).one_or_none()
        if row is None:
            return None
        card = staff_card(row)
        return Session(card.actor, card, row[CARD_WIDTH], row[CARD_WIDTH + 1])

    def touch_session(self, token: bytes, now: datetime) -> None:
        """It is used now."""
        self._at.connection.execute(_TOUCH, {"of_token": token, "now": now})

    def end_session(self, token: bytes) -> None:
        """Signed out; harmless if it was over."""
        self._at.connection.execute(_END, {"token": token})

    def end_sessions(self, staff_id: StaffId) -> int:
        """Signed out everywhere; of how many browsers."""
        return self._at.connection.execute(_END_ALL, {"staff": staff_id}).rowcount

    def purge_sessions(self, now: datetime, limit: int) -> int:
        """Delete what is over; how many."""
        return self._at.connection.execute(_PURGE, {"now": now, "limit": limit}).rowcount

    def set_password(self, staff_id: StaffId, password_hash: str, *, must_change: bool, now: datetime) -> None:
        """Another password; failures are forgotten."""
        self._change(
            staff_id,
            password_hash=password_hash,
            must_change=must_change,
            failures=0,
            locked_until=None,
            changed_at=now,
        )

    def change(
        self,
        staff_id: StaffId,
        now: datetime,
        *,
        name: str | None = None,
        role: Role | None = None,
        region_id: RegionId | None = None,
        on_duty: bool | None = None,
        language: Language | None = None,
    ) -> None:
        """Change what is given, leave the rest."""
        given = {
            "name": name,
            "role": None if role is None else role.value,
            "region_id": region_id,
            "on_duty": on_duty,
            "language": None if language is None else language.value,
        }
        self._change(staff_id, changed_at=now, **{key: value for key, value in given.items() if value is not None})

    def disable(self, staff_id: StaffId, at: datetime | None, now: datetime) -> None:
        """Nobody signs in with it any more; ``None``: they may again."""
        self._change(staff_id, disabled_at=at, changed_at=now)

    def offer_door(self, staff_id: StaffId, until: datetime, now: datetime) -> str:
        """A fresh code of eight digits that makes a chat theirs, good until then."""
        return staff_doors.offer(self._at, staff_id, until, now)

    def claim_door(self, code: str, caller: Caller, now: datetime) -> StaffCard | None:
        """The account behind *code*, used up by this call; *caller* is its chat from now on."""
        found = staff_doors.claim(self._at, code, caller, now)
        return None if found is None else self.get(found)

    def drop_door(self, staff_id: StaffId, now: datetime) -> None:
        """They have no chat any more."""
        staff_doors.drop(self._at, staff_id, now)

    def drop_doors_at(self, caller: Caller, now: datetime) -> int:
        """That chat is nobody's any more; how many accounts had it."""
        return staff_doors.drop_at(self._at, caller, now)

    def chats(self, region_path: str, limit: int) -> list[tuple[StaffCard, Caller]]:
        """Enabled accounts of the units on the way from that region up to the top, with their chat; nearest first."""
        lineage = list(lineage_of(region_path))
        statement = (
            select(*CARD_COLUMNS, _S.door_ref_sealed)
            .select_from(_JOINED)
            .where(_R.path.in_(lineage), _S.door_person.is_not(None), _S.disabled_at.is_(None))
            .order_by(func.length(_R.path).desc(), _S.id)
            .limit(limit)
        )
        return [
            (card := staff_card(row), Caller(LaneName(str(card.door)), staff_doors.opened(self._at, row[CARD_WIDTH])))
            for row in self._at.connection.execute(statement)
        ]

    def _change(self, staff_id: int, **values: Any) -> None:
        self._at.connection.execute(_CHANGE.values(**values), {"of": staff_id})


def lineage_of(region_path: str) -> list[str]:
    """The paths of a region and all above it: ``/1/4/`` gives ``/1/`` and ``/1/4/``."""
    parts = region_path.strip("/").split("/")
    return [f"/{'/'.join(parts[: number + 1])}/" for number in range(len(parts))]


def staff_card(row: Sequence[Any]) -> StaffCard:
    """The card of the first `CARD_WIDTH` values of *row*."""
    found, login, name, role, on_duty, region_id, path, region, language, must_change, door, *moments = row[:CARD_WIDTH]
    seen_at, disabled_at, created_at = moments
    return StaffCard(
        id=StaffId(found),
        login=login,
        name=name,
        role=Role(role),
        on_duty=bool(on_duty),
        region_id=RegionId(region_id),
        region_path=path,
        region_name=region,
        language=Language(language),
        must_change=bool(must_change),
        door=None if door is None else LaneName(door),
        seen_at=seen_at,
        disabled_at=disabled_at,
        created_at=created_at,
    )
