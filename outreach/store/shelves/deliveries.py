"""The ledger: what is to be sent, what was, and what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Update, and_, bindparam, func, or_, select, text, union_all, update

from outreach.domain.delivery import MOVES, DeliveryState, Rank, check_move
from outreach.domain.errors import NotFound
from outreach.domain.ids import ActivityId, DeliveryId, LaneName, ResidentId, SignUpId
from outreach.domain.messages import Language, Outgoing
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft, Fate, Letter
from outreach.store.codec import packed
from outreach.store.prepared import Prepared, PreparedMany
from outreach.store.rows_ledger import OPEN_DELIVERY
from outreach.store.shelves import (
    ledger_claim,
    ledger_entry,
    ledger_record,
    ledger_tidying,
    ledger_ways,
    masses,
    windows,
)
from outreach.store.shelves.lanes import hold_of
from outreach.store.shelves.ledger_letters import DELIVERY, LETTERS, LETTERS_BY_ID, letters_of
from outreach.store.shelves.ledger_outcomes import ERASED, FINISHED
from outreach.store.transaction import Shelf

_D = DELIVERY.c
DELIVERED = "delivered"
LEFT_TO_NEWER = timedelta(minutes=1)  # so long what we do not understand is left to a newer process beside us
_S = DeliveryState
_QUEUED, _LEASED, _PARKED = _S.QUEUED.value, _S.LEASED.value, _S.PARKED.value
_TO_QUEUED = [_QUEUED, *sorted(state.value for state, moves in MOVES.items() if _S.QUEUED in moves)]
_NOW = bindparam("now", type_=_D.due_at.type)

_WAITS_FOR_WORD = (
    _D.lane == bindparam("lane"),
    _D.person == bindparam("person"),
    text(OPEN_DELIVERY),
    or_(_D.state == _PARKED, and_(_D.state == _QUEUED, _D.due_at <= _NOW)),
)
_ANY_WAITING = Prepared(select(_D.id).where(*_WAITS_FOR_WORD).limit(1))
_WAITING_FOR_WORD = LETTERS.where(*_WAITS_FOR_WORD).limit(bindparam("limit")).with_for_update(of=DELIVERY)
_PARKED_FOR = (_D.lane == bindparam("on"), _D.person == bindparam("whose"), text(OPEN_DELIVERY), _D.state == _PARKED)
_ANY_PARKED = Prepared(select(_D.id).where(*_PARKED_FOR).limit(1))
_UNPARK = update(DELIVERY).where(*_PARKED_FOR).values(state=_QUEUED, due_at=_NOW, changed_at=_NOW)
_OPEN_UNDER = update(DELIVERY).where(_D.key == bindparam("under"), text(OPEN_DELIVERY))
_HURRY = _OPEN_UNDER.where(_D.state == _QUEUED).values(due_at=_NOW, changed_at=_NOW)
_ADVANCE = update(DELIVERY).where(_D.id == bindparam("of")).values(parts_sent=bindparam("parts"), changed_at=_NOW)
_CALL = PreparedMany(
    "ids",
    lambda some: (
        update(DELIVERY)
        .where(_D.id.in_(some), _D.epoch == bindparam("under"), _D.state == _LEASED)
        .values(state=_S.CALLING.value, tries=_D.tries + 1, lease_until=None, changed_at=_NOW)
        .returning(_D.id)
    ),
)
_POSTPONE = (
    update(DELIVERY)
    .where(_D.id == bindparam("of"), _D.state.in_(_TO_QUEUED))
    .values(state=_QUEUED, due_at=bindparam("at"), lease_until=None, changed_at=_NOW)
)
_LEAVE = _POSTPONE.where(_D.state == _S.LEASED.value)
_RECEIPT = (  # no move of ours: nothing is sent again by it
    update(DELIVERY)
    .where(_D.lane == bindparam("on"), _D.external_id == bindparam("external"), _D.external_id != "")
    .where(_D.state == _S.SENT.value)
    .values(state=bindparam("became"), reason=bindparam("why"), changed_at=_NOW)
)
_SAID = _OPEN_UNDER.values(state=_S.SENT.value, reason="went_another_way", lease_until=None, changed_at=_NOW, **ERASED)
_WITHDRAW = (
    update(DELIVERY)
    .where(text(OPEN_DELIVERY))
    .values(state=_S.WITHDRAWN.value, reason="overtaken", lease_until=None, changed_at=_NOW, **ERASED)
)
# Ids have columns of their own: what is left of the subject of a letter about an activity is what it says about it.
_WITHDRAW_ACTIVITY = _WITHDRAW.where(
    _D.activity_id == bindparam("of"), _D.subject.in_(bindparam("subjects", expanding=True))
)
_WITHDRAW_SIGN_UP = _WITHDRAW.where(_D.sign_up_id == bindparam("of"))
_WITHDRAW_KEY = _WITHDRAW.where(_D.key == bindparam("under"))
_WITHDRAW_KINDS = _WITHDRAW.where(_D.resident_id == bindparam("of"), _D.kind.in_(bindparam("kinds", expanding=True)))
_STATE = select(_D.state).where(_D.id == bindparam("id"))
_COUNTS = select(_D.state, func.count()).group_by(_D.state)


def _settling(state: DeliveryState) -> Update:
    before = sorted(old.value for old, moves in MOVES.items() if state in moves)
    return (
        update(DELIVERY)
        .where(_D.id == bindparam("of"), _D.state.in_(before))
        .values(
            state=state.value,
            reason=bindparam("why"),
            lease_until=None,
            changed_at=_NOW,
            **(ERASED if state in FINISHED else {}),
        )
    )


_SETTLE = {state: _settling(state) for state in DeliveryState}


def _next_due() -> Any:
    ranks = [
        select(func.min(_D.due_at).label("at")).where(
            _D.lane == bindparam("on"), _D.state == _QUEUED, _D.rank == int(rank)
        )
        for rank in Rank
    ]
    leases = select(func.min(_D.lease_until).label("at")).where(_D.lane == bindparam("on"), _D.state == _LEASED)
    due = union_all(*ranks, leases).subquery("due")
    return select(func.min(due.c.at))


_NEXT_DUE = _next_due()


class DeliveryShelf(Shelf):
    """Matches `services.ports.Deliveries`."""

    __slots__ = ()

    def add(self, drafts: Sequence[Draft], now: datetime) -> int:
        """Queue for residents with a reachable address; a known key is left as it is. How many are new.

        Somebody with no address that can be reached gets a `failed` row, so that staff can see it.
        """
        return ledger_entry.add_drafts(self._at, drafts, now)

    def add_reply(
        self,
        caller: Caller,
        key: str,
        message: Outgoing,
        language: Language | None,
        now: datetime,
        *,
        due_at: datetime | None = None,
        helps_until: datetime | None = None,
    ) -> None:
        """Queue a reply to somebody who need not be known to us; body and address are sealed and erased when done.

        Due at once unless *due_at* says later.
        """
        ledger_entry.add_reply(self._at, caller, key, message, language, now, due_at or now, helps_until)

    def add_reminders(
        self,
        activity_id: ActivityId,
        activity_revision: int,
        lead: timedelta,
        signed_up_before: datetime,
        *,
        needed_by: datetime,
        helps_until: datetime,
        now: datetime,
    ) -> int:
        """One reminder for each seated sign-up that stands so since before *signed_up_before*, in one statement."""
        return ledger_entry.add_reminders(
            self._at, activity_id, activity_revision, lead, signed_up_before, needed_by, helps_until, now
        )

    def withdraw_for_activity(self, activity_id: ActivityId, abouts: Iterable[str], now: datetime) -> int:
        """Take back what is still open about an activity and is one of *abouts* (``reminder``, ``moved`` …)."""
        subjects = [packed({"about": about}).decode() for about in abouts]
        return self._change(_WITHDRAW_ACTIVITY, {"of": activity_id, "subjects": subjects, "now": now})

    def withdraw_for_sign_up(self, sign_up_id: SignUpId, now: datetime) -> int:
        """Take back what is still open about one sign-up."""
        return self._change(_WITHDRAW_SIGN_UP, {"of": sign_up_id, "now": now})

    def withdraw_kinds(self, resident_id: ResidentId, kinds: Iterable[str], now: datetime) -> int:
        """Take back what is still open of these kinds of message for one resident."""
        return self._change(_WITHDRAW_KINDS, {"of": resident_id, "kinds": [str(kind) for kind in kinds], "now": now})

    def withdraw(self, key: str, now: datetime) -> int:
        """Take back what is still open under *key*."""
        return self._change(_WITHDRAW_KEY, {"under": key, "now": now})

    def claim_due(
        self,
        lane: LaneName,
        *,
        epoch: int,
        limit: int,
        now: datetime,
        lease: timedelta,
        owed: Mapping[Rank, float] | None = None,
    ) -> list[Letter]:
        """Take up to *limit* due deliveries of *lane*, and hide them for *lease*: by `fairness.place`, oldest first.

        Empty while the lane is held up. One whose lease is over is due again. Raises `LaneLost`.
        """
        held = hold_of(self._at.connection, lane, epoch)
        if held is not None and held > now:
            return []
        ids = ledger_claim.claim(self._at, lane, epoch, limit, owed or {}, now, now + lease)
        return self._letters(LETTERS_BY_ID.rows(self._at.connection, {"ids": ids}), now) if ids else []

    def parked_for(self, caller: Caller, now: datetime, limit: int) -> list[Letter]:
        """What waits for this person's next word: parked or due now, by rank, then oldest first."""
        values = {"lane": caller.lane, "person": self._at.person(caller), "now": now}
        # Every message asks, and hardly ever does something wait: the question alone is a third of the cost.
        if _ANY_WAITING.first(self._at.connection, values) is None:
            return []
        found = self._at.connection.execute(_WAITING_FOR_WORD, values | {"limit": limit}).all()
        return self._letters(found, now)

    def went_another_way(self, key: str, now: datetime) -> None:
        """What is open under *key* was said without the ledger: sent. Unknown, or no longer open: left as it is."""
        windows.use_under(self._at, key)
        self._change(_SAID, {"under": key, "now": now})

    def receipt(self, lane: LaneName, external_id: str, code: str, now: datetime) -> bool:
        """What became of the message that the platform calls *external_id*; False if there is none that was sent."""
        became = {"became": _S.FAILED.value, "why": code} if code else {"became": _S.SENT.value, "why": DELIVERED}
        values = {"on": lane, "external": external_id, "now": now}
        begun = bool(code) and masses.refused_after_all(self._at, lane, external_id, code, now)
        return self._change(_RECEIPT, values | became) > 0 or begun

    def hurry(self, key: str, now: datetime) -> None:
        """What waits in the queue under *key* is due now."""
        self._change(_HURRY, {"under": key, "now": now})

    def unpark(self, caller: Caller, now: datetime) -> int:
        """What waited for this person's next word is due now; how many."""
        whose = {"on": caller.lane, "whose": self._at.person(caller)}
        if _ANY_PARKED.first(self._at.connection, whose) is None:
            return 0
        self._at.woken.add(caller.lane)
        return self._change(_UNPARK, whose | {"now": now})

    def advance(self, delivery_id: DeliveryId, parts_sent: int, now: datetime) -> None:
        """So many parts of it are out; it stays as it is with the rest."""
        self._change(_ADVANCE, {"of": delivery_id, "parts": parts_sent, "now": now})

    def mark_calling(self, ids: Sequence[DeliveryId], *, epoch: int, now: datetime) -> list[DeliveryId]:
        """The moment before the wire: those that are still ours and still wanted, in the order given."""
        if not ids:
            return []
        values = {"ids": list(ids), "under": epoch, "now": now}
        ours = {row[0] for row in _CALL.rows(self._at.connection, values)}
        return [delivery_id for delivery_id in ids if delivery_id in ours]

    def postpone(self, delivery_id: DeliveryId, at: datetime, now: datetime) -> None:
        """Due again at *at*. Raises `NotFound` or `IllegalMove`."""
        if not self._change(_POSTPONE, {"of": delivery_id, "at": at, "now": now}):
            self._refuse(delivery_id, DeliveryState.QUEUED)

    def settle(self, delivery_id: DeliveryId, state: DeliveryState, reason: str, now: datetime) -> None:
        """Move to a state without a call: parked, expired, withdrawn, dead, sent (rode in a reply).

        Raises `NotFound` or `IllegalMove`.
        """
        if not self._change(_SETTLE[state], {"of": delivery_id, "why": reason, "now": now}):
            self._refuse(delivery_id, state)

    def go_elsewhere(self, delivery_id: DeliveryId, lanes: Collection[LaneName], now: datetime) -> bool:
        """Queue it for an address of the same resident on one of *lanes*; False: there is none that can be reached.

        A reply stays where the word came from.
        """
        return ledger_ways.go_elsewhere(self._at, delivery_id, lanes, now)

    def record(self, results: Sequence[tuple[Letter, Fate, int]], *, epoch: int, now: datetime) -> None:
        """Write what the calls came to (letter, fate, parts sent in all) with one attempt row for each made."""
        ledger_record.record(self._at, results, epoch, now)

    def recover(self, lane: LaneName, *, epoch: int, now: datetime) -> int:
        """Bring back what was left of the lane up to *epoch*: leased rows queued, calls in the air `unconfirmed`,
        and of those queued again the kinds that are better twice than never. For a holder with nothing in the air."""
        return ledger_record.recover(self._at, lane, epoch, now)

    def next_due(self, lane: LaneName) -> datetime | None:
        """When something will be due on *lane*, whether or not the lane is held up; ``None``: nothing waits."""
        found: datetime | None = self._at.connection.execute(_NEXT_DUE, {"on": lane}).scalar_one()
        return found

    def tidy(self, now: datetime, limit: int) -> int:
        """Look at up to *limit* old deliveries: delete, expire or put off; how many. By `domain.delivery.tidy`."""
        return ledger_tidying.tidy_up(self._at, now, limit)

    def counts(self) -> Mapping[str, int]:
        """Rows by state."""
        return {row[0]: row[1] for row in self._at.connection.execute(_COUNTS)}

    def _letters(self, rows: Sequence[Any], now: datetime) -> list[Letter]:
        letters, unreadable, newer = letters_of(self._at, rows, now)
        for delivery_id in unreadable:
            self.settle(delivery_id, DeliveryState.WITHDRAWN, "unreadable", now)
        for delivery_id in newer:
            self._change(_LEAVE, {"of": delivery_id, "at": now + LEFT_TO_NEWER, "now": now})
        return letters

    def _change(self, statement: Update, values: dict[str, Any]) -> int:
        return self._at.connection.execute(statement, values).rowcount

    def _refuse(self, delivery_id: DeliveryId, state: DeliveryState) -> None:
        """Say why a move did not happen: no such row, or a state from which it may not."""
        old = self._at.connection.execute(_STATE, {"id": delivery_id}).scalar_one_or_none()
        if old is None:
            raise NotFound("delivery", delivery_id)
        check_move(DeliveryState(old), state)
