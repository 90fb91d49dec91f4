"""Accounts of staff: who may make which, signing in and out, one's own password and chat."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from datetime import datetime, timedelta

from outreach.domain.actor import Actor, Permission, Role
from outreach.domain.errors import Forbidden
from outreach.domain.ids import RegionId, StaffId
from outreach.domain.messages import Language
from outreach.services.access import require, require_somewhere
from outreach.services.cards_staff import Credentials, NewStaff, Session, StaffCard
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

__all__ = ["Credentials", "NewStaff", "Session", "StaffCard"]

IDLE = timedelta(hours=8)
LASTS = timedelta(days=7)
SEEN_EVERY = timedelta(minutes=5)  # a session's last use is written down no more often
FREE_TRIES = 5
LOCKS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 15))
DOOR_CODE_HELPS = timedelta(minutes=10)
LONGEST_NAME = 40  # characters
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_OUTRANKS: dict[Role, frozenset[Role]] = {
    Role.OPERATOR: frozenset(Role) - {Role.OPERATOR, Role.SYSTEM},
    Role.NETWORK_ADMIN: frozenset(Role) - {Role.OPERATOR, Role.SYSTEM},
    Role.AREA_ADMIN: frozenset({Role.AREA_ADMIN, Role.VILLAGE_ADMIN, Role.DUTY, Role.HOST, Role.LIAISON, Role.EDITOR}),
}
"""Which roles somebody may give. Nobody gives what reaches beyond their own; only the city makes an auditor."""


def login_of(text: str) -> str:
    """*text* as logins are kept and compared: case and width do not matter."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def look_up(uow: UnitOfWork, login: str) -> Credentials | None:
    """What a password for *login* is compared with; ``None`` for nobody, and for an account that is disabled."""
    return uow.staffs.credentials(login_of(login))


def failed(uow: UnitOfWork, login: str, now: datetime) -> None:
    """A wrong password: after `FREE_TRIES` of them the account is locked, longer each time. Harmless for nobody's."""
    uow.staffs.note_failure(login_of(login), FREE_TRIES, LOCKS, now)


def is_locked(credentials: Credentials | None, now: datetime) -> bool:
    """Whether no password counts at the moment."""
    return credentials is not None and credentials.locked_until is not None and now < credentials.locked_until


def signed_in(uow: UnitOfWork, staff_id: StaffId, now: datetime) -> tuple[str, Session]:
    """A fresh session after the right password: what the browser keeps, and who it is. Only its hash stays with us."""
    token = secrets.token_urlsafe(32)
    uow.staffs.begin_session(staff_id, _hash(token), now + LASTS, now)
    card = uow.staffs.get(staff_id)
    uow.audit.write(card.actor, "sign_in", "staff", staff_id, now)
    return token, Session(card.actor, card, now + LASTS, now)


def of_session(uow: UnitOfWork, token: str, now: datetime) -> Session | None:
    """Who is behind *token*; ``None`` if it is unknown, over, or was not used for `IDLE`. Only looks."""
    return uow.staffs.session(_hash(token), now - IDLE, now) if token else None


def is_drowsy(session: Session, now: datetime) -> bool:
    """Whether it is time to write down that *session* is in use: every `SEEN_EVERY`, not at each click."""
    return now >= session.seen_at + SEEN_EVERY


def keep_awake(uow: UnitOfWork, token: str, now: datetime) -> None:
    """The session is in use now."""
    uow.staffs.touch_session(_hash(token), now)


def sign_out(uow: UnitOfWork, token: str) -> None:
    """End the session; harmless if there is none."""
    if token:
        uow.staffs.end_session(_hash(token))


def add(uow: UnitOfWork, by: Actor, new: NewStaff, password_hash: str, now: datetime) -> StaffCard:
    """A new account. Raises `BadFields` with all problems, `Forbidden`, or `NotFound` for the region."""
    region = uow.regions.get(new.region_id)
    require(by, Permission.MANAGE_STAFF, region.path)
    _require_may_give(by, new.role)
    clean = NewStaff(login_of(new.login), new.name.strip(), new.role, new.region_id, new.on_duty, new.language)
    problems = _about_login(clean.login) + _about_name(clean.name)
    if not problems and uow.staffs.by_login(clean.login) is not None:
        problems = [_taken(clean.login)]
    if problems:
        raise BadFields(problems)
    card = uow.staffs.add(clean, password_hash, now)
    if card is None:  # somebody was faster
        raise BadFields([_taken(clean.login)])
    uow.audit.write(by, "add", "staff", card.id, now)
    return card


def listed(uow: UnitOfWork, by: Actor, limit: int, *, after: str = "", with_disabled: bool = True) -> list[StaffCard]:
    """Those whom *by* may manage, by login, from behind *after*."""
    region_path, below = require_somewhere(by, Permission.MANAGE_STAFF)
    return uow.staffs.listed(region_path, limit, below=below, after=after, with_disabled=with_disabled)


def get(uow: UnitOfWork, by: Actor, staff_id: StaffId) -> StaffCard:
    """One account. Raises `NotFound`, or `Forbidden` for whom *by* may not manage."""
    card = uow.staffs.get(staff_id)
    require(by, Permission.MANAGE_STAFF, card.region_path)
    return card


def change(
    uow: UnitOfWork,
    by: Actor,
    staff_id: StaffId,
    now: datetime,
    *,
    name: str | None = None,
    role: Role | None = None,
    region_id: RegionId | None = None,
    on_duty: bool | None = None,
    language: Language | None = None,
) -> StaffCard:
    """Change what is given. Nobody changes themself, whom they could not make, or lifts somebody beyond their reach.

    Raises `BadFields`, `Forbidden` or `NotFound`. What they may from now on holds at their very next click.
    """
    _others(uow, by, staff_id)
    if region_id is not None:
        require(by, Permission.MANAGE_STAFF, uow.regions.get(region_id).path)
    if role is not None:
        _require_may_give(by, role)
    problems = _about_name(name.strip()) if name is not None else []
    if problems:
        raise BadFields(problems)
    given = None if name is None else name.strip()
    uow.staffs.change(staff_id, now, name=given, role=role, region_id=region_id, on_duty=on_duty, language=language)
    uow.audit.write(by, "change", "staff", staff_id, now)
    return uow.staffs.get(staff_id)


def set_password(uow: UnitOfWork, by: Actor, staff_id: StaffId, password_hash: str, now: datetime) -> StaffCard:
    """Give somebody else a new password: they are signed out everywhere and must change it."""
    card = _others(uow, by, staff_id)
    uow.staffs.set_password(staff_id, password_hash, must_change=True, now=now)
    uow.staffs.end_sessions(staff_id)
    uow.audit.write(by, "set_password", "staff", staff_id, now)
    return card


def set_own_password(uow: UnitOfWork, by: Actor, password_hash: str, now: datetime) -> None:
    """Choose one's own password: every session ends, the caller begins a new one."""
    own = _own(by)
    uow.staffs.set_password(own, password_hash, must_change=False, now=now)
    uow.staffs.end_sessions(own)
    uow.audit.write(by, "set_own_password", "staff", own, now)


def disable(uow: UnitOfWork, by: Actor, staff_id: StaffId, now: datetime) -> StaffCard:
    """They are signed out everywhere, sign in no more and get no more pushes."""
    _others(uow, by, staff_id)
    uow.staffs.disable(staff_id, now, now)
    uow.staffs.end_sessions(staff_id)
    uow.staffs.drop_door(staff_id, now)
    uow.audit.write(by, "disable", "staff", staff_id, now)
    return uow.staffs.get(staff_id)


def enable(uow: UnitOfWork, by: Actor, staff_id: StaffId, now: datetime) -> StaffCard:
    """They may sign in again."""
    _others(uow, by, staff_id)
    uow.staffs.disable(staff_id, None, now)
    uow.audit.write(by, "enable", "staff", staff_id, now)
    return uow.staffs.get(staff_id)


def offer_door(uow: UnitOfWork, by: Actor, now: datetime) -> str:
    """A code of eight digits to type in the chat where one wants one's pushes, good for `DOOR_CODE_HELPS`."""
    return uow.staffs.offer_door(_own(by), now + DOOR_CODE_HELPS, now)


def drop_door(uow: UnitOfWork, by: Actor, now: datetime) -> None:
    """No more pushes to oneself."""
    uow.staffs.drop_door(_own(by), now)
    uow.audit.write(by, "drop_door", "staff", _own(by), now)


def roles_to_give(by: Actor) -> list[Role]:
    """The roles that *by* may give."""
    return [role for role in Role if role in _OUTRANKS.get(by.role, frozenset())]


def _others(uow: UnitOfWork, by: Actor, staff_id: StaffId) -> StaffCard:
    card = get(uow, by, staff_id)
    if card.id == by.staff_id:
        raise Forbidden("nobody manages their own account; ask a colleague")
    _require_may_give(by, card.role)
    return card


def _require_may_give(by: Actor, role: Role) -> None:
    if role not in _OUTRANKS.get(by.role, frozenset()):
        raise Forbidden(f"{by.role} may not give the role {role}")


def _own(by: Actor) -> StaffId:
    if by.staff_id is None:
        raise Forbidden(f"{by.role} has no account")
    return by.staff_id


def _about_login(login: str) -> list[Problem]:
    if _LOGIN.fullmatch(login):
        return []
    said = "2 to 32 small letters, digits, dots, dashes or underscores, beginning with a letter or digit"
    return [Problem("login", "login_form", said)]


def _about_name(name: str) -> list[Problem]:
    if not name:
        return [Problem("name", "empty", "it is empty; colleagues see it in the audit")]
    if len(name) > LONGEST_NAME:
        said = f"{len(name)} characters are too many, {LONGEST_NAME} fit"
        return [Problem("name", "too_long", said, {"length": len(name), "most": LONGEST_NAME})]
    if _UNSEEN & {unicodedata.category(letter) for letter in name}:
        return [Problem("name", "one_line", "keep to one line of plain text")]
    return []


def _taken(login: str) -> Problem:
    return Problem("login", "login_taken", f"{login} is taken; choose another", {"login": login})


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode(errors="surrogatepass")).digest()
