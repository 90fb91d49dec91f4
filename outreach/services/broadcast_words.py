"""The words of a broadcast: written once per language, checked, and named to the letter by a hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

from outreach.content import (
    PLACEHOLDERS,
    ContentItem,
    Format,
    Library,
    Severity,
    Vocabulary,
    WordingRules,
    lint,
    plain,
)
from outreach.content.plain import placeholders
from outreach.domain.activity import SignUpPolicy
from outreach.domain.broadcast import About
from outreach.domain.messages import Language
from outreach.services.cards import ActivityCard, ApprovedItem
from outreach.services.cards_broadcasts import BroadcastText
from outreach.services.copies import parts
from outreach.services.dispatch import Outlet
from outreach.services.letters import Desk, broadcast_text
from outreach.services.problems import Problem
from outreach.wording import Wording, when

LONGEST_TEXT = 1_000  # characters
MOST_PARTS = 1  # messages: what staff write themselves is one, on every channel
_NOT_NEAR = timedelta(days=3)  # a frozen text says the day itself: "tomorrow" would be wrong the day after
_ABOUT_AN_ITEM = frozenset(  # what only a text of the library has to have
    {"missing_language", "missing_source", "stale_review", "missing_small_step", "missing_helpline", "long_tip"}
)


@dataclass(frozen=True, slots=True)
class Newsroom:
    """What it takes to write a broadcast and to see it as each channel will be handed it."""

    desk: Desk
    vocabulary: Vocabulary
    rules: WordingRules
    outlets: Sequence[Outlet]

    @property
    def audiences(self) -> frozenset[str]:
        """The tags there are."""
        return frozenset(tag.key for tag in self.vocabulary.audiences)

    @property
    def weekly_cap(self) -> int | None:
        """The most announcements and tips a week, where a region says nothing else."""
        return next((outlet.weekly_cap for outlet in self.outlets), None)


def of_activity(card: ActivityCard, wording: Wording, language: Language) -> BroadcastText:
    """An activity announced in our own words. *version* is its revision: once it is moved, they no longer hold."""
    moment = when(card.starts_at, card.ends_at, card.zone, language, card.starts_at - _NOT_NEAR)
    what = "\n".join(filter(None, (card.title, moment, card.place, card.summary)))
    key = "announce.activity_by_request" if card.policy is SignUpPolicy.REQUEST else "announce.activity"
    body = wording.say(key, language, what=what, public_number=card.number)
    fields = {
        "title": card.title,
        "starts": f"{card.starts_at.astimezone(ZoneInfo(card.zone)):%Y-%m-%d %H:%M}",
        "when": moment,
        "place": card.place,
        "public_number": str(card.number),
    }
    return _named(language, card.title, body, str(card.revision), fields)


def of_item(item: ApprovedItem) -> BroadcastText:
    """An item of the library, in the words that were approved."""
    return _named(item.language, item.title, plain(item.body), item.version, {})


def of_staff(language: Language, text: str) -> BroadcastText:
    """What staff wrote, as they wrote it: markup stays text."""
    return _named(language, "", text.strip(), "", {})


def problems_of(room: Newsroom, language: Language, text: str, now: datetime) -> Iterator[Problem]:
    """What is wrong with a text of staff in *language*: empty, too long for a channel, or nothing one should say."""
    where = f"text.{language}"
    if not text.strip():
        yield Problem(where, "empty", "it is empty; say it in a few words")
        return
    if len(text.strip()) > LONGEST_TEXT:
        said = f"{len(text.strip())} characters are too many, {LONGEST_TEXT} fit"
        yield Problem(where, "too_long", said, {"length": len(text.strip()), "most": LONGEST_TEXT})
        return
    yield from _wording(room, language, text)
    unknown = sorted({name for _, name in placeholders(text)} - PLACEHOLDERS)
    if unknown:
        said = f"{{{unknown[0]}}} stands for nothing; there are {{crisis_line}} and {{emergency}}"
        yield Problem(where, "placeholder", said, {"name": unknown[0]})
        return
    message = broadcast_text(room.desk, About.TEXT, of_staff(language, text), None, now)
    for outlet in room.outlets:
        needed = len(parts(outlet.capabilities, [message]))
        if needed > MOST_PARTS:
            said = f"it needs {needed} messages on {outlet.lane}; shorten it so that it is one"
            yield Problem(where, "too_many_parts", said, {"needed": needed, "lane": outlet.lane})


def fingerprint(texts: Mapping[Language, BroadcastText]) -> str:
    """One name for the words in all languages."""
    return _hash([[language.value, texts[language].hash] for language in sorted(texts)])


def _wording(room: Newsroom, language: Language, text: str) -> Iterator[Problem]:
    """By the rules that the library is held to, but for those on sources and shape."""
    item = ContentItem(
        path=f"text.{language}", slug="broadcast", language=language, title="", audience=("general",), topics=(),
        format=Format.ARTICLE, body=text, body_line=1, version="",
    )  # fmt: skip
    library = Library(MappingProxyType({("broadcast", language): item}), room.vocabulary)
    for problem in lint(library, date.max, room.rules):
        if problem.severity is Severity.ERROR and problem.code not in _ABOUT_AN_ITEM:
            said = f"line {problem.line}: {problem.message}"
            yield Problem(f"text.{language}", "wording", said, {"line": problem.line, "said": problem.message})


def _named(language: Language, title: str, body: str, version: str, fields: Mapping[str, str]) -> BroadcastText:
    return BroadcastText(language, title, body, version, _hash([title, body, dict(fields)]), fields)


def _hash(value: object) -> str:
    return hashlib.sha256(json.dumps(value, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]
