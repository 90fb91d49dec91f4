"""What WeChat still lets through to somebody: opened by them, used up by us, with a place kept for the reminder."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import product

from services_town import ABLE, NOTICE, PASSIVE, PUSH, RULE, Town

from outreach.domain.messages import (
    Act,
    Allowance,
    Language,
    Message,
    MessageKind,
    Outcome,
    Outgoing,
    Parked,
    Sent,
    Unconfirmed,
)
from outreach.domain.people import Purpose
from outreach.domain.windows import PushWindow, takes_the_place
from outreach.services import dispatch, intake, people, reminders
from outreach.services.cards import Caller
from outreach.services.cards_ledger import Draft
from outreach.services.dispatch import Outlet
from outreach.services.intake import Counter
from outreach.services.people import Arrival

HOUR = timedelta(hours=1)
RULES = {Act.MESSAGE: Allowance(5, 48 * HOUR), Act.CLICK: Allowance(3, timedelta(minutes=1))}
COUNTED = replace(ABLE, reply_window=48 * HOUR, allowances=RULES)
NEWS = (Outgoing(MessageKind.ANNOUNCEMENT, "News."),)
ANN = Caller(PUSH, "ann")
SENT = Sent()


def arrive(town: Town) -> None:
    """Ann agrees to everything, with a word."""
    with town.database.unit_of_work() as uow:
        purposes = (Purpose.TAKE_PART, Purpose.NEWS)
        person = people.agree(uow, ANN, purposes, NOTICE, Arrival(Language.EN), town.now)
        assert person.resident_id is not None
        town.residents["ann"] = person.resident_id
    writes(town)


def writes(town: Town) -> None:
    counter = Counter(PUSH, COUNTED, lambda *_: (), lambda *_: None, town.desk)
    with town.database.unit_of_work() as uow:
        intake.take(uow, counter, Message(f"m{town.now}", "ann", "hello", town.now), town.now)


def announce(town: Town, number: int) -> None:
    drafts = [
        Draft(MessageKind.ANNOUNCEMENT, f"news:{each}:{town.now}", town.residents["ann"], town.now, {}, body=NEWS)
        for each in range(number)
    ]
    with town.database.unit_of_work() as uow:
        uow.deliveries.add(drafts, town.now)


def send(town: Town, outcome: Outcome = SENT) -> list[MessageKind]:
    """The kinds of what goes on the wire in one batch, each of which comes to *outcome*."""
    outlet = Outlet(PUSH, COUNTED, town.desk, None)
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(PUSH, "wechat", "test", town.now, timedelta(seconds=30))
        ready = dispatch.exchange(uow, outlet, (), epoch=epoch, limit=100, now=town.now).ready
    with town.database.unit_of_work() as uow:
        results = [(one.letter, outcome, len(one.parts) * isinstance(outcome, Sent)) for one in ready]
        dispatch.exchange(uow, outlet, results, epoch=epoch, limit=0, now=town.now)
    return [one.letter.kind for one in ready]


def states(town: Town) -> dict[str, int]:
    with town.database.reading() as uow:
        return dict(uow.deliveries.counts())


def test_five_go_after_a_word_and_the_rest_when_they_write_again(town: Town):
    arrive(town)
    announce(town, 8)

    assert len(send(town)) == 5  # in one batch, in which nothing is recorded yet
    assert send(town) == []
    assert states(town) == {"sent": 5, "parked": 3}
    town.later(hours=1)
    writes(town)

    assert len(send(town)) == 3


def test_what_went_in_an_earlier_batch_counts(town: Town):
    arrive(town)
    for _ in range(3):
        announce(town, 2)
        send(town)
        town.later(minutes=1)

    assert states(town) == {"sent": 5, "parked": 1}


def test_nothing_goes_when_the_hours_are_over(town: Town):
    arrive(town)
    town.later(hours=48)
    announce(town, 1)

    assert send(town) == []
    assert states(town) == {"parked": 1}


def test_what_may_have_gone_counts(town: Town):
    arrive(town)
    announce(town, 1)
    send(town, Unconfirmed("timeout"))
    announce(town, 5)

    assert len(send(town)) == 4


def test_what_the_platform_says_ends_the_window(town: Town):
    arrive(town)
    announce(town, 1)
    send(town, Parked("quota_used"))
    announce(town, 1)

    assert send(town) == []


def test_news_leaves_a_place_for_the_reminder_that_falls_within_the_window(town: Town):
    arrive(town)
    town.join("ann", town.plan(starts_at=town.now + 40 * HOUR).id)
    assert send(town) == [MessageKind.CONFIRMATION]
    announce(town, 6)

    assert len(send(town)) == 3  # of the four that are left
    town.later(hours=17)
    with town.database.unit_of_work() as uow:
        reminders.queue_due(uow, RULE, town.now)

    assert send(town) == [MessageKind.REMINDER]


def test_news_keeps_nothing_for_a_reminder_that_comes_after_the_window(town: Town):
    arrive(town)
    town.join("ann", town.plan(starts_at=town.now + 100 * HOUR).id)
    send(town)
    announce(town, 6)

    assert len(send(town)) == 4


def test_a_kind_with_a_template_needs_no_window(town: Town):
    arrive(town)
    announce(town, 5)
    send(town)
    town.join("ann", town.plan(starts_at=town.now + 40 * HOUR).id)
    able = replace(COUNTED, any_time=frozenset({MessageKind.CONFIRMATION}))
    outlet = Outlet(PUSH, able, town.desk, None)
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(PUSH, "wechat", "test", town.now, timedelta(seconds=30))
        ready = dispatch.exchange(uow, outlet, (), epoch=epoch, limit=100, now=town.now).ready

    assert [part.as_template for one in ready for part in one.parts] == [True]


def test_what_was_in_the_air_when_we_stopped_counts(town: Town):
    arrive(town)
    announce(town, 1)
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(PUSH, "wechat", "test", town.now, timedelta(seconds=30))
        outlet = Outlet(PUSH, COUNTED, town.desk, None)
        dispatch.exchange(uow, outlet, (), epoch=epoch, limit=100, now=town.now)
    with town.database.unit_of_work() as uow:
        uow.deliveries.recover(PUSH, epoch=epoch, now=town.now)
    announce(town, 6)

    assert len(send(town)) == 4


def test_the_store_keeps_the_window_that_the_domain_would(town: Town):
    arrive(town)
    windows = [
        PushWindow(town.now + until * HOUR, left, act)
        for until, left, act in product((-1, 1, 40), (0, 2), (Act.MESSAGE, Act.CLICK))
    ]

    for old, new in product(windows, windows):
        with town.database.unit_of_work() as uow:
            long_ago = town.now - 1000 * HOUR
            uow.windows.opened(ANN, PushWindow(long_ago, 0, Act.MESSAGE), town.now + 10_000 * HOUR)
            assert uow.windows.opened(ANN, old, town.now)
            assert uow.windows.opened(ANN, new, town.now) is takes_the_place(new, old, town.now)


def test_what_a_closed_window_keeps_from_them_goes_by_another_channel_of_theirs(town: Town):
    arrive(town)
    announce(town, 1)
    elsewhere = frozenset({PASSIVE})
    with town.database.unit_of_work() as uow:
        uow.people.add_door(town.residents["ann"], Caller(PASSIVE, "ann-elsewhere"), town.now - HOUR, town.now)
    town.later(hours=72)

    assert _taken(town, Outlet(PUSH, COUNTED, town.desk, None, elsewhere=elsewhere)) == []
    assert _taken(town, Outlet(PASSIVE, ABLE, town.desk, None)) == ["ann-elsewhere"]


def test_without_another_channel_that_can_be_reached_it_waits(town: Town):
    arrive(town)
    announce(town, 1)
    elsewhere = frozenset({PASSIVE})
    town.later(hours=72)

    assert _taken(town, Outlet(PUSH, COUNTED, town.desk, None, elsewhere=elsewhere)) == []
    assert states(town) == {"parked": 1}


def _taken(town: Town, outlet: Outlet) -> list[str]:
    """The addresses of what goes on the wire."""
    with town.database.unit_of_work() as uow:
        epoch = uow.lanes.take(outlet.lane, "wechat", "test", town.now, timedelta(seconds=30))
        ready = dispatch.exchange(uow, outlet, (), epoch=epoch, limit=100, now=town.now).ready
    return [one.letter.to for one in ready]
