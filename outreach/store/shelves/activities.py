"""Activities, locked and loaded for a decision or shown as cards."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Executable, Select, and_, bindparam, case, insert, or_, select, update

from outreach.domain.activity import LARGEST_PARTY, Activity, ActivityKind, ActivityStatus, SignUpPolicy
from outreach.domain.actor import Reach
from outreach.domain.errors import ActivityNotFound
from outreach.domain.ids import ActivityId, RegionId, ResidentId, StaffId
from outreach.domain.offers import Promotion
from outreach.domain.signup import SignUp, Standing
from outreach.domain.times import Slot
from outreach.services.cards import ActivityCard, NewActivity, Region, ReminderDue
from outreach.services.cards_planning import ActivityPlan, Beginning, HostChoice, Ripple, Scope, Wanted
from outreach.services.cards_public import Nearby
from outreach.store.shelves import (
    activity_choices,
    activity_editions,
    activity_public,
    activity_ripple,
    activity_search,
)
from outreach.store.shelves.activity_cards import ACTIVITY, ON_LISTS, REGION, activity_card, select_cards
from outreach.store.shelves.sign_up_columns import SIGN_UP, SIGN_UP_COLUMNS, sign_up_of
from outreach.store.transaction import Shelf
from outreach.store.types import joined

_SLUG_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that an eye or a poster could mix up
_SLUG_LENGTH = 8

_A, _S = ACTIVITY.c, SIGN_UP.c
_LOCKED = (
    select(
        _A.id, _A.region_id, _A.kind, _A.starts_at, _A.ends_at, _A.place, _A.seats, _A.policy, _A.status,
        _A.revision, _A.version, _A.seated, _A.waiting, _A.next_number, _A.promotion, _A.together,
        _A.closes_before,
    )
    .where(_A.id == bindparam("id"))
    .with_for_update()
)  # fmt: skip
_MINE = select(*SIGN_UP_COLUMNS).where(_S.activity_id == bindparam("activity"), _S.resident_id == bindparam("resident"))
_HEAD = (
    select(*SIGN_UP_COLUMNS)
    .where(_S.activity_id == bindparam("activity"), _S.standing == Standing.WAITING.value)
    .where(_S.resident_id.is_not(None))
    .order_by(_S.turn, _S.number)
    .limit(bindparam("limit"))
)
_SAVE = (
    update(ACTIVITY)
    .where(_A.id == bindparam("of"))
    .values(
        starts_at=bindparam("starts_at"), ends_at=bindparam("ends_at"), place=bindparam("place"),
        seats=bindparam("seats"), policy=bindparam("policy"), status=bindparam("status"),
        seated=bindparam("seated"), waiting=bindparam("waiting"), next_number=bindparam("next_number"),
        revision=bindparam("revision"), version=bindparam("version"),
        changed_at=case((_A.revision != bindparam("revision"), bindparam("now", type_=_A.changed_at.type)),
                        else_=_A.changed_at),
    )
)  # fmt: skip
_ADD = insert(ACTIVITY)
_CARD = select_cards().where(_A.id == bindparam("id"))
_BY_SLUG = select_cards().where(_A.slug == bindparam("slug"))
_BY_UID = select_cards().where(_A.uid == bindparam("uid"))
_DESCRIBE = (
    update(ACTIVITY)
    .where(_A.id == bindparam("of"))
    .values(
        title=bindparam("title"), summary=bindparam("summary"), audience=bindparam("audience"),
        restricted=bindparam("restricted"), host_id=bindparam("host"), promotion=bindparam("promotion"),
        together=bindparam("together"), closes_before=bindparam("closes_before"),
    )
)  # fmt: skip
_PLAN = update(ACTIVITY).where(_A.id == bindparam("of")).values(next_reminder_at=bindparam("at"))
_DUE = (
    select(_A.id, _A.revision, _A.starts_at, REGION.c.zone, _A.next_reminder_at, _A.changed_at, REGION.c.path)
    .select_from(ACTIVITY.join(REGION, REGION.c.id == _A.region_id))
    .where(_A.next_reminder_at <= bindparam("now"))
    .order_by(_A.next_reminder_at, _A.id)
    .limit(bindparam("limit"))
    .with_for_update(of=ACTIVITY, skip_locked=True)
)
_SHOWN = (ActivityStatus.PUBLISHED.value, ActivityStatus.CALLED_OFF.value)
_BELOW = REGION.c.path.startswith(bindparam("region"))
_PUBLIC = and_(_A.status.in_(_SHOWN), ON_LISTS)
_BY_START = (_A.starts_at, _A.id)
_AFTER_START = select(_A.starts_at).where(_A.id == bindparam("after")).scalar_subquery()
_BEHIND = or_(
    _A.starts_at > _AFTER_START, and_(_A.starts_at == _AFTER_START, _A.id > bindparam("after"))
)  # a page goes on behind the last one shown, though others may start at the same moment
_UPCOMING = select_cards().where(_A.ends_at > bindparam("now"), _BELOW).order_by(*_BY_START).limit(bindparam("limit"))
_UPCOMING_BY = {
    (public, paged): _UPCOMING.where(*([_PUBLIC] if public else []), *([_BEHIND] if paged else []))
    for public in (False, True)
    for paged in (False, True)
}
_RECENT = select_cards().where(_BELOW).order_by(_A.id.desc()).limit(bindparam("limit"))
_RECENT_BEFORE = _RECENT.where(_A.id < bindparam("before"))
_FEED = (
    select_cards()
    .where(_A.ends_at > bindparam("since"), _PUBLIC, _BELOW)
    .order_by(*_BY_START)
    .limit(bindparam("limit"))
)


class ActivityShelf(Shelf):
    """Matches `services.ports.Activities`."""

    __slots__ = ()

    def locked(
        self, activity_id: ActivityId, resident_id: ResidentId | None = None, seats: int | None = None
    ) -> Activity:
        """Lock, then load: counts, this resident's sign-ups, the head of the queue. Raises `ActivityNotFound`.

        *seats*: how many there are about to be; the head is as long as could move up by them.
        """
        row = self._at.connection.execute(_LOCKED, {"id": activity_id}).one_or_none()
        if row is None:
            raise ActivityNotFound(f"no activity {activity_id}")
        activity = _activity(row)
        if resident_id is not None:
            mine = self._sign_ups(_MINE, {"activity": activity_id, "resident": resident_id})
            activity.mine = {sign_up.beneficiary: sign_up for sign_up in mine}
        if activity.waiting:
            # Whoever leaves frees at most one party's seats; each that moves up takes at least one.
            free = max(activity.free, (seats or 0) - activity.seated)
            at_most = free + LARGEST_PARTY
            head = self._sign_ups(_HEAD, {"activity": activity_id, "limit": at_most})
            own = {sign_up.id: sign_up for sign_up in activity.mine.values()}
            activity.head = [own.get(sign_up.id, sign_up) for sign_up in head]  # one of each, wherever it is looked at
        return activity

    def save(self, activity: Activity, now: datetime) -> None:
        """Write back counts, slot, place, status, revision; version + 1. `changed_at` moves with the revision only."""
        activity.version += 1
        self._at.connection.execute(
            _SAVE,
            {
                "of": activity.id,
                "starts_at": activity.slot.starts_at,
                "ends_at": activity.slot.ends_at,
                "place": activity.place,
                "seats": activity.seats,
                "policy": activity.policy.value,
                "status": activity.status.value,
                "seated": activity.seated,
                "waiting": activity.waiting,
                "next_number": activity.next_number,
                "revision": activity.revision,
                "version": activity.version,
                "now": now,
            },
        )

    def add(
        self,
        new: NewActivity,
        next_reminder_at: datetime | None,
        now: datetime,
        planned_by: StaffId | None = None,
        uid: str | None = None,
    ) -> ActivityCard:
        """A new activity under an address and a UID of its own, *uid* if one is given."""
        values = _values(new) | {
            "slug": "".join(secrets.choice(_SLUG_LETTERS) for _ in range(_SLUG_LENGTH)),
            "uid": uid or uuid4().hex,
            "next_reminder_at": next_reminder_at,
            "created_at": now,
            "changed_at": now,
            "planned_by": planned_by,
            "host_id": new.host_id,
        }
        return self.card(ActivityId(self._at.insert(_ADD, values)))

    def card(self, activity_id: ActivityId) -> ActivityCard:
        """Raises `ActivityNotFound`."""
        row = self._at.connection.execute(_CARD, {"id": activity_id}).one_or_none()
        if row is None:
            raise ActivityNotFound(f"no activity {activity_id}")
        return activity_card(row)

    def by_slug(self, slug: str) -> ActivityCard | None:
        """The activity at that address."""
        row = self._at.connection.execute(_BY_SLUG, {"slug": slug}).one_or_none()
        return None if row is None else activity_card(row)

    def by_uid(self, uid: str) -> ActivityCard | None:
        """The activity with that UID."""
        row = self._at.connection.execute(_BY_UID, {"uid": uid}).one_or_none()
        return None if row is None else activity_card(row)

    def describe(self, activity_id: ActivityId, plan: ActivityPlan, now: datetime) -> None:
        """Write what `save` leaves alone: title, summary, audience, restricted, host."""
        activity_editions.note(self._at, activity_id, plan, now)
        values = {
            "title": plan.title,
            "summary": plan.summary,
            "audience": joined(plan.audience),
            "restricted": plan.restricted,
            "host": plan.host_id,
            "promotion": plan.promotion.value,
            "together": plan.together,
            "closes_before": plan.closes_before,
        }
        self._at.connection.execute(_DESCRIBE, values | {"of": activity_id})

    def ripple(self, activity_id: ActivityId, standings: Iterable[Standing]) -> Ripple:
        """What a change would set in motion for those who stand so, counted in one statement."""
        return activity_ripple.count(self._at, activity_id, standings)

    def search(self, scope: Scope, wanted: Wanted, limit: int) -> list[ActivityCard]:
        """By start; what lies outside *scope* is not there."""
        return activity_search.listed(self._at, scope, wanted, limit)

    def beginnings(self, scope: Scope, wanted: Wanted) -> list[Beginning]:
        """Of the same, all that begin between ``since`` and ``until``, counted by the moment; by start."""
        return activity_search.beginnings(self._at, scope, wanted)

    def units(self, unit: str, reach: Reach, limit: int) -> list[Region]:
        """The region with that lineage, and with `Reach.BELOW` those below it, each after the one that holds it."""
        return activity_choices.units(self._at, unit, reach, limit)

    def hosts(self, unit: str, limit: int) -> list[HostChoice]:
        """Who may lead an activity there, by name."""
        return activity_choices.hosts(self._at, unit, limit)

    def host_name(self, staff_id: StaffId) -> str | None:
        """What whoever leads it is called."""
        return activity_choices.host_name(self._at, staff_id)

    def upcoming(
        self, now: datetime, limit: int, *, region_path: str = "", after: ActivityId | None = None, public: bool = True
    ) -> list[ActivityCard]:
        """By start, soonest first, those not yet over. *public*: published or called off, and not restricted."""
        values = {"now": now, "limit": limit, "region": region_path, "after": after}
        return self._cards(_UPCOMING_BY[public, after is not None], values)

    def nearby(self, wanted: Nearby, limit: int) -> list[ActivityCard]:
        """What residents may come to near a place, by start."""
        return activity_public.listed(self._at, wanted, limit)

    def recent(self, limit: int, *, region_path: str = "", before: ActivityId | None = None) -> list[ActivityCard]:
        """For staff: newest first, all states."""
        statement = _RECENT if before is None else _RECENT_BEFORE
        return self._cards(statement, {"limit": limit, "region": region_path, "before": before})

    def for_feed(self, since: datetime, limit: int, region_path: str = "") -> list[ActivityCard]:
        """Published or called off, not restricted, ending after *since*; by start."""
        return self._cards(_FEED, {"since": since, "limit": limit, "region": region_path})

    def plan_reminder(self, activity_id: ActivityId, at: datetime | None) -> None:
        """When the next reminder of this activity is due; ``None``: never."""
        self._at.connection.execute(_PLAN, {"of": activity_id, "at": at})

    def reminders_due(self, now: datetime, limit: int) -> list[ReminderDue]:
        """Activities with a reminder due at *now*, oldest first, locked."""
        return [ReminderDue(*row) for row in self._at.connection.execute(_DUE, {"now": now, "limit": limit})]

    def _sign_ups(self, statement: Select[Any], values: dict[str, Any]) -> list[SignUp]:
        return [sign_up_of(row) for row in self._at.connection.execute(statement, values)]

    def _cards(self, statement: Executable, values: dict[str, Any]) -> list[ActivityCard]:
        return [activity_card(row) for row in self._at.connection.execute(statement, values)]


def _activity(row: Any) -> Activity:
    found, region_id, kind, starts_at, ends_at, place, seats, policy, status, *counts = row
    revision, version, seated, waiting, next_number, promotion, together, closes_before = counts
    return Activity(
        id=ActivityId(found),
        region_id=RegionId(region_id),
        kind=ActivityKind(kind),
        slot=Slot(starts_at, ends_at),
        place=place,
        seats=seats,
        policy=SignUpPolicy(policy),
        status=ActivityStatus(status),
        revision=revision,
        version=version,
        seated=seated,
        waiting=waiting,
        next_number=next_number,
        promotion=Promotion(promotion),
        together=bool(together),
        closes_before=timedelta(minutes=closes_before),
    )


def _values(new: NewActivity) -> dict[str, object]:
    status = ActivityStatus.DRAFT if new.draft else ActivityStatus.PUBLISHED
    return {
        "region_id": new.region_id,
        "kind": new.kind.value,
        "title": new.title,
        "summary": new.summary,
        "place": new.place,
        "starts_at": new.starts_at,
        "ends_at": new.ends_at,
        "seats": new.seats,
        "seated": 0,
        "waiting": 0,
        "next_number": 1,
        "policy": new.policy.value,
        "status": status.value,
        "restricted": new.restricted,
        "audience": joined(new.audience),
        "promotion": new.promotion.value,
        "together": new.together,
        "closes_before": new.closes_before,
        "revision": 0,
        "version": 0,
    }
