"""What holds of the one decision for everybody, every message, every door and every zone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from outreach.domain.may_send import BY_AUDIENCE, Door, Later, No, Now, Recipient, Subject, Why, may_send
from outreach.domain.messages import MessageKind
from outreach.domain.people import Audience, Purpose
from outreach.domain.quiet_days import MORNING_AFTER, Almanac, QuietDays
from outreach.domain.times import QuietHours

K = MessageKind
SECOND = timedelta(seconds=1)
ANSWERS = [K.SAFETY, K.REPLY]
ZONES = [
    "Asia/Shanghai", "Europe/Berlin", "America/New_York", "America/Santiago", "Asia/Beirut", "Australia/Lord_Howe",
    "Antarctica/Troll", "Pacific/Kiritimati",
]  # fmt: skip
# Most moments lie around the nights in which some of these zones change their clocks.
CHANGES = [
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2027, 3, 28, 1, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2027, 3, 14, 7, tzinfo=UTC),
    datetime(2027, 4, 4, 3, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
]
MOMENTS = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes), st.sampled_from(CHANGES), st.integers(-3000, 3000)
)
CLOCKS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
LENGTHS = st.integers(1, 80).map(lambda quarters: timedelta(minutes=15 * quarters))  # at least four hours are loud
HOURS = st.builds(
    lambda begins, length: QuietHours(begins, (datetime.combine(date(2027, 1, 1), begins) + length).time()),
    CLOCKS,
    LENGTHS,
)
TAGS = st.frozensets(st.sampled_from(["general", "elderly", "youth", "bereaved"]), max_size=3)
TOPICS = st.frozensets(st.sampled_from(["grief", "exam", "sleep"]), max_size=2)
DAYS = st.builds(
    lambda first, length, kinds, audiences, topics: QuietDays(
        "a day", first, first + timedelta(days=length), kinds, audiences, topics
    ),
    MOMENTS.map(lambda moment: moment.date()),
    st.integers(0, 3),
    st.frozensets(st.sampled_from(K), min_size=1),
    st.frozensets(st.sampled_from(["elderly", "youth"]), max_size=1),
    st.frozensets(st.sampled_from(["grief", "exam"]), max_size=1),
)
PEOPLE = st.builds(
    Recipient,
    consents=st.frozensets(st.sampled_from(Purpose), min_size=2),
    audiences=TAGS,
    quiet=st.none() | HOURS,
    zone=st.sampled_from(ZONES).map(ZoneInfo),
    muted_kinds=st.frozensets(st.sampled_from(K), max_size=1),
    muted_regions=st.frozensets(st.integers(1, 4), max_size=1),
    weekly_cap=st.none() | st.integers(0, 3),
    told=st.lists(MOMENTS, max_size=5).map(tuple),
    topics=TOPICS,
    quiet_days=st.lists(DAYS, max_size=3).map(tuple),
)
SUBJECTS = st.builds(
    Subject,
    kind=st.sampled_from(K),
    audience=TAGS.map(Audience),
    region_lineage=st.frozensets(st.integers(1, 4), max_size=2),
    helps_until=st.none() | MOMENTS,
    needed_by=st.none() | MOMENTS,
    topics=TOPICS,
    restricted_to=st.none() | TAGS,
)
DOORS = st.builds(
    Door,
    may_push=st.sampled_from([True, True, True, False]),
    last_word=st.none() | MOMENTS,
    reply_window=st.none() | st.just(timedelta(hours=48)),
    quota_left=st.none() | st.integers(0, 5),
    reserved=st.integers(0, 2),
    public=st.booleans(),
)
NEWS = st.sampled_from(sorted(BY_AUDIENCE)).map(Subject)
OPEN = st.builds(Door, quota_left=st.integers(0, 4), reserved=st.integers(0, 3))
EAGER: Mapping[str, object] = {
    "consents": frozenset(Purpose), "muted_kinds": frozenset(), "weekly_cap": None, "topics": frozenset(),
}  # fmt: skip


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_later_is_never_in_the_past_nor_of_no_use(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if isinstance(decision, Later):
        assert decision.at > now
        assert subject.helps_until is None or decision.at < subject.helps_until


@settings(max_examples=300)
@given(PEOPLE, NEWS, st.none() | MOMENTS, MOMENTS)
def test_what_waits_for_day_and_night_goes_when_it_is_asked_for_again(person, subject, until, now):
    eager, subject = replace(person, **EAGER), replace(subject, helps_until=until)
    decision = may_send(eager, subject, Door(), now)

    if isinstance(decision, Later):
        assert may_send(eager, subject, Door(), decision.at) == Now()
        # Where the clocks skip the end of the night, it ends by the clock that was left.
        if person.quiet is None or decision.at.astimezone(person.zone).time() in {person.quiet.ends, MORNING_AFTER}:
            assert may_send(eager, subject, Door(), decision.at - SECOND) != Now()


@given(PEOPLE, SUBJECTS, MOMENTS)
def test_what_waits_for_its_share_has_it_when_it_is_asked_for_again(person, subject, now):
    decision = may_send(person, subject, Door(), now)
    without = may_send(replace(person, weekly_cap=None), subject, Door(), now)

    if isinstance(decision, Later) and decision != without:
        rested = replace(person, quiet=None, quiet_days=())
        assert may_send(rested, subject, Door(), decision.at) == Now()


@given(PEOPLE, SUBJECTS, DOORS, st.sampled_from(ANSWERS), MOMENTS)
def test_an_answer_is_held_up_by_nothing_that_somebody_set(person, subject, door, kind, now):
    plain = Recipient(frozenset(), frozenset(), None, person.zone)

    decision = may_send(person, replace(subject, kind=kind), door, now)

    assert decision == may_send(plain, Subject(kind, helps_until=subject.helps_until), door, now)
    assert not isinstance(decision, Later)


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_quiet_days_hold_up_nothing_but_announcements_and_tips(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if subject.kind not in BY_AUDIENCE:
        assert decision == may_send(replace(person, quiet_days=()), subject, door, now)


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_on_a_quiet_day_no_news_goes_that_it_holds_up(person, subject, door, now):
    if may_send(person, subject, door, now) == Now() and subject.kind in BY_AUDIENCE:
        held = [day for day in person.quiet_days if day.hold_up(subject.kind, subject.topics, person.audiences)]
        assert [day for day in held if day.end_after(now, person.zone) is not None] == []


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_what_is_restricted_reaches_the_circle_alone_and_no_door_with_others(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if not isinstance(decision, No) and subject.restricted_to is not None and subject.kind not in ANSWERS:
        assert not door.public
        assert subject.kind not in BY_AUDIENCE or subject.restricted_to & person.audiences


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_agreeing_to_more_closes_nothing(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if not isinstance(decision, No):
        assert may_send(replace(person, consents=frozenset(Purpose)), subject, door, now) == decision


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_the_order_of_what_was_told_and_of_the_days_does_not_matter(person, subject, door, now):
    turned = replace(person, told=person.told[::-1], quiet_days=person.quiet_days[::-1])

    assert may_send(turned, subject, door, now) == may_send(person, subject, door, now)


@given(PEOPLE, SUBJECTS, DOORS, st.integers(1, 3), MOMENTS)
def test_more_slots_and_fewer_kept_close_nothing(person, subject, door, more, now):
    decision = may_send(person, subject, door, now)
    wider = replace(door, quota_left=(door.quota_left or 0) + more) if door.quota_left is not None else door

    if not isinstance(decision, No):
        assert may_send(person, subject, wider, now) == decision
        assert may_send(person, subject, replace(door, reserved=0), now) == decision


@given(PEOPLE, st.sampled_from(K).map(Subject), OPEN, MOMENTS)
def test_news_leaves_what_is_kept_and_all_else_takes_the_last(person, subject, door, now):
    eager = replace(person, **EAGER, quiet=None, quiet_days=())
    kept = door.reserved if subject.kind in BY_AUDIENCE else 0

    decision = may_send(eager, subject, door, now)

    assert door.quota_left is not None
    assert decision == (Now() if door.quota_left > kept else No(Why.QUOTA_USED))


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_a_used_quota_says_so_unless_something_before_it_says_no(person, subject, door, now):
    uncounted = may_send(person, subject, replace(door, quota_left=None), now)
    used = may_send(person, subject, replace(door, quota_left=0), now)

    comes_after = uncounted in {No(Why.CAPPED), No(Why.QUIET_DAY)} or not isinstance(uncounted, No)
    assert used == (No(Why.QUOTA_USED) if comes_after else uncounted)


@settings(max_examples=400)
@given(HOURS, st.sampled_from(ZONES).map(ZoneInfo), MOMENTS)
def test_a_quiet_window_holds_the_moment_that_it_was_asked_for(quiet, zone, now):
    window = quiet.window_around(now, zone)

    assert (window is not None) == quiet.covers(now.astimezone(zone).time())
    if window is not None:
        begins, ends = window
        assert begins <= now < ends <= now + timedelta(days=1, hours=2)
        assert quiet.window_around(ends, zone) is None


@given(DAYS, st.sampled_from(ZONES).map(ZoneInfo), MOMENTS)
def test_the_almanac_finds_every_day_that_holds_the_moment(days, zone, now):
    far = replace(days, first=date(2020, 1, 1), last=date(2020, 1, 1))

    near = Almanac((far, days)).near(now)

    assert far not in near
    if days.end_after(now, zone) is not None or days.end_after(now + timedelta(days=1), zone) is not None:
        assert near == (days,)
