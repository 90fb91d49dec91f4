"""The one decision, as a table: who, what, through which door, when; and what must hold for all of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from domain_scene import MOMENTS
from hypothesis import given
from hypothesis import strategies as st

from outreach.domain.may_send import Door, Later, No, Now, Recipient, Subject, Why, may_send
from outreach.domain.messages import MessageKind
from outreach.domain.people import Audience, Purpose
from outreach.domain.reminders import STILL_USEFUL, reminder_moment
from outreach.domain.times import QuietHours

SHANGHAI = ZoneInfo("Asia/Shanghai")
NIGHT_HOURS = QuietHours(time(21, 30), time(7, 30))
DAY = datetime(2026, 11, 23, 10, tzinfo=SHANGHAI)
NIGHT = datetime(2026, 11, 23, 23, tzinfo=SHANGHAI)
MORNING = datetime(2026, 11, 24, 7, 30, tzinfo=SHANGHAI)
EVERYTHING = frozenset(Purpose)
K, W = MessageKind, Why

ANN = Recipient(EVERYTHING, frozenset({"elderly"}), NIGHT_HOURS, SHANGHAI)
NO_QUIET = replace(ANN, quiet=None)
STRANGER = replace(ANN, consents=frozenset())
GONE = replace(ANN, reachable=False)
OPEN = Door()
PULL_ONLY = Door(may_push=False)
TWO_DAYS = timedelta(hours=48)


def wrote(ago: timedelta | None) -> Door:
    """A door that is open for 48 hours after the person's last word, *ago* before 10:00."""
    return Door(last_word=None if ago is None else DAY - ago, reply_window=TWO_DAYS)


def allows(*purposes: Purpose) -> Recipient:
    """Ann, having agreed to *purposes* alone."""
    return replace(ANN, consents=frozenset(purposes))


def mutes(*kinds: MessageKind, regions: frozenset[int] = frozenset()) -> Recipient:
    """Ann, having muted *kinds* and *regions*."""
    return replace(ANN, muted_kinds=frozenset(kinds), muted_regions=regions)


def had(*days_ago: float, cap: int | None = 2, quiet: QuietHours | None = None) -> Recipient:
    """Ann, who got something so many days before 10:00, and gets at most *cap* a week."""
    told = tuple(DAY - timedelta(days=days) for days in days_ago)
    return replace(ANN, weekly_cap=cap, told=told, quiet=quiet)


def about(
    kind: MessageKind,
    *tags: str,
    region: frozenset[int] = frozenset(),
    until: datetime | None = None,
    by: datetime | None = None,
) -> Subject:
    """A message of *kind*, for *tags* (default: everybody)."""
    return Subject(kind, Audience(frozenset(tags or {"general"})), region, until, by)


TABLE = [
    # by day, everything allowed: everything goes
    *[(ANN, about(kind), OPEN, DAY, Now()) for kind in K],
    # a person who is not reachable gets nothing at all, answers included
    *[(GONE, about(kind), OPEN, DAY, No(W.UNREACHABLE)) for kind in K],
    # without consent: answers and safety only
    *[(STRANGER, about(kind), OPEN, DAY, Now() if kind in {K.SAFETY, K.REPLY} else No(W.NO_CONSENT)) for kind in K],
    # each purpose opens its own kinds and no other
    (allows(Purpose.TAKE_PART), about(K.CONFIRMATION), OPEN, DAY, Now()),
    (allows(Purpose.TAKE_PART), about(K.CHANGE), OPEN, DAY, Now()),
    (allows(Purpose.TAKE_PART), about(K.REMINDER), OPEN, DAY, Now()),
    (allows(Purpose.TAKE_PART), about(K.ANNOUNCEMENT), OPEN, DAY, No(W.NO_CONSENT)),
    (allows(Purpose.TAKE_PART), about(K.EDUCATION), OPEN, DAY, No(W.NO_CONSENT)),
    (allows(Purpose.TIPS), about(K.EDUCATION), OPEN, DAY, Now()),
    (allows(Purpose.TIPS), about(K.ANNOUNCEMENT), OPEN, DAY, No(W.NO_CONSENT)),
    (allows(Purpose.TIPS), about(K.REMINDER), OPEN, DAY, No(W.NO_CONSENT)),
    (allows(Purpose.NEWS), about(K.ANNOUNCEMENT), OPEN, DAY, Now()),
    (allows(Purpose.NEWS), about(K.EDUCATION), OPEN, DAY, No(W.NO_CONSENT)),
    (allows(Purpose.NEWS), about(K.CONFIRMATION), OPEN, DAY, No(W.NO_CONSENT)),
    # muting a kind ends that kind, never an answer
    *[(mutes(*K), about(kind), OPEN, DAY, Now() if kind in {K.SAFETY, K.REPLY} else No(W.MUTED)) for kind in K],
    (mutes(K.EDUCATION, K.ANNOUNCEMENT), about(K.REMINDER), OPEN, DAY, Now()),
    # muting a region ends what comes from it and from below it
    (mutes(regions=frozenset({4})), about(K.ANNOUNCEMENT, region=frozenset({1, 4, 9})), OPEN, DAY, No(W.MUTED)),
    (mutes(regions=frozenset({4})), about(K.ANNOUNCEMENT, region=frozenset({1, 5})), OPEN, DAY, Now()),
    (mutes(regions=frozenset({4})), about(K.REMINDER, region=frozenset({1, 4})), OPEN, DAY, No(W.MUTED)),
    (mutes(regions=frozenset({4})), about(K.REPLY, region=frozenset({1, 4})), OPEN, DAY, Now()),
    # audiences: what one chose, and what is for everybody
    (ANN, about(K.EDUCATION, "elderly"), OPEN, DAY, Now()),
    (ANN, about(K.EDUCATION, "youth"), OPEN, DAY, No(W.NOT_FOR_THEM)),
    (ANN, about(K.EDUCATION, "youth", "elderly"), OPEN, DAY, Now()),
    (ANN, about(K.EDUCATION, "youth", "general"), OPEN, DAY, Now()),
    (ANN, about(K.ANNOUNCEMENT, "youth"), OPEN, DAY, No(W.NOT_FOR_THEM)),
    (replace(ANN, audiences=frozenset()), about(K.EDUCATION, "elderly"), OPEN, DAY, No(W.NOT_FOR_THEM)),
    (replace(ANN, audiences=frozenset()), about(K.EDUCATION, "general"), OPEN, DAY, Now()),
    # ... but what one joined is one's own, whomever it was meant for
    (ANN, about(K.REMINDER, "youth"), OPEN, DAY, Now()),
    (ANN, about(K.CHANGE, "youth"), OPEN, DAY, Now()),
    (ANN, about(K.CONFIRMATION, "youth"), OPEN, DAY, Now()),
    # at night: what can wait waits for the morning
    *[(ANN, about(kind), OPEN, NIGHT, Later(MORNING)) for kind in (K.CHANGE, K.REMINDER, K.ANNOUNCEMENT, K.EDUCATION)],
    *[(ANN, about(kind), OPEN, NIGHT, Now()) for kind in (K.SAFETY, K.REPLY, K.CONFIRMATION)],
    *[(NO_QUIET, about(kind), OPEN, NIGHT, Now()) for kind in K],
    (ANN, about(K.EDUCATION), OPEN, MORNING, Now()),
    (ANN, about(K.EDUCATION), OPEN, MORNING - timedelta(seconds=1), Later(MORNING)),
    # ... unless waiting means never: a late message is the lesser harm
    (ANN, about(K.CHANGE, until=MORNING - timedelta(hours=1)), OPEN, NIGHT, Now()),
    (ANN, about(K.REMINDER, until=MORNING), OPEN, NIGHT, Now()),
    (ANN, about(K.REMINDER, until=MORNING + timedelta(seconds=1)), OPEN, NIGHT, Later(MORNING)),
    # ... or too late to act on it
    (ANN, about(K.CHANGE, by=MORNING - timedelta(seconds=1)), OPEN, NIGHT, Now()),
    (ANN, about(K.CHANGE, by=MORNING), OPEN, NIGHT, Later(MORNING)),
    (ANN, about(K.CHANGE, by=NIGHT - timedelta(hours=1)), OPEN, NIGHT, Now()),
    (ANN, about(K.REMINDER, until=MORNING + timedelta(hours=1), by=MORNING - timedelta(hours=1)), OPEN, NIGHT, Now()),
    # what is needed soon is still not sent through a closed door, against their will, or when it is over
    (ANN, about(K.CHANGE, by=NIGHT), PULL_ONLY, NIGHT, No(W.WINDOW_CLOSED)),
    (mutes(K.CHANGE), about(K.CHANGE, by=NIGHT), OPEN, NIGHT, No(W.MUTED)),
    (ANN, about(K.CHANGE, until=NIGHT, by=NIGHT), OPEN, NIGHT, No(W.TOO_LATE)),
    # what can no longer help is not sent
    (ANN, about(K.REMINDER, until=DAY), OPEN, DAY, No(W.TOO_LATE)),
    (ANN, about(K.REMINDER, until=DAY + timedelta(seconds=1)), OPEN, DAY, Now()),
    (ANN, about(K.REPLY, until=DAY - timedelta(days=1)), OPEN, DAY, No(W.TOO_LATE)),
    (GONE, about(K.REMINDER, until=DAY), OPEN, DAY, No(W.UNREACHABLE)),
    # doors: no push, and windows that a person's word opens
    *[(ANN, about(kind), PULL_ONLY, DAY, No(W.WINDOW_CLOSED)) for kind in K],
    (ANN, about(K.REMINDER), wrote(None), DAY, No(W.WINDOW_CLOSED)),
    (ANN, about(K.REMINDER), wrote(timedelta(0)), DAY, Now()),
    (ANN, about(K.REMINDER), wrote(TWO_DAYS - timedelta(seconds=1)), DAY, Now()),
    (ANN, about(K.REMINDER), wrote(TWO_DAYS), DAY, No(W.WINDOW_CLOSED)),
    (ANN, about(K.SAFETY), wrote(TWO_DAYS), DAY, No(W.WINDOW_CLOSED)),
    # the week's share: what is beyond it waits until the oldest falls out of the week
    (had(1), about(K.ANNOUNCEMENT), OPEN, DAY, Now()),
    (had(1, 2), about(K.ANNOUNCEMENT), OPEN, DAY, Later(DAY + timedelta(days=5))),
    (had(2, 1), about(K.EDUCATION), OPEN, DAY, Later(DAY + timedelta(days=5))),
    (had(1, 2, 6), about(K.ANNOUNCEMENT), OPEN, DAY, Later(DAY + timedelta(days=5))),
    (had(1, 7), about(K.ANNOUNCEMENT), OPEN, DAY, Now()),
    (had(1, 6.99), about(K.ANNOUNCEMENT), OPEN, DAY, Later(DAY + timedelta(days=0.01))),
    (had(1, 2, 3, cap=None), about(K.ANNOUNCEMENT), OPEN, DAY, Now()),
    # ... or is left out, if it would be of no use by then, or if they get none at all
    (had(1, 2), about(K.ANNOUNCEMENT, until=DAY + timedelta(days=5)), OPEN, DAY, No(W.CAPPED)),
    (had(1, 2), about(K.ANNOUNCEMENT, until=DAY + timedelta(days=5.01)), OPEN, DAY, Later(DAY + timedelta(days=5))),
    (had(cap=0), about(K.ANNOUNCEMENT), OPEN, DAY, No(W.CAPPED)),
    (had(1, cap=0), about(K.EDUCATION), OPEN, DAY, No(W.CAPPED)),
    # ... what one joined, asked, or needs is not counted
    *[(had(1, 2, cap=0), about(kind), OPEN, DAY, Now()) for kind in K if kind not in {K.ANNOUNCEMENT, K.EDUCATION}],
    # ... what the person said, and the door, come before it; the night after it
    (replace(had(1, 2), audiences=frozenset()), about(K.EDUCATION, "youth"), OPEN, DAY, No(W.NOT_FOR_THEM)),
    (had(1, 2), about(K.ANNOUNCEMENT), PULL_ONLY, DAY, No(W.WINDOW_CLOSED)),
    (had(1, quiet=NIGHT_HOURS), about(K.ANNOUNCEMENT), OPEN, NIGHT, Later(MORNING)),
    (had(1, 2, quiet=NIGHT_HOURS), about(K.ANNOUNCEMENT), OPEN, NIGHT, Later(DAY + timedelta(days=5))),
    # the reasons have an order: what the person said comes before what the door allows
    (STRANGER, about(K.EDUCATION), PULL_ONLY, DAY, No(W.NO_CONSENT)),
    (mutes(K.EDUCATION), about(K.EDUCATION, "youth"), PULL_ONLY, DAY, No(W.MUTED)),
    (ANN, about(K.EDUCATION), PULL_ONLY, NIGHT, No(W.WINDOW_CLOSED)),
]


@pytest.mark.parametrize(("person", "subject", "door", "now", "decision"), TABLE)
def test_one_row_of_the_table(person, subject, door, now, decision):
    assert may_send(person, subject, door, now) == decision


def test_the_table_is_long_enough_to_be_trusted():
    assert len(TABLE) >= 60


TAGS = st.frozensets(st.sampled_from(["general", "elderly", "youth", "parent"]))
REGIONS = st.frozensets(st.integers(1, 4))
KINDS = st.frozensets(st.sampled_from(K))
PEOPLE = st.builds(
    Recipient,
    consents=st.frozensets(st.sampled_from(Purpose)),
    audiences=TAGS,
    quiet=st.sampled_from([None, NIGHT_HOURS, QuietHours(time(12), time(14))]),
    zone=st.just(SHANGHAI),
    reachable=st.booleans(),
    muted_kinds=KINDS,
    muted_regions=REGIONS,
)
SUBJECTS = st.builds(
    Subject,
    kind=st.sampled_from(K),
    audience=TAGS.map(Audience),
    region_lineage=REGIONS,
    helps_until=st.none() | MOMENTS,
    needed_by=st.none() | MOMENTS,
)
DOORS = st.builds(
    Door,
    may_push=st.booleans(),
    last_word=st.none() | MOMENTS,
    reply_window=st.none() | st.just(TWO_DAYS),
)
ANSWERS = {K.SAFETY, K.REPLY}


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_later_is_later_outside_the_quiet_hours_and_still_of_use(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if isinstance(decision, Later):
        assert now < decision.at <= now + timedelta(days=1)
        assert person.quiet is not None
        assert person.quiet.window_around(decision.at, person.zone) is None
        assert subject.helps_until is None or decision.at < subject.helps_until
        assert subject.needed_by is None or decision.at <= subject.needed_by


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_being_needed_soon_turns_later_into_now_and_changes_nothing_else(person, subject, door, now):
    whenever = may_send(person, replace(subject, needed_by=None), door, now)
    decision = may_send(person, subject, door, now)

    assert decision == whenever or (isinstance(whenever, Later) and decision == Now())


@given(PEOPLE, SUBJECTS, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=2)))
def test_what_is_needed_sooner_never_waits_longer(person, subject, now, sooner):
    needed = subject.needed_by or now
    by, before = (replace(subject, needed_by=moment) for moment in (needed, needed - sooner))

    if may_send(person, by, OPEN, now) == Now():
        assert may_send(person, before, OPEN, now) == Now()


@given(MOMENTS, st.timedeltas(timedelta(minutes=1), timedelta(days=3)))
def test_a_reminder_that_was_planned_around_the_night_goes_out_when_it_is_due(starts_at, lead):
    due = reminder_moment(starts_at, lead, NIGHT_HOURS, SHANGHAI)
    reminder = about(K.REMINDER, until=starts_at, by=starts_at - STILL_USEFUL)

    assert may_send(ANN, reminder, OPEN, due) == Now()


@given(
    PEOPLE, SUBJECTS, MOMENTS, st.lists(st.timedeltas(timedelta(0), timedelta(days=9)), max_size=6), st.integers(0, 4)
)
def test_the_share_of_a_week_is_never_exceeded_and_waiting_makes_room(person, subject, now, ago, cap):
    news = replace(subject, kind=K.ANNOUNCEMENT, audience=Audience(frozenset({"general"})), region_lineage=frozenset())
    eager = replace(ANN, quiet=None, weekly_cap=cap, told=tuple(now - each for each in ago))

    decision = may_send(eager, news, OPEN, now)

    in_the_week = [moment for moment in eager.told if moment > now - timedelta(days=7)]
    if decision == Now():
        assert len(in_the_week) < cap
    if isinstance(decision, Later):
        assert len(in_the_week) >= cap
        assert may_send(eager, news, OPEN, decision.at) == Now()
        assert isinstance(may_send(eager, news, OPEN, decision.at - timedelta(microseconds=1)), Later)


@given(PEOPLE, SUBJECTS, MOMENTS)
def test_waiting_until_later_is_never_asked_for_twice(person, subject, now):
    first = may_send(person, subject, OPEN, now)

    if isinstance(first, Later):
        assert may_send(person, subject, OPEN, first.at) == Now()


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_nothing_goes_out_without_the_consent_it_needs(person, subject, door, now):
    decision = may_send(replace(person, consents=frozenset()), subject, door, now)

    assert isinstance(decision, No) or subject.kind in ANSWERS


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_an_answer_does_not_depend_on_what_a_person_set(person, subject, door, now):
    answer = replace(subject, kind=K.SAFETY)
    unset = replace(ANN, reachable=person.reachable)

    assert may_send(person, answer, door, now) == may_send(unset, answer, door, now)


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS)
def test_agreeing_to_more_never_closes_what_was_open(person, subject, door, now):
    decision = may_send(person, subject, door, now)

    if not isinstance(decision, No):
        assert may_send(replace(person, consents=EVERYTHING), subject, door, now) == decision


@given(PEOPLE, SUBJECTS, DOORS, MOMENTS, KINDS, REGIONS)
def test_muting_never_lets_more_through(person, subject, door, now, kinds, regions):
    quieter = replace(person, muted_kinds=person.muted_kinds | kinds, muted_regions=person.muted_regions | regions)

    if isinstance(may_send(person, subject, door, now), No):
        assert isinstance(may_send(quieter, subject, door, now), No)


@given(PEOPLE, SUBJECTS, MOMENTS)
def test_a_closed_door_lets_nothing_through(person, subject, now):
    assert isinstance(may_send(person, subject, PULL_ONLY, now), No)
