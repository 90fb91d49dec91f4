"""The ledger: queued once, claimed by rank, sent or brought back, never lost."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from store_town import LANE, MINUTE, NOW, TOMORROW, caller, enrolled, join, lecture

from outreach.domain.delivery import MOST_TRIES, DeliveryState, pause_before, reminder_key
from outreach.domain.errors import IllegalMove, LaneLost, NotFound
from outreach.domain.ids import DeliveryId, LaneName, ResidentId
from outreach.domain.messages import (
    Halted,
    Language,
    MessageKind,
    Moved,
    Outcome,
    Outgoing,
    Parked,
    Rejected,
    RetryLater,
    Sent,
    Unconfirmed,
    Unreachable,
)
from outreach.domain.people import Purpose
from outreach.services.cards_ledger import Draft, Letter
from outreach.store import Database
from outreach.store.rows import table_of
from outreach.store.rows_ledger import AttemptRow
from outreach.store.shelves.ledger_letters import DELIVERY
from outreach.store.unit_of_work import SqlUnitOfWork

LEASE = timedelta(seconds=60)
SECOND = timedelta(seconds=1)
NOON = NOW + timedelta(hours=12)


def draft(
    resident: ResidentId, key: str, kind: MessageKind = MessageKind.CONFIRMATION, due_at: datetime = NOW
) -> Draft:
    return Draft(kind, key, resident, due_at, {"about": "confirmation"})


def drive(uow: SqlUnitOfWork, owner: str = "first", now: datetime = NOW) -> int:
    epoch = uow.lanes.take(LANE, "telegram", owner, now, LEASE)
    assert epoch is not None
    return epoch


def claim(uow: SqlUnitOfWork, epoch: int, now: datetime = NOW, limit: int = 10) -> list[Letter]:
    return uow.deliveries.claim_due(LANE, epoch=epoch, limit=limit, now=now, lease=LEASE)


def call(uow: SqlUnitOfWork, outcome: Outcome, epoch: int, now: datetime = NOW) -> Letter:
    """Claim one delivery, call, and record what it came to."""
    (letter,) = claim(uow, epoch, now, 1)
    assert uow.deliveries.mark_calling([letter.id], epoch=epoch, now=now) == [letter.id]
    uow.deliveries.record([(letter, outcome, 1)], epoch=epoch, now=now)
    return letter


def state_of(uow: SqlUnitOfWork, key: str) -> tuple[str, str]:
    row = uow.connection.execute(select(DELIVERY.c.state, DELIVERY.c.reason).where(DELIVERY.c.key == key)).one()
    return row[0], row[1]


def test_a_known_key_is_queued_once_and_the_lane_is_woken(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")

        assert uow.deliveries.add([draft(ann, "a"), draft(ann, "b"), draft(ann, "a")], NOW) == 2
        assert uow.woken == {LANE}
        assert uow.deliveries.add([draft(ann, "a")], NOW) == 0
        assert uow.deliveries.add([], NOW) == 0


def test_somebody_who_cannot_be_reached_gets_a_failed_row(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.people.set_reach(caller("ann"), "muted", NOW + SECOND)

        assert uow.deliveries.add([draft(ann, "a")], NOW) == 1
        assert state_of(uow, "a") == ("failed", "no_address")


def test_a_letter_says_all_that_the_decision_needs(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann", Purpose.TIPS)
        uow.people.update(ann, audiences=frozenset({"elderly"}), language=Language.EN)
        sign_up = join(uow, ann, lecture(uow).id)
        subject: dict[str, str | int] = {"about": "moved", "activity": sign_up.activity_id, "sign_up": sign_up.id}
        uow.deliveries.add([Draft(MessageKind.CHANGE, "a", ann, NOW, subject, TOMORROW)], NOW)

        (letter,) = claim(uow, drive(uow))

        assert (letter.to, letter.language, letter.zone) == ("ref-ann", Language.EN, "Asia/Shanghai")
        assert (letter.audiences, letter.consents) == (frozenset({"elderly"}), {Purpose.TAKE_PART, Purpose.TIPS})
        assert (letter.subject, letter.helps_until, letter.last_word_at) == (subject, TOMORROW, NOW)
        assert letter.state is DeliveryState.LEASED
        assert "ref-ann" not in repr(letter)


def test_the_urgent_goes_first_then_the_oldest(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        wanted = [
            draft(ann, "tip", MessageKind.EDUCATION, NOW - 3 * MINUTE),
            draft(ann, "reminder", MessageKind.REMINDER, NOW - MINUTE),
            draft(ann, "earlier reminder", MessageKind.REMINDER, NOW - 2 * MINUTE),
            draft(ann, "not yet", MessageKind.CONFIRMATION, NOW + MINUTE),
            draft(ann, "confirmation", MessageKind.CONFIRMATION, NOW),
        ]
        uow.deliveries.add(wanted, NOW)
        epoch = drive(uow)

        first, rest = claim(uow, epoch, limit=2), claim(uow, epoch)

        assert [letter.key for letter in first] == ["confirmation", "earlier reminder"]
        assert [letter.key for letter in rest] == ["reminder", "tip"]
        assert uow.deliveries.next_due(LANE) == NOW + LEASE
        assert [letter.key for letter in claim(uow, epoch, NOW + LEASE)] == [
            "confirmation", "not yet", "earlier reminder", "reminder", "tip",
        ]  # fmt: skip


def test_a_lease_that_is_over_makes_the_delivery_due_again(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        epoch = drive(uow)
        claim(uow, epoch)

        assert claim(uow, epoch, NOW + LEASE - SECOND) == []
        assert [letter.key for letter in claim(uow, epoch, NOW + LEASE)] == ["a"]


def test_what_is_withdrawn_after_the_claim_is_not_called(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.deliveries.add([draft(ann, "a", MessageKind.EDUCATION), draft(ann, "b")], NOW)
        epoch = drive(uow)
        ids = [letter.id for letter in claim(uow, epoch)]

        assert uow.deliveries.withdraw_kinds(ann, [MessageKind.EDUCATION], NOW) == 1

        assert uow.deliveries.mark_calling(ids, epoch=epoch, now=NOW) == ids[:1]
        assert state_of(uow, "a") == ("withdrawn", "overtaken")


@pytest.mark.parametrize(
    ("outcome", "state", "due_in"),
    [
        (Sent("77"), "sent", None),
        (RetryLater(timedelta(seconds=1)), "queued", pause_before(2)),
        (RetryLater(timedelta(seconds=90)), "queued", timedelta(seconds=90)),
        (Parked("window_closed"), "parked", None),
        (Moved("ref-new"), "queued", timedelta(0)),
        (Rejected("too_long"), "failed", None),
        (Unreachable("blocked"), "failed", None),
        (Unconfirmed("timeout"), "queued", pause_before(2)),
        (Halted("revoked", "remedy.token"), "queued", timedelta(0)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Outcome) else str(value),
)
def test_each_outcome_takes_a_delivery_where_it_belongs(
    database: Database, outcome: Outcome, state: str, due_in: timedelta | None
):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)

        call(uow, outcome, drive(uow))

        assert state_of(uow, "a")[0] == state
        assert uow.deliveries.next_due(LANE) == (None if due_in is None else NOW + due_in)
        attempts = uow.connection.execute(select(table_of(AttemptRow).c.outcome)).scalars().all()
        assert attempts == [type(outcome).__name__]


def test_a_broadcast_whose_fate_is_unknown_is_never_sent_again(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a", MessageKind.EDUCATION)], NOW)

        call(uow, Unconfirmed(), drive(uow))

        assert state_of(uow, "a")[0] == "unconfirmed"
        assert uow.deliveries.next_due(LANE) is None


def test_after_the_last_try_a_delivery_is_dead_and_can_be_retried(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        epoch, now = drive(uow), NOW
        for _ in range(MOST_TRIES):
            letter = call(uow, RetryLater(SECOND, code="503"), epoch, now)
            now += timedelta(minutes=6)

        assert state_of(uow, "a") == ("dead", "503")

        uow.deliveries.postpone(letter.id, now, now)
        assert state_of(uow, "a")[0] == "queued"


def test_a_wait_of_the_whole_lane_holds_it_and_costs_no_try(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        epoch = drive(uow)

        call(uow, RetryLater(timedelta(seconds=30), whole_lane=True, code="429"), epoch)

        assert uow.lanes.held_until(LANE) == (NOW + timedelta(seconds=30), "429")
        assert claim(uow, epoch, NOW + timedelta(seconds=29)) == []
        assert [letter.tries for letter in claim(uow, epoch, NOW + timedelta(seconds=30))] == [0]


def test_an_account_in_trouble_is_left_alone_for_a_minute(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        epoch = drive(uow)

        call(uow, Halted("revoked", "remedy.token"), epoch)

        assert uow.lanes.held_until(LANE) == (NOW + MINUTE, "revoked")
        assert len(claim(uow, epoch, NOW + MINUTE)) == 1


def test_a_longer_hold_is_not_shortened(database: Database):
    with database.unit_of_work() as uow:
        uow.lanes.hold(LANE, NOW + 2 * MINUTE, "429")
        uow.lanes.hold(LANE, NOW + MINUTE, "503")

        assert uow.lanes.held_until(LANE) == (NOW + 2 * MINUTE, "429")
        assert uow.lanes.held_until(LaneName("quiet")) is None


def test_a_person_who_blocked_us_is_not_written_to_any_more(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.deliveries.add([draft(ann, "a"), draft(ann, "b", due_at=NOW + MINUTE)], NOW)

        call(uow, Unreachable("blocked", gone=True), drive(uow))

        assert state_of(uow, "a") == ("failed", "blocked")
        assert state_of(uow, "b") == ("withdrawn", "unreachable")
        uow.deliveries.add([draft(ann, "c")], NOW)
        assert state_of(uow, "c") == ("failed", "no_address")


def test_a_person_who_moved_is_written_to_at_the_new_address(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.deliveries.add([draft(ann, "a")], NOW)
        uow.deliveries.add_reply(caller("zoe"), "reply", Outgoing(MessageKind.REPLY, "hi"), None, NOW)
        epoch = drive(uow)

        call(uow, Moved("ref-zoe-new"), epoch)
        call(uow, Sent(), epoch)
        call(uow, Moved("ref-ann-new"), epoch)

        assert uow.people.at(caller("ann-new")).resident_id == ann
        assert {letter.key: letter.to for letter in claim(uow, epoch)} == {"a": "ref-ann-new"}


def test_a_person_who_moved_to_an_address_we_know_is_gone_from_the_old_one(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        enrolled(uow, "bob")
        uow.deliveries.add([draft(ann, "a")], NOW)
        epoch = drive(uow)

        call(uow, Moved("ref-bob"), epoch)

        assert [(letter.to, letter.reachable) for letter in claim(uow, epoch)] == [("ref-ann", False)]


def test_a_call_that_ends_after_the_person_was_forgotten_is_let_go(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.deliveries.add([draft(ann, "a")], NOW)
        epoch = drive(uow)
        (letter,) = claim(uow, epoch)
        uow.deliveries.mark_calling([letter.id], epoch=epoch, now=NOW)
        uow.people.erase(ann, NOW)

        uow.deliveries.record([(letter, Unreachable(), 0)], epoch=epoch, now=NOW)

        assert uow.deliveries.counts() == {}


def test_a_reply_to_a_stranger_is_sealed_and_erased_when_done(database: Database):
    with database.unit_of_work() as uow:
        message = Outgoing(MessageKind.REPLY, "words")
        uow.deliveries.add_reply(caller("zoe"), "reply:i1:0", message, Language.EN, NOW)
        uow.deliveries.add_reply(caller("zoe"), "reply:i1:0", message, Language.EN, NOW)
        epoch = drive(uow)

        letter = call(uow, Sent(), epoch)

        assert (letter.to, letter.body, letter.language) == ("ref-zoe", (message,), Language.EN)
        assert (letter.resident_id, letter.reachable, letter.last_word_at) == (None, True, NOW)
        kept = uow.connection.execute(select(DELIVERY.c.to_sealed, DELIVERY.c.body_sealed)).all()
        assert kept == [(None, None)]


def test_the_fixed_words_for_a_resident_open_with_their_key(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        message = Outgoing(MessageKind.REPLY, "an answer of staff")
        uow.deliveries.add(
            [Draft(MessageKind.REPLY, "thread:t1:1", ann, NOW, {"about": "thread"}, body=(message,))], NOW
        )

        assert claim(uow, drive(uow))[0].body == (message,)


def test_one_damaged_row_does_not_hold_up_the_others(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add_reply(caller("zoe"), "damaged", Outgoing(MessageKind.REPLY, "words"), None, NOW)
        uow.deliveries.add([draft(enrolled(uow, "ann"), "sound")], NOW)
        uow.connection.execute(DELIVERY.update().where(DELIVERY.c.key == "damaged").values(to_sealed=b"\x01rubbish"))

        assert [letter.key for letter in claim(uow, drive(uow))] == ["sound"]
        assert state_of(uow, "damaged") == ("withdrawn", "unreadable")


def test_parked_letters_wait_for_the_next_word_and_ride_in_its_reply(database: Database):
    with database.unit_of_work() as uow:
        ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob")
        later = draft(ann, "later", due_at=NOW + MINUTE)
        uow.deliveries.add([draft(ann, "tip", MessageKind.EDUCATION), later, draft(bob, "bob's")], NOW)
        uow.deliveries.add([draft(ann, "confirmation")], NOW)
        first = uow.deliveries.parked_for(caller("ann"), NOW, 5)
        uow.deliveries.settle(first[0].id, DeliveryState.PARKED, "window_closed", NOW)

        waiting = uow.deliveries.parked_for(caller("ann"), NOW, 5)
        uow.deliveries.settle(waiting[0].id, DeliveryState.SENT, "rode_in_reply", NOW)

        assert [letter.key for letter in waiting] == ["confirmation", "tip"]
        assert state_of(uow, "confirmation") == ("sent", "rode_in_reply")
        assert len(uow.deliveries.parked_for(caller("ann"), NOW, 5)) == 1


def test_a_move_that_the_table_of_states_forbids_is_refused(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        letter = call(uow, Sent(), drive(uow))

        with pytest.raises(IllegalMove):
            uow.deliveries.settle(letter.id, DeliveryState.WITHDRAWN, "late", NOW)
        with pytest.raises(IllegalMove):
            uow.deliveries.postpone(letter.id, NOW, NOW)
        with pytest.raises(NotFound):
            uow.deliveries.settle(DeliveryId(99), DeliveryState.SENT, "", NOW)


def test_one_drives_a_lane_until_the_lease_is_over_or_given_back(database: Database):
    with database.unit_of_work() as uow:
        take = uow.lanes.take
        assert take(LANE, "telegram", "first", NOW, LEASE) == 1
        assert take(LANE, "telegram", "second", NOW + SECOND, LEASE) is None
        assert take(LANE, "telegram", "first", NOW + SECOND, LEASE) == 1
        assert take(LANE, "telegram", "second", NOW + SECOND + LEASE, LEASE) == 2

        uow.lanes.release(LANE, "first")
        assert take(LANE, "telegram", "first", NOW + MINUTE, LEASE) is None
        uow.lanes.release(LANE, "second")
        assert take(LANE, "telegram", "first", NOW + MINUTE, LEASE) == 2  # handed back in order: nothing is in doubt


def test_a_renewal_that_comes_late_takes_nothing_that_was_handed_back(database: Database):
    with database.unit_of_work() as uow:
        assert uow.lanes.take(LANE, "telegram", "first", NOW, LEASE) == 1
        assert uow.lanes.renew(LANE, "first", NOW + 2 * LEASE)
        assert uow.lanes.take(LANE, "telegram", "second", NOW + LEASE + SECOND, LEASE) is None

        uow.lanes.release(LANE, "first")
        assert not uow.lanes.renew(LANE, "first", NOW + 9 * LEASE)
        assert uow.lanes.take(LANE, "telegram", "second", NOW + SECOND, LEASE) == 1
        assert not uow.lanes.renew(LANE, "first", NOW + 9 * LEASE)


def test_the_lease_of_the_dead_is_over_at_once_and_their_epoch_with_it(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        old = drive(uow, "dead")
        uow.deliveries.mark_calling([letter.id for letter in claim(uow, old)], epoch=old, now=NOW)

        uow.lanes.expire(NOW + SECOND)
        epoch = uow.lanes.take(LANE, "telegram", "next", NOW + SECOND, LEASE)

        assert epoch == old + 1
        assert uow.deliveries.recover(LANE, epoch=epoch, now=NOW + SECOND) == 1


def test_a_stalled_driver_that_wakes_up_can_do_no_harm(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        old = drive(uow)
        letters = claim(uow, old)
        drive(uow, "second", NOW + LEASE)

        with pytest.raises(LaneLost):
            claim(uow, old)
        with pytest.raises(LaneLost):
            uow.deliveries.record([(letters[0], Sent(), 1)], epoch=old, now=NOW)
        with pytest.raises(LaneLost):
            uow.deliveries.recover(LANE, epoch=old, now=NOW)


def test_the_moment_before_the_wire_checks_who_claimed_it(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        old = drive(uow)
        (letter,) = claim(uow, old)
        new = drive(uow, "second", NOW + LEASE)
        claim(uow, new, NOW + LEASE)

        assert uow.deliveries.mark_calling([letter.id], epoch=old, now=NOW + LEASE) == []
        assert uow.deliveries.mark_calling([letter.id], epoch=new, now=NOW + LEASE) == [letter.id]


def test_what_a_killed_process_left_comes_back(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.deliveries.add(
            [draft(ann, "reminder", MessageKind.REMINDER), draft(ann, "tip", MessageKind.EDUCATION)], NOW
        )
        old = drive(uow)
        uow.deliveries.mark_calling([letter.id for letter in claim(uow, old)], epoch=old, now=NOW)
        uow.deliveries.add([draft(ann, "leased")], NOW)
        claim(uow, old)
        new = drive(uow, "second", NOW + LEASE)

        assert uow.deliveries.recover(LANE, epoch=new, now=NOW + LEASE) == 3
        assert uow.deliveries.recover(LANE, epoch=new, now=NOW + LEASE) == 0

        assert state_of(uow, "leased")[0] == "queued"
        assert state_of(uow, "reminder") == ("queued", "stopped")
        assert state_of(uow, "tip") == ("unconfirmed", "stopped")
        assert uow.deliveries.counts() == {"queued": 2, "unconfirmed": 1}


def test_reminders_go_to_those_seated_since_before_the_moment_once(database: Database):
    with database.unit_of_work() as uow:
        activity_id = lecture(uow, seats=2).id
        ann, bob, cho = (enrolled(uow, name) for name in ("ann", "bob", "cho"))
        seated = join(uow, ann, activity_id, now=NOW - MINUTE)
        join(uow, bob, activity_id, now=NOW)
        join(uow, cho, activity_id, now=NOW - MINUTE)
        lead = timedelta(hours=2)

        for expected in (1, 0):
            assert (
                uow.deliveries.add_reminders(activity_id, 3, lead, NOW, needed_by=NOON, helps_until=TOMORROW, now=NOW)
                == expected
            )

        (letter,) = claim(uow, drive(uow))
        assert letter.key == reminder_key(seated.id, 0, 3, lead)
        assert (letter.kind, letter.to) == (MessageKind.REMINDER, "ref-ann")
        assert (letter.needed_by, letter.helps_until) == (NOON, TOMORROW)
        assert letter.subject == {"about": "reminder", "activity": activity_id, "sign_up": seated.id}
        assert uow.woken == {LANE}


def test_a_reminder_for_somebody_out_of_reach_is_a_failed_row(database: Database):
    with database.unit_of_work() as uow:
        activity_id = lecture(uow).id
        join(uow, enrolled(uow, "ann"), activity_id, now=NOW - MINUTE)
        uow.people.set_reach(caller("ann"), "gone", NOW + SECOND)

        assert (
            uow.deliveries.add_reminders(activity_id, 0, MINUTE, NOW, needed_by=NOON, helps_until=TOMORROW, now=NOW)
            == 1
        )
        assert uow.deliveries.counts() == {"failed": 1}


def test_what_is_open_about_a_sign_up_or_an_activity_is_taken_back(database: Database):
    with database.unit_of_work() as uow:
        activity_id = lecture(uow).id
        ann, bob = enrolled(uow, "ann"), enrolled(uow, "bob")
        signed = [join(uow, resident, activity_id, now=NOW - MINUTE) for resident in (ann, bob)]
        uow.deliveries.add_reminders(activity_id, 0, MINUTE, NOW, needed_by=NOON, helps_until=TOMORROW, now=NOW)

        assert uow.deliveries.withdraw_for_sign_up(signed[0].id, NOW) == 1
        assert uow.deliveries.withdraw_for_activity(activity_id, ("moved", "reminder"), NOW) == 1
        assert uow.deliveries.counts() == {"withdrawn": 2}


def test_what_waited_for_a_persons_next_word_is_due_now_and_wakes_the_lane(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a"), draft(enrolled(uow, "bob"), "b")], NOW)
        for letter in claim(uow, drive(uow)):
            uow.deliveries.settle(letter.id, DeliveryState.PARKED, "window_closed", NOW)
        uow.woken.clear()

        assert uow.deliveries.unpark(caller("ann"), NOW + MINUTE) == 1
        assert uow.deliveries.unpark(caller("ann"), NOW + MINUTE) == 0

        assert (state_of(uow, "a")[0], state_of(uow, "b")[0]) == ("queued", "parked")
        assert uow.woken == {LANE}


def test_who_could_not_be_reached_by_our_clock_is_back_when_a_slower_one_says_so(database: Database):
    with database.unit_of_work() as uow:
        uow.deliveries.add([draft(enrolled(uow, "ann"), "a")], NOW)
        call(uow, Unreachable(), drive(uow))

        uow.people.set_reach(caller("ann"), "reachable", NOW - timedelta(hours=1))

        assert uow.connection.exec_driver_sql("SELECT reach FROM address").scalar_one() == "reachable"
