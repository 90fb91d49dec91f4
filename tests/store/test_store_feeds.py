"""What calendar feeds are made of: a count that notices every change, marks, and secret addresses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from store_town import MINUTE, NOW, caller, enrolled, join, lecture

from outreach.domain.ids import ActivityId
from outreach.services.cards_feeds import FeedKind, FeedWish
from outreach.services.cards_planning import plan_of
from outreach.store import Database
from outreach.store.unit_of_work import SqlUnitOfWork

SINCE = NOW - timedelta(days=30)
WISH = FeedWish(SINCE)


def describe(uow: SqlUnitOfWork, activity_id: ActivityId, **changes: object) -> None:
    plan = replace(plan_of(uow.activities.card(activity_id)), **changes)
    uow.activities.describe(activity_id, plan, NOW + MINUTE)


def call_off(uow: SqlUnitOfWork, activity_id: ActivityId) -> None:
    activity = uow.activities.locked(activity_id)
    activity.call_off(NOW)
    uow.activities.save(activity, NOW)


@pytest.mark.parametrize(
    "change",
    [
        lambda uow, _: lecture(uow),
        lambda uow, one: describe(uow, one, title="Sleep better"),
        lambda uow, one: describe(uow, one, summary="Bring water"),
        lambda uow, one: describe(uow, one, audience=frozenset({"parent"})),
        lambda uow, one: describe(uow, one, restricted=True),
        lambda uow, one: call_off(uow, one),
        lambda uow, one: uow.feeds.set_topics(one, frozenset({"sleep"}), NOW),
    ],
    ids=["added", "title", "summary", "audience", "restricted", "called off", "topics"],
)
def test_every_change_that_a_feed_shows_is_seen_in_its_state(
    database: Database, change: Callable[[SqlUnitOfWork, ActivityId], None]
):
    with database.unit_of_work() as uow:
        one = lecture(uow).id
        before = uow.feeds.state(SINCE)

        change(uow, one)

        assert uow.feeds.state(SINCE) != before


def test_what_no_calendar_shows_is_no_change(database: Database):
    with database.unit_of_work() as uow:
        one = lecture(uow).id
        before, marks = uow.feeds.state(SINCE), uow.feeds.marks(WISH, 10)

        join(uow, enrolled(uow, "ann"), one)
        describe(uow, one, seats=99, host_id=7)

        assert uow.feeds.state(SINCE) == before
        assert uow.feeds.marks(WISH, 10) == marks


def test_a_feed_holds_what_everybody_may_see_and_what_was_called_off_lately(database: Database):
    with database.unit_of_work() as uow:
        shown, off, _draft, _closed = (
            lecture(uow),
            lecture(uow),
            lecture(uow, draft=True),
            lecture(uow, restricted=True),
        )
        call_off(uow, off.id)

        found = [mark.activity_id for mark in uow.feeds.marks(WISH, 10)]
        later = [mark.activity_id for mark in uow.feeds.marks(FeedWish(NOW + MINUTE), 10)]

    assert found == [shown.id, off.id]
    assert later == [shown.id]


def test_a_feed_keeps_to_its_region_its_audience_and_its_topic(database: Database):
    with database.unit_of_work() as uow:
        elsewhere = uow.regions.add("east", "East", uow.regions.root())
        one, other = lecture(uow), lecture(uow)
        describe(uow, one.id, audience=frozenset({"parent"}))
        uow.feeds.set_topics(other.id, frozenset({"sleep", "stress"}), NOW)

        def held(**narrower: object) -> list[ActivityId]:
            return [mark.activity_id for mark in uow.feeds.marks(replace(WISH, **narrower), 10)]

        assert held(region_path=elsewhere.path) == []
        assert held(region_path=uow.regions.root().path) == [one.id, other.id]
        assert held(audience=frozenset({"elderly"})) == [other.id]  # it is for everybody
        assert held(audience=frozenset({"parent"})) == [one.id, other.id]
        assert held(topics=frozenset({"sleep"})) == [other.id]
        assert held(topics=frozenset({"sle"})) == []
        assert uow.feeds.topics(other.id) == {"sleep", "stress"}
        assert uow.feeds.topics(one.id) == frozenset()


def test_a_card_bears_the_mark_of_its_state_and_the_moment_of_its_last_change(database: Database):
    with database.unit_of_work() as uow:
        plain, worded = lecture(uow), lecture(uow)
        describe(uow, worded.id, title="Sleep better")
        describe(uow, worded.id, title="Sleep best")

        cards = {found.card.id: found for found in uow.feeds.cards([plain.id, worded.id])}

        assert [cards[one].mark.edition for one in (plain.id, worded.id)] == [0, 2]
        assert [cards[one].changed_at for one in (plain.id, worded.id)] == [NOW, NOW + MINUTE]
        assert {found.mark for found in cards.values()} == set(uow.feeds.marks(WISH, 10))


def test_more_activities_than_go_into_one_statement_are_found_all_the_same(database: Database):
    with database.unit_of_work() as uow:
        one = lecture(uow).id

        found = uow.feeds.cards([ActivityId(number) for number in range(10_000, 8_000, -1)] + [one])

    assert [card.card.id for card in found] == [one]


def test_an_address_opens_its_feed_until_it_is_revoked(database: Database):
    with database.unit_of_work() as uow:
        uow.feeds.add_token(FeedKind.PERSON, 7, b"salt", b"digest", NOW)
        uow.feeds.add_token(FeedKind.LEADER, 7, b"other salt", b"other digest", NOW)

        assert uow.feeds.owner(FeedKind.PERSON, b"digest") == 7
        assert uow.feeds.owner(FeedKind.LEADER, b"digest") is None
        assert uow.feeds.owner(FeedKind.PERSON, b"another") is None
        assert uow.feeds.revoke(FeedKind.PERSON, 7) == 1
        assert uow.feeds.owner(FeedKind.PERSON, b"digest") is None
        assert uow.feeds.token(FeedKind.PERSON, 7) is None
        assert uow.feeds.owner(FeedKind.LEADER, b"other digest") == 7


def test_somebody_whose_two_chats_became_one_keeps_both_addresses(database: Database):
    with database.unit_of_work() as uow:
        ann, other = enrolled(uow, "ann"), enrolled(uow, "ann-too")
        uow.feeds.add_token(FeedKind.PERSON, ann, b"one", b"first", NOW)
        uow.feeds.add_token(FeedKind.PERSON, other, b"two", b"second", NOW)

        uow.people.take_in(ann, other)

        assert [uow.feeds.owner(FeedKind.PERSON, digest) for digest in (b"first", b"second")] == [ann, ann]
        token = uow.feeds.token(FeedKind.PERSON, ann)
        assert token is not None
        assert token.salt == b"one"


def test_who_is_forgotten_has_no_address_any_more(database: Database):
    with database.unit_of_work() as uow:
        ann = enrolled(uow, "ann")
        uow.feeds.add_token(FeedKind.PERSON, ann, b"one", b"first", NOW)

        uow.people.erase(ann, NOW)

        assert uow.people.at(caller("ann")).resident_id is None
        assert uow.feeds.owner(FeedKind.PERSON, b"first") is None
