"""A whole house without a network: a real store in a folder, real crafts, and people who write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from outreach.content import Vocabulary, fit, parse_vocabulary
from outreach.conversation import Dialogue, Office
from outreach.conversation.tokens import LONGEST_TOKEN, intent_of
from outreach.domain.activity import ActivityKind, SignUpPolicy
from outreach.domain.actor import Actor
from outreach.domain.ids import LaneName, RegionId
from outreach.domain.messages import Capabilities, Choice, Language, Message, Outgoing, Pressed, Reach, Reachability
from outreach.safety import parse
from outreach.services import activities
from outreach.services.calendars import Calendars
from outreach.services.cards import ActivityCard, ApprovedItem, Caller, NewActivity, PersonCard
from outreach.services.helplines import Lines
from outreach.services.reminders import ReminderRule
from outreach.services.safeguarding import Safeguard
from outreach.services.tips import TipRhythm
from outreach.store import Database, read_library, read_phrases
from outreach.wording import Wording, parse_wording

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # Monday, 9:00 in Shanghai
NETWORK = {Language.ZH: "临江镇心理服务站", Language.EN: "Linjiang wellbeing station"}
HOURS = {Language.ZH: "上班时间", Language.EN: "in office hours"}
NO_BUTTONS = Capabilities(
    text_limit=2_000,
    text_unit="bytes",
    buttons=False,
    max_buttons=0,
    files=False,
    may_push=False,
    replies_in_place=1,
    rate_per_second=1,
    max_in_flight=1,
)
_ids = count(1)


@dataclass(frozen=True)
class Crafts:
    """What is read once for all tests."""

    wording: Wording
    vocabulary: Vocabulary
    safeguard: Safeguard


@cache
def crafts() -> Crafts:
    files = read_library()
    safety = parse(files.tables)
    return Crafts(
        parse_wording(read_phrases()),
        parse_vocabulary(files.text("audiences.toml"), files.text("topics.toml")),
        Safeguard(safety.screen, safety.replies, Lines(safety.helplines, "CN")),
    )


@dataclass
class Stage:
    """The house and its clock."""

    database: Database
    office: Office
    dialogue: Dialogue
    now: datetime = NOW

    def use(self, vocabulary: Vocabulary) -> None:
        """Talk with other tags."""
        self.dialogue = Dialogue(crafts().wording, vocabulary, self.office, crafts().safeguard)

    def person(self, name: str = "ann", lane: str = "webchat") -> Resident:
        return Resident(self, Caller(LaneName(lane), name))

    def add(self, title: str = "太极晨练", **changes: Any) -> ActivityCard:
        """An activity on Tuesday in a week, 14:00 in Shanghai, with 2 seats."""
        starts = changes.pop("starts_at", datetime(2026, 12, 1, 6, 0, tzinfo=UTC))
        with self.database.unit_of_work() as uow:
            new = NewActivity(
                kind=changes.pop("kind", ActivityKind.LECTURE),
                title=title,
                summary=changes.pop("summary", ""),
                place=changes.pop("place", "社区活动室"),
                starts_at=starts,
                ends_at=starts + timedelta(minutes=90),
                seats=changes.pop("seats", 2),
                region_id=changes.pop("region_id", uow.regions.root().id),
                audience=frozenset({"general"}),
                policy=changes.pop("policy", SignUpPolicy.OPEN),
                restricted=changes.pop("restricted", False),
                draft=changes.pop("draft", False),
            )
            assert not changes
            return activities.add(uow, Actor.operator(), new, ReminderRule((timedelta(hours=2),), None), self.now)

    def approve(self, slug: str, language: Language = Language.ZH, body: str = "深呼吸，慢慢来。") -> None:
        item = ApprovedItem(
            slug, language, f"v-{slug}", f"题目-{slug}", body, frozenset({"general"}), "editor", self.now
        )
        with self.database.unit_of_work() as uow:
            uow.contents.approve(item, Actor.operator(), self.now)

    def regions(self) -> None:
        """Two townships, one with two villages of a similar name."""
        with self.database.unit_of_work() as uow:
            root = uow.regions.root()
            town = uow.regions.add("lj", "临江镇", root)
            uow.regions.add("lj-east", "东河村", town)
            uow.regions.add("lj-west", "西河村", town)
            uow.regions.add("nh", "南湖镇", root)

    def region(self, code: str) -> RegionId:
        with self.database.reading() as uow:
            region = uow.regions.by_code(code)
        assert region is not None
        return region.id

    def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)


@dataclass
class Resident:
    """Somebody with a phone. What they were shown last is theirs to tap."""

    stage: Stage
    caller: Caller
    shown: tuple[Choice, ...] = ()
    said: list[Outgoing] = field(default_factory=list)

    def says(self, text: str, *, private: bool = True) -> str:
        return self._hears(Message(f"m{next(_ids)}", self.caller.user_ref, text, self.stage.now, private))

    def taps(self, token: str) -> str:
        return self._hears(Pressed(f"p{next(_ids)}", self.caller.user_ref, token, self.stage.now))

    def comes(self, source: str | None = None) -> str:
        return self._hears(Reachability(f"r{next(_ids)}", self.caller.user_ref, self.stage.now, Reach.JOINED, source))

    def picks(self, label: str) -> str:
        """Tap the choice with that label."""
        return self.taps(next(choice.token for choice in self.shown if label in choice.label))

    def agrees_to_take_part(self) -> None:
        """Have agreed already, by signing up for something and leaving it again."""
        card = self.stage.add("旧活动")
        self.says(f"报名 {card.number}")
        self.taps("agree")
        self.taps(f"leave:{card.id}")

    @property
    def labels(self) -> list[str]:
        return [choice.label for choice in self.shown]

    @property
    def tokens(self) -> list[str]:
        return [choice.token for choice in self.shown]

    @property
    def card(self) -> PersonCard:
        with self.stage.database.reading() as uow:
            return uow.people.at(self.caller)

    @property
    def language(self) -> Language:
        """Of somebody known."""
        assert self.card.language is not None
        return self.card.language

    @property
    def region_id(self) -> RegionId:
        """Of somebody known."""
        assert self.card.region_id is not None
        return self.card.region_id

    @property
    def remembered(self) -> dict[str, Any]:
        with self.stage.database.reading() as uow:
            return dict(uow.conversations.recall(self.caller, self.stage.now))

    def _hears(self, incoming: Message | Pressed | Reachability) -> str:
        with self.stage.database.unit_of_work() as uow:
            replies = self.stage.dialogue.answer(uow, self.caller, incoming, self.stage.now)
        for reply in replies:
            _check(reply)
        self.said = list(replies)
        self.shown = next((reply.choices for reply in reversed(replies) if reply.choices), ())
        return "\n".join(reply.text for reply in replies)


def _check(reply: Outgoing) -> None:
    """What must be true of every answer, whatever the walk."""
    assert reply.text.strip()
    for choice in reply.choices:
        assert choice.token.isascii()
        assert len(choice.token) <= LONGEST_TOKEN
        assert choice.token.startswith("safe:") or intent_of(choice.token) is not None, choice.token
    assert len({(choice.label, choice.token) for choice in reply.choices}) == len(reply.choices)
    assert len(fit(replace(reply), NO_BUTTONS)) == 1  # one passive reply carries it


@contextmanager
def open_stage(folder: Path) -> Iterator[Stage]:
    database = Database.open(f"sqlite:///{folder / 'house.db'}", folder / "house.key", folder)
    try:
        database.upgrade()
        made = crafts()
        calendars = Calendars("https://example.org", b"k" * 32, made.wording, Language.ZH)
        rhythm = TipRhythm(1, time(10), "Asia/Shanghai")
        office = Office(NETWORK, HOURS, Language.ZH, rhythm, made.safeguard.lines, calendars)
        yield Stage(database, office, Dialogue(made.wording, made.vocabulary, office, made.safeguard))
    finally:
        database.close()
