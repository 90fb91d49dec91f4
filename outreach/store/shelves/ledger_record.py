"""Writing down what calls came to, and bringing back what a stopped process left in the air."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeAlias

from sqlalchemy import bindparam, case, func, insert, literal, select, text, update

from outreach.domain.delivery import MOST_TRIES, RESENT_WHEN_UNCONFIRMED, DeliveryState, pause_before
from outreach.domain.ids import LaneName
from outreach.domain.messages import NOTHING_LEFT, Moved, Parked, Unconfirmed, Unreachable
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Fate, Letter, NotCalled
from outreach.store.prepared import Prepared, PreparedMany
from outreach.store.rows import table_of
from outreach.store.rows_ledger import OPEN_DELIVERY, AttemptRow
from outreach.store.rows_people import ResidentRow
from outreach.store.shelves.lanes import hold_lane, hold_of
from outreach.store.shelves.ledger_entry import way_to
from outreach.store.shelves.ledger_letters import ADDRESS, DELIVERY, PURPOSE, TO_COLUMN
from outreach.store.shelves.ledger_outcomes import ERASED, FINISHED, Weighed, weigh
from outreach.store.shelves.ledger_ways import reroute
from outreach.store.shelves.people import move_address
from outreach.store.shelves.windows import use, use_up
from outreach.store.transaction import Transaction

Result: TypeAlias = tuple[Letter, Fate, int]

_D, _A = DELIVERY.c, ADDRESS.c
_RESIDENT = table_of(ResidentRow)
_ATTEMPT = table_of(AttemptRow)
_CALLING = DeliveryState.CALLING.value
_RESENT = sorted(kind.value for kind in RESENT_WHEN_UNCONFIRMED)

_STILL_OURS = PreparedMany(
    "ids",
    lambda some: select(_D.id, _D.tries, _D.to_sealed.is_(None)).where(
        _D.id.in_(some), _D.epoch == bindparam("epoch"), _D.state == _CALLING
    ),
)
_WRITE = (
    update(DELIVERY)
    .where(_D.id == bindparam("of"))
    .values(
        state=bindparam("state"),
        tries=bindparam("tries"),
        parts_sent=bindparam("parts"),
        reason=bindparam("code"),
        due_at=func.coalesce(bindparam("due", type_=_D.due_at.type), _D.due_at),
        external_id=bindparam("external"),
        lease_until=None,
        changed_at=bindparam("now"),
    )
)
_WRITE_LAST = Prepared(_WRITE.values(**ERASED))
_WRITE_MORE = Prepared(_WRITE)
_ATTEMPTED = Prepared(insert(_ATTEMPT))
# Found out by our own clock: `reach_at` stays, or news by a slower platform clock would seem older and be lost.
_REACH = update(ADDRESS).where(_A.id == bindparam("of")).values(reach=bindparam("reach_"))
_GIVE_UP_ADDRESS = (
    update(DELIVERY)
    .where(_D.address_id == bindparam("of"), text(OPEN_DELIVERY))
    .values(
        state=DeliveryState.WITHDRAWN.value,
        reason="unreachable",
        lease_until=None,
        changed_at=bindparam("now"),
        **ERASED,
    )
)
_KEY_OF = (
    select(_RESIDENT.c.key_sealed)
    .select_from(ADDRESS.join(_RESIDENT, _RESIDENT.c.id == _A.resident_id))
    .where(_A.id == bindparam("id"))
)
_REDIRECT_REPLY = (  # a reply carries its own address
    update(DELIVERY)
    .where(_D.id == bindparam("of"), _D.to_sealed.is_not(None))
    .values(person=bindparam("new"), to_sealed=bindparam("to"))
)
_LEFT = (_D.lane == bindparam("on"), _D.epoch <= bindparam("up_to"))
_LEFT_CALLING = (*_LEFT, _D.state == _CALLING, _D.mass_id.is_(None))  # a mass message is repeated under its name
_UNLEASE = (
    update(DELIVERY)
    .where(*_LEFT, _D.state == DeliveryState.LEASED.value)
    .values(state=DeliveryState.QUEUED.value, lease_until=None, changed_at=bindparam("now"))
)
_NOTE_LEFT = insert(_ATTEMPT).from_select(
    ["delivery_id", "lane", "epoch", "outcome", "code", "parts_sent", "at"],
    select(
        _D.id,
        _D.lane,
        _D.epoch,
        literal("Unconfirmed"),
        literal("stopped"),
        _D.parts_sent,
        bindparam("now", type_=_D.due_at.type),
    ).where(*_LEFT_CALLING),
)
_AFTER_LEFT = case(
    (_D.kind.not_in(_RESENT), DeliveryState.UNCONFIRMED.value),
    (_D.tries >= MOST_TRIES, DeliveryState.DEAD.value),
    else_=DeliveryState.QUEUED.value,
)
_USE_ONE = (  # of what was in the air nobody knows whether the platform counted it
    update(ADDRESS)
    .where(_A.window_left > 0, _A.id.in_(select(_D.address_id).where(*_LEFT_CALLING)))
    .values(window_left=_A.window_left - 1)
)
_BRING_BACK = (
    update(DELIVERY)
    .where(*_LEFT_CALLING)
    .values(
        state=_AFTER_LEFT,
        reason="stopped",
        lease_until=None,
        due_at=bindparam("due", type_=_D.due_at.type),
        changed_at=bindparam("now"),
    )
)
_PAUSE = pause_before(2)


def record(at: Transaction, results: Sequence[Result], epoch: int, now: datetime) -> None:
    """Write what the calls came to. Raises `LaneLost`; what was erased or taken over meanwhile is left alone."""
    for lane in sorted({letter.lane for letter, _, _ in results}):
        hold_of(at.connection, lane, epoch)
    values = {"ids": [letter.id for letter, _, _ in results], "epoch": epoch}
    kept = {row[0]: row for row in _STILL_OURS.rows(at.connection, values)}
    ours = [result for result in results if result[0].id in kept]
    weighed = [
        weigh(letter.kind, outcome, tries, now, elsewhere=_shut(at, letter, outcome) and goes_by_address)
        for letter, outcome, _ in ours
        for _, tries, goes_by_address in [kept[letter.id]]
    ]
    _write(at, ours, weighed, now)
    _note(at, ours, weighed, epoch, now)
    # also what was erased or taken over meanwhile has gone out, and counts
    use(at, ((letter, _used(letter, outcome, parts)) for letter, outcome, parts in results))
    for (letter, outcome, _), found in zip(ours, weighed, strict=True):
        _follow(at, letter, outcome, found, now)


def recover(at: Transaction, lane: LaneName, epoch: int, now: datetime) -> int:
    """Bring back what is leased or calling on *lane* up to *epoch*; how many. Raises `LaneLost`.

    For its holder, with nothing in the air: of its own epoch there is something only if a write failed.
    """
    hold_of(at.connection, lane, epoch)
    values = {"on": lane, "up_to": epoch, "now": now}
    unleased = at.connection.execute(_UNLEASE, values).rowcount
    at.connection.execute(_NOTE_LEFT, values)
    at.connection.execute(_USE_ONE, {"on": lane, "up_to": epoch})
    brought_back = at.connection.execute(_BRING_BACK, values | {"due": now + _PAUSE}).rowcount
    return unleased + brought_back


def _write(at: Transaction, ours: Sequence[Result], weighed: Sequence[Weighed], now: datetime) -> None:
    last: list[dict[str, object]] = []
    more: list[dict[str, object]] = []
    for (letter, _, parts), found in zip(ours, weighed, strict=True):
        values: dict[str, object] = {
            "of": letter.id,
            "state": found.state.value,
            "tries": found.tries,
            "parts": parts,
            "code": found.code,
            "due": found.due_at,
            "external": found.external_id,
            "now": now,
        }
        (last if found.state in FINISHED else more).append(values)
    _WRITE_LAST.run_many(at.connection, last)
    _WRITE_MORE.run_many(at.connection, more)


def _note(at: Transaction, ours: Sequence[Result], weighed: Sequence[Weighed], epoch: int, now: datetime) -> None:
    attempts = [
        {
            "delivery_id": letter.id,
            "lane": letter.lane,
            "epoch": epoch,
            "outcome": type(outcome).__name__,
            "code": found.code,
            "parts_sent": parts,
            "at": now,
        }
        for (letter, outcome, parts), found in zip(ours, weighed, strict=True)
        if not isinstance(outcome, NotCalled)
    ]
    _ATTEMPTED.run_many(at.connection, attempts)


def _follow(at: Transaction, letter: Letter, outcome: Fate, found: Weighed, now: datetime) -> None:
    """What a call says about the lane or the address, beyond its own delivery."""
    if found.hold_until is not None:
        hold_lane(at.connection, letter.lane, found.hold_until, found.code)
    if isinstance(outcome, Moved):
        _redirect(at, letter, outcome.new_ref)
    if isinstance(outcome, Parked) and outcome.reason in NOTHING_LEFT and letter.address_id is not None:
        use_up(at, letter.address_id, now)
    if isinstance(outcome, Unreachable) and letter.address_id is not None:
        if letter.resident_id is not None:
            reroute(at, letter.address_id, letter.resident_id, now)
        at.connection.execute(_GIVE_UP_ADDRESS, {"of": letter.address_id, "now": now})


def _used(letter: Letter, outcome: Fate, parts: int) -> int:
    """How many messages the platform may have counted: what went, and what may have gone."""
    return parts - letter.parts_sent + isinstance(outcome, Unconfirmed)


def _shut(at: Transaction, letter: Letter, outcome: Fate) -> bool:
    """Note that an address cannot be reached; whether its resident can be at another."""
    if not isinstance(outcome, Unreachable) or letter.address_id is None:
        return False
    at.connection.execute(_REACH, {"of": letter.address_id, "reach_": "gone" if outcome.gone else "muted"})
    return letter.resident_id is not None and way_to(at, letter.resident_id) is not None


def _redirect(at: Transaction, letter: Letter, new_ref: str) -> None:
    new = Caller(letter.lane, new_ref)
    key_sealed = at.connection.execute(_KEY_OF, {"id": letter.address_id}).scalar_one_or_none()
    if letter.address_id is not None and key_sealed is not None:  # none: unlinked while the call was in the air
        move_address(at, letter.address_id, key_sealed, new)
    to = at.ring.seal(PURPOSE, new_ref.encode(), TO_COLUMN)
    at.connection.execute(_REDIRECT_REPLY, {"of": letter.id, "new": at.person(new), "to": to})
