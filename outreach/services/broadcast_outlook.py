"""Before a broadcast goes out: the very messages, whom they would reach, and when the last one would be out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from outreach.domain.broadcast import finishes_at, helps_until, kind_of
from outreach.domain.ids import LaneName
from outreach.domain.messages import Language, MessageKind
from outreach.services import broadcast_words
from outreach.services.broadcast_words import Newsroom
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
from outreach.services.dispatch import Outlet, parts
from outreach.services.letters import broadcast_text
from outreach.services.ports import UnitOfWork

Texts = Mapping[Language, BroadcastText]


def preview(uow: UnitOfWork, room: Newsroom, new: NewBroadcast, texts: Texts, now: datetime) -> Preview:
    """What each lane would be handed, in each language; with the helplines of the region that it is for."""
    place = uow.regions.settings_of(new.region_id).helplines
    samples = [_sample(room, outlet, new, texts[each], now, place) for outlet in room.outlets for each in sorted(texts)]
    return Preview(tuple(samples), broadcast_words.fingerprint(texts), new.languages - set(texts))


def dry_run(uow: UnitOfWork, room: Newsroom, new: NewBroadcast, texts: Texts, now: datetime) -> DryRun:
    """Everybody in the region, counted; the same rules as the run itself, so the same numbers."""
    begins = max(now, new.starts_at or now)
    aim = aim_of(uow, new, begins)
    lanes = [_open_lane(outlet, aim.kind, begins) for outlet in room.outlets]
    found = uow.broadcasts.tally(aim, lanes, room.weekly_cap, begins)
    there = uow.regions.settings_of(new.region_id)
    left_out: Counter[str] = Counter()
    for each in found:
        if each.why:
            left_out[each.why] += each.people
    reached = [each for each in found if not each.why]
    return DryRun(
        tuple(_cells(reached)),
        dict(left_out),
        sum(each.people for each in reached if each.later),
        begins,
        _finishes(room, new, texts, reached, begins, there),
    )


def aim_of(uow: UnitOfWork, new: NewBroadcast, begins: datetime) -> Aim:
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
    )


def _sample(
    room: Newsroom, outlet: Outlet, new: NewBroadcast, text: BroadcastText, now: datetime, place: str
) -> Sample:
    message = broadcast_text(room.desk, new.about, text, new.activity_id, now, place)
    able = outlet.capabilities
    return Sample(outlet.lane, text.language, parts(able, [message]), rides=not able.may_push)


def _open_lane(outlet: Outlet, kind: MessageKind, now: datetime) -> OpenLane:
    able = outlet.capabilities
    window = None if kind in able.any_time else able.reply_window
    return OpenLane(outlet.lane, able.may_push, None if window is None else now - window)


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
    reached: Sequence[Tally],
    begins: datetime,
    there: RegionSettings,
) -> Mapping[LaneName, datetime]:
    found = {}
    for outlet in room.outlets:
        samples = {each: _sample(room, outlet, new, text, begins, there.helplines) for each, text in texts.items()}
        calls = {each: len(sample.parts) for each, sample in samples.items()}
        messages = sum(each.people * calls.get(each.language, 1) for each in reached if each.lane == outlet.lane)
        if messages:
            rate, quiet = outlet.capabilities.rate_per_second, there.quiet or outlet.quiet
            found[outlet.lane] = finishes_at(begins, messages, rate, quiet, ZoneInfo(there.zone))
    return found
