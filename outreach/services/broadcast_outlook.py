"""Before a broadcast goes out: the very messages, whom they would reach, and when the last one would be out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.domain.broadcast import finishes_at, helps_until, kind_of
from outreach.domain.ids import LaneName
from outreach.domain.may_send import Door, Later, No, Recipient, Subject, Why, may_send
from outreach.domain.messages import Language, MessageKind
from outreach.domain.people import Purpose
from outreach.domain.quiet_days import QuietDays
from outreach.domain.times import QuietHours
from outreach.services import broadcast_words
from outreach.services.broadcast_words import Newsroom
from outreach.services.cards import ActivityCard
from outreach.services.cards_broadcasts import (
    Aim,
    BroadcastText,
    Cell,
    DryRun,
    NewBroadcast,
    OpenLane,
    Preview,
    Sample,
    Tally,
)
from outreach.services.cards_regions import RegionSettings
from outreach.services.copies import parts
from outreach.services.dispatch import Outlet
from outreach.services.letters import broadcast_text
from outreach.services.manners import PLAIN, Manners
from outreach.services.ports import UnitOfWork

Texts = Mapping[Language, BroadcastText]


@dataclass(frozen=True, slots=True)
class _Group:
    """People of whom the same becomes, and when theirs goes out at the earliest."""

    tally: Tally
    begins: datetime


def preview(uow: UnitOfWork, room: Newsroom, new: NewBroadcast, texts: Texts, now: datetime) -> Preview:
    """What each lane would be handed, in each language; with the helplines of the region that it is for."""
    place = uow.regions.settings_of(new.region_id).helplines
    samples = [_sample(room, outlet, new, texts[each], now, place) for outlet in room.outlets for each in sorted(texts)]
    return Preview(tuple(samples), broadcast_words.fingerprint(texts), new.languages - set(texts))


def dry_run(uow: UnitOfWork, room: Newsroom, new: NewBroadcast, texts: Texts, now: datetime) -> DryRun:
    """Everybody in the region, counted; the same rules as the run itself, so the same numbers."""
    begins = max(now, new.starts_at or now)
    manners = next((outlet.manners for outlet in room.outlets), PLAIN)
    aim = aim_of(uow, manners, new, begins)
    lanes = [_open_lane(outlet, aim.kind, begins) for outlet in room.outlets]
    there = uow.regions.settings_of(new.region_id)
    quiet = there.quiet or next((outlet.quiet for outlet in room.outlets), None)
    days = manners.almanac.near(begins)
    found = [
        _with_days(each, aim, manners.about(new.slug), quiet, begins)
        for each in uow.broadcasts.tally(aim, lanes, room.weekly_cap, begins, days)
    ]
    left_out: Counter[str] = Counter()
    masses, by_mass = {outlet.lane for outlet in room.outlets if outlet.masses}, 0
    for each in found:
        if each.tally.why == Why.WINDOW_CLOSED and each.tally.lane in masses:
            by_mass += each.tally.people
        elif each.tally.why:
            left_out[each.tally.why] += each.tally.people
    reached = [each for each in found if not each.tally.why]
    return DryRun(
        tuple(_cells(each.tally for each in reached)),
        dict(left_out),
        sum(each.tally.people for each in reached if each.tally.later),
        begins,
        _finishes(room, new, texts, reached, begins, there),
        by_mass,
    )


def aim_of(uow: UnitOfWork, manners: Manners, new: NewBroadcast, begins: datetime) -> Aim:
    """Whom *new* is meant for when it begins then. What mutes its region or that of its activity mutes it."""
    region = uow.regions.get(new.region_id)
    activity = None if new.activity_id is None else uow.activities.card(new.activity_id)
    paths = [region.path] if activity is None else [region.path, activity.region_path]
    return Aim(
        kind=kind_of(new.about),
        region_path=region.path,
        lineage=frozenset(int(part) for path in paths for part in path.split("/") if part),
        audience=new.audience,
        languages=new.languages,
        helps_until=helps_until(begins, None if activity is None else activity.starts_at),
        restricted_to=_circle(uow, manners, new, activity),
    )


def _circle(
    uow: UnitOfWork, manners: Manners, new: NewBroadcast, activity: ActivityCard | None
) -> frozenset[str] | None:
    """Who alone may be told, by what it is about: aiming it at everybody opens nothing."""
    if activity is not None:
        return manners.circle(new.audience | activity.audience, hidden=activity.restricted)
    items = uow.contents.approved(slug=new.slug) if new.slug is not None else []
    return manners.circle(new.audience.union(*(item.audience for item in items)), new.slug)


def _with_days(tally: Tally, aim: Aim, topics: frozenset[str], quiet: QuietHours | None, begins: datetime) -> _Group:
    """What quiet days do to a group of people, by the decision that the run itself takes."""
    if tally.why or not tally.quiet_days:
        return _Group(tally, begins)
    plain = Recipient(frozenset(Purpose), _chosen(tally.quiet_days), quiet, ZoneInfo(tally.zone))
    subject = Subject(aim.kind, helps_until=aim.helps_until, topics=topics)
    whenever, decision = (
        may_send(person, subject, Door(), begins) for person in (plain, replace(plain, quiet_days=tally.quiet_days))
    )
    if isinstance(decision, No):
        return _Group(replace(tally, why=decision.why), begins)
    if isinstance(decision, Later) and decision != whenever:
        return _Group(replace(tally, later=True), decision.at)
    return _Group(tally, begins)


def _chosen(days: Iterable[QuietDays]) -> frozenset[str]:
    """What somebody has chosen for all of *days* to be theirs."""
    return frozenset[str]().union(*(each.audiences for each in days))


def _sample(
    room: Newsroom, outlet: Outlet, new: NewBroadcast, text: BroadcastText, now: datetime, place: str
) -> Sample:
    message = broadcast_text(room.desk, new.about, text, new.activity_id, now, place)
    able = outlet.capabilities
    return Sample(outlet.lane, text.language, parts(able, [message]), rides=not able.may_push)


def _open_lane(outlet: Outlet, kind: MessageKind, now: datetime) -> OpenLane:
    able = outlet.capabilities
    window = None if kind in able.any_time else able.reply_window
    before = None if window is None else now - window
    return OpenLane(outlet.lane, able.may_push, before, bool(able.allowances), outlet.elsewhere)


def _cells(reached: Iterable[Tally]) -> Iterable[Cell]:
    people: Counter[tuple[LaneName, Language]] = Counter()
    for each in reached:
        if each.lane is not None:
            people[each.lane, each.language] += each.people
    return [Cell(lane, language, number) for (lane, language), number in sorted(people.items())]


def _finishes(
    room: Newsroom,
    new: NewBroadcast,
    texts: Texts,
    reached: Sequence[_Group],
    begins: datetime,
    there: RegionSettings,
) -> Mapping[LaneName, datetime]:
    calls = {
        (outlet.lane, each): len(_sample(room, outlet, new, text, begins, there.helplines).parts)
        for outlet in room.outlets
        for each, text in texts.items()
    }
    messages: Counter[tuple[datetime, LaneName]] = Counter()
    for group in reached:
        if group.tally.lane is not None:
            lane = group.tally.lane
            messages[group.begins, lane] += group.tally.people * calls.get((lane, group.tally.language), 1)
    outlets, found = {outlet.lane: outlet for outlet in room.outlets}, dict[LaneName, datetime]()
    for (moment, lane), number in sorted(messages.items()):
        rate, quiet = outlets[lane].capabilities.rate_per_second, there.quiet or outlets[lane].quiet
        # Those who wait for a day to end stand behind those who do not.
        found[lane] = finishes_at(max(moment, found.get(lane, moment)), number, rate, quiet, ZoneInfo(there.zone))
    return found
