"""What staff entered for a broadcast, made whole and checked: all that is wrong with it is told at once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from outreach.domain.activity import ActivityStatus, SignUpPolicy
from outreach.domain.actor import Actor, Permission
from outreach.domain.broadcast import About
from outreach.domain.errors import ActivityNotFound
from outreach.domain.ids import ActivityId
from outreach.domain.messages import Language
from outreach.domain.people import GENERAL
from outreach.services import broadcast_words
from outreach.services.access import require
from outreach.services.broadcast_words import Newsroom
from outreach.services.cards import ActivityCard, Region
from outreach.services.cards_broadcasts import BroadcastCard, BroadcastText, NewBroadcast
from outreach.services.ports import UnitOfWork
from outreach.services.problems import BadFields, Problem

FURTHEST = timedelta(days=366)  # nobody plans an announcement so far ahead: a slip of the hand

Texts = Mapping[Language, BroadcastText]


@dataclass(frozen=True, slots=True)
class _Subject:
    """What it is made of, as far as it was found, and what is wrong with it."""

    texts: Texts
    audience: frozenset[str]
    problems: tuple[Problem, ...] = ()


def written(uow: UnitOfWork, by: Actor, room: Newsroom, new: NewBroadcast, now: datetime) -> tuple[NewBroadcast, Texts]:
    """*new* with all that was left open filled in, and its words. Raises `BadInput`, `Forbidden` or `NotFound`."""
    region = uow.regions.get(new.region_id)
    require(by, Permission.BROADCAST, region.path)
    subject = _subject(uow, by, room, region, new, now)
    problems = [*subject.problems, *_about_audience(room, new), *about_start(uow, new.activity_id, new.starts_at, now)]
    if problems:
        raise BadFields(problems)
    whole = replace(
        new,
        audience=new.audience or subject.audience or frozenset({GENERAL}),
        languages=frozenset(subject.texts),
        activity_id=new.activity_id if new.about is About.ACTIVITY else None,
        slug=new.slug if new.about is About.ITEM else None,
    )
    return whole, subject.texts


def written_again(
    uow: UnitOfWork, by: Actor, room: Newsroom, card: BroadcastCard, kept: Texts, now: datetime
) -> tuple[NewBroadcast, Texts]:
    """A kept draft as it reads today. A time to begin that is over by now means at once."""
    new = as_entered(card, kept)
    due = new.starts_at is not None and new.starts_at <= now
    return written(uow, by, room, replace(new, starts_at=None) if due else new, now)


def as_entered(card: BroadcastCard, kept: Texts) -> NewBroadcast:
    """What staff entered for *card*."""
    texts = {language: text.body for language, text in kept.items()} if card.about is About.TEXT else {}
    return NewBroadcast(
        card.about, card.region_id, card.activity_id, card.slug, texts, card.audience, card.languages, card.starts_at
    )


def is_for_all_to_see(card: ActivityCard) -> bool:
    """Whether there is anything to announce: one that is not for all is answered as if there were none.

    So its id tells nobody anything.
    """
    return card.status is ActivityStatus.PUBLISHED and not card.restricted


def about_start(
    uow: UnitOfWork, activity_id: ActivityId | None, starts_at: datetime | None, now: datetime
) -> list[Problem]:
    """What is wrong with the time to begin."""
    if starts_at is None:
        return []
    if starts_at <= now:
        return [Problem("starts", "past", "it lies in the past; give a later time, or none to begin at once")]
    if starts_at > now + FURTHEST:
        said = f"more than {FURTHEST.days} days ahead; look again"
        return [Problem("starts", "days_too_far", said, {"days": FURTHEST.days})]
    activity = None if activity_id is None else _found(uow, activity_id)
    if activity is not None and starts_at >= activity.starts_at:
        return [Problem("starts", "begun_by_then", "the activity has begun by then; give an earlier time")]
    return []


def _subject(uow: UnitOfWork, by: Actor, room: Newsroom, region: Region, new: NewBroadcast, now: datetime) -> _Subject:
    match new.about:
        case About.ACTIVITY:
            return _of_activity(uow, by, room, region, new, now)
        case About.ITEM:
            return _of_item(uow, new)
        case About.TEXT:
            return _of_staff(room, new, now)


def _of_activity(
    uow: UnitOfWork, by: Actor, room: Newsroom, region: Region, new: NewBroadcast, now: datetime
) -> _Subject:
    card = None if new.activity_id is None else _found(uow, new.activity_id)
    if card is None or not is_for_all_to_see(card):
        none = Problem("activity", "no_activity", "there is none with this id that everybody may see")
        return _Subject({}, frozenset(), (none,))
    problems = []
    if now >= card.starts_at:
        problems.append(Problem("activity", "begun", "it has begun already"))
    if card.policy is SignUpPolicy.INVITATION:
        said = "one comes by invitation alone; there is nothing to announce"
        problems.append(Problem("activity", "by_invitation", said))
    if not _is_near(by, card, region):
        said = "it is in another part of the network than this region; take a region that holds it"
        problems.append(Problem("activity", "elsewhere", said))
    wording = room.desk.wording
    texts = {each: broadcast_words.of_activity(card, wording, each) for each in new.languages or frozenset(Language)}
    return _Subject(texts, card.audience, tuple(problems))


def _of_item(uow: UnitOfWork, new: NewBroadcast) -> _Subject:
    found = {item.language: item for item in uow.contents.approved(slug=new.slug or "")}
    if not found:
        none = Problem("item", "no_item", "there is none of that name that is approved here")
        return _Subject({}, frozenset(), (none,))
    missing = sorted(new.languages - set(found))
    texts = {each: broadcast_words.of_item(item) for each, item in found.items() if each in (new.languages or found)}
    audience = frozenset[str]().union(*(item.audience for item in found.values()))
    problems = [
        Problem("item", "not_approved", f"it is not approved in {each}; approve it first", {"language": each.value})
        for each in missing
    ]
    return _Subject(texts, audience, tuple(problems))


def _of_staff(room: Newsroom, new: NewBroadcast, now: datetime) -> _Subject:
    given = {each: text for each, text in new.texts.items() if not new.languages or each in new.languages}
    problems = [
        problem for each in sorted(given) for problem in broadcast_words.problems_of(room, each, given[each], now)
    ]
    problems += [
        Problem(f"text.{each}", "empty", "it is missing; write it") for each in sorted(new.languages - set(given))
    ]
    if not given and not problems:
        problems.append(Problem("text", "no_text", "there is none; write it in at least one language"))
    return _Subject(
        {each: broadcast_words.of_staff(each, text) for each, text in given.items()}, frozenset(), tuple(problems)
    )


def _about_audience(room: Newsroom, new: NewBroadcast) -> Iterator[Problem]:
    for tag in sorted(new.audience - room.audiences):
        said = f"there is no tag {tag!r}; there are {', '.join(sorted(room.audiences))}"
        yield Problem("audience", "choose", said)


def _found(uow: UnitOfWork, activity_id: ActivityId) -> ActivityCard | None:
    try:
        return uow.activities.card(activity_id)
    except ActivityNotFound:
        return None


def _is_near(by: Actor, card: ActivityCard, region: Region) -> bool:
    """In the region, in one above it that holds the region, or where *by* announces things anyway."""
    related = card.region_path.startswith(region.path) or region.path.startswith(card.region_path)
    return related or by.may(Permission.BROADCAST, card.region_path)
